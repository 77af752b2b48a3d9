"""Writes that meet others at work on the same items."""

from collections.abc import Callable
from typing import Any

import pytest

from marketdata.aws import writes
from marketdata.aws.tables import Table
from marketdata.aws.writes import ConditionFailedError, Write
from tests.support.refusals import ClientError, refusal

CONFLICT = refusal("TransactionCanceledException", "None", "TransactionConflict")
THROTTLED = refusal("TransactionCanceledException", "ThrottlingError", "None")
BETWEEN = refusal("TransactionConflictException")


def test_a_transaction_that_meets_another_is_tried_again(
    table: Table, spy: Callable[..., list[Any]], naps: list[float]
) -> None:
    calls = spy("transact_write_items", CONFLICT, THROTTLED, CONFLICT)
    table.transact(Write("a", "1", put={"x": 1}), Write("a", "2", put={"x": 2}))
    assert len(calls) == 4
    assert (table.get("a", "2") or {})["x"] == 2
    assert len(naps) == 3
    assert all(nap <= limit for nap, limit in zip(naps, writes.PAUSES, strict=False))


@pytest.mark.parametrize(
    ("method", "write"),
    [
        ("put_item", Write("a", "1", put={"x": 1})),
        ("update_item", Write("a", "1", update="SET x = :x", values={":x": 1})),
        ("delete_item", Write("a", "1")),
    ],
)
def test_a_single_write_that_meets_a_transaction_is_tried_again(
    table: Table, spy: Callable[..., list[Any]], naps: list[float], method: str, write: Write
) -> None:
    calls = spy(method, BETWEEN, BETWEEN)
    table.write(write)
    assert (len(calls), len(naps)) == (3, 2)


def test_conflicts_without_end_are_given_up(
    table: Table, spy: Callable[..., list[Any]], naps: list[float]
) -> None:
    calls = spy("transact_write_items", *[CONFLICT] * 50)
    with pytest.raises(ClientError):
        table.transact(Write("a", "1", put={"x": 1}))
    assert len(calls) == len(writes.PAUSES) + 1
    assert sum(naps) < 4


def test_a_condition_that_failed_is_not_tried_again(
    table: Table, spy: Callable[..., list[Any]], naps: list[float]
) -> None:
    both = refusal("TransactionCanceledException", "ConditionalCheckFailed", "TransactionConflict")
    calls = spy("transact_write_items", both)
    with pytest.raises(ConditionFailedError):
        table.transact(Write("a", "1", put={"x": 1}))
    assert (len(calls), naps) == (1, [])


@pytest.mark.parametrize(
    "failure",
    [
        refusal("ValidationException"),
        refusal("TransactionCanceledException", "ItemCollectionSizeLimitExceeded"),
        refusal("TransactionCanceledException"),
    ],
)
def test_any_other_refusal_is_an_error(
    table: Table, spy: Callable[..., list[Any]], naps: list[float], failure: ClientError
) -> None:
    calls = spy("transact_write_items", failure)
    with pytest.raises(ClientError):
        table.transact(Write("a", "1", put={"x": 1}))
    assert (len(calls), naps) == (1, [])
