"""Futures varieties and their main contracts, computed from stored bars."""
