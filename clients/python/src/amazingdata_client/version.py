"""The version, which is also in pyproject.toml."""

__version__ = "0.1.0"
