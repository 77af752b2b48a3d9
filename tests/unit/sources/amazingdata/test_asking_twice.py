"""Asking the SDK twice: what failed or gave nothing may go well the next time."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.errors import UpstreamFaultError, UpstreamQuotaError
from marketdata.sources.amazingdata.asking_twice import ask_twice

type Outcome = Mapping[str, Any] | Exception

NOTHING: Outcome = {"counts": []}
SOMETHING: Outcome = {"counts": [("600000.SH", 1)]}
FAULT = UpstreamFaultError("TypeError at child.py:1")


class Scripted:
    """An SDK that has its outcomes in order."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes)
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, operation: str, /, **arguments: Any) -> Any:
        self.asked.append((operation, arguments))
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def ask(sdk: Scripted) -> Mapping[str, Any]:
    return ask_twice(sdk, "status", lambda reply: not reply["counts"], codes=["600000.SH"])


def test_what_it_gives_is_asked_for_once() -> None:
    sdk = Scripted(SOMETHING)
    assert ask(sdk) == SOMETHING
    assert sdk.asked == [("status", {"codes": ["600000.SH"]})]


@pytest.mark.parametrize("first", [NOTHING, FAULT], ids=["nothing", "a fault"])
def test_the_same_is_asked_for_again(first: Outcome) -> None:
    sdk = Scripted(first, SOMETHING)
    assert ask(sdk) == SOMETHING
    assert sdk.asked[0] == sdk.asked[1]


def test_an_error_with_a_name_is_not_asked_about_again() -> None:
    sdk = Scripted(UpstreamQuotaError("-82"), SOMETHING)
    with pytest.raises(UpstreamQuotaError):
        ask(sdk)
    assert len(sdk.asked) == 1


@given(st.lists(st.sampled_from([NOTHING, FAULT, SOMETHING]), min_size=2, max_size=2))
def test_the_second_outcome_counts_whatever_it_is(outcomes: list[Outcome]) -> None:
    sdk = Scripted(*outcomes)
    counting = outcomes[0] if outcomes[0] is SOMETHING else outcomes[1]
    if isinstance(counting, Exception):
        with pytest.raises(UpstreamFaultError):
            ask(sdk)
    else:
        assert ask(sdk) is counting
    assert len(sdk.asked) == (1 if outcomes[0] is SOMETHING else 2)
