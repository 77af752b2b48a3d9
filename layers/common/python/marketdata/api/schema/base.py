"""The answers about securities, industries and calendars."""

from typing import Annotated

from pydantic import Field

from marketdata.api.schema.operation import (
    Code,
    Count,
    Day,
    ErrorDetail,
    Link,
    Moment,
    OfCodes,
    Operation,
    Schema,
)
from marketdata.blocks.dataset import Kind
from marketdata.settings import SOURCES


class SecurityView(Schema):
    """A security."""

    code: Code
    name: str
    """名称 · As the source writes it."""
    market: str
    """市场 · SH SZ BJ CFE SHF DCE CZC INE GFE."""
    type: Kind
    """类型 · stock, index, etf or future."""
    list_date: Day | None
    """上市日 · First trading day; null where it is not known."""
    delist_date: Day | None
    """退市日 · Last trading day; null where there is none."""


class Life(Schema):
    """A time during which a code was listed."""

    list_date: Day | None
    """上市日 · First trading day; null where it is not known."""
    delist_date: Day | None
    """退市日 · Last trading day; null where there is none."""


class SecurityInfo(SecurityView):
    """A security, and every time that its code was listed."""

    lives: list[Life]
    """历次上市 · In the order of time; the dates above are those of the last one. Codes come back:
    those of Zhengzhou's futures after ten years."""


class Found(Schema):
    """Securities that a text may mean."""

    items: list[SecurityView]
    """The likeliest first, at most `limit`."""
    total: Count
    """总数 · How many there are in all."""


class Member(Schema):
    """A time during which a code belongs to an index or an industry."""

    code: Code
    in_date: Day
    """纳入日 · The first day."""
    out_date: Day | None
    """最后一日 · The last day; null while it still belongs."""


class Members(Schema):
    """The members of an index or an industry, by code and time."""

    code: Code
    """指数或行业代码 · The index or industry."""
    items: list[Member]


class IndustryView(Schema):
    """An industry."""

    code: Code
    """行业代码 · Its members are asked for by it."""
    name: str
    """名称 · As the source writes it."""
    level: Annotated[int, Field(ge=1)]
    """级别 · 1 for the coarsest."""
    parent: Code | None
    """上级行业 · Null on level 1, or where it is not known."""
    classification: str
    """分类标准 · Whose industries these are."""


class Industries(Schema):
    """The industries, by code."""

    items: list[IndustryView]


class Word(OfCodes):
    """When the source gave an answer."""

    as_of: Day | None
    """截至 · The last final day when the source gave it; null where it gave nothing."""
    asked_at: Moment | None
    """询问时间 · When that was, or when it was asked in vain; null if it was never asked."""
    upstream: Annotated[str, Field(json_schema_extra={"enum": [*SOURCES]})]
    """上游 · The source."""
    warnings: list[str]
    """Why it is not newer."""
    warning_details: list[ErrorDetail]
    """The same with its keys."""


SECURITY = {
    "code": "600000.SH",
    "name": "浦发银行",
    "market": "SH",
    "type": "stock",
    "list_date": "19991110",
    "delist_date": None,
}

WORD = {
    "as_of": "20240105",
    "asked_at": "2024-01-05T09:12:44+00:00",
    "upstream": "synthetic",
    "warnings": [],
    "warning_details": [],
}
MEMBER = {"code": "600000.SH", "in_date": "20050408", "out_date": None}
ERRORS = (404, 502, 503)

OPERATIONS = {
    ("GET", "/base/codes"): Operation(
        list[Code],
        ["000001.SZ", "600000.SH"],
        {"security_type": "EXTRA_STOCK_A", "date": "20240105"},
        errors=(502, 503),
        large=True,
        links=(
            Link("GET", "/base/codes/{code}/info", {"code": "$response.body#/data/0"}),
            Link("GET", "/stock/kline/{code}/chart", {"code": "$response.body#/data/0"}),
        ),
    ),
    ("GET", "/base/industries"): Operation(
        Industries,
        {
            "items": [
                {
                    "code": "801780.SI",
                    "name": "银行",
                    "level": 1,
                    "parent": None,
                    "classification": "申万2021",
                }
            ]
        },
        meta=Word,
        meta_example=WORD,
        errors=ERRORS,
        large=True,
        conditional=True,
        links=(
            Link(
                "GET",
                "/base/industries/{industry}/constituents",
                {"industry": "$response.body#/data/items/0/code"},
            ),
        ),
    ),
    ("GET", "/base/industries/{industry}/constituents"): Operation(
        Members,
        {"code": "801780.SI", "items": [MEMBER]},
        {"industry": "801780.SI", "date": "20240105"},
        meta=Word,
        meta_example=WORD,
        errors=ERRORS,
        large=True,
        conditional=True,
    ),
    ("GET", "/base/calendar"): Operation(
        list[Day],
        ["20240102", "20240103", "20240104", "20240105"],
        {"market": "SH", "start_date": "20240101", "end_date": "20240131"},
    ),
    ("GET", "/base/codes/{code}/info"): Operation(
        SecurityInfo,
        SECURITY | {"lives": [{"list_date": "19991110", "delist_date": None}]},
        {"code": "600000.SH"},
        errors=(404, 502, 503),
    ),
    ("GET", "/base/securities"): Operation(
        Found,
        {"items": [SECURITY], "total": 1},
        {"q": "浦发", "security_type": "EXTRA_STOCK_A", "limit": 20},
        errors=(502, 503),
    ),
}
