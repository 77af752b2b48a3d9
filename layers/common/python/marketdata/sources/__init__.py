"""The sources of market data: their common interface, and one folder per source."""
