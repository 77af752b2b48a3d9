"""The source `synthetic`: a market drawn from a seed, plausible, plainly not real, reproducible.

Every bar depends only on the seed, its code and its day, not on the range or the other codes of
a request, nor on how far the calendar reaches. Prices are counted in ticks, volumes in lots and
amounts in whole yuan, so that the minute bars add up to the daily bar exactly.
"""
