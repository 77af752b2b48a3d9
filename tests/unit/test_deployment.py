"""What the settings name is made, once a process, and loads only what it needs."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from marketdata import deployment
from marketdata.settings import BUDGETED_SOURCES, SOURCES
from marketdata.sources.source import login_of


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    names = ("MARKET_TABLE", "CONTROL_TABLE", "BUCKET")
    for name in names:
        monkeypatch.setenv(name, name.lower())
    deployment.reset()
    yield
    deployment.reset()


def use(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPSTREAM", name)
    deployment.reset()


@pytest.mark.parametrize("name", SOURCES)
def test_the_settings_name_the_source(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use(name, monkeypatch)
    source = deployment.source()
    assert source.name == name
    assert bool(login_of(source)) is (name == "amazingdata")


def test_what_is_made_is_kept_until_it_is_reset(monkeypatch: pytest.MonkeyPatch) -> None:
    store = deployment.store()
    assert deployment.store() is store
    assert deployment.task_service() is deployment.task_service()
    monkeypatch.setenv("MARKET_TABLE", "another")
    assert deployment.market_table().name == "market_table"
    deployment.reset()
    assert deployment.market_table().name == "another"
    assert deployment.store() is not store


def test_making_things_loads_only_what_is_made() -> None:
    code = "import marketdata.deployment as d, sys; d.store(); d.upstream(); d.users(); "
    code += "sys.exit(bool({'pandas', 'numpy', 'jwt', 'argon2', 'pydantic'} & {*sys.modules}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_that_shuts_nobody_out_needs_no_budget(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(name, monkeypatch)
    budget = deployment.request_budget()
    assert bool(budget) is (name in BUDGETED_SOURCES)


def test_a_process_has_one_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deployment, "BUDGETED_SOURCES", ("files",))
    use("files", monkeypatch)
    budget = deployment.request_budget()
    assert budget is not None
    assert deployment.request_budget() is budget
