"""What the task calls share: their parameters and the service behind them."""

from functools import cache
from typing import Annotated, Any, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from marketdata.api.parameters import Codes, DayRange, Parameters, one_of, read_number
from marketdata.api.router import Call
from marketdata.aws import workflows
from marketdata.aws.objects import Bucket
from marketdata.aws.tables import Table
from marketdata.blocks.dataset import STORED_PERIODS, Kind, Period
from marketdata.catalog.catalog_store import load_catalog
from marketdata.errors import NotFoundError
from marketdata.finance.statement import FINANCE, Statement
from marketdata.settings import settings
from marketdata.tasks.records import TaskRecords
from marketdata.tasks.scope import ContractType, Scope
from marketdata.tasks.service import TaskService
from marketdata.tasks.task import Task, TaskKind

MAX_PAGE = 1_000_000
MAX_PAGE_SIZE = 100


class TaskBody(DayRange):
    """What a task is about."""

    security_type: Annotated[str, one_of([*Kind, FINANCE])]
    period_type: Annotated[str, one_of([*STORED_PERIODS, *Statement])] = Period.DAILY
    contract_type: Annotated[str, one_of(ContractType)] = ContractType.ALL
    codes: Codes | None = None
    recheck_absent: bool = False

    @model_validator(mode="after")
    def _of_futures(self) -> Self:
        if self.contract_type == ContractType.MAIN and self.security_type != Kind.FUTURE:
            raise PydanticCustomError(
                "contract_type",
                "main is possible with security_type future only",
                {"field": "contract_type"},
            )
        return self

    @model_validator(mode="after")
    def _of_companies(self) -> Self:
        if (self.security_type == FINANCE) is not (self.period_type in Statement):
            names = ", ".join(Statement)
            raise PydanticCustomError(
                "period_type",
                "must be one of {names} with security_type finance, and none of them otherwise",
                {"field": "period_type", "names": names},
            )
        return self

    def scope(self) -> Scope:
        """Give the same as a task's scope."""
        finance = self.security_type == FINANCE
        return Scope(
            kind=Kind.STOCK if finance else Kind(self.security_type),
            period=Statement(self.period_type) if finance else Period(self.period_type),
            start=self.start_date,
            end=self.end_date,
            codes=self.codes or (),
            recheck_absent=self.recheck_absent,
            contract_type=ContractType(self.contract_type),
        )


class PageQuery(Parameters):
    """Which page of a list."""

    page: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 1
    page_size: Annotated[int, Field(ge=1, le=MAX_PAGE_SIZE)] = 20


@cache
def tasks() -> TaskService:
    """Give this deployment's task service."""
    return TaskService(
        TaskRecords(Table(settings().control_table)),
        workflows,
        Bucket(settings().bucket),
        detect_machine=settings().detect_machine,
        fill_machine=settings().fill_machine,
    )


def new_task(call: Call[TaskBody], kind: TaskKind) -> Task:
    """Start what a call asks for, or give the task that does it already.

    Raises
    ------
    NotFoundError
        Some of the codes are not known as that type of security.
    """
    scope = call.parameters.scope()
    catalog = load_catalog() if scope.codes else None
    unknown = [
        code
        for code in scope.codes
        if catalog and ((known := catalog.get(code)) is None or known.kind is not scope.kind)
    ]
    if unknown:
        raise NotFoundError(f"there is no {scope.kind} {', '.join(unknown[:10])}")
    return tasks().start(kind, scope, call.user.username)


def named_task(call: Call[Any]) -> int:
    """Give the number of the task that the path names; there may be none.

    Raises
    ------
    InvalidInputError
        It is no number.
    """
    return read_number(call.path["task_id"], "task_id")
