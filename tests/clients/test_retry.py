"""Whether to ask again, and when."""

import httpx
import pytest
from amazingdata_client import Retry, Token
from amazingdata_client.answers import error_of
from amazingdata_client.retry import REPEATED
from hypothesis import given
from hypothesis import strategies as st

from tests.clients.scripted import failure
from tests.support import template


@given(st.integers(0, 4), st.floats(0.01, 5), st.floats(0.01, 60))
def test_the_wait_is_bounded(tried: int, first: float, longest: float) -> None:
    retry = Retry(times=5, first=first, longest=longest)
    pause = retry.pause(httpx.Response(503), tried, repeatable=True)
    assert pause is not None
    assert 0 <= pause <= min(longest, first * 2**tried)


@given(st.integers(0, 30))
def test_what_the_service_asks_for_is_waited(seconds: int) -> None:
    answer = httpx.Response(429, headers={"Retry-After": str(seconds)})
    pause = Retry(first=0.5, longest=30).pause(answer, 0, repeatable=False)
    assert pause is not None
    assert seconds <= pause <= seconds + 0.5


@pytest.mark.parametrize(
    ("outcome", "repeatable", "again"),
    [
        (httpx.Response(200), True, False),
        (httpx.Response(500), True, False),
        (failure(500), True, False),
        # The service's own words: its source failed for good, or is busy and did nothing.
        (failure(502), True, False),
        (failure(503), False, True),
        # The gateway's: the function may have run.
        (httpx.Response(502, json={"message": "Internal server error"}), True, True),
        (httpx.Response(502, json={"message": "Internal server error"}), False, False),
        (httpx.Response(503, text="<html>Service Unavailable</html>"), True, True),
        (httpx.Response(503, text="<html>Service Unavailable</html>"), False, False),
        (httpx.Response(504), True, True),
        (httpx.Response(504), False, False),
        (httpx.Response(403, text="<html>Forbidden</html>"), True, False),
        (httpx.Response(413, json={"message": "Request Too Long"}), True, False),
        (httpx.Response(415, json={"message": "Unsupported Media Type"}), True, False),
        (httpx.Response(429, json={"message": "Too Many Requests"}), False, True),
        (httpx.Response(429, headers={"Retry-After": "31"}), True, False),
        (httpx.Response(429, headers={"Retry-After": "Sun, 22 Nov 2026 08:00:00 GMT"}), True, True),
        (httpx.ReadError("lost"), True, True),
        (httpx.ReadError("lost"), False, False),
        (httpx.ConnectError("refused"), False, True),
        (httpx.UnsupportedProtocol("ftp"), True, False),
    ],
)
def test_when_it_is_worth_it(
    outcome: httpx.Response | httpx.TransportError, *, repeatable: bool, again: bool
) -> None:
    pause = Retry().pause(outcome, 0, repeatable=repeatable)
    assert (pause is not None) is again


@pytest.mark.parametrize("status", [*range(300, 330), *range(400, 432), *range(500, 512)])
def test_an_error_is_retryable_if_and_only_if_it_is_repeated(status: int) -> None:
    for answer in (failure(status), httpx.Response(status, text="no")):
        pause = Retry().pause(answer, 0, repeatable=True)
        assert error_of(answer).retryable is (pause is not None)
    assert error_of(answer).retryable is (status in REPEATED)


def test_the_gateway_does_not_speak_as_the_service() -> None:
    """The ID of the request in a 5xx is how the client tells the two apart."""
    responses = template.resources()["Api"]["Properties"]["GatewayResponses"]
    assert not {name for name, each in responses.items() if "request_id" in str(each)}


def test_it_gives_up() -> None:
    assert Retry(times=2).pause(httpx.Response(503), 2, repeatable=True) is None


@given(st.integers(1, 10**6))
def test_a_token_is_renewed_before_its_end(life: int) -> None:
    token = Token.granted({"access_token": "secret", "expires_in": life}, 1000.0)
    assert token.expires_at == 1000.0 + life
    assert 1000.0 < token.renew_at < token.expires_at
    assert "secret" not in repr(token)
