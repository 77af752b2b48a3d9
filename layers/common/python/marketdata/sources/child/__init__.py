"""The room in which a vendor's package runs: a separate process that can be killed.

`vendor` says what the room must be told of a vendor, and `adapter` what the vendor's code in the
process looks like; the rest is the same for all of them.
"""
