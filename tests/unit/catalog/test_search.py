"""Finding securities by part of a code or a name."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from marketdata.blocks.dataset import Kind
from marketdata.catalog.search import folded, search
from marketdata.catalog.securities import Security

TODAY = "20240102"


def stock(code: str, name: str, gone: str | None = None) -> Security:
    return Security(code, name, Kind.STOCK, code[-2:], "19990101", gone)


BANK = stock("600000.SH", "浦发银行")
SECURITIES = [
    stock("000600.SZ", "建投能源"),
    stock("600001.SH", "邯郸钢铁", "20091229"),
    stock("300600.SZ", "国瑞科技"),
    stock("600010.SH", "包钢股份"),
    BANK,
    stock("601988.SH", "中国银行"),
    Security("IF2401.CFE", "IF2401", Kind.FUTURE, "CFE", "20231120", "20240119"),
]


def found(text: str, limit: int = 20) -> list[str]:
    return [security.code for security in search(SECURITIES, text, TODAY, limit)[0]]


def test_a_code_that_begins_so_comes_before_one_that_holds_it() -> None:
    assert found("600") == ["600000.SH", "600010.SH", "600001.SH", "000600.SZ", "300600.SZ"]


def test_a_dead_code_comes_after_the_living_of_its_rank() -> None:
    assert found("6000").index("600001.SH") == 2


def test_names_are_found_too() -> None:
    assert found("浦发") == ["600000.SH"]
    assert found("银行") == ["600000.SH", "601988.SH"]


def test_case_and_blanks_do_not_matter() -> None:
    assert found(" if24 ") == found("IF24") == ["IF2401.CFE"]
    assert found("600000.sh") == ["600000.SH"]


def test_what_is_cut_off_is_counted() -> None:
    best, total = search(SECURITIES, "600", TODAY, 2)
    assert ([each.code for each in best], total) == (["600000.SH", "600010.SH"], 5)


def test_nothing_wanted_is_everything_and_nonsense_is_nothing() -> None:
    assert len(found("")) == len(SECURITIES)
    assert search(SECURITIES, "⁇", TODAY, 20) == ([], 0)


@given(st.text(alphabet="0123456789.SHZ 银行", max_size=6), st.integers(0, 9))
@example("0 0", 9)
def test_it_gives_what_holds_the_text(text: str, limit: int) -> None:
    """The names have no blanks here; those of the text do not count."""
    best, total = search(SECURITIES, text, TODAY, limit)
    wanted = "".join(text.split()).casefold()
    holding = [
        each
        for each in SECURITIES
        if wanted in each.code.casefold() or wanted in each.name.casefold()
    ]
    assert total == len(holding)
    assert len(best) == min(limit, total)
    assert set(best) <= set(holding)
    whole, _ = search(SECURITIES, text, TODAY, len(SECURITIES))
    assert best + search(SECURITIES, text, TODAY, len(SECURITIES), limit)[0] == whole


WULIANGYE = Security("000858.SZ", "五 粮 液", Kind.STOCK, "SZ", "19980427", initials="wly wls")
VANKE = Security("000002.SZ", "万  科Ａ", Kind.STOCK, "SZ", "19910129", initials="wka mka")
PUFA = replace(BANK, initials="pfyh pfyx")
SPELT = [*SECURITIES[:4], PUFA, WULIANGYE, VANKE, SECURITIES[-1]]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("五粮液", "000858.SZ"),
        ("五 粮", "000858.SZ"),
        (" 粮液", "000858.SZ"),
        ("wly", "000858.SZ"),
        ("WLY", "000858.SZ"),
        ("ｗｌｙ", "000858.SZ"),
        ("万科A", "000002.SZ"),
        ("万科a", "000002.SZ"),
        ("万　科Ａ", "000002.SZ"),
        ("wka", "000002.SZ"),
        ("科Ａ", "000002.SZ"),
        ("pfyh", "600000.SH"),
        ("６０００００", "600000.SH"),
        ("000858.ｓｚ", "000858.SZ"),
    ],
)
def test_names_are_found_however_they_are_spelt(text: str, code: str) -> None:
    found, total = search(SPELT, text, TODAY, 20)
    assert ([each.code for each in found], total) == ([code], 1)


def test_initials_come_after_names_and_the_beginning_before_the_middle() -> None:
    named = stock("600100.SH", "WK基金")
    middle = replace(stock("600101.SH", "东万科"), initials="dwk")
    found, _ = search([middle, VANKE, named], "wk", TODAY, 20)
    assert [each.code for each in found] == ["600100.SH", "000002.SZ", "600101.SH"]


def test_one_reading_does_not_run_into_the_next() -> None:
    assert search([VANKE], "am", TODAY, 20) == ([], 0)
    assert search([VANKE], "a m", TODAY, 20) == ([], 0)


@given(st.text(max_size=8), st.sampled_from([" ", "　", "\t"]))
def test_a_text_and_its_spelling_are_folded_alike(text: str, blank: str) -> None:
    assert folded(blank.join(text)) == folded(text)
