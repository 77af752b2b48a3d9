"""The SDK's error codes, and how they are found in what it prints."""

import pytest

from marketdata.errors import (
    UPSTREAM_ERRORS,
    UpstreamBusyError,
    UpstreamClosedError,
    UpstreamError,
    UpstreamLoginError,
    UpstreamQuotaError,
    UpstreamSessionLostError,
)
from marketdata.sources.amazingdata.error_codes import ERRORS, error_of, most_telling, printed_code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("query failed, error code: -82", -82),
        ("error_code=-79\nretrying\nerror -94", -94),
        ("[-88] not at this hour", -88),
        ("-100 failure: -96 network", -96),
        ("-96 network: -100 failure", -96),
        ("error -100", -100),
        ("code:-74,", -74),
        ("from 2024-01-05 to 2024-02-74", None),
        ("token 3f-79-ab", None),
        ("pct -79.5, 1.5-82", None),
        ("-76 empty", None),
        ("-999 -7 -820", None),
        ("", None),
    ],
)
def test_a_printed_code_is_found_where_it_stands_alone(text: str, code: int | None) -> None:
    assert printed_code(text) == code


@pytest.mark.parametrize(
    ("code", "kind", "retryable"),
    [
        (-74, UpstreamLoginError, False),
        (-75, UpstreamLoginError, False),
        (-79, UpstreamSessionLostError, True),
        (-94, UpstreamSessionLostError, True),
        (-82, UpstreamQuotaError, False),
        (-90, UpstreamBusyError, True),
        (-88, UpstreamClosedError, True),
    ],
)
def test_a_code_is_a_named_error(code: int, kind: type[UpstreamError], retryable: bool) -> None:
    error = error_of(code)
    assert type(error) is kind
    assert error.retryable is retryable
    assert str(code) in str(error)


def test_every_error_has_a_name_that_travels() -> None:
    for kind, _ in ERRORS.values():
        assert UPSTREAM_ERRORS[kind.__name__] is kind


def test_unknown_codes_tell_nothing() -> None:
    assert most_telling([0, 5, -76, -98]) is None
