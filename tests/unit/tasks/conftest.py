"""The cloud in memory, as the integration tests have it, and a task service on it."""

import pytest

from marketdata.tasks.records import TaskRecords
from marketdata.tasks.service import TaskService
from tests.integration.conftest import Cloud, cloud, credentials, template
from tests.unit.tasks.fakes import Clock, FakeLists, FakeMachines

__all__ = ["cloud", "credentials", "template"]


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
def service(
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
