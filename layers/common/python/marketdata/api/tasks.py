"""The calls for tasks: detect, fill and fetch again what the cache should hold, and verify it."""

from dataclasses import replace
from typing import Annotated, Any, Self

from pydantic import model_validator

from marketdata import deployment
from marketdata.api.data_type import check_status
from marketdata.api.parameters import Codes, DayRange, PageQuery, one_of, read_number, wrong
from marketdata.api.router import Answer, Call, Role, Router
from marketdata.blocks.dataset import STORED_PERIODS, Kind, Period
from marketdata.catalog.securities import Catalog
from marketdata.errors import NotFoundError
from marketdata.finance.statement import FINANCE, Statement
from marketdata.tasks.scope import ContractType, DataType, Scope
from marketdata.tasks.service import TaskService
from marketdata.tasks.task import Selection, Status, Task, TaskKind

router = Router()


class ScopeBody(DayRange):
    """The scope of a task."""

    security_type: Annotated[str, one_of([*Kind, FINANCE])]
    period_type: Annotated[str, one_of([*STORED_PERIODS, *Statement])] = Period.DAILY
    data_type: Annotated[str, one_of(DataType)] | None = None
    contract_type: Annotated[str, one_of(ContractType)] = ContractType.ALL
    codes: Codes | None = None
    recheck_absent: bool = False

    @model_validator(mode="after")
    def _of_futures(self) -> Self:
        if self.contract_type == ContractType.MAIN and self.security_type != Kind.FUTURE:
            reason = "main is only possible with security_type future"
            raise wrong("only_with", reason, "contract_type", needed="security_type future")
        return self

    @model_validator(mode="after")
    def _of_companies(self) -> Self:
        if (self.security_type == FINANCE) is not (self.period_type in Statement):
            reason = (
                f"must be one of {', '.join(Statement)} with security_type finance, and none of "
                "them otherwise"
            )
            raise wrong("does_not_fit", reason, "period_type", other="security_type")
        return self

    @model_validator(mode="after")
    def _of_its_type(self) -> Self:
        statements = self.security_type == FINANCE
        if self.data_type and (self.data_type == DataType.STATEMENTS) is not statements:
            reason = "must be statements with security_type finance, and not otherwise"
            raise wrong("does_not_fit", reason, "data_type", other="security_type")
        check_status(self.data_type, self.security_type, self.period_type)
        return self

    def scope(self) -> Scope:
        """Return the body as a task's scope."""
        finance = self.security_type == FINANCE
        return Scope(
            kind=Kind.STOCK if finance else Kind(self.security_type),
            period=Statement(self.period_type) if finance else Period(self.period_type),
            start=self.start_date,
            end=self.end_date,
            codes=self.codes or (),
            recheck_absent=self.recheck_absent,
            contract_type=ContractType(self.contract_type),
            status=self.data_type == DataType.STATUS,
        )


class TaskBody(ScopeBody):
    """The scope of a task that may also be planned without being run."""

    dry_run: bool = False


class VerifyBody(ScopeBody):
    """The scope of a verify task."""

    clear_lost: bool = False

    def scope(self) -> Scope:
        """Return the body as a task's scope."""
        return replace(super().scope(), clear_lost=self.clear_lost)


@router.post(
    "/cache/detect-all-missing", body=TaskBody, role=Role.ADMIN, summary="一键检测所有数据"
)
def detect_missing(call: Call[TaskBody]) -> Answer:
    """Compare what is stored with what should be; wait up to 20 s for the result."""
    if call.parameters.dry_run:
        return _planned(call, TaskKind.DETECT)
    task = _service().wait(start_task(call, TaskKind.DETECT), lambda _: False)
    return Answer.success(_service().findings(task))


@router.post("/cache/cache-all-missing", body=TaskBody, role=Role.ADMIN, summary="一键缓存所有数据")
def cache_all(call: Call[TaskBody]) -> Answer:
    """Fetch every expected day again, in the background."""
    if call.parameters.dry_run:
        return _planned(call, TaskKind.CACHE)
    task = _service().wait_for_plan(start_task(call, TaskKind.CACHE))
    return Answer.success({"task_id": task.id} | task.view())


@router.post("/cache/fill-missing", body=TaskBody, role=Role.ADMIN, summary="一键补齐缺失数据")
def fill_missing(call: Call[TaskBody]) -> Answer:
    """Fetch the missing days, in the background."""
    if call.parameters.dry_run:
        return _planned(call, TaskKind.FILL)
    task = _service().wait_for_plan(start_task(call, TaskKind.FILL))
    return Answer.success({"task_id": task.id} | task.view())


@router.post("/cache/verify", body=VerifyBody, role=Role.ADMIN, summary="校验已存数据")
def verify(call: Call[VerifyBody]) -> Answer:
    """Open everything that is stored, and clear what is damaged, in the background."""
    task = _service().wait(start_task(call, TaskKind.VERIFY), lambda each: each.planned)
    return Answer.success({"task_id": task.id} | task.view())


class TasksQuery(PageQuery):
    """Which tasks to list, and which page of them."""

    status: Annotated[str, one_of(Status)] | None = None
    task_type: Annotated[str, one_of(TaskKind)] | None = None
    with_errors: bool = False

    def selection(self) -> Selection:
        """Return which tasks are wanted."""
        return Selection(
            Status(self.status) if self.status else None,
            TaskKind(self.task_type) if self.task_type else None,
            self.with_errors,
        )


@router.get("/cache/tasks", query=TasksQuery, summary="获取任务列表")
def list_tasks(call: Call[TasksQuery]) -> Answer:
    """Return a page of tasks, newest first."""
    asked = call.parameters
    page, total = _service().page(asked.page, asked.page_size, asked.selection())
    items = [task.view() for task in page]
    shown = {"page": asked.page, "page_size": asked.page_size}
    return Answer.success({"items": items, "total": total, **shown})


@router.get("/cache/tasks/{task_id}", summary="获取任务进度")
def read_task(call: Call[None]) -> Answer:
    """Return one task."""
    return Answer.success({"task": _service().show(named_task(call)).view()})


@router.get("/cache/tasks/{task_id}/result", summary="获取任务结果")
def read_result(call: Call[None]) -> Answer:
    """Return what an ended task found or did, code by code."""
    result = _service().result(_service().show(named_task(call)))
    return Answer.encoded(b'{"code":200,"message":"success","data":%s}' % result)


@router.post("/cache/tasks/{task_id}/cancel", role=Role.ADMIN, summary="取消任务")
def cancel_task(call: Call[None]) -> Answer:
    """Stop a task; what it has stored stays stored."""
    return Answer.success({"task": _service().cancel(named_task(call)).view()})


@router.post("/cache/tasks/{task_id}/retry", role=Role.ADMIN, summary="重试任务")
def retry_task(call: Call[None]) -> Answer:
    """Run the work that failed or was not reached once more."""
    return Answer.success({"task": _service().retry(named_task(call)).view()})


def start_task[Body: ScopeBody](call: Call[Body], kind: TaskKind) -> Task:
    """Start the task that a call asks for, or return the one that already runs for it.

    Raises
    ------
    NotFoundError
        Some of the codes are unknown or of another type of security.
    """
    return _service().start(kind, _known_scope(call), call.user.username)


def _planned(call: Call[TaskBody], kind: TaskKind) -> Answer:
    """Return what a task would do; errors as in `start_task` and `DryRun.plan`."""
    return Answer.success(deployment.dry_run().plan(kind, _known_scope(call)))


def _known_scope[Body: ScopeBody](call: Call[Body]) -> Scope:
    """Return the scope that a call asks for; errors as in `start_task`."""
    scope = call.parameters.scope()
    catalog: Catalog | None = deployment.catalog() if scope.codes else None
    unknown = [
        code
        for code in scope.codes
        if catalog and ((known := catalog.get(code)) is None or known.kind is not scope.kind)
    ]
    if unknown:
        raise NotFoundError(
            f"there is no {scope.kind} {', '.join(unknown[:10])}",
            key="unknown_codes",
            codes=unknown[:10],
        )
    return scope


def named_task(call: Call[Any]) -> int:
    """Return the task number in the path, whether or not there is such a task.

    Raises
    ------
    InvalidInputError
        It is not a number.
    """
    return read_number(call.path["task_id"], "task_id")


def _service() -> TaskService:
    return deployment.task_service()
