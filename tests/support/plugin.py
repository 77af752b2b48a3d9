"""The fixtures that all tests know.

What a fixture needs is imported when a test asks for it: the tests of the units and of the client
load neither moto nor AWS' library for it.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.template import parsed

if TYPE_CHECKING:
    from tests.support.cloud import Cloud
    from tests.support.service import Service


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    """Parse the template."""
    return parsed()


@pytest.fixture(scope="session")
def credentials() -> Iterator[None]:
    """Make this nobody's account; its clients are good for every test on moto, and only there."""
    import moto  # noqa: F401  clients that were made without it would call AWS

    from marketdata.aws.direct.environment import AUTHORITIES, PROXIES, VARIANTS
    from tests.support.cloud import REGION, forget_clients
    from tests.support.exchange import answer_by_moto
    from tests.support.quick_moto import spare_repetition

    with pytest.MonkeyPatch.context() as patch:
        spare_repetition(patch)
        patch.setenv("AWS_REGION", REGION)
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", *AUTHORITIES, *PROXIES, *VARIANTS):
            patch.delenv(name, raising=False)
        answer_by_moto(patch)
        forget_clients()
        yield
        forget_clients()


@pytest.fixture
def cloud(credentials: None, monkeypatch: pytest.MonkeyPatch) -> "Iterator[Cloud]":
    """Make an empty cloud, and have the process know it by its environment."""
    from moto import mock_aws

    from marketdata import deployment
    from tests.support.cloud import make_cloud

    with mock_aws():
        made = make_cloud()
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        deployment.reset()
        yield made
        deployment.reset()


@pytest.fixture
def service(
    cloud: "Cloud", template: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> "Iterator[Service]":
    """Deploy the state machines and the functions; the source is `files`, without any file.

    Its files pass for a minute older than they are: one that is as old as the question that it was
    read for, in whole seconds, is read again. A call that starts a task waits for its plan, however
    slow the machine is. What a fill would have published is not; the tests of `exports` do.
    """
    from marketdata import deployment
    from marketdata.aws.objects import Bucket
    from tests.support import emulation, publishing
    from tests.support.faults import PATIENCE
    from tests.support.service import Service

    made = Service(cloud)
    listed = Bucket.modified
    monkeypatch.setattr(
        Bucket, "modified", lambda *args: ((key, at - 60) for key, at in listed(*args))
    )
    monkeypatch.setattr("marketdata.tasks.service.PLAN_SECONDS", PATIENCE)
    publishing.leave_out(monkeypatch)
    emulation.emulate(made.invoke, template, made.naps, monkeypatch)
    monkeypatch.setenv("UPSTREAM", "files")
    monkeypatch.setenv("UPSTREAM_FUNCTION", "UpstreamFunction")
    monkeypatch.setenv("DETECT_MACHINE", emulation.deploy("DetectMachine"))
    monkeypatch.setenv("FILL_MACHINE", emulation.deploy("FillMachine"))
    deployment.reset()
    yield made
    emulation.join()
    deployment.reset()
