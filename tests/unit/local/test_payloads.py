"""Which coding API Gateway answers in, and what it reads."""

import gzip
import zlib

import pytest

from local import payloads


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("gzip", "gzip"),
        ("GZIP, zstd", "gzip"),
        ("deflate", "deflate"),
        ("gzip, deflate, br, zstd", "gzip"),
        ("deflate;q=0.5, gzip;q=1.0", "gzip"),
        ("gzip ;q=1.0, identity; q=0.5, *;q=0", "gzip"),
        ("zstd;q=0.5, gzip", "gzip"),
        ("zstd, gzip", ""),
        ("br, gzip", ""),
        ("gzip;q=0.5, br", ""),
        ("identity, gzip", ""),
        ("gzip;q=0", ""),
        ("gzip;q=", "gzip"),
        ("gzip;q=high", ""),
        ("*", ""),
        ("", ""),
    ],
)
def test_the_first_coding_of_the_highest_priority_decides(header: str, coding: str) -> None:
    assert payloads.coding_of(header) == coding


@pytest.mark.parametrize(
    ("body", "coding", "unpacked"),
    [
        (b"{}", "", b"{}"),
        (b"{}", "identity", b"{}"),
        (gzip.compress(b"{}"), " GZIP", b"{}"),
        (zlib.compress(b"{}"), "deflate", b"{}"),
        (b"{}", "gzip", None),
        (b"{}", "br", None),
        (b"{}", "gzip, gzip", None),
    ],
    ids=["plain", "identity", "gzip", "deflate", "no gzip", "unknown", "twice"],
)
def test_which_requests_are_read(body: bytes, coding: str, unpacked: bytes | None) -> None:
    assert payloads.unpacked(body, coding) == unpacked


def test_a_bomb_is_not_unpacked_whole() -> None:
    bomb = gzip.compress(bytes(10 * payloads.GATEWAY_LIMIT))
    found = payloads.unpacked(bomb, "gzip")
    assert found is not None
    assert len(found) == payloads.GATEWAY_LIMIT + 1
