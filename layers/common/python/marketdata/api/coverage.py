"""The call that shows what the cache holds, code by code and part by part."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import model_validator

from marketdata import deployment
from marketdata.api.data_type import OfSecurities, check_status
from marketdata.api.parameters import Codes, DayRange, PageQuery, one_of
from marketdata.api.router import Answer, Call, Router
from marketdata.blocks.block import BlockCoverage, BlockKey
from marketdata.blocks.dataset import STORED_PERIODS, Kind, Period
from marketdata.blocks.store import BlockStore
from marketdata.catalog.securities import Catalog, Security
from marketdata.catalog.window import Window
from marketdata.errors import InvalidInputError
from marketdata.tasks.comparison import NOT_STORED, holdings
from marketdata.tasks.scope import DataType, Scope, in_scope, parts_of, window_of

MAX_PARTS = 60
"""Each part costs a separate query or, if codes are named, an item of each of them."""


BY_CODE, BY_MISSING = SORTS = ("code", "missing")
"""How codes may be sorted."""

router = Router()

type CoverageByPart = Mapping[str, Mapping[str, BlockCoverage]]
"""Stored coverage by part and code."""


class CoverageQuery(DayRange, PageQuery):
    """The bars whose coverage to return, and which page of their codes."""

    security_type: Annotated[str, one_of(Kind)]
    period_type: Annotated[str, one_of(STORED_PERIODS)] = Period.DAILY
    data_type: OfSecurities = DataType.BARS
    codes: Codes | None = None
    sort: Annotated[str, one_of(SORTS)] = BY_CODE

    @model_validator(mode="after")
    def _of_its_type(self) -> Self:
        check_status(self.data_type, self.security_type, self.period_type)
        return self

    def scope(self) -> Scope:
        """Return the query as the scope of a task."""
        return Scope(
            Kind(self.security_type),
            Period(self.period_type),
            self.start_date,
            self.end_date,
            self.codes or (),
            status=self.data_type == DataType.STATUS,
        )


@router.get("/cache/coverage", query=CoverageQuery, summary="获取缓存覆盖情况")
def read_coverage(call: Call[CoverageQuery]) -> Answer:
    """Count the expected, present, absent and missing days of each code and part.

    A part is a year of daily bars or a month of minute bars. A part without expected days is left
    out of its code's `parts`. Whoever sorts by what is missing learns the totals of all codes, too:
    then all of them are counted, not only those of the page.
    """
    asked = call.parameters
    scope = asked.scope()
    final_until = deployment.final_day(scope.dataset.name)
    catalog: Catalog = deployment.catalog()
    window = window_of(scope, catalog, final_until, int(deployment.now().timestamp()))
    parts = parts_of(scope, window)
    if len(parts) > MAX_PARTS:
        reason = f"must leave at most {MAX_PARTS} years of daily bars, or months of minutes"
        raise InvalidInputError("start_date", reason, key="too_much", most=MAX_PARTS)
    securities = in_scope(catalog, scope)
    page = slice((asked.page - 1) * asked.page_size, asked.page * asked.page_size)
    counted = securities if asked.sort == BY_MISSING else securities[page]
    read = _named if scope.codes else _neighbours
    stored = read(scope.dataset.name, parts, counted)
    items = [_view(each, scope, window, stored) for each in counted]
    totals = None
    if asked.sort == BY_MISSING:
        totals = _totals(items)
        items = sorted(items, key=_open, reverse=True)[page]
    said = {"page": asked.page, "page_size": asked.page_size, "total": len(securities)}
    known_codes = {each.code for each in securities}
    meta: dict[str, Any] = {
        "upstream": deployment.settings().upstream,
        "final_until": final_until,
        "unknown_codes": [code for code in scope.codes if code not in known_codes],
    }
    if totals is not None:
        meta["totals"] = totals
    return Answer.success({"parts": parts, "items": items, **said}, meta=call.told(meta))


def _open(item: Mapping[str, Any]) -> int:
    """Return the number of days that keep a code from being complete."""
    return sum(count["missing"] + count["unconfirmed"] for count in item["parts"].values())


def _totals(items: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Add up the days of all codes; `codes` is the number of those that are not complete."""
    found = dict.fromkeys(("expected", "present", "unconfirmed", "missing", "short"), 0)
    for item in items:
        for count in item["parts"].values():
            for name in found:
                found[name] += count[name]
    return found | {"codes": sum(map(bool, map(_open, items)))}


def _view(
    security: Security, scope: Scope, window: Window, stored: CoverageByPart
) -> dict[str, Any]:
    """Return the fields of a code that the API shows: its counts by part."""
    counts = {
        part: holdings(scope.dataset, part, security, rows.get(security.code, NOT_STORED), window)
        for part, rows in stored.items()
    }
    known = {part: count for part, count in counts.items() if count}
    return {"code": security.code, "name": security.name, "parts": known}


def _named(dataset: str, parts: Sequence[str], securities: Sequence[Security]) -> CoverageByPart:
    """Read the coverage of named codes, between which the whole market may lie."""
    keys = [BlockKey(dataset, each.code, part) for part in parts for each in securities]
    stored: dict[str, dict[str, BlockCoverage]] = {part: {} for part in parts}
    for key, row in _store().coverage_by_key(keys).items():
        stored[key.part][key.code] = row
    return stored


def _neighbours(
    dataset: str, parts: Sequence[str], securities: Sequence[Security]
) -> CoverageByPart:
    """Read the coverage of consecutive codes."""
    if not securities:
        return {part: {} for part in parts}
    codes = securities[0].code, securities[-1].code
    return _store().coverage_by_part(dataset, parts, codes)


def _store() -> BlockStore:
    return deployment.store()
