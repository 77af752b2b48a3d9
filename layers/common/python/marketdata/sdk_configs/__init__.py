"""Connections to the vendor's SDK servers: their records, their secrets, and whether they work."""
