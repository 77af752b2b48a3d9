"""The command line: the status of stocks, and memberships."""

import json
from pathlib import Path

import polars as pl
import pytest
from amazingdata_client.cli import exits

from tests.clients.conftest import Run
from tests.clients.samples import (
    DAYS,
    day_status_meta,
    members_meta,
    meta,
    sample_bar,
    sample_day_meta,
    sample_status,
    sample_task,
    status_columns,
    status_meta,
)
from tests.clients.scripted import ScriptedService, success

INDEX = "000300.SH"
ITEMS = [
    {"code": "600000.SH", "in_date": "20050408", "out_date": None},
    {"code": "600001.SH", "in_date": "20050408", "out_date": "20091228"},
]
GAP = {"600000.SH": [["20240103", "20240105"]]}


def test_a_status_in_every_form(run: Run, scripted: ScriptedService, tmp_path: Path) -> None:
    rows = [sample_status(suspended=True), sample_status("20240103", limit_up=None, is_st=None)]
    said = meta(returned=2, not_covered=["510300.SH"], disagreeing=GAP)
    scripted.on("GET /stock/status", success({"600000.SH": rows}, said))
    ask = ("status", "600000.SH", "510300.SH", *DAYS)
    table = run(*ask)
    assert table.exit_code == 0, table.output
    assert "limit_down" in table.stdout
    assert table.stdout.splitlines()[1].split("\t")[-4:] == ["false", "true", "false", "false"]
    assert "2 rows, complete · synthetic data" in table.stderr
    assert "no status of 510300.SH" in table.stderr
    assert "bars and status of 600000.SH disagree on 20240103–20240105" in table.stderr
    assert run(*ask, "--csv", "-").stdout.splitlines() == [
        "code,trade_date,pre_close,limit_up,limit_down,is_st,suspended,ex_right,ex_dividend",
        "600000.SH,20240102,9.0,9.9,8.1,false,true,false,false",
        "600000.SH,20240103,9.0,,8.1,,false,false,false",
    ]
    assert json.loads(run(*ask, "--json").stdout)["data"] == {"600000.SH": rows}
    parquet = tmp_path / "status.parquet"
    assert run(*ask, "--parquet", str(parquet)).exit_code == 0
    assert pl.read_parquet(parquet)["is_st"].to_list() == [False, None]


def test_the_csv_of_a_status_is_read_as_booleans(
    run: Run, scripted: ScriptedService, tmp_path: Path
) -> None:
    rows = [sample_status(is_st=True), sample_status("20240103", is_st=None)]
    scripted.on("GET /stock/status", success({"600000.SH": rows}, meta()))
    path = tmp_path / "status.csv"
    run("status", "600000.SH", *DAYS, "--csv", str(path))
    assert pl.read_csv(path)["is_st"].to_list() == [True, None]


def test_a_status_that_lacks(run: Run, scripted: ScriptedService, tmp_path: Path) -> None:
    said = meta(complete=False, missing=GAP, not_covered=[], disagreeing={})
    scripted.on("GET /stock/status", success({"600000.SH": [sample_status()]}, said))
    ask = ("status", "600000.SH", *DAYS)
    assert "600000.SH lacks 20240103–20240105" in run(*ask).stderr
    out = tmp_path / "status.csv"
    refused = run(*ask, "--require-complete", "--csv", str(out))
    assert refused.exit_code == exits.INCOMPLETE
    assert not out.exists()


def test_the_status_of_a_market_day(run: Run, scripted: ScriptedService) -> None:
    said = sample_day_meta(expected=1, returned=1, stale=True)
    row = sample_status("20241120")
    scripted.on("GET /stock/status", success({"600000.SH": row}, said))
    shown = run("status", "--date", "20241120")
    assert "600000.SH" in shown.stdout
    assert "1 row, complete · revision 3, final" in shown.stderr
    assert "rows were stored after the release" in shown.stderr


@pytest.mark.parametrize(
    "wrong",
    [
        ("status", *DAYS),
        ("status", "600000.SH"),
        ("status", "600000.SH", "--start", "20240101"),
        ("status", "600000.SH", "--date", "20241120"),
        ("status", "--date", "20241120", *DAYS),
        ("status", "600000.SH", "--universe", INDEX, *DAYS),
        ("kline", "600000.SH", "--universe", INDEX, *DAYS),
        ("kline", "--universe", INDEX, "--chart", *DAYS),
        ("kline", "IF2401.CFE", "--include", "status", *DAYS),
        ("day", "20241120", "--kind", "future", "--include", "status"),
        ("index", INDEX, "--start", "20240101"),
        ("index", INDEX, "--date", "20240102", *DAYS),
        ("index", INDEX, "--weights"),
        ("industries", "--date", "20240102"),
        ("industries", *DAYS),
        ("industries", "801780.SI", "--date", "20240102", *DAYS),
    ],
)
def test_what_does_not_go_together_is_a_usage_error(
    run: Run, scripted: ScriptedService, wrong: tuple[str, ...]
) -> None:
    refused = run(*wrong)
    assert refused.exit_code == exits.USAGE, refused.output
    assert not scripted.seen


def test_bars_with_their_status(run: Run, scripted: ScriptedService) -> None:
    bar = {**sample_bar(), **status_columns()}
    lacks = status_meta(complete=False, missing=GAP, disagreeing=GAP)
    scripted.on("POST /stock/kline/batch", success({"600000.SH": [bar]}, meta(status=lacks)))
    shown = run("kline", "600000.SH", *DAYS, "--include", "status")
    assert shown.exit_code == 0, shown.output
    assert "limit_up" in shown.stdout
    assert "600000.SH has no status on 20240103–20240105" in shown.stderr
    assert "bars and status of 600000.SH disagree" in shown.stderr
    refused = run("kline", "600000.SH", *DAYS, "--include", "status", "--require-complete")
    assert refused.exit_code == exits.INCOMPLETE


def test_a_market_day_with_its_status(run: Run, scripted: ScriptedService) -> None:
    said = sample_day_meta(status=day_status_meta(complete=False, missing=["600000.SH"]))
    bar = {**sample_bar("20241120"), **status_columns()}
    scripted.on("GET /stock/kline/day", success({"600000.SH": bar}, said))
    shown = run("day", "20241120", "--include", "status")
    assert "ex_dividend" in shown.stdout
    assert "600000.SH has no status on 20241120" in shown.stderr
    assert run("day", "20241120", "--include", "status", "--strict").exit_code == exits.INCOMPLETE


def test_only_a_few_disagreements_are_named(run: Run, scripted: ScriptedService) -> None:
    days = {f"{number:06d}.SH": [["20240103", "20240103"]] for number in range(600000, 600007)}
    said = meta(not_covered=[], disagreeing=days)
    scripted.on("GET /stock/status", success({"600000.SH": [sample_status()]}, said))
    shown = run("status", "600000.SH", *DAYS)
    assert shown.stderr.count("disagree on 20240103") == 5
    assert "those of 2 more codes" in shown.stderr


def test_an_index_instead_of_codes(run: Run, scripted: ScriptedService) -> None:
    said = meta(universe={"code": INDEX, "members": {"600000.SH": [["20240101", "20240131"]]}})
    scripted.on("POST /stock/kline/batch", success({"600000.SH": [sample_bar()]}, said))
    scripted.on("GET /stock/status", success({"600000.SH": [sample_status()]}, said))
    for command in ("kline", "status"):
        assert "600000.SH" in run(command, "--universe", INDEX, *DAYS).stdout
    assert scripted.bodies()[0]["universe"] == INDEX
    assert scripted.seen[-1].url.params["universe"] == INDEX


def test_members(run: Run, scripted: ScriptedService, tmp_path: Path) -> None:
    data = {"code": INDEX, "items": ITEMS}
    said = members_meta(warnings=["as of yesterday"])
    scripted.on("GET /index/constituents", success(data, said))
    shown = run("index", INDEX, "--date", "20090105")
    assert scripted.seen[-1].url.params["date"] == "20090105"
    assert "20091228" in shown.stdout
    assert shown.stdout.splitlines()[1] == "600000.SH\t20050408\t"
    assert "2 members, as of 20240131 · synthetic data" in shown.stderr
    assert "warning: as of yesterday" in shown.stderr
    assert run("index", INDEX, "--csv", "-").stdout.splitlines()[1:] == [
        "600000.SH,20050408,",
        "600001.SH,20050408,20091228",
    ]
    document = json.loads(run("index", INDEX, *DAYS, "--json").stdout)
    assert (document["items"], document["as_of"]) == (ITEMS, "20240131")
    assert scripted.seen[-1].url.params["start_date"] == "20240101"
    parquet = tmp_path / "members.parquet"
    assert run("index", INDEX, "--parquet", str(parquet)).exit_code == 0
    assert pl.read_parquet(parquet).schema["out_date"] == pl.Date


def test_weights(run: Run, scripted: ScriptedService) -> None:
    day = {"code": INDEX, "trade_date": "20240131"}
    scripted.on(
        "GET /index/weights",
        success({**day, "weights": {"600000.SH": 1.5}}, members_meta(complete=True)),
        success({**day, "weights": {"600000.SH": 1.5}}, members_meta(complete=False)),
        success({**day, "weights": {}}, members_meta(complete=False, as_of=None)),
    )
    ask = ("index", INDEX, "--weights", "--date", "20240131")
    shown = run(*ask, "--require-complete")
    assert "1.5" in shown.stdout
    assert "1 weight, as of 20240131" in shown.stderr
    partly = run(*ask)
    assert f"incomplete: the source has not all weights of {INDEX} on 20240131" in partly.stderr
    lacking = run(*ask)
    assert lacking.exit_code == 0
    assert "0 weights, the source gave nothing" in lacking.stderr
    assert f"incomplete: the source has no weights of {INDEX} on 20240131" in lacking.stderr
    assert run(*ask, "--csv", "-").stdout == "code,weight\n"
    refused = run(*ask, "--require-complete")
    assert refused.exit_code == exits.INCOMPLETE
    assert "has no weights" in refused.stderr


def test_industries(run: Run, scripted: ScriptedService) -> None:
    banks = {"code": "801780.SI", "name": "银行", "level": 1, "parent": None}
    scripted.on(
        "GET /base/industries",
        success({"items": [banks | {"classification": "申万"}] * 2}, members_meta()),
    )
    members = {"code": "801780.SI", "items": ITEMS[:1]}
    call = "GET /base/industries/801780.SI/constituents"
    scripted.on(call, success(members, members_meta()))
    shown = run("industries")
    assert "银行" in shown.stdout
    assert "2 industries, as of 20240131" in shown.stderr
    shown = run("industries", "801780.SI", "--date", "20240131")
    assert "600000.SH" in shown.stdout
    assert "1 member, as of" in shown.stderr
    assert scripted.seen[-1].url.params["date"] == "20240131"
    assert "1 membership," in run("industries", "801780.SI", *DAYS).stderr
    assert scripted.seen[-1].url.params["end_date"] == "20240131"


def test_the_codes_of_a_day(run: Run, scripted: ScriptedService) -> None:
    scripted.on("GET /base/codes", success(["600001.SH"]))
    assert run("codes", "stock", "--date", "20160630").stdout == "600001.SH\n"
    asked = dict(scripted.seen[-1].url.params)
    assert asked == {"security_type": "EXTRA_STOCK_A_ALL", "date": "20160630"}
    run("codes", "BJ_A")
    assert dict(scripted.seen[-1].url.params) == {"security_type": "BJ_A"}


def test_a_task_of_the_status(run: Run, scripted: ScriptedService) -> None:
    done = sample_task(data_type="status", status="completed", progress=100.0)
    scripted.on("POST /cache/fill-missing", success(sample_task(data_type="status")))
    scripted.on("GET /cache/tasks/7", success({"task": done}))
    assert run("fill", "stock", *DAYS, "--data-type", "status").exit_code == 0
    assert run("fill", "stock", *DAYS).exit_code == 0
    of_status, of_bars = scripted.bodies()
    assert of_status["data_type"] == "status"
    assert "data_type" not in of_bars
    assert run("fill", "stock", *DAYS, "--data-type", "prices").exit_code == exits.USAGE


def test_the_service_tells_who_uses_its_source(run: Run, scripted: ScriptedService) -> None:
    state = {"version": "1", "upstream": "files", "final_day": "20240131"}
    waiting = [{"name": "reads", "priority": "high", "since": "2024-02-01T08:00:00+08:00"}]
    scripted.on("GET /status", success({**state, "sessions": [], "waiting": waiting}))
    shown = run("service")
    assert "20240131" in shown.stdout
    assert "reads" in shown.stdout
    assert "requests" not in shown.stdout
    assert json.loads(run("service", "--json").stdout)["upstream"] == "files"


@pytest.mark.parametrize("blocked", [None, "2024-02-01T20:00:00+00:00"])
def test_the_service_tells_how_many_requests_its_source_was_sent(
    run: Run, scripted: ScriptedService, blocked: str | None
) -> None:
    state = {"version": "1", "upstream": "files", "final_day": "20240131"}
    requests = {"per_day": 20000, "spent_today": 417, "blocked_until": blocked}
    more = {"sessions": [], "waiting": [], "requests": requests}
    scripted.on("GET /status", success({**state, **more}))
    shown = run("service")
    assert "417 of 20000" in shown.stdout
    assert ("blocked until" in shown.stdout) is bool(blocked)
    assert not blocked or "2024-02-02 04:00:00" in shown.stdout
    assert ("Asia/Shanghai" in shown.stderr) is bool(blocked)
    assert json.loads(run("service", "--json").stdout)["requests"] == requests
