"""Whether to ask again, and when."""

import httpx
import pytest
from amazingdata_client import Retry, Token
from hypothesis import given
from hypothesis import strategies as st


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
        (httpx.Response(502), True, False),
        (httpx.Response(503), False, True),
        (httpx.Response(504), True, True),
        (httpx.Response(504), False, False),
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


def test_it_gives_up() -> None:
    assert Retry(times=2).pause(httpx.Response(503), 2, repeatable=True) is None


@given(st.integers(1, 10**6))
def test_a_token_is_renewed_before_its_end(life: int) -> None:
    token = Token.granted({"access_token": "secret", "expires_in": life}, 1000.0)
    assert token.expires_at == 1000.0 + life
    assert 1000.0 < token.renew_at < token.expires_at
    assert "secret" not in repr(token)
