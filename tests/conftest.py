"""Settings of all tests."""

from hypothesis import settings

# A deadline measures the machine's other work; what is slow shows in `make bench`.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
