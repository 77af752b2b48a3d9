"""The call that shows the state of the service: its source, and who uses it."""

from marketdata import deployment
from marketdata.api.router import VERSION, Answer, Call, Router

router = Router()


@router.get("/status", summary="获取服务状态")
def read_status(_call: Call[None]) -> Answer:
    """Return the version, the source, the last final day, and who has the source's sessions.

    Of each session its latest lease, also if it was given back. All reads that wait share a name.
    """
    shared = deployment.session_queue().read()
    return Answer.success(
        {
            "version": VERSION,
            "upstream": deployment.settings().upstream,
            "final_day": deployment.final_day(),
            **shared.view(deployment.now().timestamp()),
        }
    )
