"""The `upstream` function, the only one that talks to a source: its client and its server."""
