"""The heart: bars, blocks, coverage, the store, reading and writing."""
