"""What continuous series can be asked for, in words that need none of their modules."""

from marketdata.api.continuous import METHODS, RULES
from marketdata.api.klines import ADJUSTMENTS
from marketdata.futures.continuous import Adjust, Method
from marketdata.futures.main_contracts import Basis
from marketdata.kline.adjust.steps import Mode


def test_the_choices_are_those_that_the_readers_know() -> None:
    assert set(ADJUSTMENTS) == {"none", *Mode} == set(Adjust)
    assert set(METHODS) == set(Method)
    assert set(RULES.values()) == set(Basis)
