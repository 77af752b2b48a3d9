"""A table: reading and writing otherwise than boto3 and DynamoDB would by themselves."""

from typing import Any

import pytest

from marketdata.aws import tables
from marketdata.aws.reads import read
from marketdata.aws.tables import Table
from marketdata.aws.writes import ConditionFailedError, Write
from tests.support.cloud import Cloud


def put(table: Table, pk: str, sk: str, **item: Any) -> None:
    table.write(Write(pk, sk, put=item))


def test_an_item(table: Table) -> None:
    assert table.get("a", "1") is None
    put(table, "a", "1", price=1.5, count=2, data=b"\0\1", none=None, many=[1, {"x": True}])
    assert table.get("a", "1") == {
        "pk": "a",
        "sk": "1",
        "price": 1.5,
        "count": 2,
        "data": b"\0\1",
        "none": None,
        "many": [1, {"x": True}],
    }


def test_floats_come_back_as_they_were(table: Table) -> None:
    floats = [0.1, 1 / 3, -2.5e-12, 123456789.123, 5e-324 * 2**1000]
    put(table, "a", "1", floats=floats)
    item = table.get("a", "1")
    assert item
    assert item["floats"] == floats


def test_many_items_take_a_request_for_each_hundred(
    table: Table, asked: list[tuple[str, Any]]
) -> None:
    keys = [("a", f"{number:03}") for number in range(250)]
    for pk, sk in keys[::2]:
        put(table, pk, sk, number=int(sk))
    found = table.get_many(keys)
    assert {key: item["number"] for key, item in found.items()} == {
        (pk, sk): int(sk) for pk, sk in keys[::2]
    }
    counts = [len(wanted["RequestItems"][table.name]["Keys"]) for _, wanted in asked]
    assert sorted(counts) == [50, 100, 100]


def test_no_items_take_no_request(table: Table, asked: list[tuple[str, Any]]) -> None:
    assert table.get_many([]) == {}
    assert asked == []


def test_keys_that_were_left_out_are_asked_for_again(
    table: Table, monkeypatch: pytest.MonkeyPatch, naps: list[float]
) -> None:
    keys = [("a", f"{number:03}") for number in range(30)]
    for pk, sk in keys:
        put(table, pk, sk)
    asked: list[int] = []

    def answer_ten(service: str, operation: str, *, RequestItems: Any) -> Any:  # noqa: N803
        wanted = RequestItems[table.name]["Keys"]
        asked.append(len(wanted))
        request = {table.name: {"Keys": wanted[:10]}}
        left = {table.name: {"Keys": wanted[10:]}} if wanted[10:] else {}
        return {**read(service, operation, RequestItems=request), "UnprocessedKeys": left}

    monkeypatch.setattr(tables, "read", answer_ten)
    assert list(table.get_many(keys)) == keys
    assert asked == [30, 20, 10]
    assert len(naps) == 2


def test_a_query_goes_on_over_pages(table: Table) -> None:
    for number in range(30):
        put(table, "a", f"{number:03}", text="x" * 100_000)
    put(table, "b", "000")
    assert [item["sk"] for item in table.query("a")] == [f"{number:03}" for number in range(30)]
    between = table.query("a", between=("005", "007"))
    assert [item["sk"] for item in between] == ["005", "006", "007"]
    assert list(table.query("c")) == []


def test_a_query_of_an_index_gives_what_it_holds(cloud: Cloud) -> None:
    for code in ("B", "A"):
        item = {"series": "s#2020", "code": code, "rows": 1, "present": b"\1", "data": b"payload"}
        put(cloud.market, f"s#{code}", "2020", **item)
    found = list(cloud.market.query("s#2020", index="coverage", hash_name="series"))
    assert [item["code"] for item in found] == ["A", "B"]
    assert found[0]["present"] == b"\1"


def test_conditions(table: Table) -> None:
    new = Write("a", "1", put={"version": 1}, condition="attribute_not_exists(pk)")
    table.write(new)
    with pytest.raises(ConditionFailedError):
        table.write(new)
    second = Write("a", "1", put={"version": 2}, condition="version = :old", values={":old": 1})
    table.write(second)
    with pytest.raises(ConditionFailedError):
        table.write(second)
    with pytest.raises(ConditionFailedError):
        table.write(Write("a", "1", condition="version = :old", values={":old": 1}))
    assert (table.get("a", "1") or {})["version"] == 2
    table.write(Write("a", "1"))
    assert table.get("a", "1") is None


def test_an_update_gives_the_item_as_it_is_now(table: Table) -> None:
    put(table, "a", "1", count=1, status="x")
    update = Write(
        "a",
        "1",
        update="SET #status = :status ADD #count :one",
        names={"#status": "status", "#count": "count"},
        values={":status": "y", ":one": 1},
    )
    assert table.write(update) == {"pk": "a", "sk": "1", "count": 2, "status": "y"}


def test_a_transaction_writes_all_or_nothing(table: Table) -> None:
    put(table, "a", "1", count=1)
    good = Write("b", "1", put={"x": 1})
    only_at_two = Write(
        "a",
        "1",
        update="SET #count = :three",
        condition="#count = :two",
        names={"#count": "count"},
        values={":two": 2, ":three": 3},
    )
    with pytest.raises(ConditionFailedError):
        table.transact(good, only_at_two)
    assert table.get("b", "1") is None
    put(table, "a", "1", count=2)
    table.transact(good, only_at_two)
    assert table.get("b", "1")
    assert (table.get("a", "1") or {})["count"] == 3


def test_ids(table: Table) -> None:
    assert [table.next_id("x"), table.next_id("x"), table.next_id("y")] == [1, 2, 1]


def test_what_is_wanted_of_many_items(table: Table, asked: list[tuple[str, Any]]) -> None:
    put(table, "a", "1", number=1, data=b"1", rows=2)
    assert table.get_many([("a", "1")], fresh=True, attributes=("rows", "data", "object")) == {
        ("a", "1"): {"pk": "a", "sk": "1", "rows": 2, "data": b"1"}
    }
    assert table.get_many([("a", "1")])["a", "1"]["number"] == 1
    consistent = [wanted["RequestItems"][table.name]["ConsistentRead"] for _, wanted in asked]
    assert consistent == [True, False]
