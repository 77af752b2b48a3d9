"""The write path: what was fetched is checked, split and merged into blocks."""
