"""Password hashes: argon2id with OWASP's low-memory parameters (19 MiB, 2 passes, 1 lane).

Only the auth function imports this module.
"""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

NOBODYS = (
    "$argon2id$v=19$m=19456,t=2,p=1$GZjuffBAj6wCGLtbWqPRkw$"
    "IGy1wjsbKV9C1YT8hjD7iI3Ke78J0ab4eS9V2kB/IBM"
)
"""The hash of a random word, checked for unknown users so that they take as long as known ones."""


def hash_password(password: str) -> str:
    """Hash a password with a new salt."""
    return _hasher.hash(password)


def matches(hashed: str, password: str) -> bool:
    """Check whether a password matches a hash; an unreadable hash matches none."""
    try:
        return _hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(hashed: str) -> bool:
    """Check whether a hash was made with parameters other than today's."""
    return _hasher.check_needs_rehash(hashed)
