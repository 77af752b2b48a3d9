"""The source `files`: CSV files in the bucket."""
