"""No secret that is sent to the API is in its access lines."""

import json
from typing import Any

import pytest

from functions.auth import app as auth
from tests.integration.configs.calls import BODY, ONE, PASSWORD, ask, create
from tests.support.events import ADMIN, proxy_event, read


@pytest.mark.usefixtures("door")
def test_no_password_and_no_token(capsys: pytest.CaptureFixture[str]) -> None:
    token = "hunter2-token"

    def post(resource: str, body: object) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {token}", "X-Api-Key": "hunter2-key"}
        event = proxy_event("POST", resource, body=body, headers=headers, user=ADMIN)
        response = auth.handler(event, None)
        return response["statusCode"], read(response)["data"]

    user = {"username": "li", "password": "hunter2-correct-horse"}
    assert post("/auth/users", user)[0] == 200
    assert post("/auth/users", user | {"password": "hunter2"})[0] == 400
    token = post("/auth/login", user)[1]["access_token"]
    # Some type their password where the name belongs.
    assert post("/auth/login", {"username": "hunter2-wrong", "password": "hunter2"})[0] == 401
    change = {"old_password": "hunter2-old", "new_password": "hunter2-correct-staple"}
    assert post("/auth/password", change)[0] == 400
    create(host="127.0.0.1", port=1)
    ask("PATCH", ONE, 1, body={"password": PASSWORD})
    ask("POST", "/configs/sdk", body=BODY | {"port": 0})
    ask("POST", f"{ONE}/test", 1)
    out = capsys.readouterr().out
    lines = [json.loads(line) for line in out.splitlines()]
    assert [(line["route"].removeprefix("POST /api/v1"), line["status"]) for line in lines[:5]] == [
        ("/auth/users", 200),
        ("/auth/users", 400),
        ("/auth/login", 200),
        ("/auth/login", 401),
        ("/auth/password", 400),
    ]
    assert len(lines) == 9
    for secret in ("hunter2", token, str(BODY["username"])):
        assert secret not in out
