"""How rows of any kind are stored: datasets, days as bits, coverage, codec, block, store."""
