"""The call that has stored rows published."""

from typing import Annotated

from pydantic import Field

from marketdata import deployment
from marketdata.api.parameters import Parameters, one_of
from marketdata.api.router import Answer, Call, Role, Router
from marketdata.exports.datasets import PUBLISHED

router = Router()

YEAR_PATTERN = "^(19|20)[0-9]{2}$"


class PublishBody(Parameters):
    """A dataset to publish, or a year of it; without one, what has changed, of a year or all."""

    dataset: Annotated[str, one_of(PUBLISHED)] | None = None
    year: Annotated[str, Field(pattern=YEAR_PATTERN)] | None = None


@router.post("/cache/publish", body=PublishBody, role=Role.ADMIN, summary="发布数据文件")
def publish(call: Call[PublishBody]) -> Answer:
    """Start publishing; the manifest and the releases show what has come of it."""
    asked = call.parameters
    execution = deployment.start_publishing(
        f"call-{call.request_id}", asked.dataset or "", asked.year or ""
    )
    return Answer.success({"execution": execution.rpartition(":")[2]}, message="publishing")
