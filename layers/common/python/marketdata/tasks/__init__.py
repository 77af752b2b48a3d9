"""Tasks: the background jobs that detect and fill what the cache is missing."""
