"""Members of indices and industries, and the codes of a day."""

from datetime import date

import polars as pl
from amazingdata_client import Industry, Membership
from amazingdata_client.frames import INDUSTRY, MEMBERSHIP, WEIGHT

from tests.clients.conftest import Calls
from tests.clients.samples import members_meta
from tests.clients.scripted import ScriptedService, success

INDEX = "000300.SH"
ITEMS = [
    {"code": "600000.SH", "in_date": "20050408", "out_date": None},
    {"code": "600001.SH", "in_date": "20050408", "out_date": "20091228"},
]
BANKS = {"code": "801780.SI", "name": "银行", "level": 1, "parent": None, "classification": "申万"}


def asked(scripted: ScriptedService) -> dict[str, str]:
    return dict(scripted.seen[-1].url.params)


def test_the_members_of_an_index(client: Calls, scripted: ScriptedService) -> None:
    scripted.on("GET /index/constituents", success({"code": INDEX, "items": ITEMS}, members_meta()))
    found = client.constituents(INDEX, date(2009, 1, 5))
    assert asked(scripted) == {"code": INDEX, "date": "20090105"}
    assert found.items[1] == Membership(code="600001.SH", in_date="20050408", out_date="20091228")
    assert (found.as_of, found.upstream, len(found)) == ("20240131", "synthetic", 2)
    frame = found.to_polars()
    assert frame.schema == {"code": pl.String, "in_date": pl.Date, "out_date": pl.Date}
    assert frame["out_date"].to_list() == [None, date(2009, 12, 28)]
    assert str(found.to_pandas()["out_date"].dtype) == "datetime64[ns]"
    client.constituents(INDEX, start_date="2009-01-01", end_date="20091231")
    assert asked(scripted) == {"code": INDEX, "start_date": "20090101", "end_date": "20091231"}
    client.constituents(INDEX)
    assert asked(scripted) == {"code": INDEX}


def test_an_index_without_members_has_columns(client: Calls, scripted: ScriptedService) -> None:
    scripted.on("GET /index/constituents", success({"code": INDEX, "items": []}, members_meta()))
    assert client.constituents(INDEX).to_polars().columns == [*MEMBERSHIP]


def test_weights(client: Calls, scripted: ScriptedService) -> None:
    day = {"code": INDEX, "trade_date": "20240131"}
    scripted.on(
        "GET /index/weights",
        success({**day, "weights": {"600000.SH": 1.5}}, members_meta(complete=True)),
        success({**day, "weights": {}}, members_meta(complete=False)),
    )
    found = client.weights(INDEX, "2024-01-31")
    assert asked(scripted) == {"code": INDEX, "date": "20240131"}
    assert found.rows == [{"code": "600000.SH", "weight": 1.5}]
    assert found.complete
    none = client.weights(INDEX, "20240131")
    assert not none.complete
    assert none.to_polars().schema == {"code": pl.String, "weight": pl.Float64}
    assert none.to_polars().columns == [*WEIGHT]


def test_industries(client: Calls, scripted: ScriptedService) -> None:
    scripted.on("GET /base/industries", success({"items": [BANKS]}, members_meta()))
    scripted.on(
        "GET /base/industries/801780.SI/constituents",
        success({"code": "801780.SI", "items": ITEMS}, members_meta()),
    )
    found = client.industries()
    assert found.items == [Industry(**BANKS)]  # type: ignore[arg-type]
    assert found.to_polars().schema["level"] == pl.Int64
    assert found.to_polars().columns == list(found.to_pandas()) == [*INDUSTRY]
    members = client.industry_constituents("801780.SI", "20240131")
    assert asked(scripted) == {"date": "20240131"}
    assert members.items[0].out_date is None
    client.industry_constituents("801780.SI")
    assert asked(scripted) == {}
    client.industry_constituents("801780.SI", start_date="20240101", end_date="20240131")
    assert asked(scripted) == {"start_date": "20240101", "end_date": "20240131"}


def test_the_codes_of_a_day(client: Calls, scripted: ScriptedService) -> None:
    scripted.on("GET /base/codes", success(["600001.SH"]))
    assert client.codes("EXTRA_STOCK_A", date(2016, 6, 30)) == ["600001.SH"]
    assert asked(scripted) == {"security_type": "EXTRA_STOCK_A", "date": "20160630"}
    client.codes("SH_A")
    assert asked(scripted) == {"security_type": "SH_A"}
