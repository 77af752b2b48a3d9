"""A task service over the control table."""

import pytest

from marketdata.tasks.records import TaskRecords
from marketdata.tasks.service import TaskService
from tests.integration.tasks.machines import FakeMachines
from tests.support.clocks import WaitingTime
from tests.support.cloud import Cloud
from tests.support.memory import MemoryBucket


@pytest.fixture
def records(cloud: Cloud) -> TaskRecords:
    return TaskRecords(cloud.control)


@pytest.fixture
def machines() -> FakeMachines:
    return FakeMachines()


@pytest.fixture
def bucket() -> MemoryBucket:
    return MemoryBucket()


@pytest.fixture
def clock() -> WaitingTime:
    return WaitingTime()


@pytest.fixture
def task_service(
    records: TaskRecords, machines: FakeMachines, bucket: MemoryBucket, clock: WaitingTime
) -> TaskService:
    return TaskService(
        records,
        machines,
        bucket,
        detect_machine="detect",
        fill_machine="fill",
        pause=clock.pause,
        clock=clock.now,
    )
