"""The cloud in memory, as the integration tests have it."""

from tests.integration.conftest import cloud, credentials, template

__all__ = ["cloud", "credentials", "template"]
