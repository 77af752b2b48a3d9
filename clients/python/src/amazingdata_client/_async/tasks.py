"""Calls for tasks, which detect and fetch missing data."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, overload

from amazingdata_client._async.runtime import sleep
from amazingdata_client._async.session import AsyncSession
from amazingdata_client.questions import given
from amazingdata_client.reading import read
from amazingdata_client.task_models import (
    DetectResult,
    FillResult,
    Findings,
    Task,
    TaskPage,
    TaskPlan,
    VerifyResult,
)
from amazingdata_client.waiting import (
    POLL_SECONDS,
    TaskOptions,
    VerifyOptions,
    judged,
    overdue,
    scope,
)
from amazingdata_client.words import (
    DayLike,
    TaskScope,
    TaskStatus,
    TaskType,
)

if TYPE_CHECKING:
    from typing_extensions import Unpack


class AsyncTasks(AsyncSession):
    """Background tasks.

    Starting, cancelling and retrying a task require the role "admin". Starting a task that is
    already running returns the running one, so these calls are safe to retry.
    """

    @overload
    async def detect(
        self,
        security_type: TaskScope,
        start_date: DayLike,
        end_date: DayLike,
        *,
        dry_run: Literal[False] = False,
        **options: "Unpack[TaskOptions]",
    ) -> Findings: ...
    @overload
    async def detect(
        self,
        security_type: TaskScope,
        start_date: DayLike,
        end_date: DayLike,
        *,
        dry_run: Literal[True],
        **options: "Unpack[TaskOptions]",
    ) -> TaskPlan: ...
    async def detect(
        self,
        security_type: TaskScope,
        start_date: DayLike,
        end_date: DayLike,
        *,
        dry_run: bool = False,
        **options: "Unpack[TaskOptions]",
    ) -> Findings | TaskPlan:
        """Find out which days the cache lacks (`POST /cache/detect-all-missing`).

        Parameters
        ----------
        security_type : str
            "stock", "index", "etf", "future" or "finance".
        start_date, end_date : str or date
            First and last day.
        dry_run : bool
            Whether to return only what the task would do, without starting it.
        **options
            See `TaskOptions`.

        Returns
        -------
        Findings or TaskPlan
            Final if `ended` is true. Otherwise `wait` for the task, then read its `task_result`.
            With `dry_run`, the plan.

        Raises
        ------
        InvalidInputError
            A parameter is invalid; see `errors`.
        ForbiddenError
            The user is not an administrator.
        ConflictError
            Main contracts were requested, but are not known for these days.
        """
        body = scope(security_type, start_date, end_date, options)
        found = await self._started("detect-all-missing", body, dry_run=dry_run)
        return read(TaskPlan, found) if dry_run else read(Findings, found)

    @overload
    async def fill(
        self,
        security_type: TaskScope,
        start_date: DayLike,
        end_date: DayLike,
        *,
        dry_run: Literal[False] = False,
        **options: "Unpack[TaskOptions]",
    ) -> Task: ...
    @overload
    async def fill(
        self,
        security_type: TaskScope,
        start_date: DayLike,
        end_date: DayLike,
        *,
        dry_run: Literal[True],
        **options: "Unpack[TaskOptions]",
    ) -> TaskPlan: ...
    async def fill(
        self,
        security_type: TaskScope,
        start_date: DayLike,
        end_date: DayLike,
        *,
        dry_run: bool = False,
        **options: "Unpack[TaskOptions]",
    ) -> Task | TaskPlan:
        """Start a task that fetches missing days (`POST /cache/fill-missing`).

        Parameters
        ----------
        security_type, start_date, end_date, dry_run, **options
            See `detect`.

        Returns
        -------
        Task or TaskPlan
            The task, just started; `wait` for its end. With `dry_run`, the plan.

        Raises
        ------
        InvalidInputError, ForbiddenError, ConflictError
            See `detect`.
        """
        body = scope(security_type, start_date, end_date, options)
        found = await self._started("fill-missing", body, dry_run=dry_run)
        return read(TaskPlan, found) if dry_run else read(Task, found)

    @overload
    async def cache_all(
        self,
        security_type: TaskScope,
        start_date: DayLike,
        end_date: DayLike,
        *,
        dry_run: Literal[False] = False,
        **options: "Unpack[TaskOptions]",
    ) -> Task: ...
    @overload
    async def cache_all(
        self,
        security_type: TaskScope,
        start_date: DayLike,
        end_date: DayLike,
        *,
        dry_run: Literal[True],
        **options: "Unpack[TaskOptions]",
    ) -> TaskPlan: ...
    async def cache_all(
        self,
        security_type: TaskScope,
        start_date: DayLike,
        end_date: DayLike,
        *,
        dry_run: bool = False,
        **options: "Unpack[TaskOptions]",
    ) -> Task | TaskPlan:
        """Start a task that fetches every day, even if cached (`POST /cache/cache-all-missing`).

        Parameters
        ----------
        security_type, start_date, end_date, dry_run, **options
            See `detect`.

        Returns
        -------
        Task or TaskPlan
            The task, just started; `wait` for its end. With `dry_run`, the plan.

        Raises
        ------
        InvalidInputError, ForbiddenError, ConflictError
            See `detect`.
        """
        body = scope(security_type, start_date, end_date, options)
        found = await self._started("cache-all-missing", body, dry_run=dry_run)
        return read(TaskPlan, found) if dry_run else read(Task, found)

    async def verify(
        self,
        security_type: TaskScope,
        start_date: DayLike,
        end_date: DayLike,
        **options: "Unpack[VerifyOptions]",
    ) -> Task:
        """Start a task that checks stored data, and clears what is damaged (`POST /cache/verify`).

        Parameters
        ----------
        security_type, start_date, end_date
            See `detect`.
        **options
            See `VerifyOptions`.

        Returns
        -------
        Task
            The task, just started. `wait` for its end fails if anything was damaged; its
            `task_result` names it, and `fill` fetches it again.

        Raises
        ------
        InvalidInputError, ForbiddenError, ConflictError
            See `detect`.
        """
        body = scope(security_type, start_date, end_date, options)
        return read(Task, await self._started("verify", body))

    async def wait(
        self,
        task: Task | int,
        *,
        on_progress: Callable[[Task], object] | None = None,
        timeout: float | None = None,
        every: float = POLL_SECONDS,
    ) -> Task:
        """Wait for a task to end, and return it if it succeeded.

        Parameters
        ----------
        task : Task or int
            A task or its ID.
        on_progress : callable, optional
            Called with the task after every poll, including the last.
        timeout : float, optional
            Seconds to wait at most; default: no limit.
        every : float
            Seconds between polls.

        Returns
        -------
        Task
            The completed task.

        Raises
        ------
        TaskFailedError
            It failed, or has codes with errors.
        TaskCancelledError
            It was cancelled.
        TaskTimeoutError
            It did not end in time; it is still running.
        NotFoundError
            There is no such task.
        """
        task_id = task if isinstance(task, int) else task.id
        began = time.monotonic()
        while True:
            seen = await self.task(task_id)
            if on_progress:
                on_progress(seen)
            if seen.ended:
                return judged(seen)
            if timeout is not None and time.monotonic() - began >= timeout:
                raise overdue(seen, timeout)
            await sleep(every)

    async def tasks(
        self,
        page: int = 1,
        page_size: int = 20,
        *,
        status: TaskStatus | None = None,
        task_type: TaskType | None = None,
        with_errors: bool = False,
    ) -> TaskPage:
        """Return a page of tasks, newest first (`GET /cache/tasks`).

        Parameters
        ----------
        page, page_size : int
            Number of the page, from 1, and tasks per page, at most 100.
        status : str, optional
            Only those that are "pending", "running", "completed", "failed" or "cancelled".
        task_type : str, optional
            Only "detect", "fill", "cache", "catalog" or "verify".
        with_errors : bool
            Only those that failed, or ended with codes in error.
        """
        params = given(page=page, page_size=page_size, status=status, task_type=task_type)
        if with_errors:
            params["with_errors"] = "true"
        data = (await self.call("GET", "/cache/tasks", params=params)).data
        return read(TaskPage, data)

    async def task(self, task_id: int) -> Task:
        """Return a task (`GET /cache/tasks/{task_id}`)."""
        return read(Task, (await self.call("GET", f"/cache/tasks/{task_id}")).data["task"])

    async def task_result(self, task_id: int) -> DetectResult | FillResult | VerifyResult:
        """Return the full result of a task, code by code (`GET /cache/tasks/{task_id}/result`).

        Raises
        ------
        NotFoundError
            There is no such task, or it has no result (yet).
        """
        data = (await self.call("GET", f"/cache/tasks/{task_id}/result")).data
        if "damaged" in data:
            return read(VerifyResult, data)
        return read(DetectResult, data) if "complete_count" in data else read(FillResult, data)

    async def cancel_task(self, task_id: int) -> Task:
        """Cancel a task (`POST /cache/tasks/{task_id}/cancel`).

        Raises
        ------
        ConflictError
            It has already ended.
        """
        return read(Task, (await self.call("POST", f"/cache/tasks/{task_id}/cancel")).data["task"])

    async def retry_task(self, task_id: int) -> Task:
        """Run the failed part of a task again (`POST /cache/tasks/{task_id}/retry`).

        Raises
        ------
        ConflictError
            It has not ended, nothing failed, or the same work is already being done.
        """
        return read(Task, (await self.call("POST", f"/cache/tasks/{task_id}/retry")).data["task"])

    async def _started(self, call: str, body: dict[str, Any], *, dry_run: bool = False) -> Any:
        body |= {"dry_run": True} if dry_run else {}
        return (await self.call("POST", f"/cache/{call}", json=body, repeatable=True)).data
