"""What waiting is made of here; the one module that is not generated."""

from threading import Lock
from time import sleep

__all__ = ["Lock", "sleep"]
