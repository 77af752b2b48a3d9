"""A task service over the control table."""

import pytest

from marketdata.tasks.records import TaskRecords
from marketdata.tasks.service import TaskService
from tests.integration.tasks.fakes import Clock, FakeLists, FakeMachines
from tests.support.cloud import Cloud


@pytest.fixture
def records(cloud: Cloud) -> TaskRecords:
    return TaskRecords(cloud.control)


@pytest.fixture
def machines() -> FakeMachines:
    return FakeMachines()


@pytest.fixture
def lists() -> FakeLists:
    return FakeLists()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def task_service(
    records: TaskRecords, machines: FakeMachines, lists: FakeLists, clock: Clock
) -> TaskService:
    return TaskService(
        records,
        machines,
        lists,
        detect_machine="detect",
        fill_machine="fill",
        pause=clock.pause,
        clock=clock.now,
    )
