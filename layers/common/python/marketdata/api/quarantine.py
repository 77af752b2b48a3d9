"""The call that shows which rows were set aside instead of being stored, and why."""

from typing import Annotated, Any, Self

from pydantic import model_validator

from marketdata import deployment
from marketdata.api.parameters import Code, Day, PageQuery, after_end, one_of
from marketdata.api.router import Answer, Call, Router
from marketdata.tasks.quarantined import quarantined
from marketdata.tasks.scope import DATASETS

router = Router()


class QuarantineQuery(PageQuery):
    """Which rows: of a dataset, of a code, of some days; and which page of them."""

    dataset: Annotated[str, one_of(DATASETS)] = "stock.daily"
    code: Code | None = None
    start_date: Day | None = None
    end_date: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start_date and self.end_date and self.start_date > self.end_date:
            raise after_end()
        return self


@router.get("/cache/quarantine", query=QuarantineQuery, summary="获取被隔离的数据")
def read_quarantine(call: Call[QuarantineQuery]) -> Answer:
    """Return the rows that failed a check, those that were set aside last first."""
    asked = call.parameters
    days = asked.start_date or "", asked.end_date or ""
    found = quarantined(deployment.bucket(), asked.dataset, asked.code or "", *days)
    page = slice((asked.page - 1) * asked.page_size, asked.page * asked.page_size)
    said: dict[str, Any] = {
        "items": [row._asdict() for row in found.rows[page]],
        "total": len(found.rows),
        "page": asked.page,
        "page_size": asked.page_size,
    }
    return Answer.success(said, meta=call.told({"truncated": found.truncated}))
