"""Bars portion by portion, and how far a request of many codes is."""

import importlib.util
import json
import sys
from itertools import pairwise
from types import ModuleType, SimpleNamespace
from typing import Any

import anyio
import httpx
import pytest
from amazingdata_client import (
    KlineResult,
    NotFoundError,
    UnavailableError,
    answers,
    parsing,
    row_text,
)
from amazingdata_client.progress_bar import KERNEL_SHELL, html, line
from amazingdata_client.results import merged

from tests.clients.conftest import Calls
from tests.clients.samples import meta, sample_bar
from tests.clients.scripted import ScriptedService, failure, success

CODES = [f"{number:06d}.SH" for number in range(600000, 600020)]
WEEK = ("20240101", "20240105")
CALL = "POST /stock/kline/batch"


def asked(request: httpx.Request) -> list[str]:
    codes: list[str] = json.loads(request.content)["codes"]
    return codes


def answer(request: httpx.Request) -> httpx.Response:
    """Answer as the service does: it knows codes from 600003 to 600015, and lacks a day of each."""
    read_as = {code: f"{code[2:]}.SH" for code in asked(request) if code.startswith("sh")}
    codes = dict.fromkeys(read_as.get(code, code) for code in asked(request))
    known = [code for code in codes if "600003.SH" <= code <= "600015.SH"]
    if not known:
        return failure(404, "none of the codes is known")
    said: dict[str, Any] = {
        "complete": False,
        "expected": 2 * len(known),
        "returned": len(known),
        "missing": {code: [["20240103", "20240103"]] for code in known},
        "unknown_codes": [code for code in codes if code not in known],
    }
    if read_as:
        said["codes_read_as"] = read_as
    return success({code: [sample_bar()] for code in known}, meta(**said))


def take(
    client: Calls, *arguments: Any, into: list[KlineResult], most: int = 99, **options: Any
) -> None:
    """Take portions until there are `most`, and stop."""
    portions = client.client.iter_klines(*arguments, **options)

    async def wait() -> None:
        async for portion in portions:
            into.append(portion)
            if len(into) == most:
                break
        await portions.aclose()

    if client.waits:
        anyio.run(wait)
        return
    for portion in portions:
        into.append(portion)
        if len(into) == most:
            break
    portions.close()


@pytest.mark.parametrize("size", [1, 2, 7, 500])
def test_the_portions_together_are_the_whole(
    client: Calls, scripted: ScriptedService, size: int
) -> None:
    scripted.on(CALL, answer)
    taken: list[KlineResult] = []
    take(client, CODES, *WEEK, portion=size, into=taken)
    together, whole = merged(taken), client.kline(CODES, *WEEK)
    assert together.data == whole.data
    assert list(together.data) == list(whole.data)
    assert {*together.meta.unknown_codes} == {*whole.meta.unknown_codes}
    assert len(together.meta.unknown_codes) == len(whole.meta.unknown_codes) == 7
    for name in ("complete", "expected", "returned", "missing", "source", "upstream"):
        assert getattr(together.meta, name) == getattr(whole.meta, name)
    for portion in taken:
        assert len(portion.data) <= size
        assert portion.meta.missing.keys() == portion.data.keys()
        assert portion.meta.expected == 2 * len(portion)


def test_a_portion_is_asked_for_when_the_one_before_was_taken(
    client: Calls, scripted: ScriptedService
) -> None:
    scripted.on(CALL, answer)
    taken: list[KlineResult] = []
    take(client, CODES[5:], *WEEK, portion=2, most=3, into=taken)
    assert [list(each.data) for each in taken] == [CODES[5:7], CODES[7:9], CODES[9:11]]
    assert len(scripted.seen) == 3


def test_a_portion_is_small_by_itself(client: Calls, scripted: ScriptedService) -> None:
    scripted.on(CALL, answer)
    taken: list[KlineResult] = []
    take(client, CODES[3:16], "20160101", "20251231", fields=iter(["close"]), into=taken)
    assert [len(each.data) for each in taken] == [3, 3, 3, 3, 1]
    assert {tuple(each.columns) for each in taken} == {("code", "trade_date", "close")}
    assert scripted.bodies()[0]["fields"] == ["close"]
    taken.clear()
    take(client, CODES[3:16], count=5, into=taken)
    assert [len(each.data) for each in taken] == [13]


def test_nothing_known_at_all_is_an_error(client: Calls, scripted: ScriptedService) -> None:
    scripted.on(CALL, answer)
    taken: list[KlineResult] = []
    with pytest.raises(NotFoundError):
        take(client, CODES[16:], *WEEK, portion=2, into=taken)
    assert not taken


def test_a_code_in_two_spellings_is_in_one_portion(
    client: Calls, scripted: ScriptedService
) -> None:
    scripted.on(CALL, answer)
    codes = ["sh600003", "600004.SH", "600003.SH", "sh600005", "sh600004", "600003.SH "]
    taken: list[KlineResult] = []
    take(client, codes, *WEEK, portion=2, into=taken)
    assert [list(each.data) for each in taken] == [["600003.SH", "600004.SH"], ["600005.SH"]]
    assert taken[0].of("sh600003") == taken[0].data["600003.SH"]
    assert merged(taken).data == client.kline(codes, *WEEK).data
    assert merged(taken).meta.expected == 6


def test_another_spelling_beside_unknown_codes_is_not_unknown(
    client: Calls, scripted: ScriptedService
) -> None:
    scripted.on(CALL, answer)
    taken: list[KlineResult] = []
    codes = ["600003.SH", "600004.SH", "sh600003", "600000.SH", "600005.SH"]
    take(client, codes, *WEEK, portion=2, into=taken)
    whole = client.kline(codes, *WEEK)
    assert merged(taken).meta.unknown_codes == whole.meta.unknown_codes == ["600000.SH"]
    assert merged(taken).data == whole.data
    # Nor if nothing comes after it.
    taken.clear()
    take(client, codes[:4], *WEEK, portion=2, into=taken)
    assert merged(taken).meta.unknown_codes == ["600000.SH"]


def test_an_error_says_what_was_delivered(client: Calls, scripted: ScriptedService) -> None:
    scripted.on(CALL, answer, answer, answer, failure(503), failure(503), failure(503))
    taken: list[KlineResult] = []
    with pytest.raises(UnavailableError) as raised:
        take(
            client, ["sh600003", *CODES[4:6], *CODES[:2], *CODES[6:]], *WEEK, portion=3, into=taken
        )
    # The second portion has known codes beside unknown ones, so all of it was delivered.
    assert raised.value.delivered == ("sh600003", *CODES[4:6], *CODES[:2], *CODES[6:10])
    assert len(taken) == 3
    scripted.scripts.clear()
    scripted.on(CALL, failure(503))
    with pytest.raises(UnavailableError) as raised:
        client.kline(CODES, *WEEK)
    assert raised.value.delivered == ()


def test_unknown_codes_that_no_portion_told_of_were_not_delivered(
    client: Calls, scripted: ScriptedService
) -> None:
    scripted.on(CALL, answer, answer, failure(503))
    taken: list[KlineResult] = []
    with pytest.raises(UnavailableError) as raised:
        take(client, [*CODES[4:6], *CODES[:2], *CODES[6:]], *WEEK, portion=2, into=taken)
    assert raised.value.delivered == (*CODES[4:6],)


def test_what_is_wrong_is_said_at_once(client: Calls, scripted: ScriptedService) -> None:
    for options in ({"portion": 0}, {"portion": -1}):
        with pytest.raises(ValueError, match="at least one code"):
            client.client.iter_klines(CODES, *WEEK, **options)
    with pytest.raises(ValueError, match="do not apply to futures"):
        client.client.iter_klines("IF2401.CFE", *WEEK, adjust="forward")
    assert not scripted.seen


def test_a_portion_without_a_bar_has_the_columns_of_the_others(
    client: Calls, scripted: ScriptedService
) -> None:
    """Or files that are written portion by portion cannot be read together."""
    bar = sample_bar()
    timed = {"trade_date": bar.pop("trade_date"), "kline_time": "2024-01-02 09:30:00", **bar}
    scripted.on(CALL, success({"600000.SH": [timed]}, meta()), success({"600001.SH": []}, meta()))
    taken: list[KlineResult] = []
    take(client, ["600000.SH", "600001.SH"], *WEEK, "min1", portion=1, into=taken)
    full, empty = (each.to_polars() for each in taken)
    assert (full.schema, len(empty)) == (empty.schema, 0)
    scripted.scripts.clear()
    scripted.on(CALL, success({"600001.SH": []}, meta()))
    chosen = client.kline("600001.SH", *WEEK, "min5", fields="kline_time,close")
    assert list(chosen.to_pandas()) == ["code", "trade_date", "kline_time", "close"]


def test_futures_come_in_portions_too(client: Calls, scripted: ScriptedService) -> None:
    scripted.on("GET /future/kline", success({"IF2401.CFE": [sample_bar()]}, meta()))
    taken: list[KlineResult] = []
    take(client, ["IF2401.CFE", "IF2402.CFE"], *WEEK, portion=1, into=taken)
    assert [each.url.params["codes"] for each in scripted.seen] == ["IF2401.CFE", "IF2402.CFE"]


# ------------------------------------------------------------------ how far it is


def test_a_function_is_told_how_far_it_is(client: Calls, scripted: ScriptedService) -> None:
    scripted.on(CALL, answer)
    told: list[tuple[int, int]] = []
    client.kline(CODES, count=50_000, progress=lambda done, of: told.append((done, of)))
    assert told[0] == (0, 20)
    assert told[-1] == (20, 20)
    assert all(one < two for one, two in pairwise(told))
    told.clear()
    taken: list[KlineResult] = []
    take(client, CODES, *WEEK, portion=8, progress=lambda *each: told.append(each), into=taken)
    assert told == [(0, 20), (8, 20), (16, 20), (20, 20)]
    told.clear()
    take(client, CODES[3:7], *WEEK, portion=2, progress=lambda *each: told.append(each), into=[])
    assert told == [(0, 4), (2, 4), (4, 4)]


def test_a_function_that_fails_ends_the_call(client: Calls, scripted: ScriptedService) -> None:
    def fails(done: int, _: int) -> None:
        if done:
            raise KeyError(done)

    scripted.on(CALL, answer)
    with pytest.raises(KeyError):
        client.kline(CODES, count=50_000, progress=fails)


@pytest.mark.usefixtures("client")
def test_a_bar() -> None:
    assert html(0, 1200) == '<progress value="0" max="1200"></progress> 0 of 1,200 codes'
    assert line(0, 20) == f"\r{'─' * 30} 0 of 20 codes"
    assert line(10, 20) == f"\r{'━' * 15}{'─' * 15} 10 of 20 codes"
    assert line(20, 20) == f"\r{'━' * 30} 20 of 20 codes\n"


@pytest.mark.parametrize("terminal", [True, False])
def test_a_bar_is_for_terminals_only(
    client: Calls,
    scripted: ScriptedService,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    terminal: bool,
) -> None:
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    scripted.on(CALL, answer)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    client.kline(CODES, *WEEK, progress=True)
    out, err = capsys.readouterr()
    assert (out, err) == ("", line(0, 20) + line(20, 20) if terminal else "")


def test_a_bar_in_a_notebook_is_one_that_changes(
    client: Calls, scripted: ScriptedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    ipython, display = ModuleType("IPython"), ModuleType("IPython.display")

    def displayed(content: str, *, display_id: bool) -> Any:
        assert display_id
        shown.append(content)
        return SimpleNamespace(update=lambda text: shown.append(f"again {text}"))

    vars(ipython).update(get_ipython=type(KERNEL_SHELL, (), {}))
    vars(display).update(HTML=str, display=displayed)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    scripted.on(CALL, answer)
    client.kline(CODES, *WEEK, progress=True)
    assert shown == [html(0, 20), f"again {html(20, 20)}"]


def test_answers_are_read_without_orjson_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "orjson", None)
    anew = [loaded_anew(each, monkeypatch) for each in (parsing, row_text, answers)]
    parser, rows_reader, reader = anew
    assert parser.loads is json.loads
    body = {"data": {CODES[0]: [sample_bar("20240102"), sample_bar("20240103")]}}
    response = httpx.Response(
        200,
        content=json.dumps(body, separators=(",", ":")),
        request=httpx.Request("GET", "http://service"),
    )
    assert reader.envelope(response).data == body["data"]
    kept = reader.envelope(response, rows_reader.read).data[CODES[0]]
    assert kept.rows == body["data"][CODES[0]]
    assert kept.columns()["trade_date"] == [20240102, 20240103]


def loaded_anew(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a module as its file makes it now; those that are loaded later import this one."""
    spec = importlib.util.spec_from_file_location(module.__name__, str(module.__file__))
    assert spec is not None
    assert spec.loader is not None
    anew = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, module.__name__, anew)
    spec.loader.exec_module(anew)
    return anew
