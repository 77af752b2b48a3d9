"""The HTTP edge: from API Gateway's event to a typed call, and back."""

import gc

gc.set_threshold(50_000)
"""Modules are no garbage: with Python's own 2,000 a cold start spends a twentieth in looking."""
