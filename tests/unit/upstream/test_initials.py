"""Pinyin initials of names, as people type them."""

import subprocess
import sys

import pytest

from marketdata.upstream.initials import MOST_READINGS, initials_of


@pytest.mark.parametrize(
    ("name", "likely"),
    [
        ("五 粮 液", "wly"),
        ("万  科Ａ", "wka"),
        ("浦发银行", "pfyh"),
        ("平安银行", "payh"),
        ("重庆啤酒", "cqpj"),
        ("行动教育", "xdjy"),
        ("*ST信通", "stxt"),
        ("沪深300ETF", "hs300etf"),
        ("N中芯", "nzx"),
        ("沪深300股指2401", "hs300gz2401"),
    ],
)
def test_the_likeliest_reading_comes_first(name: str, likely: str) -> None:
    assert initials_of(name).split()[0] == likely


def test_other_readings_are_kept_for_names_that_are_read_in_their_own_way() -> None:
    """长电 is Chángdiàn, 长城 is Chángchéng; a dictionary that does not have them says zh."""
    assert "cdkj" in initials_of("长电科技").split()
    assert "cccq" in initials_of("长城超桥").split()


@pytest.mark.parametrize("name", ["", "IF2401", "ETF", " * "])
def test_a_name_without_chinese_characters_has_none(name: str) -> None:
    assert initials_of(name) == ""


def test_there_is_an_end_to_readings() -> None:
    readings = initials_of("长行重乐朝都还着" * 3).split()
    assert len(readings) == len(set(readings)) == MOST_READINGS


def test_the_library_is_loaded_by_the_first_name_only() -> None:
    code = "import sys, marketdata.upstream.server; print('pypinyin' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
