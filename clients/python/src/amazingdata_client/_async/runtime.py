"""Locks and sleeping; the one module that `_sync` has its own version of."""

from anyio import Lock, sleep

__all__ = ["Lock", "sleep"]
