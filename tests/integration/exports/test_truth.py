"""What is published is what is stored, and never says more than is known."""

from pathlib import Path
from typing import Any

import pytest

from functions.stock.app import handler
from marketdata import deployment
from marketdata.aws.tables import Table
from marketdata.aws.writes import Write
from marketdata.errors import StorageError
from marketdata.exports.market_day import folder
from tests.integration.exports.published import day_of, file_of, get, parts, query
from tests.integration.market import CODES, DAYS, WEEKS, open_market, put_bars, put_securities, rows
from tests.support.emulation import join
from tests.support.events import ADMIN, proxy_event
from tests.support.service import Service

YEAR = ("stock.daily", "2020")


@pytest.fixture
def filled(publishing: Service) -> Service:
    """Fill a small market: what is stored of it is published then."""
    open_market(publishing)
    publishing.run("fill-missing", **WEEKS)
    return publishing


def correct(service: Service) -> None:
    bars = rows(CODES[0])
    bars[2] |= {"close": bars[2]["open"]}
    put_bars(service, CODES[0], bars)


def test_a_replica_that_lags_does_not_hide_a_correction(
    filled: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    get_many = Table.get_many
    lagging: dict[Any, Any] = {}

    def lag(table: Table, keys: Any, *, fresh: bool = False, **options: Any) -> Any:
        found = get_many(table, keys, fresh=fresh, **options)
        known = lagging.setdefault(tuple(keys), found)
        return found if fresh else known

    monkeypatch.setattr(Table, "get_many", lag)
    deployment.publisher().publish(*YEAR)
    correct(filled)
    filled.run("cache-all-missing", **WEEKS)
    monkeypatch.undo()
    assert day_of(filled, DAYS[2])["meta"]["release"]["condition"] == "revised"


def test_a_damaged_block_withdraws_nothing(filled: Service) -> None:
    key = {"pk": f"stock.daily#{CODES[0]}", "sk": "2020"}
    item = filled.cloud.market.get(**key)
    assert item
    broken = {name: item[name] for name in item if name not in key}
    broken["data"] = item["data"][:-9]
    filled.cloud.market.write(Write(key["pk"], key["sk"], put=broken))
    with pytest.raises(StorageError, match="damaged"):
        deployment.publisher().publish(*YEAR)
    assert CODES[0] in day_of(filled, DAYS[0])["data"]


def test_a_code_that_should_have_been_there_is_missed(filled: Service) -> None:
    """A list of securities that is mended changes what a day lacks, though no row has changed."""
    listed = [f"{code},{code},stock,19991110," for code in (*CODES, "600999.SH")]
    put_securities(filled, *listed)
    filled.invoke("upstream", {"operation": "refresh_catalog"})
    deployment.reset()
    filled.post("/cache/publish", {})
    join()
    meta = day_of(filled, DAYS[0])["meta"]
    assert (meta["missing"], meta["complete"]) == (["600999.SH"], False)
    assert meta["release"]["condition"] == "partial"


def test_what_the_bucket_has_lost_is_written_again(filled: Service) -> None:
    before = parts(filled, "stock.daily")["2020"]["rows"]
    for key in list(filled.cloud.bucket.keys(folder(*YEAR))):
        filled.cloud.bucket.delete(key)
    event = proxy_event("GET", "/stock/kline/day", user=ADMIN, query={"trade_date": DAYS[0]})
    assert handler(event, None)["statusCode"] == 500
    filled.post("/cache/publish", {"dataset": "stock.daily", "year": "2020"})
    join()
    assert [*day_of(filled, DAYS[0])["data"]] == [*CODES]
    assert parts(filled, "stock.daily")["2020"]["rows"] == before


def test_factors_say_what_they_lack_and_until_when_they_are_known(
    filled: Service, tmp_path: Path
) -> None:
    steps = f"{DAYS[0]},1.0\n{DAYS[2]},1.5\n{DAYS[4]},1.5\n"
    filled.put_file(f"stock/factors/{CODES[0]}.csv", f"trade_date,factor\n{steps}")
    asked = {"codes": CODES[0], "start_date": DAYS[0], "end_date": DAYS[4], "adjust": "backward"}
    get(filled, "/stock/kline", **asked)
    filled.post("/cache/publish", {})
    join()
    found = query(file_of(tmp_path, "stock.factors", "all"))
    assert [(row["trade_date"], row["factor"], row["until"]) for row in found] == [
        (DAYS[0], 1.0, "20200105"),
        (DAYS[2], 1.5, DAYS[4]),
    ]
    told = parts(filled, "stock.factors")["all"]
    assert (told["missing"], told["condition"]) == (len(CODES) - 1, "partial")


def test_a_marked_year_without_rows_is_not_looked_at_again(filled: Service) -> None:
    deployment.manifest().mark("stock.daily", ["2015"])
    assert ("stock.daily", "2015") in deployment.finder().find()
    deployment.publisher().publish("stock.daily", "2015")
    assert ("stock.daily", "2015") not in deployment.finder().find()
    assert "2015" not in parts(filled, "stock.daily")
