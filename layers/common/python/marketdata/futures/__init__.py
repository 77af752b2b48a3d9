"""Varieties and main contracts, worked out from stored bars."""
