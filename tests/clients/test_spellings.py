"""Codes as people write them: sent as they are, and found again by what was written."""

import json
from typing import Any

import httpx
import pytest
from amazingdata_client.questions import is_future

from tests.clients.conftest import Calls, Run
from tests.clients.samples import DAYS, meta, sample_bar
from tests.clients.scripted import ScriptedService, success

READ_AS = {f"sh{number}": f"{number}.SH" for number in range(600000, 600600)}


def answer(request: httpx.Request) -> httpx.Response:
    """Answer as the service does: each code once, by its own name."""
    asked = json.loads(request.content)["codes"]
    known = dict.fromkeys(READ_AS.get(code, code) for code in asked)
    read_as = {code: READ_AS[code] for code in asked if code in READ_AS}
    said: dict[str, Any] = {"expected": len(known), "returned": len(known)}
    if read_as:
        said["codes_read_as"] = read_as
    return success({code: [sample_bar()] for code in known}, meta(**said))


def test_rows_are_found_by_what_was_asked_for(client: Calls, scripted: ScriptedService) -> None:
    scripted.on("POST /stock/kline/batch", answer)
    result = client.kline(["sh600000", "600001.SH"], "20240101", "20240105")
    assert scripted.bodies()[0]["codes"] == ["sh600000", "600001.SH"]
    assert result.meta.codes_read_as == {"sh600000": "600000.SH"}
    assert result.of(" sh600000 ") == result.of("600000.SH") == result.data["600000.SH"]
    assert list(result.data) == ["600000.SH", "600001.SH"]
    with pytest.raises(KeyError):
        result.of("600002.SH")


def test_what_many_codes_were_read_as_is_put_together(
    client: Calls, scripted: ScriptedService
) -> None:
    scripted.on("POST /stock/kline/batch", answer)
    result = client.kline(list(READ_AS), "20240101", "20240105")
    assert result.meta.codes_read_as == READ_AS
    assert result.meta.expected == len(result.data) == 600
    assert sorted(len(body["codes"]) for body in scripted.bodies()) == [100, 500]


def test_two_spellings_of_a_code_in_two_calls_are_one_code(
    client: Calls, scripted: ScriptedService
) -> None:
    scripted.on("POST /stock/kline/batch", answer)
    result = client.kline([*READ_AS, "600000.SH"], "20240101", "20240105")
    assert result.meta.expected == len(result.data) == 600
    assert result.meta.codes_read_as == READ_AS
    asked = [body["codes"] for body in scripted.bodies()]
    assert sorted(map(len, asked[:2])) == [101, 500]
    again = sorted(asked[2:], key=len, reverse=True)
    assert again[0] + again[1] == list(READ_AS.values())


def test_a_service_that_reads_nothing_otherwise(client: Calls, scripted: ScriptedService) -> None:
    scripted.on("POST /stock/kline/batch", answer)
    assert client.kline("600000.SH", "20240101", "20240105").meta.codes_read_as == {}


def test_the_command_line_says_once_what_it_read(run: Run, scripted: ScriptedService) -> None:
    scripted.on("POST /stock/kline/batch", answer)
    done = run("kline", "sh600000", "600001.SH", *DAYS)
    assert done.exit_code == 0
    assert done.stderr.count("read sh600000 as 600000.SH\n") == 1
    assert "read " not in run("kline", "600000.SH", *DAYS).stderr
    many = run("kline", *list(READ_AS)[:7], *DAYS).stderr
    assert "sh600004 as 600004.SH and 2 more codes\n" in many


@pytest.mark.parametrize("code", ["cffex.if2401", "IF2401.CFX", "SHFE.cu2409", "TA409.ZCE"])
def test_a_future_is_known_in_every_spelling(
    run: Run, scripted: ScriptedService, code: str
) -> None:
    scripted.on("GET /future/kline", success({"IF2401.CFE": [sample_bar()]}, meta()))
    assert run("kline", code, *DAYS).exit_code == 0
    assert dict(scripted.seen[-1].url.params)["codes"] == code


@pytest.mark.parametrize("code", ["600000.SH", "sh600000", "SH.600000", "830799.BJ", "000300.XSHG"])
def test_what_is_no_future(code: str) -> None:
    assert not is_future(code)
    assert is_future("if.main")
    assert is_future("IF2401")
