"""Tasks that detect and fill what the cache is missing, and what is known of futures."""

from marketdata.api import coverage
from marketdata.api import varieties as contracts
from marketdata.api.router import Answer, Call, Role, Router
from marketdata.api.tasks import PageQuery, TaskBody, named_task, new_task, tasks
from marketdata.tasks.task import TaskKind

router = Router()
handler = router.handler
contracts.add_routes(router)
coverage.add_routes(router)


@router.post(
    "/cache/detect-all-missing", body=TaskBody, role=Role.ADMIN, summary="一键检测所有数据"
)
def detect_missing(call: Call[TaskBody]) -> Answer:
    """Compare what is stored with what should be; waits for the result while it can."""
    task = tasks().wait(new_task(call, TaskKind.DETECT), lambda _: False)
    return Answer.success(tasks().findings(task))


@router.post("/cache/cache-all-missing", body=TaskBody, role=Role.ADMIN, summary="一键缓存所有数据")
def cache_all(call: Call[TaskBody]) -> Answer:
    """Fetch every expected day again, in the background."""
    task = tasks().wait(new_task(call, TaskKind.CACHE), lambda each: each.planned)
    return Answer.success({"task_id": task.id} | task.view())


@router.post("/cache/fill-missing", body=TaskBody, role=Role.ADMIN, summary="一键补齐缺失数据")
def fill_missing(call: Call[TaskBody]) -> Answer:
    """Fetch what is missing, in the background."""
    task = tasks().wait(new_task(call, TaskKind.FILL), lambda each: each.planned)
    return Answer.success({"task_id": task.id} | task.view())


@router.get("/cache/tasks", query=PageQuery, summary="获取任务列表")
def list_tasks(call: Call[PageQuery]) -> Answer:
    """Give a page of tasks, newest first."""
    asked = call.parameters
    page, total = tasks().page(asked.page, asked.page_size)
    items = [task.view() for task in page]
    shown = {"page": asked.page, "page_size": asked.page_size}
    return Answer.success({"items": items, "total": total, **shown})


@router.get("/cache/tasks/{task_id}", summary="获取任务进度")
def read_task(call: Call[None]) -> Answer:
    """Give one task."""
    return Answer.success({"task": tasks().show(named_task(call)).view()})


@router.get("/cache/tasks/{task_id}/result", summary="获取任务结果")
def read_result(call: Call[None]) -> Answer:
    """Give what an ended task found or did, code by code."""
    result = tasks().result(tasks().show(named_task(call)))
    return Answer.encoded(b'{"code":200,"message":"success","data":%s}' % result)


@router.post("/cache/tasks/{task_id}/cancel", role=Role.ADMIN, summary="取消任务")
def cancel_task(call: Call[None]) -> Answer:
    """Stop a task; what it has stored stays."""
    return Answer.success({"task": tasks().cancel(named_task(call)).view()})


@router.post("/cache/tasks/{task_id}/retry", role=Role.ADMIN, summary="重试任务")
def retry_task(call: Call[None]) -> Answer:
    """Run what failed, or was not reached, once more."""
    return Answer.success({"task": tasks().retry(named_task(call)).view()})
