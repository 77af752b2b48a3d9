"""The commands varieties, main-contracts, statements, coverage and factors."""

import json
import sys
from pathlib import Path

import polars as pl
import pytest
from amazingdata_client.cli import exits

from tests.clients.conftest import Run
from tests.clients.market import TRADING_DAYS, publish_market
from tests.clients.publisher import Publisher
from tests.clients.samples import DAYS, meta
from tests.clients.scripted import ScriptedService, success

STATEMENT = {
    "reporting_period": "20231231",
    "statement_type": "1",
    "report_type": None,
    "ann_date": "20240329",
    "OPERA_REV": 1234567890.5,
}


def test_varieties_and_main_contracts(run: Run, scripted: ScriptedService) -> None:
    variety = {"variety": "IF", "name": "沪深300", "market": "CFE", "contracts": 4}
    scripted.on("GET /cache/future-varieties", success({"varieties": ["IF"], "details": [variety]}))
    shown = run("varieties")
    assert shown.stdout.splitlines()[1] == "IF\t沪深300\tCFE\t4"
    assert json.loads(run("varieties", "--json").stdout) == [variety]
    main = {"contract": "IF2401.CFE", "since": "20231218", "basis": "open_interest"}
    data = {"main_contracts": {"IF": "IF2401.CFE"}, "details": {"IF": main}}
    data |= {"trade_date": "20240105", "unknown": [f"V{at}" for at in range(12)], "known": {}}
    scripted.on("GET /cache/main-contracts", success(data, {}))
    shown = run("main-contracts", "--date", "20240105")
    assert shown.stdout.splitlines()[1] == "IF\tIF2401.CFE\t20231218\topen_interest"
    assert "1 main contract on 20240105" in shown.stderr
    assert "not known that day: V0, V1," in shown.stderr
    assert "V9 and 2 more" in shown.stderr
    assert scripted.seen[-1].url.params["trade_date"] == "20240105"
    known = json.loads(run("main-contracts", "--json").stdout)
    assert known["main_contracts"] == {"IF": "IF2401.CFE"}
    assert "trade_date" not in scripted.seen[-1].url.params


def test_no_main_contract_at_all(run: Run, scripted: ScriptedService) -> None:
    data = {"main_contracts": {}, "details": {}, "trade_date": "20240105", "unknown": []}
    scripted.on("GET /cache/main-contracts", success({**data, "known": {}}, {}))
    assert run("main-contracts").stdout == "variety\tcontract\tsince\tbasis\n"


@pytest.mark.parametrize("statement", ["balance-sheet", "income", "cash-flow"])
def test_statements(run: Run, scripted: ScriptedService, tmp_path: Path, statement: str) -> None:
    bank = STATEMENT | {"INTEREST": 5.0}
    gaps = meta(complete=False, missing={"000001.SZ": [["20231231", "20231231"]]})
    data = {"600000.SH": [STATEMENT], "000001.SZ": [bank]}
    scripted.on(f"GET /finance/{statement}", success(data, meta()), success(data, gaps))
    ask = ("statements", statement, "600000.SH", "000001.SZ", *DAYS, "--statement-type", "2")
    shown = run(*ask)
    assert [line.split("\t")[-2:] for line in shown.stdout.splitlines()] == [
        ["OPERA_REV", "INTEREST"],
        ["1234567890.5", ""],
        ["1234567890.5", "5.0"],
    ]
    assert "1 statement, complete" in shown.stderr
    assert scripted.seen[-1].url.params["statement_type"] == "2"
    path = tmp_path / "statements.parquet"
    refused = run(*ask, "--require-complete", "--parquet", str(path))
    assert (refused.exit_code, path.exists()) == (exits.INCOMPLETE, False)
    assert run(*ask, "--parquet", str(path)).exit_code == 0
    assert pl.read_parquet(path)["INTEREST"].to_list() == [None, 5.0]
    assert run(*ask, "--csv", "-").stdout.splitlines()[0].endswith("ann_date,OPERA_REV,INTEREST")


def test_coverage(run: Run, scripted: ScriptedService) -> None:
    held = {"expected": 242, "present": 230, "absent": {"suspended": 5, "no_bar": 2}}
    held |= {"unconfirmed": 1, "missing": 4, "short": 0}
    items = [{"code": "600000.SH", "name": "浦发银行", "parts": {"2023": held, "2024": held}}]
    totals = {"expected": 900, "present": 800, "unconfirmed": 1, "missing": 99, "short": 0}
    data = {"parts": ["2023", "2024"], "items": items, "total": 5000, "page": 2, "page_size": 1}
    said = {"upstream": "files", "final_until": "20240131", "unknown_codes": ["999999.SH"]}
    with_totals = said | {"totals": totals | {"codes": 7}}
    scripted.on(
        "GET /cache/coverage",
        success(data, with_totals),
        success(data, said),
    )
    ask = ("coverage", "stock", *DAYS, "--sort", "missing", "--page", "2", "--page-size", "1")
    shown = run(*ask, "--codes-file", "-", stdin="600000.SH 999999.SH")
    assert shown.stdout.splitlines()[1] == "600000.SH\t浦发银行\t2023\t242\t230\t7\t1\t4\t0"
    assert "of all codes: 99 days missing, 1 unconfirmed, 7 codes not complete" in shown.stderr
    assert "unknown here: 999999.SH" in shown.stderr
    assert "1 of 5,000 codes, days until 20240131" in shown.stderr
    asked = scripted.seen[-1].url.params
    assert (asked["codes"], asked["sort"]) == ("600000.SH,999999.SH", "missing")
    assert json.loads(run(*ask, "--json").stdout)["items"] == items
    assert "codes" not in scripted.seen[-1].url.params


class TestFactors:
    @pytest.fixture
    def scripted(self) -> Publisher:
        made = Publisher()
        publish_market(made, TRADING_DAYS)
        return made

    def test_they_are_read_from_what_is_published(
        self, run: Run, scripted: Publisher, tmp_path: Path
    ) -> None:
        shown = run("factors")
        assert (
            shown.stdout.splitlines()[1] == f"000001.SZ\t20241216\t{TRADING_DAYS[-1]:%Y%m%d}\t1.0"
        )
        assert "5 steps of 3 codes" in shown.stderr
        path = tmp_path / "factors.parquet"
        assert run("factors", "000001.SZ", "--parquet", str(path)).exit_code == 0
        assert pl.read_parquet(path)["factor"].to_list() == [1.0, 1.5, 3.0]
        unknown = run("factors", "600001.SH", "--json")
        assert json.loads(unknown.stdout) == []
        assert "no published factors of 600001.SH" in unknown.stderr
        assert unknown.exit_code == exits.ERROR
        some = run("factors", "600001.SH", "000001.sz")
        assert (some.exit_code, "factors of 600001.SH" in some.stderr) == (0, True)

    def test_codes_in_another_spelling_are_refused(self, run: Run, scripted: Publisher) -> None:
        refused = run("factors", "sh600000")
        assert refused.exit_code == exits.USAGE
        assert "such as 600000.SH, not SH600000" in refused.stderr
        assert not scripted.seen

    def test_a_mirror_needs_no_service(self, run: Run, scripted: Publisher, folder: Path) -> None:
        run("mirror", str(folder), "--dataset", "stock.factors")
        scripted.revoke()
        scripted.seen.clear()
        shown = run("factors", "--mirror", str(folder), "--codes-file", "-", stdin="000001.SZ")
        assert len(shown.stdout.splitlines()) == 4
        assert not scripted.seen
        empty = folder.parent / "empty"
        empty.mkdir()
        assert run("factors", "--mirror", str(empty)).exit_code == exits.ERROR

    def test_what_it_cannot_do(
        self, run: Run, scripted: Publisher, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert run("factors", "x", "--codes-file", "-", stdin="y").exit_code == exits.USAGE
        scripted.items = {}
        nothing = {"items": [], "total": 0, "cursor": "0"}
        scripted.on("GET /exports", success(nothing, nothing))
        assert "no adjustment factors are published yet" in run("factors").stderr
        monkeypatch.setitem(sys.modules, "polars", None)
        assert "pip install 'amazingdata-client[polars]'" in run("factors").stderr
