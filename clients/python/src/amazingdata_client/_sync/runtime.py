"""Locks and sleeping; the one module here that is not generated."""

from threading import Lock
from time import sleep

__all__ = ["Lock", "sleep"]
