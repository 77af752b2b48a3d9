"""Codes without their exchange: the refusal names whom they may mean, and asks nobody."""

from collections.abc import Callable, Sequence

import pytest
from pydantic import ValidationError

from marketdata import deployment
from marketdata.api.bare_codes import Needs, needs_exchange
from marketdata.api.failures import wrong_fields
from marketdata.api.parameters import MAX_CODES, Codes, Parameters, PathCodes
from marketdata.blocks.dataset import Kind
from marketdata.catalog.securities import Catalog, Security, market_of

KNOWN = {
    "000001.SZ": "平安银行",
    "000001.SH": "上证指数",
    "600000.SH": "浦发银行",
    "IF2401.CFE": "IF2401",
}


class Many(Parameters):
    codes: Codes


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> Callable[[Sequence[str]], None]:
    """Give a function that sets whom the stored catalog knows; before, there is none."""
    monkeypatch.setattr(deployment, "stored_catalog", lambda: None)
    monkeypatch.delattr(deployment, "catalog")

    def know(codes: Sequence[str]) -> None:
        securities = [
            Security(code, KNOWN.get(code, "?"), Kind.STOCK, market_of(code)) for code in codes
        ]
        catalog = Catalog(securities, "", "synthetic", {})
        monkeypatch.setattr(deployment, "stored_catalog", lambda: catalog)

    return know


type Know = Callable[[Sequence[str]], None]


def test_all_whom_it_may_mean_are_named(stored: Know) -> None:
    stored([*KNOWN])
    wanted = "000001 needs its exchange: 000001.SH (上证指数) or 000001.SZ (平安银行)"
    named = ["000001.SH (上证指数)", "000001.SZ (平安银行)"]
    assert needs_exchange(["000001"]) == (wanted, named)
    assert needs_exchange(["if2401"]).reason == "if2401 needs its exchange: IF2401.CFE (IF2401)"


@pytest.mark.parametrize("known", [None, ["600000.SH"]], ids=["no catalog", "a stranger"])
def test_without_anybody_it_says_how_to_write_one(
    stored: Know, known: Sequence[str] | None
) -> None:
    if known is not None:
        stored(known)
    wanted = "000001 needs its exchange, as in 600000.SH, 830799.BJ or IF2401.CFE"
    assert needs_exchange(["000001"]) == (wanted, [])


def test_each_is_named_once_and_no_more_than_three(stored: Know) -> None:
    stored([*KNOWN])
    reason, named = needs_exchange(["600000", "600000", "if2401", "000001", "1234", "5678"])
    assert reason.split("; ") == [
        "600000 needs its exchange: 600000.SH (浦发银行)",
        "if2401 needs its exchange: IF2401.CFE (IF2401)",
        "000001 needs its exchange: 000001.SH (上证指数) or 000001.SZ (平安银行)",
        "and 2 more",
    ]
    assert len(named) == 4


@pytest.mark.parametrize("code", ["AAPL", "", "600000.ABCD"])
def test_nothing_else_that_is_wrong_has_anybody_looked_up(code: str) -> None:
    def look_up(codes: Sequence[str]) -> Needs:
        raise AssertionError(codes)

    with pytest.raises(ValidationError) as caught:
        PathCodes.model_validate_strings({"code": code})
    (wrong,) = wrong_fields(caught.value, look_up)
    reason = f"must be a code like 600000.SH or IF2401.CFE, not {code!r}"
    assert wrong == ("code", reason, "not_a_code", {"given": code})


def test_a_refusal_is_not_as_large_as_what_it_refuses(stored: Know) -> None:
    stored([])
    with pytest.raises(ValidationError) as caught:
        Many.model_validate({"codes": [*map(str, range(100000, 101000)), *["100000"] * 1000]})
    (wrong,) = wrong_fields(caught.value, needs_exchange)
    assert wrong.params["codes"] == [*map(str, range(100000, 100000 + MAX_CODES))]
