"""All securities, though the lists fail now and then."""

from typing import Any

import pytest

from marketdata.blocks.dataset import Kind
from marketdata.catalog.securities import Catalog, Security
from marketdata.errors import (
    UpstreamError,
    UpstreamFaultError,
    UpstreamPermissionError,
    UpstreamSessionLostError,
)
from marketdata.sources.amazingdata.listing import Listing
from tests.support.clocks import clock

NOW = clock("2025-11-21T08:50")
STOCKS = [f"60000{n}.SH" for n in range(8)]


class ListingSdk:
    """Gives lists; each may be a list of answers in turn, the last of which stays."""

    def __init__(self, **lists: Any) -> None:
        self.lists: dict[str, Any] = {
            "EXTRA_STOCK_A": [STOCKS],
            "EXTRA_FUTURE": [["IF2512.CFE"]],
            "EXTRA_ETF": [["510300.SH"]],
            "EXTRA_INDEX_A": [["000300.SH", "H00300.CSI"]],
            "past": {"EXTRA_STOCK_A_SH_SZ": ["600099.SH", STOCKS[0]], "EXTRA_FUTURE": []},
            "names": {"510300.SH": "300ETF"},
            "basics": [[[code, "名", "20000101", None] for code in [*STOCKS, "600099.SH"]]],
        } | lists
        self.asked: list[str] = []

    def __call__(self, operation: str, /, **arguments: Any) -> Any:
        self.asked.append(operation)
        if operation == "past_codes":
            return self._given(self.lists["past"][arguments["security_type"]])
        if operation == "names":
            return self._given(self.lists["names"])
        if operation == "basics":
            return self._next("basics")
        return self._next(arguments.get("security_type", "EXTRA_FUTURE"))

    def _next(self, name: str) -> Any:
        answers = self.lists[name]
        return self._given(answers.pop(0) if len(answers) > 1 else answers[0])

    @staticmethod
    def _given(value: Any) -> Any:
        if isinstance(value, Exception):
            raise value
        return value


def catalog(*securities: Security) -> Catalog:
    return Catalog(securities, "2025-11-19T08:50:00+00:00", "amazingdata", {})


def stored(count: int = 8) -> Catalog:
    known = [Security(c, "旧", Kind.STOCK, "SH", "19990101") for c in STOCKS[:count]]
    etf = Security("510300.SH", "旧", Kind.ETF, "SH", "20120528")
    return catalog(*known, etf, Security("IF2512.CFE", "x", Kind.FUTURE, "CFE", None, "20251219"))


def listed(
    sdk: ListingSdk, known: Catalog | None = None
) -> tuple[dict[str, Security], dict[str, str]]:
    found = Listing(lambda: known, NOW).securities(sdk)
    return {each.code: each for each in found.securities}, found.stale


def test_all_kinds_are_listed_with_what_is_known_of_their_lives() -> None:
    found, stale = listed(ListingSdk())
    assert stale == {}
    assert found["600099.SH"] == Security("600099.SH", "名", Kind.STOCK, "SH", "20000101", None)
    assert found["IF2512.CFE"].delist_date == "20251219"
    assert found["510300.SH"].name == "300ETF"
    assert found["000300.SH"].kind is Kind.INDEX
    # Of a market that we have no calendar of.
    assert "H00300.CSI" not in found


@pytest.mark.parametrize("bad", [[], UpstreamFaultError("TypeError"), STOCKS[:3]])
def test_a_bad_list_is_asked_for_again(bad: Any) -> None:
    found, stale = listed(ListingSdk(EXTRA_STOCK_A=[bad, bad, STOCKS]), stored())
    assert stale == {}
    assert found.keys() >= set(STOCKS)


@pytest.mark.parametrize("bad", [[], UpstreamFaultError("TypeError"), STOCKS[:3]])
def test_the_last_good_list_is_kept_and_its_age_told(bad: Any) -> None:
    found, stale = listed(ListingSdk(EXTRA_STOCK_A=[bad]), stored())
    assert found.keys() >= set(STOCKS)
    assert "2025-11-19" in stale["EXTRA_STOCK_A"]
    assert stale.keys() == {"EXTRA_STOCK_A"}


def test_the_last_good_list_may_be_our_own() -> None:
    sdk = ListingSdk(EXTRA_STOCK_A=[STOCKS, []])
    listing = Listing(lambda: None, NOW)
    assert listing.securities(sdk).stale == {}
    again = listing.securities(sdk)
    assert {each.code for each in again.securities} >= set(STOCKS)
    assert "2025-11-21T08:50" in again.stale["EXTRA_STOCK_A"]


def test_without_any_list_of_stocks_there_is_none() -> None:
    with pytest.raises(UpstreamError) as error:
        listed(ListingSdk(EXTRA_STOCK_A=[[]]))
    assert error.value.retryable


def test_without_a_list_of_another_kind_the_others_are_listed() -> None:
    found, stale = listed(ListingSdk(EXTRA_ETF=[[]], EXTRA_FUTURE=[UpstreamPermissionError("-95")]))
    assert found.keys() >= set(STOCKS)
    assert stale.keys() == {"EXTRA_ETF", "EXTRA_FUTURE"}


def test_without_permission_for_stocks_there_is_nothing() -> None:
    with pytest.raises(UpstreamPermissionError):
        listed(ListingSdk(EXTRA_STOCK_A=[UpstreamPermissionError("-95")]))


def test_a_lost_session_ends_it() -> None:
    with pytest.raises(UpstreamSessionLostError):
        listed(ListingSdk(EXTRA_STOCK_A=[UpstreamSessionLostError("-79")]))


@pytest.mark.parametrize("refusal", [UpstreamFaultError("x"), UpstreamPermissionError("-95")])
def test_past_codes_and_names_are_good_to_have_only(refusal: Exception) -> None:
    past = {"EXTRA_STOCK_A_SH_SZ": refusal, "EXTRA_FUTURE": refusal}
    found, stale = listed(ListingSdk(past=past, names=refusal), stored())
    assert stale == {}
    assert "600099.SH" not in found
    assert found["510300.SH"] == Security("510300.SH", "旧", Kind.ETF, "SH", "20120528")


def test_past_futures_end_in_the_past() -> None:
    past = {"EXTRA_STOCK_A_SH_SZ": [], "EXTRA_FUTURE": ["TA409.CZC", "IF2512.CFE", "IO9.CFE"]}
    found, _ = listed(ListingSdk(past=past))
    assert found["TA409.CZC"].delist_date == "20240930"
    assert found["IF2512.CFE"].delist_date == "20251219"
    assert "IO9.CFE" not in found


def test_dates_are_asked_for_twice_and_then_nothing_is_listed() -> None:
    basics = [[code, "名", "20000101", None] for code in STOCKS]
    found, _ = listed(ListingSdk(basics=[UpstreamFaultError("TypeError"), basics]))
    assert found[STOCKS[0]].list_date == "20000101"
    with pytest.raises(UpstreamError, match="dates"):
        listed(ListingSdk(basics=[[]]))


def test_a_stock_without_dates_keeps_those_that_are_stored() -> None:
    basics = [[STOCKS[0], "新", None, None], [STOCKS[1], "新", "20000101", None]]
    found, _ = listed(ListingSdk(basics=[basics]), stored())
    assert found[STOCKS[0]].list_date == "19990101"
    assert found[STOCKS[1]].name == "新"
    assert found["600099.SH"].list_date is None


def test_what_was_listed_once_stays_known_though_no_list_names_it() -> None:
    gone = Security("600098.SH", "故", Kind.STOCK, "SH", "19990101", "20200105")
    fund = Security("510999.SH", "故", Kind.ETF, "SH")
    contract = Security("IF2001.CFE", "IF2001.CFE", Kind.FUTURE, "CFE", None, "20200117")
    listing = Listing(lambda: catalog(gone, fund, contract), NOW)
    sdk = ListingSdk(
        past={"EXTRA_STOCK_A_SH_SZ": UpstreamFaultError("TypeError"), "EXTRA_FUTURE": []}
    )
    found = {each.code: each for each in listing.securities(sdk).securities}
    assert found["600098.SH"] == gone
    assert found["IF2001.CFE"] == contract
    assert found["510999.SH"].delist_date == "20251119"
    assert found["510300.SH"].delist_date is None


def test_what_is_of_no_use_is_counted_and_named() -> None:
    lists = {"EXTRA_FUTURE": [["IF2512.CFE", "rb2601.SHF", "rb2601.XXX", "rb2601-C-3500.SHF"]]}
    past = {"EXTRA_STOCK_A_SH_SZ": ["600099.SH", "AAPL"], "EXTRA_FUTURE": ["IO99.CFE"]}
    found = Listing(lambda: None, NOW).securities(ListingSdk(**lists, past=past))
    assert found.notes == [
        "5 codes dropped: AAPL, rb2601.XXX, rb2601-C-3500.SHF, IO99.CFE, H00300.CSI"
    ]
    few = Listing(lambda: None, NOW).securities(ListingSdk(EXTRA_INDEX_A=[["000300.SH", "H1.CSI"]]))
    assert few.notes == ["1 code dropped: H1.CSI"]
    many = Listing(lambda: None, NOW).securities(
        ListingSdk(EXTRA_FUTURE=[[f"x{n}" for n in range(74)]])
    )
    assert many.notes[0].startswith("75 codes dropped: x0, x1, ")
    assert many.notes[0].endswith(", x9, …")


def test_codes_are_ours_and_their_spelling_is_kept() -> None:
    known = catalog(Security("AG2512.SHF", "x", Kind.FUTURE, "SHF", spelling="ag2512.SHF"))
    listing = Listing(lambda: known, NOW)
    lists = {"EXTRA_FUTURE": [["rb2601.SHF", "RB2601.SHF", "IF2512.CFE"]]}
    found = {each.code: each for each in listing.securities(ListingSdk(**lists)).securities}
    assert found["RB2601.SHF"].spelling == "rb2601.SHF"
    assert found["IF2512.CFE"].spelling is None
    assert found["AG2512.SHF"].spelling == "ag2512.SHF"
    # An SDK that has changed its mind is asked in the new way.
    lists = {"EXTRA_FUTURE": [["RB2601.SHF", "IF2512.CFE"]]}
    found = {each.code: each for each in listing.securities(ListingSdk(**lists)).securities}
    assert found["RB2601.SHF"].spelling is None


def test_the_dates_of_a_stock_are_asked_for_as_the_sdk_writes_it() -> None:
    asked: list[list[str]] = []

    class Small(ListingSdk):
        def __call__(self, operation: str, /, **arguments: Any) -> Any:
            if operation == "basics":
                asked.append(arguments["codes"])
            return super().__call__(operation, **arguments)

    small = [code.lower() for code in STOCKS]
    found = Listing(lambda: None, NOW).securities(Small(EXTRA_STOCK_A=[small]))
    assert found.securities[0].list_date == "20000101"
    assert asked == [[*small, "600099.SH"]]
