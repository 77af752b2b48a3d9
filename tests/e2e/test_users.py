"""Users and the signing key, over HTTP, as an administrator uses them."""

import subprocess

import httpx

from tests.e2e.conftest import LOGIN, MAKE, ROOT, LocalCloud

WANG = {"username": "wang", "password": "correct-horse"}


def log_in(cloud: LocalCloud, credentials: dict[str, str]) -> httpx.Response:
    return httpx.post(f"{cloud.url}/auth/login", json=credentials, timeout=60)


def me(cloud: LocalCloud, login: httpx.Response) -> httpx.Response:
    token = login.json()["data"]["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{cloud.url}/auth/me", headers=headers, timeout=60)


def test_a_user_comes_reads_and_goes(synthetic_cloud: LocalCloud) -> None:
    admin = synthetic_cloud.admin
    wang = admin.post("/auth/users", json=WANG).json()["data"]
    login = log_in(synthetic_cloud, WANG)
    assert me(synthetic_cloud, login).json()["data"] == wang
    with httpx.Client(base_url=synthetic_cloud.url, timeout=60) as reader:
        reader.headers["Authorization"] = f"Bearer {login.json()['data']['access_token']}"
        assert reader.get("/base/codes?security_type=EXTRA_STOCK_A").status_code == 200
        assert reader.get("/auth/users").status_code == 403
        assert reader.post("/auth/users", json=WANG).status_code == 403
    unused = log_in(synthetic_cloud, WANG)
    gone = admin.patch(f"/auth/users/{wang['id']}", json={"is_active": False})
    assert gone.json()["data"]["is_active"] is False
    assert me(synthetic_cloud, unused).status_code == 401
    assert log_in(synthetic_cloud, WANG).status_code == 403
    own = admin.get("/auth/me").json()["data"]["id"]
    assert admin.patch(f"/auth/users/{own}", json={"role": "user"}).status_code == 409


def test_users_change_their_own_password_and_log_out(synthetic_cloud: LocalCloud) -> None:
    zhao = WANG | {"username": "zhao"}
    synthetic_cloud.admin.post("/auth/users", json=zhao).raise_for_status()
    here, elsewhere = log_in(synthetic_cloud, zhao), log_in(synthetic_cloud, zhao)
    with httpx.Client(base_url=synthetic_cloud.url, timeout=60) as session:
        session.headers["Authorization"] = f"Bearer {here.json()['data']['access_token']}"
        new = {"old_password": zhao["password"], "new_password": "staple-9-battery"}
        weak = session.post("/auth/password", json=new | {"new_password": "zhao123456"})
        assert (weak.status_code, weak.json()["errors"][0]["field"]) == (400, "new_password")
        changed = session.post("/auth/password", json=new)
        assert changed.status_code == 200, changed.text
        assert me(synthetic_cloud, elsewhere).status_code == 401
        assert me(synthetic_cloud, changed).status_code == 200
        ended = session.post("/auth/logout")
        assert (ended.status_code, ended.json()["data"]) == (200, None)
        assert ended.headers["X-Content-Type-Options"] == "nosniff"
    refused = me(synthetic_cloud, elsewhere)
    assert refused.headers["X-Content-Type-Options"] == "nosniff", "the gateway's own answer"


def test_the_key_is_rotated_under_running_sessions(synthetic_cloud: LocalCloud) -> None:
    before = log_in(synthetic_cloud, LOGIN)
    command = [*MAKE, "rotate-key", f"STATE={synthetic_cloud.state}"]
    rotated = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert rotated.returncode == 0, rotated.stdout + rotated.stderr
    assert me(synthetic_cloud, before).status_code == 200
    assert me(synthetic_cloud, log_in(synthetic_cloud, LOGIN)).status_code == 200
