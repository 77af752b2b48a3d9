"""What waiting is made of here; the one module that `_sync` has an own version of."""

from anyio import Lock, sleep

__all__ = ["Lock", "sleep"]
