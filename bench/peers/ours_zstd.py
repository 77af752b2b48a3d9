"""Our own service as in `ours`, for a client with zstd."""

from bench.peers.ours import make

__all__ = ["make"]
