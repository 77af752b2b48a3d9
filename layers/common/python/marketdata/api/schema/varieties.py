"""The answers about varieties of futures and their main contracts."""

from typing import Annotated

from pydantic import Field

from marketdata.api.schema.operation import Code, Count, Day, Operation, Schema
from marketdata.futures.main_contracts import Basis

type VarietyCode = Annotated[str, Field(pattern="^[A-Z]{1,2}$")]


class VarietyView(Schema):
    """A product."""

    variety: VarietyCode
    name: str
    market: str
    contracts: Count
    """合约数 · Contracts that trade today."""


class Varieties(Schema):
    """The products that futures are traded in."""

    varieties: list[VarietyCode]
    """品种列表."""
    details: list[VarietyView]


class MainContract(Schema):
    """A variety's main contract."""

    contract: Code
    since: Day
    """起始日 · The first day on which it is the main contract."""
    basis: Basis
    """依据 · What it was chosen by: volume where the source has no open interest."""


class MainContracts(Schema):
    """The main contracts of a day."""

    main_contracts: dict[VarietyCode, Code]
    """{品种: 主力合约}."""
    details: dict[VarietyCode, MainContract]
    trade_date: Day
    """交易日 · The day that was asked for, or the last final one."""


class Known(Schema):
    """The days on which a variety's main contract is known."""

    from_: Annotated[Day, Field(alias="from")]
    until: Day


class Knowledge(Schema):
    """What is known of main contracts."""

    unknown: list[VarietyCode]
    """Varieties whose main contract of that day is not known."""
    known: dict[VarietyCode, Known]


OPERATIONS = {
    ("GET", "/cache/future-varieties"): Operation(
        Varieties,
        {
            "varieties": ["IF"],
            "details": [{"variety": "IF", "name": "沪深300", "market": "CFE", "contracts": 4}],
        },
        errors=(502, 503),
    ),
    ("GET", "/cache/main-contracts"): Operation(
        MainContracts,
        {
            "main_contracts": {"IF": "IF2401.CFE"},
            "details": {
                "IF": {"contract": "IF2401.CFE", "since": "20231218", "basis": "open_interest"}
            },
            "trade_date": "20240105",
        },
        {"trade_date": "20240105"},
        meta=Knowledge,
        meta_example={"unknown": [], "known": {"IF": {"from": "20240102", "until": "20240201"}}},
        errors=(502, 503),
    ),
}
