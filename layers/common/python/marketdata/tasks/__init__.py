"""Detecting and filling what the cache is missing."""
