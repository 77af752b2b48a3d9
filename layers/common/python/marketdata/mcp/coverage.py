"""The tool about the cache: what is stored and published of the source's data."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal

import orjson

from marketdata import deployment
from marketdata.api.coverage import CoverageQuery, read_coverage
from marketdata.api.parameters import one_of
from marketdata.api.status import data_of_source
from marketdata.blocks.coverage import UNKNOWN
from marketdata.blocks.dataset import STORED_PERIODS, Kind, Period
from marketdata.blocks.days import parts_between
from marketdata.catalog.securities import Security
from marketdata.catalog.window import Window, common_market
from marketdata.errors import InvalidInputError
from marketdata.exports.manifest import Manifest
from marketdata.kline.bars import BarDataset
from marketdata.kline.completeness import Completeness
from marketdata.mcp.arguments import MOST_CODES, AskedDay, FewCodes, Question
from marketdata.mcp.completeness import NOT_THERE, told_of
from marketdata.mcp.fitting import Draft
from marketdata.mcp.links import csv_link
from marketdata.mcp.reading import asked
from marketdata.mcp.texts import cleaned_names
from marketdata.status.status import STATUS, covers

COUNTS = ("expected", "present", "unconfirmed", "missing", "short")
"""The days of a code and part that are counted, beside the absent ones, which have reasons."""

NOT_COVERED = "not_covered"
WHY_NOTHING = (*NOT_THERE, "delisted", "not_listed")
"""Why nothing is counted of a code, the weightiest reason first."""


class CoverageQuestion(Question):
    """What of the cache: an overview, or some codes."""

    codes: FewCodes | None = None
    kind: Annotated[str, one_of(Kind)] = Kind.STOCK
    data_type: Literal["bars", "status"] = "bars"
    period: Annotated[str, one_of(STORED_PERIODS)] = Period.DAILY
    start_date: AskedDay | None = None
    end_date: AskedDay | None = None


def get_coverage(wanted: CoverageQuestion) -> Draft:
    """Return what the source has and what is stored and published, or the days of some codes."""
    return _of_codes(wanted, wanted.codes) if wanted.codes else _overview(wanted.limit)


def _of_codes(wanted: CoverageQuestion, codes: tuple[str, ...]) -> Draft:
    if not (wanted.start_date and wanted.end_date):
        lacking = "end_date" if wanted.start_date else "start_date"
        raise InvalidInputError(lacking, "is required with codes")
    query = CoverageQuery.model_validate(
        {
            "security_type": wanted.kind,
            "period_type": wanted.period,
            "data_type": wanted.data_type,
            "codes": [*codes],
            "start_date": wanted.start_date,
            "end_date": wanted.end_date,
            # All of them on one page.
            "page_size": str(MOST_CODES),
        }
    )
    envelope = asked(read_coverage, query)
    items, meta = envelope["data"]["items"], envelope["meta"]
    columns = ("code", "part", *COUNTS, "absent")
    rows = [
        [item["code"], part, *(counts[name] for name in COUNTS), counts["absent"]]
        for item in items
        for part, counts in item["parts"].items()
    ]
    sums = {name: sum(row[2 + at] for row in rows) for at, name in enumerate(COUNTS)}
    days = Counter[str]()
    for item in items:
        days[item["code"]] += sum(counts["missing"] for counts in item["parts"].values())
    said = _told(query, codes, {row[0] for row in rows}) | {
        "missing": {code: number for code, number in days.items() if number},
        "statistics": {"sum": sums},
        "final_until": meta["final_until"],
    }
    said["complete"] = said["complete"] and not (sums["missing"] or sums["unconfirmed"])

    def link() -> Mapping[str, Any]:
        named = (dict(zip(columns, [*row[:-1], _json(row[-1])], strict=True)) for row in rows)
        return csv_link(((row["code"], row) for row in named), columns[1:])

    names = cleaned_names({item["code"]: item["name"] for item in items})
    return Draft(said, columns, {"": rows}, wanted.limit, link, names=names)


def _told(query: CoverageQuery, codes: Collection[str], counted: Collection[str]) -> dict[str, Any]:
    """Return what is said of days and codes that are not counted, in the words of other answers."""
    catalog = deployment.catalog()
    found = {code: catalog.get(code) for code in codes}
    known = {code: security for code, security in found.items() if security}
    of_status = query.scope().status
    daily = BarDataset(Kind(query.security_type), Period.DAILY)
    dataset = STATUS if of_status else BarDataset(daily.kind, Period(query.period_type))
    final_until = deployment.final_day(dataset.name)
    start_of_source = catalog.coverage_start(dataset)
    state = Completeness(Window(query.start_date, query.end_date, start_of_source, final_until))
    window = state.window
    alike = [each for each in known.values() if each.kind is daily.kind]
    asked_of = [each for each in alike if not of_status or covers(each)]
    first, last = max(window.start, window.calendar.first), min(window.end, final_until)
    for part in parts_between(daily, first, last):
        for each in asked_of:
            # It counts whole days here, of any period.
            state.add(daily, each, part, UNKNOWN)
    meta = state.meta(common_market(asked_of)) | {
        "complete": not window.beyond_known,
        "missing": {},
        "absent": {},
        "unknown_codes": [code for code in codes if code not in known],
        "upstream": deployment.settings().upstream,
    }
    not_counted = {
        code: _why(security, daily.kind, meta, is_covered=security in asked_of)
        for code, security in known.items()
        if code not in counted
    }
    said = told_of(meta)
    if not_counted:
        said |= {"complete": False, "not_counted": not_counted}
    return said


def _why(security: Security, kind: Kind, meta: Mapping[str, Any], *, is_covered: bool) -> str:
    """Return why no day of a code is counted."""
    if security.kind is not kind:
        return f"kind {security.kind}"
    if not is_covered:
        return NOT_COVERED
    reasons = {each["reason"] for each in meta["outside"].get(security.code, ())}
    found = [why for why in WHY_NOTHING if why in reasons]
    return found[0] if found else ("pending" if meta["pending"] else "no_trading_day")


def _overview(limit: int | None) -> Draft:
    """Return, for each dataset, since when the source has it, and what is published of it."""
    manifest: Manifest = deployment.manifest()
    published: dict[str, list[Any]] = {}
    for release in manifest.releases():
        for part in release.parts.values():
            entry = published.setdefault(release.dataset, [None, None, 0, 0])
            days = [day for day in (entry[0], part.first_day) if day]
            entry[0] = min(days) if days else None
            entry[1] = max(day or "" for day in (entry[1], part.last_day)) or None
            entry[2] += part.counts.returned
            entry[3] += part.counts.missing + part.counts.unconfirmed
    source = data_of_source()
    since = {each["dataset"]: each["since"] for each in source["covers"]}
    columns = ("dataset", "source_has_since", "from", "to", "rows", "missing")
    names = sorted({*since, *published})
    rows = [[name, since.get(name), *published.get(name, [None, None, 0, 0])] for name in names]
    lacking = [name for name in names if name not in published]
    said: dict[str, Any] = {
        "complete": bool(names) and not (lacking or any(row[-1] for row in rows)),
        "missing": {name: entry[3] for name, entry in published.items() if entry[3]},
        "statistics": {"datasets": len(rows), "rows": sum(row[4] for row in rows)},
        "last_final_day": deployment.final_day(),
        "next_final": source["next_final"].get("stock.daily"),
        "upstream": deployment.settings().upstream,
    }
    if lacking:
        said["not_published"] = lacking
    return Draft(said, columns, {"": rows}, limit)


def _json(value: Mapping[str, int]) -> str:
    return orjson.dumps(value).decode()
