"""The smoke test of a deployment, against the local cloud: as typed, and as a plain user."""

import subprocess

from local.smoke import content, gateway
from local.smoke.__main__ import run
from local.smoke.service import Service
from tests.e2e.calls import fill
from tests.e2e.conftest import LOGIN, MAKE, ROOT, LocalCloud

READER = {"username": "smoke-reader", "password": "correct-horse"}


def smoke(cloud: LocalCloud, login: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the command that users type, with the login in its environment."""
    settings = [f"AMAZINGDATA_{name.upper()}={value}" for name, value in login.items()]
    return subprocess.run(
        [*MAKE[:-1], *settings, MAKE[-1], "smoke", f"URL={cloud.url}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_local_cloud_does_what_aws_should(synthetic_cloud: LocalCloud) -> None:
    year = {"start_date": "20240101", "end_date": "20241231"}
    fill(synthetic_cloud.admin, security_type="stock", **year)
    ended = smoke(synthetic_cloud, LOGIN)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    lines = ended.stdout.splitlines()
    left = [line for line in lines if line.startswith("-")]
    assert left == [line for line in lines if "this login is an administrator's" in line]
    assert LOGIN["password"] not in ended.stdout + ended.stderr


def test_a_user_is_told_what_only_administrators_may(synthetic_cloud: LocalCloud) -> None:
    reader = synthetic_cloud.admin.post("/auth/users", json=READER).json()["data"]
    with Service(synthetic_cloud.url, READER["username"], READER["password"]) as service:
        assert run(service, [gateway.wrong_role, content.detect]) == 0
        assert "role" in gateway.wrong_role(service)
    gone = synthetic_cloud.admin.patch(f"/auth/users/{reader['id']}", json={"is_active": False})
    assert gone.status_code == 200


def test_a_wrong_login_ends_it(synthetic_cloud: LocalCloud) -> None:
    ended = smoke(synthetic_cloud, {"username": "nobody-at-all", "password": "wrong"})
    assert ended.returncode != 0
    assert "cannot log in" in ended.stderr
