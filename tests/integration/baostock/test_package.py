"""The real package on the stand-in: what it reads, and its own faults that the facts tell of."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.standin.baostock.faults import Fault
from tests.standin.baostock.rows import DAILY_FIELDS, MINUTE_FIELDS
from tests.standin.baostock.server import BaoStockServer
from tests.support.baostock import (
    EVENING,
    Address,
    Caller,
    have_package_say,
    market_at,
    needs_package,
)

pytestmark = needs_package

ROOT = Path(__file__).parents[3]
KLINES = "query_history_k_data_plus"
DAILY = ",".join(DAILY_FIELDS)
LONG = f'bs.{KLINES}("sh.600000", "{DAILY}", "2015-01-05", "2026-02-10", "d", "3")'
LOGIN = "said.append(bs.login().error_code)\n"


def test_a_session_of_the_package(server: BaoStockServer, caller: Caller) -> None:
    asked_before = len(server.log.questions())
    script = f"""
result = {LONG}
said.append([result.error_code, result.method, result.code, result.start_date, result.end_date])
said.append([result.frequency, result.adjustflag, result.fields])
said.append(rows(result))
result = bs.query_daily_history_k_AStock("2024-01-02")
said.append([result.error_code, result.fields, result.data])
said.append(bs.logout().error_code)
"""
    login, echo, rest, rows, day, logout = have_package_say(server, LOGIN + script)
    assert login == logout == "0"
    assert echo == ["0", KLINES, "sh.600000", "2015-01-05", "2026-02-10"]
    # The package cuts the last character of the answer off.
    assert rest == ["d", "", list(DAILY_FIELDS)]
    known = caller.daily("sh.600000", "2015-01-05", "2026-02-10")
    assert rows == [list(row.values()) for row in known]
    assert len(rows) > 2000
    known = caller.rows("query_daily_history_k_AStock", "2024-01-02")
    assert day == ["0", list(DAILY_FIELDS), [list(row.values()) for row in known]]
    mine = server.log.events("opened")[-1]["connection"]
    calls = [each for each in server.log.questions()[asked_before:] if each["connection"] == mine]
    assert [each["call"] for each in calls] == [
        *("login", KLINES, KLINES, "query_daily_history_k_AStock", "logout"),
    ]
    assert [each["arguments"][0] for each in calls[1:3]] == ["1", "2"]
    assert {each["version"] for each in calls} == {"00.9.40"}
    assert not server.log.events("malformed")


def test_the_package_reads_every_other_query(server: BaoStockServer, caller: Caller) -> None:
    minutes = ",".join(MINUTE_FIELDS)
    calls = {
        f'bs.{KLINES}("sz.000001", "{minutes}", "2024-01-02", "2024-01-03", "5", "3")': (
            caller.minutes("sz.000001", "5", "2024-01-02", "2024-01-03")
        ),
        'bs.query_trade_dates("2010-01-01", "2026-02-10")': (
            caller.rows("query_trade_dates", "2010-01-01", "2026-02-10")
        ),
        'bs.query_all_stock("2024-01-02")': caller.rows("query_all_stock", "2024-01-02"),
        "bs.query_stock_basic()": caller.rows("query_stock_basic", "", ""),
        "bs.query_stock_industry()": caller.rows("query_stock_industry", "", ""),
        "bs.query_hs300_stocks()": caller.rows("query_hs300_stocks", ""),
        "bs.query_sz50_stocks()": caller.rows("query_sz50_stocks", ""),
        "bs.query_zz500_stocks()": caller.rows("query_zz500_stocks", ""),
        'bs.query_adjust_factor("sh.600000", "1990-12-19", "2026-02-10")': (
            caller.rows("query_adjust_factor", "sh.600000", "1990-12-19", "2026-02-10")
        ),
        'bs.query_daily_history_k_ETF("2026-02-10")': (
            caller.rows("query_daily_history_k_ETF", "2026-02-10")
        ),
        'bs.query_daily_adjust_factor("2025-07-21")': (
            caller.rows("query_daily_adjust_factor", "2025-07-21")
        ),
    }
    script = "".join(
        f"result = {call}\nsaid.append([result.fields, rows(result)])\n" for call in calls
    )
    login, *said = have_package_say(server, LOGIN + script)
    assert login == "0"
    for (call, known), (names, rows) in zip(calls.items(), said, strict=True):
        assert known, call
        assert names == list(known[0]), call
        assert rows == [list(row.values()) for row in known], call


def test_a_lost_page_ends_the_rows_silently(server: BaoStockServer) -> None:
    server.faults.set(Fault("lost_page"))
    script = f"""
result = {LONG}
said.append(len(rows(result)))
said.append([result.error_code, len(result.data), result.cur_row_num])
"""
    assert have_package_say(server, LOGIN + script) == ["0", 2000, ["0", 2000, 2000]]


def test_a_late_answer_is_taken_for_the_next_ones(server: BaoStockServer) -> None:
    server.faults.set(Fault("late", KLINES, at=[1]))
    script = """
for code in ("sh.600000", "sz.000001"):
    args = (code, "date,code", "2024-01-02", "2024-01-02", "d", "3")
    result = bs.query_history_k_data_plus(*args)
    said.append([result.error_code, result.data])
"""
    said = have_package_say(server, LOGIN + script, seconds=0.5)
    assert said == ["0", ["10002007", []], ["0", [["2024-01-02", "sh.600000"]]]]


def test_a_days_call_of_exactly_a_page_asks_for_day_two(server: BaoStockServer) -> None:
    server.faults.set(Fault("full_page"))
    script = """
result = bs.query_daily_history_k_AStock("2024-01-02")
said.append(len(result.data))
said.append(len(rows(result)))
said.append(result.error_code)
"""
    assert have_package_say(server, LOGIN + script) == ["0", 2000, 2000, "10004010"]
    assert server.log.questions()[-1]["arguments"] == ["2"]


@pytest.mark.parametrize("answer_type", ["01", "04"])
def test_the_package_is_told_that_it_is_blacklisted(
    server: BaoStockServer, answer_type: str
) -> None:
    server.faults.set(Fault("blacklisted", answer_type=answer_type))
    assert have_package_say(server, LOGIN) == ["10001011"]


@pytest.mark.parametrize(
    ("name", "code"),
    [("hang", "10002007"), ("reset", "10002007"), ("wrong_length", "10002007"), ("wrong_crc", "0")],
)
def test_an_answer_that_fails(server: BaoStockServer, name: str, code: str) -> None:
    server.faults.set(Fault(name, KLINES))
    script = f"said.append({LONG}.error_code)"
    assert have_package_say(server, LOGIN + script, seconds=0.5) == ["0", code]


def test_the_stand_in_is_a_process_too() -> None:
    command = [sys.executable, "-m", "tests.standin.baostock", "--port", "0", "--now", EVENING]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().removeprefix("listening on ").strip()
            host, _, port = address.partition(":")
            with BaoStockServer(market_at(EVENING)) as here:
                script = "said.append(bs.query_stock_basic('sh.600000').data)"
                known = have_package_say(here, LOGIN + script)
                assert have_package_say(Address(host, int(port)), LOGIN + script) == known
        finally:
            process.terminate()
