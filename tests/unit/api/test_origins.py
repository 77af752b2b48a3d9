"""Which pages may read answers, and how they are told."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata import deployment
from marketdata.api.answer import Answer
from marketdata.api.origins import is_allowed
from marketdata.api.router import respond
from marketdata.errors import NotFoundError
from tests.support.events import proxy_event

CHARTS = "https://charts.example.com"
HERE = "http://localhost:*"


@pytest.mark.parametrize(
    ("origin", "allowed", "whether"),
    [
        (CHARTS, [CHARTS], True),
        (CHARTS, [HERE, CHARTS], True),
        (CHARTS, ["*"], True),
        ("null", ["*"], True),
        ("http://localhost:5173", [HERE], True),
        ("http://localhost", [HERE], True),
        ("", ["*"], False),
        (CHARTS, [], False),
        ("null", [CHARTS, HERE], False),
        ("http://charts.example.com", [CHARTS], False),
        (f"{CHARTS}:8443", [CHARTS], False),
        (f"{CHARTS}.evil.example", [CHARTS], False),
        ("https://charts-example.com", [CHARTS], False),
        ("https://localhost:5173", [HERE], False),
        ("http://localhost:5173.evil.example", [HERE], False),
        ("http://localhost.evil.example:80", [HERE], False),
        ("http://localhost:", [HERE], False),
        ("http://evil.example#http://localhost:80", [HERE], False),
    ],
)
def test_which_pages_are_allowed(origin: str, allowed: list[str], whether: bool) -> None:
    assert is_allowed(origin, allowed) is whether


@given(st.text(st.sampled_from("htp:/locals5173.*@"), max_size=30))
def test_only_this_machine_is_this_machine(origin: str) -> None:
    machine, _, port = origin.removeprefix("http://").partition(":")
    ours = origin.startswith("http://localhost") and machine == "localhost"
    assert not is_allowed(origin, [HERE]) or (ours and (not port or port.isdigit()))


@pytest.fixture
def allowing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Deploy with two origins allowed."""
    for name in ("MARKET_TABLE", "CONTROL_TABLE", "BUCKET"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("ALLOWED_ORIGINS", f"{CHARTS},{HERE}")
    deployment.reset()
    yield
    deployment.reset()


def answered(origin: str, error: Exception | None = None) -> dict[str, str]:
    """Give the headers of an answer to a page, or of an error."""

    def handle(*_: object) -> Answer:
        if error:
            raise error
        return Answer.success(None)

    headers = {"Origin": origin} if origin else {}
    found: dict[str, str] = respond(proxy_event("GET", "/x", headers=headers), handle)["headers"]
    return found


@pytest.mark.usefixtures("allowing")
@pytest.mark.parametrize("error", [None, NotFoundError("no"), KeyError("x")])
def test_an_allowed_page_may_read_every_answer(error: Exception | None) -> None:
    headers = answered(CHARTS, error)
    assert headers["Access-Control-Allow-Origin"] == CHARTS
    assert "X-Complete" in headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in headers
    assert "Origin" in headers["Vary"]


@pytest.mark.usefixtures("allowing")
@pytest.mark.parametrize("origin", ["", "https://evil.example", "null"])
def test_no_other_page_is_told_anything(origin: str) -> None:
    headers = answered(origin)
    assert not [name for name in headers if name.startswith("Access-Control")]
    assert "Origin" in headers["Vary"]
