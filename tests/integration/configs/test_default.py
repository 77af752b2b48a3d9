"""One SDK config at most is the default, whoever does what at the same time."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from marketdata.aws.tables import Table
from marketdata.aws.writes import Write
from tests.integration.configs.calls import ONE, ask, create, data_of, defaults
from tests.support.cloud import Cloud


def test_the_first_one_becomes_the_default() -> None:
    assert create(is_default=False)["is_default"] is True
    assert create(is_default=False)["is_default"] is False
    assert defaults() == [1]


def test_a_new_default_takes_the_place_of_the_old_one() -> None:
    create()
    create()
    assert defaults() == [2]


def test_another_default() -> None:
    create()
    create(is_default=False)
    assert data_of(ask("POST", f"{ONE}/default", 2))["is_default"] is True
    assert defaults() == [2]
    assert data_of(ask("POST", f"{ONE}/default", 2))["is_default"] is True
    assert defaults() == [2]


def test_without_the_default_there_is_none_until_the_next_one() -> None:
    create()
    create(is_default=False)
    ask("DELETE", ONE, 1)
    assert defaults() == []
    assert create(is_default=False)["is_default"] is True
    assert defaults() == [3]


def test_deleting_another_one_leaves_the_default() -> None:
    create()
    create(is_default=False)
    ask("DELETE", ONE, 2)
    assert defaults() == [1]


@pytest.mark.usefixtures("atomic")
def test_many_at_once_leave_one_default() -> None:
    for _ in range(4):
        create(is_default=False)
    seen: list[list[int]] = []

    def make_default(config_id: int) -> int:
        status, _ = ask("POST", f"{ONE}/default", config_id)
        seen.append(defaults())
        return status

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(make_default, [1, 2, 3, 4] * 5))
    assert statuses == [200] * 20
    assert {len(each) for each in seen} == {1}


@pytest.mark.usefixtures("atomic")
def test_many_created_at_once_leave_one_default() -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda number: create(is_default=number % 2 == 0), range(8)))
    assert sorted(each["id"] for each in made) == list(range(1, 9))
    assert len(defaults()) == 1


def test_a_config_that_is_deleted_while_it_becomes_the_default(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    create()
    create(is_default=False)
    transact = Table.transact

    def overtaken(table: Table, *writes: Write) -> None:
        monkeypatch.setattr(Table, "transact", transact)
        assert ask("DELETE", ONE, 2)[0] == 200
        transact(table, *writes)

    monkeypatch.setattr(Table, "transact", overtaken)
    assert ask("POST", f"{ONE}/default", 2)[0] == 404
    assert defaults() == [1]
    assert cloud.control.get("configs", "0000000002") is None


def test_a_config_that_becomes_the_default_while_it_is_deleted(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    create()
    create(is_default=False)
    write = Table.write

    def overtaken(table: Table, attempt: Write) -> Any:
        monkeypatch.setattr(Table, "write", write)
        assert ask("POST", f"{ONE}/default", 2)[0] == 200
        return write(table, attempt)

    monkeypatch.setattr(Table, "write", overtaken)
    assert ask("DELETE", ONE, 2)[0] == 200
    assert cloud.control.get("configs#default", "-") is None
