"""The answers with financial statements."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, WithJsonSchema, create_model

from marketdata.api.schema.klines import META, Claims
from marketdata.api.schema.operation import Code, Day, Operation, Schema
from marketdata.finance.statement import CONSOLIDATED, TEXTS, Statement

type Amount = Annotated[float | None, WithJsonSchema({"type": ["number", "null"]})]
type Remark = Annotated[float | str | None, WithJsonSchema({"type": ["number", "string", "null"]})]


class Header(Schema):
    """What a statement is; amounts are in yuan, and null where nothing was reported."""

    reporting_period: Day
    """报告期 · The last day of the period."""
    statement_type: str
    """报表类型 · `1` is consolidated (合并)."""
    report_type: str | None
    ann_date: Day | None
    """公告日期 · When it was announced."""
    actual_ann_date: Day | None
    security_name: str | None

    # A source may know more figures than the SDK's manual names.
    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Amount]


class AbsentStatement(Schema):
    """A period of which there is no statement."""

    date: Day
    reason: Literal["suspended", "no_trade", "no_bar", "other_type"]
    """`other_type`: there is one, but none of the type that was asked for."""


class StatementCompleteness(Claims):
    """How complete an answer is, in reporting periods instead of trading days."""

    absent: dict[Code, list[AbsentStatement]]
    """无报告 · Periods without a statement."""


def _row(statement: Statement) -> Any:
    columns: dict[str, Any] = {
        name: (Remark if name in TEXTS else Amount, Field()) for name in statement.columns
    }
    name = "".join(word.title() for word in statement.split("_"))
    return create_model(name, __base__=Header, __doc__=Header.__doc__, **columns)


def _operation(statement: Statement, **example: Any) -> Operation:
    columns = dict.fromkeys(statement.columns)
    header = {
        "reporting_period": "20230331",
        "statement_type": CONSOLIDATED,
        "report_type": None,
        "ann_date": "20230429",
        "actual_ann_date": None,
        "security_name": "浦发银行",
    }
    return Operation(
        dict[Code, list[_row(statement)]],  # type: ignore[misc]
        {"600000.SH": [header | columns | example]},
        {"codes": "600000.SH", "start_date": "20230101", "end_date": "20231231"},
        meta=StatementCompleteness,
        meta_example=EXAMPLE,
        errors=(404, 502, 503),
        large=True,
        conditional=True,
    )


BAR_MARKS = ("short", "unknown_sessions", "close_outside", "rejected")
EXAMPLE = {name: value for name, value in META.items() if name not in BAR_MARKS} | {
    "expected": 4,
    "returned": 1,
    "missing": {"600000.SH": [["20230630", "20230930"]]},
    "absent": {"600000.SH": [{"date": "20231231", "reason": "other_type"}]},
    "unknown_codes": [],
}

OPERATIONS = {
    ("GET", "/finance/balance-sheet"): _operation(
        Statement.BALANCE_SHEET, total_assets=8842390000000.0, total_liab=8123140000000.0
    ),
    ("GET", "/finance/income"): _operation(Statement.INCOME, basic_eps=0.51),
    ("GET", "/finance/cash-flow"): _operation(Statement.CASH_FLOW),
}
