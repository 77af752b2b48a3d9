"""Calls about the cache: detect, fill, and the tasks that do it."""

import time
from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from amazingdata_client._async.runtime import sleep
from amazingdata_client._async.session import AsyncSession
from amazingdata_client.questions import day, distinct, given
from amazingdata_client.reading import read
from amazingdata_client.task_models import (
    Coverage,
    DetectResult,
    FillResult,
    Findings,
    Task,
    TaskPage,
)
from amazingdata_client.waiting import POLL_SECONDS, TaskOptions, judged, overdue, scope

if TYPE_CHECKING:
    from typing_extensions import Unpack


class AsyncTasks(AsyncSession):
    """Tasks. What starts, stops or repeats one needs the role `admin`.

    Starting what runs already gives the running task, so the starting calls may be repeated.
    """

    async def detect(
        self,
        security_type: str,
        start_date: str | date,
        end_date: str | date,
        **options: "Unpack[TaskOptions]",
    ) -> Findings:
        """Compare what is stored with what should be (`POST /cache/detect-all-missing`).

        Parameters
        ----------
        security_type : str
            stock index etf future or finance.
        start_date, end_date : str or date
            First and last day.
        **options
            `TaskOptions`.

        Returns
        -------
        Findings
            Whole if the service could wait for the end; else `wait` for the task and read
            `task_result`.
        """
        body = scope(security_type, start_date, end_date, options)
        return read(Findings, await self._started("detect-all-missing", body))

    async def fill(
        self,
        security_type: str,
        start_date: str | date,
        end_date: str | date,
        **options: "Unpack[TaskOptions]",
    ) -> Task:
        """Start to fetch what is missing (`POST /cache/fill-missing`); `wait` for its end.

        Parameters
        ----------
        security_type, start_date, end_date, **options
            As for `detect`.
        """
        body = scope(security_type, start_date, end_date, options)
        return read(Task, await self._started("fill-missing", body))

    async def cache_all(
        self,
        security_type: str,
        start_date: str | date,
        end_date: str | date,
        **options: "Unpack[TaskOptions]",
    ) -> Task:
        """Start to fetch every expected day again (`POST /cache/cache-all-missing`).

        Parameters
        ----------
        security_type, start_date, end_date, **options
            As for `detect`.
        """
        body = scope(security_type, start_date, end_date, options)
        return read(Task, await self._started("cache-all-missing", body))

    async def wait(
        self,
        task: Task | int,
        *,
        on_progress: Callable[[Task], object] | None = None,
        timeout: float | None = None,
        every: float = POLL_SECONDS,
    ) -> Task:
        """Wait until a task has ended well, and give it.

        Parameters
        ----------
        task : Task or int
            A task, or its id.
        on_progress : callable, optional
            Is given the task each time it was looked at, the last time included.
        timeout : float, optional
            Seconds; by default as long as it takes.
        every : float
            Seconds between looks.

        Raises
        ------
        TaskFailedError, TaskCancelledError
            It failed, or some of its codes did; somebody cancelled it.
        TaskTimeoutError
            The time is up; the task goes on.
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

    async def coverage(
        self,
        security_type: str,
        start_date: str | date,
        end_date: str | date,
        *,
        period_type: str = "daily",
        codes: str | Iterable[str] | None = None,
        page: int = 1,
        page_size: int = 20,
    ) -> Coverage:
        """Count what the cache holds of each code, by part (`GET /cache/coverage`).

        Parameters
        ----------
        security_type : str
            stock index etf or future.
        start_date, end_date : str or date
            First and last day.
        period_type : str
            daily min1 min5 min15 min30 or min60.
        codes : str or iterable of str, optional
            Only these, at most 500.
        page, page_size : int
            The first page is 1; at most 100 codes are on one.
        """
        params = given(
            security_type=security_type,
            start_date=day(start_date),
            end_date=day(end_date),
            period_type=period_type,
            codes=None if codes is None else ",".join(distinct(codes)),
            page=page,
            page_size=page_size,
        )
        answer = await self.call("GET", "/cache/coverage", params=params)
        return read(Coverage, {**answer.data, **answer.meta})

    async def tasks(self, page: int = 1, page_size: int = 20) -> TaskPage:
        """List tasks, the newest first (`GET /cache/tasks`)."""
        params = {"page": page, "page_size": page_size}
        data = (await self.call("GET", "/cache/tasks", params=params)).data
        return read(TaskPage, data)

    async def task(self, task_id: int) -> Task:
        """Show a task (`GET /cache/tasks/{task_id}`)."""
        return read(Task, (await self.call("GET", f"/cache/tasks/{task_id}")).data["task"])

    async def task_result(self, task_id: int) -> DetectResult | FillResult:
        """Give what a task found or did, code by code (`GET /cache/tasks/{task_id}/result`)."""
        data = (await self.call("GET", f"/cache/tasks/{task_id}/result")).data
        return read(DetectResult, data) if "complete_count" in data else read(FillResult, data)

    async def cancel_task(self, task_id: int) -> Task:
        """Stop a task (`POST /cache/tasks/{task_id}/cancel`)."""
        return read(Task, (await self.call("POST", f"/cache/tasks/{task_id}/cancel")).data["task"])

    async def retry_task(self, task_id: int) -> Task:
        """Run what failed of a task once more (`POST /cache/tasks/{task_id}/retry`)."""
        return read(Task, (await self.call("POST", f"/cache/tasks/{task_id}/retry")).data["task"])

    async def _started(self, call: str, body: Any) -> Any:
        return (await self.call("POST", f"/cache/{call}", json=body, repeatable=True)).data
