"""What a code of the server means for us."""

import pytest

from marketdata.errors import (
    UpstreamBlacklistedError,
    UpstreamError,
    UpstreamFaultError,
    UpstreamNetworkError,
    UpstreamSessionLostError,
    UpstreamSetupError,
    UpstreamTimeoutError,
)
from marketdata.sources.baostock.error_codes import ERRORS, LOGIN_CUT, NO_ANSWER, PACKAGE, error_of


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (10001001, UpstreamSessionLostError),
        (10001011, UpstreamBlacklistedError),
        (10002007, UpstreamNetworkError),
        (10004011, UpstreamFaultError),
        (10005001, UpstreamError),
        (99999999, UpstreamFaultError),
    ],
)
def test_codes_become_errors(code: int, kind: type[UpstreamError]) -> None:
    error = error_of(code)
    assert type(error) is kind
    assert str(code) in str(error)


def test_a_silent_server_is_no_busy_one() -> None:
    # A fill asks a busy one again twenty times.
    error = error_of(NO_ANSWER)
    assert isinstance(error, UpstreamNetworkError)
    assert not isinstance(error, UpstreamTimeoutError)


@pytest.mark.parametrize("code", [10001004, LOGIN_CUT])
def test_an_old_client_is_told_by_its_pin(code: int) -> None:
    error = error_of(code)
    assert isinstance(error, UpstreamSetupError)
    assert not error.retryable
    assert PACKAGE in str(error)


@pytest.mark.parametrize("code", ERRORS)
def test_every_text_names_the_source(code: int) -> None:
    assert str(error_of(code)).startswith("BaoStock: ")
