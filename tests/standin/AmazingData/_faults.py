"""What goes wrong, as `standin.json` beside the packages says.

Faults of any call: `segfault`; `hang` and never return; `slow`: takes a second; `exit`;
`type_error`; `lock`: makes a lock of `multiprocessing`; `none`; `empty`, of the type that is
expected; `kick`: the session is over (-79, then -94 until the next login); `quota` (-82); `hours`
(-88); `busy` (-73); `denied` (-95); `pair`: (answer, []); `pair_error`: (None, [a message with
-82]).

Of `login`: `refused`: prints and calls exit; `counted`: the same with -90, as an earlier session
still counts; `zero`: gives 0.

Of answers by code: `bare`: all codes are named and none has a frame; `drop_key`: the first code is
not named; `drop`: every other row is lost; `duplicate`: every row comes twice; `shift` and
`shift_one`: the first code's last rows, or its last one, come in the next one's place; `foreign`:
the first code's rows come for all; `lots`: volumes in lots of 100; `thousands`: amounts in
thousands of yuan; `text`: dates and numbers are texts; `one_frame`: one frame and no dict.

Of `get_code_list`: `few`: a tenth of the codes.
"""

import ctypes
import json
import os
import signal
import time
from collections.abc import Callable
from functools import cache, partial, wraps
from multiprocessing import Lock
from pathlib import Path
from typing import Any

import pandas as pd

FOLDER = Path(__file__).parents[1]
CODES = {"kick": -79, "quota": -82, "hours": -88, "busy": -73, "denied": -95}


def shared() -> Path:
    """Give the folder of what the vendor's server knows of the account."""
    return Path(settings().get("account", FOLDER))


def note(what: str) -> None:
    """Write down what became of the account's session, and in which process."""
    with (shared() / "sessions.log").open("a") as file:
        file.write(f"{what} {os.getpid()}\n")


class State:
    """What the SDK keeps for itself."""

    logged_in = False

    @classmethod
    def log_in(cls) -> None:
        """Begin the account's only session, which ends any other one."""
        (shared() / "session").write_text(str(os.getpid()))
        note("login")
        cls.logged_in = True

    @classmethod
    def lose(cls) -> bool:
        """Notice whether another process has logged in since."""
        lost = cls.logged_in and (shared() / "session").read_text() != str(os.getpid())
        cls.logged_in = cls.logged_in and not lost
        if lost:
            note("lost")
        return lost


@cache
def settings() -> dict[str, Any]:
    """Read `standin.json`."""
    path = FOLDER / "standin.json"
    found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return found


def fault_of(call: str) -> str:
    """Count a call and give what is to go wrong with it."""
    log = FOLDER / "calls.log"
    with log.open("a") as file:
        file.write(f"{call}\n")
    turn = log.read_text().splitlines().count(call)
    for each in settings().get("faults", []):
        if each["call"] == call and turn in each.get("at", [turn]):
            return str(each["fault"])
    return ""


def say(text: str) -> None:
    """Print as native code does, past Python."""
    os.write(1, f"{text}\n".encode())


def sdk_call(empty: Callable[[], Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function a call of the SDK, which fails as `standin.json` says.

    Parameters
    ----------
    empty : callable
        Gives what the call gives where there is nothing.
    """

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def call(*values: Any, **named: Any) -> Any:
            fault = fault_of(function.__name__)
            _end(fault)
            if fault in CODES:
                State.logged_in = State.logged_in and fault != "kick"
                say(f"query failed, error code: {CODES[fault]}")
                return None
            if State.lose():
                say("connection lost, error code: -79")
                return None
            if not State.logged_in:
                say("please login first, error code: -94")
                return None
            if fault in {"none", "empty"}:
                return None if fault == "none" else empty()
            if fault == "pair_error":
                return None, ["error code: -82, the traffic of this week is used up"]
            answer = spoil(function(*values, **named), fault)
            return (answer, []) if fault == "pair" else answer

        return call

    return wrap


def _end(fault: str) -> None:
    match fault:
        case "segfault":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "hang":
            # As native code does it: without letting any other thread run.
            ctypes.PyDLL(None).sleep(3600)
        case "slow":
            time.sleep(1)
        case "lock":
            Lock()
        case "exit":
            exit(0)  # noqa: PLR1722  what the real one calls
        case "type_error":
            raise TypeError("'NoneType' object is not iterable")


def spoil(answer: Any, fault: str) -> Any:
    """Spoil an answer."""
    if fault in WHOLE:
        return WHOLE[fault](answer)
    if fault in SPOILT:
        return {
            code: None if frame is None else SPOILT[fault](frame) for code, frame in answer.items()
        }
    return answer


def _foreign(answer: dict[str, Any]) -> dict[str, Any]:
    """Put the first code's rows in the place of all others'."""
    first = next(frame for frame in answer.values() if frame is not None)
    return {code: None if frame is None else first for code, frame in answer.items()}


def _shifted(answer: dict[str, Any], count: int) -> dict[str, Any]:
    """Put the last rows of the first code in the place of the next one's."""
    held = [code for code, frame in answer.items() if frame is not None]
    if len(held) < 2:
        return answer
    first, second = held[:2]
    last = answer[first].tail(count).assign(code=second)
    kept = answer[second][~answer[second]["kline_time"].isin(last["kline_time"])]
    return answer | {second: pd.concat([kept, last])}


def _as_texts(frame: pd.DataFrame) -> pd.DataFrame:
    times = frame["kline_time"].dt.strftime("%Y%m%d%H%M%S")
    return frame.astype(str).assign(kline_time=times)


WHOLE: dict[str, Callable[[Any], Any]] = {
    "few": lambda answer: answer[: len(answer) // 10],
    "drop_key": lambda answer: dict(list(answer.items())[1:]),
    "one_frame": lambda answer: pd.concat([each for each in answer.values() if each is not None]),
    "shift": partial(_shifted, count=3),
    "shift_one": partial(_shifted, count=1),
    "bare": dict.fromkeys,
    "foreign": _foreign,
}
SPOILT: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "drop": lambda frame: frame.iloc[::2],
    "duplicate": lambda frame: pd.concat([frame, frame]),
    "lots": lambda frame: frame.assign(volume=frame["volume"] // 100),
    "thousands": lambda frame: frame.assign(amount=frame["amount"] / 1000),
    "text": _as_texts,
}
