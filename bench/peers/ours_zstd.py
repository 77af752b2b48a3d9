"""As `ours`, for a client that reads zstd."""

from bench.peers.ours import make

__all__ = ["make"]
