"""The parameters and the reading of continuous futures."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from marketdata import deployment
from marketdata.api.klines import ADJUSTMENTS, NONE, KlineQuery, RangeQuery, counted
from marketdata.api.parameters import SHOWN, one_of, refuse_controls, wrong
from marketdata.api.row_form import FormQuery
from marketdata.blocks.dataset import Kind, Period
from marketdata.catalog.spelling import series_of, variety_in
from marketdata.kline.reader import KlineQuestion, KlineReader
from marketdata.kline.rows import RowSet

MAX_VARIETIES = 50

RULES = {"oi": "open_interest", "volume": "volume"}
"""What decides who is main: the values of `futures.main_contracts.Basis`."""

METHODS = ("ratio", "difference")
"""Those of `futures.continuous.Method`, a module that contracts need not load."""


def _varieties(value: Any) -> tuple[str, ...]:
    if not isinstance(value, str):
        raise wrong("not_text", "must be text")
    named = dict.fromkeys(each.strip(" ").upper() for each in value.split(",") if each.strip(" "))
    if not 1 <= len(named) <= MAX_VARIETIES:
        reason = f"must be 1 to {MAX_VARIETIES} different varieties, not {len(named)}"
        raise wrong("wrong_count", reason, most=MAX_VARIETIES, given=len(named))
    refuse_controls(value)
    if any(len(each) > SHOWN for each in named):
        raise wrong("not_a_variety", "must be varieties like IF or RB")
    return tuple(named)


type Varieties = Annotated[
    tuple[str, ...],
    BeforeValidator(_varieties),
    WithJsonSchema({"type": "array", "items": {"type": "string"}, "minItems": 1}),
]
"""1 to 50 different varieties in upper case and in the order given, comma-separated in a query."""


class ContinuousQuery(RangeQuery, FormQuery):
    """Comma-separated varieties, how contracts are chosen and joined, which bars, in which form."""

    varieties: Varieties
    rule: Annotated[str, one_of(RULES)] = "oi"
    adjust: Annotated[str, one_of(ADJUSTMENTS)] = NONE
    method: Annotated[str, one_of(METHODS)] = METHODS[0]


def read_continuous(asked: ContinuousQuery) -> RowSet:
    """Read series; raises what `futures.continuous_reader.ContinuousReader.read` raises."""
    from marketdata.futures.continuous import Adjust, Method  # noqa: PLC0415
    from marketdata.futures.continuous_reader import ContinuousQuestion  # noqa: PLC0415
    from marketdata.futures.main_contracts import Basis  # noqa: PLC0415

    return deployment.continuous_reader().read(
        ContinuousQuestion(
            asked.varieties,
            *asked.days,
            Period(asked.period),
            Basis(RULES[asked.rule]),
            Adjust(asked.adjust),
            Method(asked.method),
            asked.count or 0,
        )
    )


def read_contracts(asked: KlineQuery) -> RowSet:
    """Read the bars of contracts, and of series named by codes such as IF.MAIN; errors as above."""
    codes = _codes(asked.codes)
    question = KlineQuestion(frozenset({Kind.FUTURE}), codes, *asked.days, Period(asked.period))
    if not any(map(variety_in, codes)):
        return counted(asked, KlineReader.read)(deployment.kline_reader(), question)
    return deployment.continuous_reader().read_codes(question, asked.count or 0)


def _codes(codes: Sequence[str]) -> list[str]:
    found = (series_of(variety) if (variety := variety_in(code)) else code for code in codes)
    return list(dict.fromkeys(found))
