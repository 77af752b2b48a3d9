"""What is published of the stored rows: market days, Parquet files, and the manifest of both."""
