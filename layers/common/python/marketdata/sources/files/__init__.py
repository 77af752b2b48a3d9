"""A source of CSV files in the bucket."""
