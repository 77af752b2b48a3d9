"""The answers about securities and calendars."""

from marketdata.api.schema.operation import Code, Count, Day, Link, Operation, Schema
from marketdata.blocks.dataset import Kind


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


SECURITY = {
    "code": "600000.SH",
    "name": "浦发银行",
    "market": "SH",
    "type": "stock",
    "list_date": "19991110",
    "delist_date": None,
}

OPERATIONS = {
    ("GET", "/base/codes"): Operation(
        list[Code],
        ["000001.SZ", "600000.SH"],
        {"security_type": "EXTRA_STOCK_A"},
        errors=(502, 503),
        large=True,
        links=(
            Link("GET", "/base/codes/{code}/info", {"code": "$response.body#/data/0"}),
            Link("GET", "/stock/kline/{code}/chart", {"code": "$response.body#/data/0"}),
        ),
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
