"""A market from a seed: plausible, plainly not real, and the same wherever it is asked for.

Every bar depends on the seed, its code and its day alone, not on the range or the other codes of
a request, nor on how far the calendar reaches. Prices are counted in ticks, volumes in lots and
amounts in whole yuan, so that minutes add up to their day exactly.
"""
