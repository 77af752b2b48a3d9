"""A fetch of statements: the SDK's rows under our names, filtered by period again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from marketdata.finance.statement import HEADER, TEXTS, StatementRow, Value
from marketdata.sources.amazingdata.asking_twice import GAVE_NOTHING, CallSdk, ask_twice
from marketdata.sources.amazingdata.error_codes import error_of
from marketdata.sources.amazingdata.shapes import day_of, text_of
from marketdata.sources.source import StatementRequest

DATES = frozenset({"reporting_period", "ann_date", "actual_ann_date"})
AS_TEXT = frozenset(HEADER) | TEXTS


@dataclass(slots=True)
class StatementFetch:
    """Fetches the statements of some codes.

    Attributes
    ----------
    call : CallSdk
        Calls the SDK.
    request : StatementRequest
        The request.
    rows : list of mapping
        See `sources.source.FetchedStatements`.
    failed : dict
        See `sources.source.FetchedStatements`.
    """

    call: CallSdk
    request: StatementRequest
    rows: list[StatementRow] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    def run(self, codes: Sequence[str]) -> None:
        """Fetch one batch; a code that the answer does not name has failed.

        Raises
        ------
        UpstreamError
            The whole batch failed.
        """
        answer = ask_twice(
            self.call,
            "statements",
            lambda reply: not (reply["counts"] or reply["empty"]),
            statement=self.request.statement.value,
            codes=list(codes),
            start=self.request.start,
            end=self.request.end,
        )
        self.rows += _rows(answer, self.request)
        named = {*(code for code, _ in answer["counts"]), *answer["empty"]}
        code = answer["code"]
        why = GAVE_NOTHING if not named else "AmazingData: its answer lacks the code"
        if code is not None:
            why = str(error_of(code))
        self.failed |= dict.fromkeys((each for each in codes if each not in named), why)
        for each, other in answer["foreign"].items():
            self.failed[each] = f"AmazingData: it gave statements of {other} in its place"


def _rows(answer: Mapping[str, Any], request: StatementRequest) -> Iterator[StatementRow]:
    """Yield the rows of the requested periods: the server may ignore the dates."""
    codes = [code for code, count in answer["counts"] for _ in range(count)]
    names = [name.lower() for name in answer["columns"]]
    columns = [
        _column(name, values)
        for name, values in zip(names, answer["columns"].values(), strict=True)
    ]
    for code, *values in zip(codes, *columns, strict=True):
        row: StatementRow = {**dict(zip(names, values, strict=True)), "code": code}
        period = row.get("reporting_period")
        # A row with an unreadable period is quarantined later, not dropped here.
        if period is None or request.start <= str(period) <= request.end:
            yield row


def _column(name: str, values: Sequence[Any]) -> list[Value]:
    if name in DATES:
        return [day_of(value) for value in values]
    if name in AS_TEXT:
        return [text_of(value) or None for value in values]
    return [_number(value) for value in values]


def _number(value: str | float | None) -> Value:
    """Return a number, None for NaN; a text that is not a number stays and is quarantined later."""
    try:
        number = float("nan") if value is None else float(value)
    except ValueError:
        return str(value)
    return number if number == number else None  # noqa: PLR0124  NaN is not itself
