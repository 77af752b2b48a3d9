"""What is concluded when the SDK does not have the newest days yet."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pytest

from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import trading_days
from marketdata.catalog.securities import Security
from marketdata.errors import UpstreamBusyError, UpstreamError
from marketdata.kline.bars import BarDataset
from marketdata.sources.amazingdata.bars import CONTROLS, BarFetch
from tests.unit.sources.amazingdata.test_bars import reply, status_reply

DAYS = trading_days("SH", "20240102", "20240112")
*EARLIER, NEWEST = DAYS
EVE = EARLIER[-1]
FUNDS = [f"51030{at}.SH" for at in range(7)]
INDICES = [f"00030{at}.SH" for at in range(7)] + ["000001.SH"]
STOCKS = [f"60000{at}.SH" for at in range(3)]
FUTURES = ["IF2402.CFE", "IF2403.CFE", "IF2406.CFE"]

type Held = Mapping[str, Sequence[str]]


class LateSdk:
    """Has some days of some codes, and answers whatever it is asked."""

    def __init__(self, held: Held, error: UpstreamError | None = None) -> None:
        self.held = held
        self.error = error
        self.asked: list[list[str]] = []
        self.suspended: dict[str, list[str]] = {}

    def __call__(self, operation: str, /, **arguments: Any) -> Any:
        codes = arguments["codes"]
        if operation == "status":
            return status_reply(self.suspended, {})
        self.asked.append(codes)
        if self.error and codes[0] in CONTROLS.values():
            raise self.error
        first, last = arguments["start"], arguments["end"]
        found = {
            code: [day for day in self.held.get(code, ()) if first <= day <= last] for code in codes
        }
        return reply(
            {code: days for code, days in found.items() if days},
            empty=tuple(code for code, days in found.items() if not days),
        )

    @property
    def controls(self) -> list[list[str]]:
        """The calls for nothing but a market's control index."""
        return [codes for codes in self.asked if codes[0] in CONTROLS.values()]


def fetch(
    sdk: LateSdk,
    *batches: Iterable[str],
    kind: Kind = Kind.ETF,
    days: tuple[str, str] = (DAYS[0], NEWEST),
    final: str = NEWEST,
) -> BarFetch:
    done = BarFetch(sdk, BarDataset.parse(f"{kind}.daily"), *days, final)
    for batch in batches:
        done.run({code: security(code, kind) for code in batch})
    return done


def security(code: str, kind: Kind) -> Security | None:
    """Give what the catalog knows of stocks and contracts; funds and indices have no dates."""
    market = code.partition(".")[2]
    if kind is Kind.STOCK:
        return Security(code, "", kind, market, "19991110")
    if kind is Kind.FUTURE:
        return Security(code, "", kind, market, None, f"20{code[2:6]}20")
    return None


@pytest.mark.parametrize(
    ("kind", "codes"),
    [(Kind.ETF, FUNDS), (Kind.INDEX, INDICES), (Kind.STOCK, STOCKS), (Kind.FUTURE, FUTURES)],
)
def test_a_day_that_the_sdk_lacks_of_all_is_beyond_its_horizon(
    kind: Kind, codes: list[str]
) -> None:
    sdk = LateSdk(dict.fromkeys([*codes, CONTROLS["SH"]], EARLIER))
    done = fetch(sdk, codes, kind=kind)
    assert done.horizon == dict.fromkeys(codes, EVE)
    assert done.failed == {}


@pytest.mark.parametrize(
    ("kind", "codes"), [(Kind.ETF, FUNDS), (Kind.INDEX, INDICES[:7]), (Kind.STOCK, STOCKS)]
)
def test_a_day_that_the_control_index_has_is_not(kind: Kind, codes: list[str]) -> None:
    sdk = LateSdk(dict.fromkeys(codes, EARLIER) | {CONTROLS["SH"]: DAYS})
    assert fetch(sdk, codes, kind=kind).horizon == {}


def test_the_horizon_ends_before_the_first_day_that_all_lack() -> None:
    sdk = LateSdk(dict.fromkeys([FUNDS[0], CONTROLS["SH"]], DAYS[:-3]) | {FUNDS[1]: DAYS})
    assert fetch(sdk, FUNDS[:2]).horizon == {FUNDS[0]: DAYS[-4]}


def test_only_days_that_the_control_index_lacks_count() -> None:
    sdk = LateSdk({FUNDS[0]: DAYS[:-3], CONTROLS["SH"]: EARLIER})
    assert fetch(sdk, FUNDS[:1]).horizon == {FUNDS[0]: EVE}


def test_one_contract_with_the_day_proves_that_its_market_is_there() -> None:
    sdk = LateSdk(dict.fromkeys(FUTURES[:2], EARLIER) | {FUTURES[2]: DAYS})
    assert fetch(sdk, FUTURES, kind=Kind.FUTURE).horizon == {}


def test_a_contract_of_another_market_proves_nothing() -> None:
    sdk = LateSdk({FUTURES[0]: EARLIER, "CU2402.SHF": DAYS})
    done = fetch(sdk, [FUTURES[0], "CU2402.SHF"], kind=Kind.FUTURE)
    assert done.horizon == {FUTURES[0]: EVE}


@pytest.mark.parametrize(("kind", "codes"), [(Kind.ETF, FUNDS), (Kind.FUTURE, FUTURES)])
def test_older_days_are_never_beyond_it(kind: Kind, codes: list[str]) -> None:
    sdk = LateSdk(dict.fromkeys(codes, EARLIER))
    done = fetch(sdk, codes, kind=kind, final="20240329")
    assert done.horizon == {}
    assert sdk.controls == []


def test_five_days_are_the_newest() -> None:
    sdk = LateSdk({FUNDS[0]: DAYS[:-7], FUNDS[1]: DAYS})
    assert fetch(sdk, FUNDS[:2]).horizon == {FUNDS[0]: DAYS[-6]}


def test_the_control_is_asked_once_for_each_market_of_a_fetch() -> None:
    codes = [*FUNDS, "159901.SZ", "159902.SZ"]
    sdk = LateSdk(dict.fromkeys([*codes, CONTROLS["SH"]], EARLIER) | {CONTROLS["SZ"]: DAYS})
    done = fetch(sdk, codes[:3], codes[3:8], codes[8:])
    assert done.horizon == dict.fromkeys(FUNDS, EVE)
    assert sdk.controls == [[CONTROLS["SH"]], [CONTROLS["SZ"]]]


def test_it_is_asked_only_if_a_code_is_silent_about_the_newest_days() -> None:
    sdk = LateSdk({FUNDS[0]: DAYS, FUNDS[1]: DAYS[4:]})
    assert fetch(sdk, FUNDS[:2]).horizon == {}
    assert sdk.controls == []


def test_a_suspension_explains_the_newest_day() -> None:
    sdk = LateSdk({STOCKS[0]: EARLIER})
    sdk.suspended = {STOCKS[0]: [NEWEST]}
    done = fetch(sdk, STOCKS[:1], kind=Kind.STOCK)
    assert (done.horizon, done.halted) == ({}, {STOCKS[0]: {NEWEST: "suspended"}})
    assert sdk.controls == []


def test_so_does_the_end_of_a_life() -> None:
    gone = Security(STOCKS[0], "", Kind.STOCK, "SH", "19991110", EVE)
    sdk = LateSdk({STOCKS[0]: EARLIER})
    done = BarFetch(sdk, BarDataset.parse("stock.daily"), DAYS[0], NEWEST, NEWEST)
    done.run({STOCKS[0]: gone})
    assert (done.horizon, sdk.controls) == ({}, [])


def test_a_control_that_cannot_be_had_proves_nothing() -> None:
    sdk = LateSdk(dict.fromkeys(FUNDS, EARLIER), UpstreamBusyError("not now"))
    done = fetch(sdk, FUNDS)
    assert done.horizon == dict.fromkeys(FUNDS, EVE)
    assert done.failed == {}
    # Nor is it asked for each of them, with a timeout each time.
    assert len(sdk.controls) == 1
