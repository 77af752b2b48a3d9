"""What is stored and how: datasets, days as bits, coverage, codec, block, store; no kind of row."""
