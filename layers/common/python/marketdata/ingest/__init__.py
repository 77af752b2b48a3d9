"""The write path: fetched data is checked, split and merged into blocks."""
