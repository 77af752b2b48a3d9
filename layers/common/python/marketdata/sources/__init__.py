"""What every source of market data must be able to do, and one folder for each source."""
