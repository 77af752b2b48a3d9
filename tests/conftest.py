"""Settings of all tests."""

from pathlib import Path

import pytest
from hypothesis import settings

# A deadline measures the machine's other work; what is slow shows in `make bench`.
settings.register_profile("patient", deadline=None, max_examples=50)
# For `make thorough`.
settings.register_profile("thorough", deadline=None, max_examples=5_000)
settings.load_profile("patient")

pytest_plugins = ["tests.support.plugin"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option of `make screenshots`."""
    parser.addoption("--screenshots", type=Path, help="where the README's pictures go")
