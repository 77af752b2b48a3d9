"""Members of indices and industries, and weights: from the source to the answer."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.base import app
from marketdata import deployment
from marketdata.blocks.dataset import Kind
from marketdata.catalog.catalog_store import CatalogStore
from marketdata.catalog.constituents import Industry, Membership
from marketdata.catalog.securities import Catalog, Security
from marketdata.errors import UpstreamBusyError, UpstreamFaultError
from tests.support.conformance import check_body
from tests.support.events import USER, proxy_event
from tests.support.group_source import BANKS, HS300, Groups, with_groups, without_groups
from tests.support.service import Service

STAYS = Membership("600000.SH", "20050408", None)
LEAVES = Membership("600005.SH", "20050408", "20170213")
COMES = Membership("600519.SH", "20170214", None)
BANK = Industry(BANKS, "银行", 1, None, "申万2021")
WEIGHTS = {"600000.SH": 39.5, "600519.SH": 60.0}
NOW = datetime(2024, 1, 5, 18, tzinfo=UTC)
META = {
    "as_of": "20240105",
    "asked_at": "2024-01-05T18:00:00+00:00",
    "upstream": "files",
    "warnings": [],
    "warning_details": [],
}
LISTED = """\
code,name,type,list_date,delist_date
600000.SH,浦发银行,stock,19991110,
600005.SH,武钢股份,stock,19990803,20170213
600519.SH,贵州茅台,stock,20010827,
000300.SH,沪深300,index,20050408,
"""


@pytest.fixture
def groups(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[Groups]:
    """A market of three stocks, an index and an industry, in the evening of a Friday."""
    monkeypatch.setattr(deployment, "now", lambda: NOW)
    deployment.reset()
    said = Groups(
        {HS300: [STAYS, LEAVES, COMES], BANKS: [STAYS]},
        days={"20240104": WEIGHTS},
        industries=[BANK],
    )
    plain = deployment.source()
    monkeypatch.setattr(deployment, "source", lambda: with_groups(plain, said))
    service.put_file("securities.csv", LISTED)
    yield said
    deployment.reset()


def ask(service: Service, path: str, **query: str) -> tuple[int, Any]:
    """Send a GET; see that its answer is as described."""
    resource, names = path, {}
    if path.startswith("/base/industries/"):
        resource = "/base/industries/{industry}/constituents"
        names = {"industry": path.split("/")[3]}
    status, envelope = service.call("GET", resource, USER, query=query, path=names)
    check_body(("GET", resource), status, envelope)
    return status, envelope


def items(service: Service, path: str = "/index/constituents", **query: str) -> list[Any]:
    """Give the members that an answer names."""
    if path.startswith("/index"):
        query.setdefault("code", HS300)
    status, envelope = ask(service, path, **query)
    assert (status, envelope["meta"]) == (200, META), envelope
    found: list[Any] = envelope["data"]["items"]
    return found


def rows(*memberships: Membership) -> list[Any]:
    return [each._asdict() for each in memberships]


def refused(service: Service, path: str, **query: str) -> str:
    """Send a GET that is refused, and give the field that it names."""
    status, envelope = ask(service, path, **query)
    assert status == 400, envelope
    (error,) = envelope["errors"]
    return str(error["field"])


def test_the_members_on_a_day_and_over_a_range(service: Service, groups: Groups) -> None:
    assert items(service) == rows(STAYS, COMES)
    assert items(service, date="20170213") == rows(STAYS, LEAVES)
    assert items(service, date="20170214") == rows(STAYS, COMES)
    assert items(service, date="20050407") == []
    both = {"start_date": "20170213", "end_date": "20170214"}
    assert items(service, **both) == rows(STAYS, LEAVES, COMES)
    assert items(service, start_date="20000101", end_date="20050407") == []
    assert groups.asked == [("members", HS300)]


def test_the_members_of_an_industry(service: Service, groups: Groups) -> None:
    path = f"/base/industries/{BANKS}/constituents"
    assert items(service, path, date="20240105") == rows(STAYS)
    assert items(service, path) == rows(STAYS)
    assert groups.asked == [("members", BANKS)]
    assert refused(service, "/base/industries/x/constituents") == "industry"


def test_the_industries(service: Service, groups: Groups) -> None:
    for _ in range(2):
        status, envelope = ask(service, "/base/industries")
        assert (status, envelope["meta"]) == (200, META)
        assert envelope["data"] == {"items": [BANK._asdict()]}
    assert groups.asked == [("industries",)]


def test_the_weights_of_a_day(service: Service, groups: Groups) -> None:
    said = {"code": HS300, "trade_date": "20240104", "weights": WEIGHTS}
    status, envelope = ask(service, "/index/weights", code=HS300, date="20240104")
    assert (status, envelope["data"]) == (200, said)
    assert envelope["meta"] == META | {"complete": True}
    _, envelope = ask(service, "/index/weights", code=HS300)
    assert envelope["data"] == said | {"trade_date": "20240105", "weights": {}}
    assert (envelope["meta"]["complete"], envelope["meta"]["as_of"]) == (False, None)
    assert groups.asked == [("weights", HS300, "20240101", "20240105")]
    _, envelope = ask(service, "/index/weights", code=HS300, date="20240108")
    message = "20240108 is not final yet"
    early = {"key": "day_not_final", "params": {"day": "20240108"}, "message": message}
    assert envelope["meta"]["warning_details"] == [early]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "code"),
        ({"code": "x"}, "code"),
        ({"code": HS300, "date": "20240230"}, "date"),
        ({"code": HS300, "date": "19901218"}, "date"),
        ({"code": HS300, "date": "99991231"}, "date"),
        ({"code": HS300, "start_date": "20240101"}, "end_date"),
        ({"code": HS300, "end_date": "20240101"}, "start_date"),
        ({"code": HS300, "start_date": "20240102", "end_date": "20240101"}, "start_date"),
        (
            {"code": HS300, "start_date": "20240101", "end_date": "20240102", "date": "20240101"},
            "date",
        ),
    ],
)
def test_a_question_that_is_none(
    service: Service, groups: Groups, query: dict[str, str], field: str
) -> None:
    assert refused(service, "/index/constituents", **query) == field
    assert groups.asked == []


@pytest.mark.parametrize("day", ["20240106", "20240101", "19901218", "99991231", "2024"])
def test_a_day_of_which_there_can_be_no_weights(service: Service, groups: Groups, day: str) -> None:
    assert refused(service, "/index/weights", code=HS300, date=day) == "date"
    assert groups.asked == []


def test_what_nobody_knows(service: Service, groups: Groups) -> None:
    for _ in range(2):
        assert ask(service, "/index/constituents", code="000905.SH")[0] == 404
        assert ask(service, "/index/weights", code="000905.SH")[0] == 404
        assert ask(service, "/base/industries/801010.SI/constituents")[0] == 404
        assert ask(service, "/index/constituents", code="600000.SH")[0] == 404
    assert len(groups.asked) == 3


def test_a_source_that_has_no_groups(
    service: Service, groups: Groups, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = without_groups(deployment.source())
    monkeypatch.setattr(deployment, "source", lambda: bare)
    for path, query in (
        ("/index/constituents", {"code": HS300}),
        ("/index/weights", {"code": HS300}),
        ("/base/industries", {}),
        (f"/base/industries/{BANKS}/constituents", {}),
    ):
        status, envelope = ask(service, path, **query)
        told = "the source files has no members of indices and industries"
        assert (status, envelope["message"]) == (404, told)
    service.invoke("upstream", {"operation": "refresh_catalog"})
    assert groups.asked == []


def test_a_source_that_fails(service: Service, groups: Groups) -> None:
    groups.error = UpstreamFaultError("it has a headache")
    assert ask(service, "/index/constituents", code=HS300)[0] == 502
    deployment.reset()
    groups.error = None
    assert items(service) == rows(STAYS, COMES)


def test_a_source_that_is_busy_leaves_what_is_known(
    service: Service, groups: Groups, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = items(service)
    monkeypatch.setattr(deployment, "now", lambda: NOW.replace(day=8))
    deployment.reset()
    groups.error = UpstreamBusyError("it is busy")
    status, envelope = ask(service, "/index/constituents", code=HS300)
    assert (status, envelope["data"]["items"]) == (200, before)
    message = "the source was not asked anew: it is busy"
    told = {"key": "not_asked_anew", "params": {"cause": "upstream_busy"}, "message": message}
    assert envelope["meta"]["warning_details"] == [told]


def test_an_answer_that_has_not_changed(service: Service, groups: Groups) -> None:
    def get(headers: dict[str, str]) -> Any:
        query = {"code": HS300}
        return app.handler(
            proxy_event("GET", "/index/constituents", user=USER, query=query, headers=headers), None
        )

    first = get({})
    same = {"If-None-Match": first["headers"]["ETag"]}
    again = get(same)
    assert (again["statusCode"], again["body"]) == (304, "")
    groups.members[HS300] = [STAYS, LEAVES]
    service.invoke("upstream", {"operation": "fetch_members", "groups": [HS300]})
    changed = get(same)
    assert changed["statusCode"] == 200
    assert json.loads(changed["body"])["data"]["items"] == rows(STAYS)
    assert items(service, date="20240104")[1]["out_date"] == "20240104"


def test_a_new_catalog_brings_what_is_stored_anew(
    service: Service, groups: Groups, monkeypatch: pytest.MonkeyPatch
) -> None:
    items(service)
    ask(service, "/base/industries")
    ask(service, "/base/industries/801010.SI/constituents")
    groups.asked.clear()
    monkeypatch.setattr(deployment, "now", lambda: NOW.replace(day=8))
    deployment.reset()
    groups.members[HS300] = [LEAVES, COMES]
    service.invoke("upstream", {"operation": "refresh_catalog"})
    assert groups.asked == [("members", HS300), ("industries",)]
    monkeypatch.setitem(META, "as_of", "20240108")
    monkeypatch.setitem(META, "asked_at", "2024-01-08T18:00:00+00:00")
    closed = STAYS._replace(out_date="20240105")
    assert items(service, date="20240105") == rows(closed, COMES)
    assert items(service) == rows(COMES)
    assert len(groups.asked) == 2


def test_an_answer_with_a_member_that_cannot_be_read_is_not_taken_over(
    service: Service, groups: Groups, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = items(service)
    monkeypatch.setattr(deployment, "now", lambda: NOW.replace(day=8))
    deployment.reset()
    # The one that cannot be read may be any of those that are not named.
    groups.members[HS300] = [LEAVES, COMES, Membership("AAPL", "20240101", None)]
    status, envelope = ask(service, "/index/constituents", code=HS300)
    assert (status, envelope["data"]["items"]) == (200, before)
    said = "'AAPL' is no code"
    assert envelope["meta"]["warnings"] == [said]
    kept = {"key": "source_failed", "params": {}, "message": said}
    assert envelope["meta"]["warning_details"] == [kept]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (UpstreamBusyError("it is busy"), "members were not refreshed: it is busy"),
        (None, "000300.SH: the source knows no members of it"),
    ],
)
def test_what_the_refresh_could_not_do_is_in_its_notes(
    service: Service, groups: Groups, error: UpstreamBusyError | None, told: str
) -> None:
    items(service)
    groups.error, groups.members = error, {}
    answer = service.invoke("upstream", {"operation": "refresh_catalog"})
    assert answer["failed"] == {}
    assert told in answer["notes"]
    assert answer["securities"] == 4


def test_a_code_that_was_delisted_since_has_left(service: Service, groups: Groups) -> None:
    """The source never says that 600000.SH is gone."""
    items(service)
    gone = [Security("600000.SH", "浦发银行", Kind.STOCK, "SH", "19991110", "20240103")]
    CatalogStore(service.blocks, lambda: None).save(Catalog(gone, "", "files", {}))
    deployment.reset()
    service.invoke("upstream", {"operation": "fetch_members", "groups": [HS300]})
    assert items(service) == rows(COMES)
    assert items(service, date="20240103")[0]["out_date"] == "20240103"
