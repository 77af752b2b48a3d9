"""Logging in and out."""
# ruff: noqa: T201

import json
from typing import Any

from ._faults import State, _end, fault_of, say

TOKEN = "3f0c9a5e-TOKEN-THAT-MUST-NEVER-BE-SEEN"


def login(username: str, password: str, host: str, port: int) -> Any:
    """Log in: True, or 0, or never to return."""
    fault = fault_of("login")
    # Real ones print what they send and what they get.
    say(json.dumps({"user": username, "password": password, "host": host, "port": port}))
    _end(fault)
    if fault == "counted":
        say("tgw login: error code: -90, force_logout failed")
    if fault in {"refused", "counted"}:
        print("login fail")
        exit(0)  # noqa: PLR1722  what the real one calls
    if password == "wrong horse":
        say("tgw login: error code: -74")
        print("login fail")
        exit(0)  # noqa: PLR1722
    say(json.dumps({"token": TOKEN, "logon": "ok"}))
    print("login success", TOKEN)
    State.log_in()
    return 0 if fault == "zero" else True


def logout() -> bool:
    """Log out."""
    State.logged_in = False
    return True
