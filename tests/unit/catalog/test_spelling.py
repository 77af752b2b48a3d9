"""Codes in every spelling: each is read as ours, and none of ours as another."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import MARKETS
from marketdata.catalog.securities import CODE_PATTERN, Security, market_of
from marketdata.catalog.spelling import (
    FUTURE_EXCHANGES,
    MAIN,
    READ_PATTERN,
    SPELLING_PATTERN,
    STOCK_EXCHANGES,
    bare_pattern,
    candidates,
    is_bare,
    read_spelling,
    series_of,
    variety_in,
)
from marketdata.sources.synthetic.source import SyntheticSource
from tests.support.clocks import clock

EXCHANGES = STOCK_EXCHANGES | FUTURE_EXCHANGES
NAMES = [name for names in EXCHANGES.values() for name in names]

texts = st.text(max_size=20)
ours = st.from_regex(CODE_PATTERN, fullmatch=True)
stocks = st.builds(
    "{}.{}".format, st.from_regex("[0-9]{6}", fullmatch=True), st.sampled_from([*STOCK_EXCHANGES])
)
contracts = st.builds(
    "{}.{}".format,
    st.from_regex("[A-Z]{1,2}[0-9]{3,4}", fullmatch=True),
    st.sampled_from([*FUTURE_EXCHANGES]),
)
casings = st.lists(st.booleans(), min_size=40, max_size=40)
blanks = st.sampled_from(["", " ", "  "])


def spellings(code: str) -> list[str]:
    """Write a code in every way, in capitals."""
    symbol, market = code.split(".")
    names = EXCHANGES[market]
    glued = [f"{market}{symbol}"] if market in STOCK_EXCHANGES else []
    return [f"{symbol}.{name}" for name in names] + [f"{name}.{symbol}" for name in names] + glued


def cased(text: str, casing: list[bool]) -> str:
    return "".join(each.lower() if low else each for each, low in zip(text, casing, strict=False))


@given(st.data(), stocks | contracts, casings, blanks)
def test_every_spelling_of_a_code_is_read_as_it(
    data: st.DataObject, code: str, casing: list[bool], blank: str
) -> None:
    text = data.draw(st.sampled_from(spellings(code)))
    assert read_spelling(blank + cased(text, casing) + blank) == code


def test_every_known_code_is_read_as_itself_in_every_spelling() -> None:
    known = SyntheticSource(clock("2025-11-21T20:00"), "17:00").list_securities().securities
    assert {each.market for each in known} == {*MARKETS} - {"BJ"}
    for security in known:
        assert {read_spelling(text) for text in spellings(security.code)} == {security.code}


@given(texts | ours | stocks | contracts)
def test_reading_once_is_enough(text: str) -> None:
    code = read_spelling(text)
    if code is not None:
        assert read_spelling(code) == code
        assert re.fullmatch(READ_PATTERN, code)
        assert not is_bare(code)


@given(ours)
def test_a_code_of_one_of_our_markets_keeps_its_meaning(code: str) -> None:
    if market_of(code) in MARKETS or market_of(code) not in NAMES:
        assert read_spelling(code) == code
        assert read_spelling(f" {code.lower()} ") == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("600000.sh", "600000.SH"),
        ("sh600000", "600000.SH"),
        ("SH.600000", "600000.SH"),
        ("600000.XSHG", "600000.SH"),
        ("600000.SS", "600000.SH"),
        ("SHSE.600000", "600000.SH"),
        ("000001.XSHE", "000001.SZ"),
        ("bj830799", "830799.BJ"),
        ("IF2401.CFX", "IF2401.CFE"),
        ("IF2401.CCFX", "IF2401.CFE"),
        ("CFFEX.IF2401", "IF2401.CFE"),
        ("cu2409.shf", "CU2409.SHF"),
        ("CU2409.XSGE", "CU2409.SHF"),
        ("SHFE.cu2409", "CU2409.SHF"),
        ("TA409.ZCE", "TA409.CZC"),
        ("TA409.CZCE", "TA409.CZC"),
        ("M2409.XDCE", "M2409.DCE"),
        ("SC2409.XINE", "SC2409.INE"),
        ("si2409.gfex", "SI2409.GFE"),
        ("SI2409.XGFE", "SI2409.GFE"),
        # 烧碱, a future of Zhengzhou, and no stock of Shanghai.
        ("sh409.czce", "SH409.CZC"),
        ("if.main", "IF.MAIN"),
        ("801780.SI", "801780.SI"),
        ("j066.csr", "J066.CSR"),
    ],
)
def test_how_services_write_codes(text: str, code: str) -> None:
    assert read_spelling(text) == code


@pytest.mark.parametrize("text", ["TA2409.CZC", "TA2409.XZCE", "TA409.CZCE", "TA409.CZC"])
def test_the_digits_of_a_contract_stay(text: str) -> None:
    assert read_spelling(text) == f"{text.partition('.')[0]}.CZC"


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "AAPL",
        "浦发银行",
        "600000.ABCD",
        "600000.CFFEX",
        "IF2401.XSHG",
        "XSHG.IF2401",
        "SH60000",
        "XSHG600000",
        "600000SH",
        "600000.SH.SH",
        "６０００００.SH",
        "ıf2401.cfe",
        "600000.SH\n",
        "IF.MAINS",
        "IFX.MAIN",
        ".MAIN",
    ],
)
def test_what_is_no_code_in_any_spelling(text: str) -> None:
    assert read_spelling(text) is None


def test_each_market_has_its_names_and_no_name_two_markets() -> None:
    assert set(EXCHANGES) == set(MARKETS)
    assert len(NAMES) == len(set(NAMES))
    assert all(market in names for market, names in EXCHANGES.items())
    assert MAIN not in NAMES


@pytest.mark.parametrize(
    "text", ["600000", " 000001 ", "if2401", "TA409", "SH409", "SH2409", "00700"]
)
def test_a_code_without_its_exchange(text: str) -> None:
    assert is_bare(text)
    assert read_spelling(text) is None


@pytest.mark.parametrize("text", ["sh600000", "600000.SH", "AAPL", "", "12", "1234567", "ABC123"])
def test_what_lacks_no_exchange(text: str) -> None:
    assert not is_bare(text)


def test_whom_a_code_without_its_exchange_may_mean() -> None:
    def security(code: str) -> Security:
        return Security(code, code, Kind.STOCK, market_of(code))

    known = [security(code) for code in ("000001.SZ", "000001.SH", "000010.SH", "IF2401.CFE")]
    assert [each.code for each in candidates(known, "000001")] == ["000001.SH", "000001.SZ"]
    assert [each.code for each in candidates(known, " if2401 ")] == ["IF2401.CFE"]
    assert candidates(known, "00001") == []


@given(st.from_regex(f"^(?:{SPELLING_PATTERN})$", fullmatch=True) | texts | ours)
def test_the_pattern_says_what_is_read(text: str) -> None:
    described = re.fullmatch(f" *(?:{SPELLING_PATTERN}) *", text)
    assert (read_spelling(text) is not None) is bool(described)


@given(st.from_regex("[A-Za-z]{0,3}[0-9]{2,7} ?", fullmatch=True) | texts)
def test_the_pattern_says_what_is_bare(text: str) -> None:
    assert is_bare(text) is bool(re.fullmatch(bare_pattern("$"), text))


@pytest.mark.parametrize(
    ("code", "variety"),
    [("IF.MAIN", "IF"), ("rb.main", "RB"), ("IF2401.CFE", ""), ("", ""), ("MAIN", "")],
)
def test_codes_of_series(code: str, variety: str) -> None:
    assert variety_in(code) == variety
    assert not variety or series_of(variety) == code.upper()
