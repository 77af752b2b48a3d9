"""The answers about what is published."""

from typing import Annotated, Literal

from pydantic import Field

from marketdata.api.schema.forms import day_of
from marketdata.api.schema.klines import BAR, FUTURE_BAR, FutureBar, StockBar
from marketdata.api.schema.operation import Code, Count, Day, Id, Moment, Operation, Schema
from marketdata.exports.datasets import PUBLISHED
from marketdata.exports.entries import Change, Condition
from marketdata.settings import SOURCES

type Dataset = Annotated[str, Field(json_schema_extra={"enum": [*PUBLISHED]})]
type Cursor = Annotated[str, Field(pattern="^[0-9]+$")]
"""A place in the changes."""
type Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
type PartName = Annotated[str, Field(pattern="^([0-9]{4}|[0-9]{8}|all)$")]


class PublishedPart(Schema):
    """A published file."""

    dataset: Dataset
    part: PartName
    """分区 · A closed year, a day of the running one, or `all` for a dataset without years."""
    path: str
    """路径 · Where it belongs below the folder of a mirror."""
    rows: Count
    bytes: Count
    sha256: Hash
    """The hash of the file's bytes."""
    revision: Id
    """版本 · Counts the changes of the file's content, from 1."""
    published_at: Moment
    condition: Literal[Condition.PARTIAL, Condition.FINAL, Condition.REVISED]
    """状态 · `partial`: rows are missing or not confirmed to be absent; `revised`: complete, and
    something was corrected after it had been published."""
    expected: Count
    """应有 · returned + missing + absent."""
    returned: Count
    missing: Count
    """缺失 · Those that are unconfirmed included."""
    absent: Count
    first_day: Day | None
    """首日 · Null where rows have no day."""
    last_day: Day | None
    upstream: Annotated[str, Field(json_schema_extra={"enum": [*SOURCES]})]
    """上游 · Where the rows came from; `synthetic` is a made-up market."""


class Exports(Schema):
    """The published files, by dataset and part."""

    items: list[PublishedPart]
    total: Count
    cursor: Cursor
    """游标 · A place in the changes as of which the list is true."""


class FileLink(Schema):
    """Where a file can be downloaded, whole or in ranges."""

    location: Annotated[str, Field(json_schema_extra={"format": "uri"})]
    expires_in: Id
    """有效期 · Seconds."""
    revision: Id
    sha256: Annotated[Hash, Field(default="")]
    """Of the latest revision only."""
    bytes: Annotated[Count, Field(default=0)]
    """Of the latest revision only."""


class ReleasedDay(Schema):
    """What is published of a trading day."""

    trade_date: Day
    condition: Condition
    """状态 · `pending`: not final yet; `missing`: final, and never published; the others as those
    of files."""
    expected: Count
    returned: Count
    missing: Count
    """缺失 · Those that are unconfirmed included."""
    revision: Count
    """版本 · 0 if the day was never published."""
    published_at: Moment | None


class Releases(Schema):
    """The trading days of a range."""

    items: list[ReleasedDay]
    total: Count


class PublishedChange(Schema):
    """The newest revision of a part, or of a day in it."""

    seq: Id
    """序号 · The place of its release in the order of all releases."""
    dataset: Dataset
    part: PartName
    day: Day | None
    """交易日 · Null where rows have no day."""
    kind: Change
    """变更类型 · `late`: rows came that were missing; `corrected`: a value changed, or a row
    vanished."""
    revision: Id
    published_at: Moment


class ChangeList(Schema):
    """What has changed since a cursor, in order."""

    items: list[PublishedChange]
    cursor: Cursor
    """游标 · What to send as `since` next time."""
    more: bool
    """更多 · Whether to ask again at once."""


class DayRelease(Schema):
    """The publication that an answer is from."""

    revision: Count
    """版本 · 0 if the day was never published."""
    published_at: Moment | None
    condition: Condition


class DayStatus(Schema):
    """How complete the columns of the status are, as published."""

    complete: bool
    """完整 · No stock lacks its status."""
    missing: list[Code]
    """缺失 · Stocks whose status the cache lacks."""
    unconfirmed: list[Code]
    """待确认 · Stocks of which the source gave none, not yet believed."""
    not_covered: list[Code]
    """不适用 · Stocks without a status: those of Beijing."""


class DayClaims(Schema):
    """How complete a market day is; each expected code is in the data or in here."""

    trade_date: Day
    complete: bool
    """完整 · Nothing is missing or unconfirmed."""
    expected: Count
    """应有 · returned + missing + unconfirmed + absent."""
    returned: Count
    missing: list[Code]
    """缺失 · Codes whose bar the cache lacks."""
    unconfirmed: list[Code]
    """待确认 · Codes of which the source gave no bar, not yet believed."""
    absent: dict[Code, Literal["suspended", "no_trade", "no_bar"]]
    """停牌等 · Codes of which the source had no bar, and why."""
    release: DayRelease
    stale: bool
    """待更新 · Bars of the year were stored after the release; the next one takes them up."""
    status: Annotated[DayStatus, Field(default=None)]
    """状态 · Only where `include` asked for it."""


class Publishing(Schema):
    """The execution that publishes."""

    execution: str
    """执行名称 · Its name in Step Functions."""


AT = "2026-11-30T08:00:00Z"
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
LINK = "https://bucket.s3.amazonaws.com/exports/stock.daily/2024/2024-9f86d081884c7d65.parquet"
PART = {
    "dataset": "stock.daily",
    "part": "2024",
    "path": "stock.daily/year=2024/part.parquet",
    "rows": 1284310,
    "bytes": 37125046,
    "sha256": SHA256,
    "revision": 3,
    "published_at": AT,
    "condition": "revised",
    "expected": 1289742,
    "returned": 1284310,
    "missing": 0,
    "absent": 5432,
    "first_day": "20240102",
    "last_day": "20241231",
    "upstream": "synthetic",
}
RELEASED = {
    "trade_date": "20241120",
    "condition": "final",
    "expected": 5348,
    "returned": 5340,
    "missing": 0,
    "revision": 2,
    "published_at": AT,
}
CHANGE = {
    "seq": 18,
    "dataset": "stock.daily",
    "part": "2024",
    "day": "20241120",
    "kind": "late",
    "revision": 2,
    "published_at": AT,
}
DAY = {
    "trade_date": "20240102",
    "complete": True,
    "expected": 2,
    "returned": 1,
    "missing": [],
    "unconfirmed": [],
    "absent": {"000002.SZ": "suspended"},
    "release": {"revision": 1, "published_at": AT, "condition": "final"},
    "stale": False,
}
FUTURE_DAY = DAY | {"expected": 1, "absent": {}}

OPERATIONS = {
    ("GET", "/exports"): Operation(
        Exports,
        {"items": [PART], "total": 1, "cursor": "18"},
        {"dataset": "stock.daily"},
    ),
    ("GET", "/exports/{dataset}/{part}"): Operation(
        FileLink,
        {
            "location": f"{LINK}?X-Amz-Signature=5d2f",
            "expires_in": 900,
            "revision": 3,
            "sha256": SHA256,
            "bytes": 37125046,
        },
        {"dataset": "stock.daily", "part": "2024"},
        status=303,
        message="the file is at data.location",
        errors=(404,),
    ),
    ("GET", "/releases"): Operation(
        Releases,
        {"items": [RELEASED], "total": 1},
        {"dataset": "stock.daily", "start_date": "20241120", "end_date": "20241120"},
    ),
    ("GET", "/changes"): Operation(
        ChangeList,
        {"items": [CHANGE], "cursor": "18", "more": False},
        {"since": 17},
    ),
    ("GET", "/stock/kline/day"): Operation(
        day_of(StockBar),
        {"600000.SH": BAR},
        {"trade_date": "20240102", "security_type": "EXTRA_STOCK_A_ALL"},
        meta=DayClaims,
        meta_example=DAY,
        errors=(502, 503),
        large=True,
        conditional=True,
        csv=True,
    ),
    ("GET", "/future/kline/day"): Operation(
        day_of(FutureBar),
        {"IF2401.CFE": FUTURE_BAR},
        {"trade_date": "20240102"},
        meta=DayClaims,
        meta_example=FUTURE_DAY,
        errors=(502, 503),
        large=True,
        conditional=True,
        csv=True,
    ),
    ("POST", "/cache/publish"): Operation(
        Publishing,
        {"execution": "call-c6af9ac6-7b61-11e6-9a41-93e8deadbeef"},
        {"dataset": "stock.daily", "year": "2024"},
        message="publishing",
    ),
}
