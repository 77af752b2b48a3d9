"""Contracts of futures."""

from marketdata.blocks.dataset import Kind
from marketdata.catalog.securities import Security, market_of


def contract(code: str, first: str | None, last: str | None, name: str = "") -> Security:
    """Give a contract with its first and last trading day."""
    plain = code.partition(".")[0]
    return Security(code, name or plain, Kind.FUTURE, market_of(code), first, last)


NEAR = contract("IF2401.CFE", "20231120", "20240119")
NEXT = contract("IF2402.CFE", "20231218", "20240219")
FAR = contract("IF2403.CFE", "20230724", "20240315")
THREE = (NEAR, NEXT, FAR)
