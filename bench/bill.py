"""AWS's bill for a usage: prices, and how usages add up. Pure.

The prices are the list prices of us-east-1 in US dollars, on demand and without free tiers; those
of a region in China are of the same order. If the price pages change, change them here.
"""

from collections.abc import Mapping

PRICES: Mapping[str, tuple[float, str]] = {
    "API Gateway, calls": (3.50e-6, "REST API"),
    "Lambda, calls": (0.20e-6, ""),
    "Lambda, GB-seconds": (16.6667e-6, "x86"),
    "DynamoDB, read units": (0.125e-6, "4 KiB, half a unit where consistency may be eventual"),
    "DynamoDB, write units": (0.625e-6, "1 KiB, in the table and in the index"),
    "DynamoDB, GB-months": (0.25, ""),
    "DynamoDB, GB-months of recovery": (0.20, "the control table alone"),
    "S3, writes": (5.0e-6, "PUT"),
    "S3, reads": (0.40e-6, "GET"),
    "Step Functions, transitions": (25.0e-6, "standard"),
    "CloudWatch, GB of logs": (0.50, ""),
    "traffic, GB out": (0.09, ""),
    "Secrets Manager, secret-months": (0.40, ""),
    "KMS, key-months": (1.00, ""),
}
"""For each thing its unit price, and what one unit is."""

type Usage = dict[str, float]
"""The amount of each thing in `PRICES`."""


def total(usage: Mapping[str, float]) -> float:
    """Return the price of a usage in US dollars."""
    return sum(amount * PRICES[name][0] for name, amount in usage.items())


def times(count: float, usage: Mapping[str, float]) -> Usage:
    """Multiply a usage."""
    return {name: count * amount for name, amount in usage.items()}


def added(*usages: Mapping[str, float]) -> Usage:
    """Add up usages."""
    names = dict.fromkeys(name for usage in usages for name in usage)
    return {name: sum(usage.get(name, 0) for usage in usages) for name in names}
