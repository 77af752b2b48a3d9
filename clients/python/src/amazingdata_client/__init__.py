"""Client for AmazingData Cloud: K-lines from China's exchanges, with every gap accounted for."""

from amazingdata_client._async.client import AsyncClient
from amazingdata_client._sync.client import Client
from amazingdata_client.compatible import AmazingDataClient
from amazingdata_client.day_result import DayResult, StatusDayResult
from amazingdata_client.errors import (
    AmazingDataError,
    AnswerError,
    BadAnswerError,
    ConflictError,
    ForbiddenError,
    IncompleteError,
    InvalidInputError,
    MirrorBusyError,
    MirrorError,
    NoAnswerError,
    NotFoundError,
    NotLoggedInError,
    NotMirroredError,
    PartError,
    ServerError,
    TaskCancelledError,
    TaskError,
    TaskFailedError,
    TaskTimeoutError,
    TooLargeError,
    TooManyRequestsError,
    UnauthorizedError,
    UnavailableError,
    UpstreamError,
)
from amazingdata_client.export_models import Change, Changes, ExportPart, Exports, Release
from amazingdata_client.future_models import Roll
from amazingdata_client.member_models import (
    Constituents,
    Industries,
    Industry,
    Membership,
    Weights,
)
from amazingdata_client.mirror.checking import Difference
from amazingdata_client.mirror.progress import SyncProgress, SyncReport
from amazingdata_client.mirror.reader import MirrorReader
from amazingdata_client.models import Bar, Completeness
from amazingdata_client.reading import Days
from amazingdata_client.results import ContinuousResult, KlineResult, StatementResult, StatusResult
from amazingdata_client.retry import Retry
from amazingdata_client.status_models import (
    DayStatusCompleteness,
    StatusCompleteness,
    StockStatus,
    Universe,
)
from amazingdata_client.task_models import (
    DetectResult,
    FailedBatch,
    FillResult,
    Findings,
    Task,
    TaskPlan,
    VerifyResult,
)
from amazingdata_client.tokens import Token
from amazingdata_client.version import __version__

__all__ = [
    "AmazingDataClient",
    "AmazingDataError",
    "AnswerError",
    "AsyncClient",
    "BadAnswerError",
    "Bar",
    "Change",
    "Changes",
    "Client",
    "Completeness",
    "ConflictError",
    "Constituents",
    "ContinuousResult",
    "DayResult",
    "DayStatusCompleteness",
    "Days",
    "DetectResult",
    "Difference",
    "ExportPart",
    "Exports",
    "FailedBatch",
    "FillResult",
    "Findings",
    "ForbiddenError",
    "IncompleteError",
    "Industries",
    "Industry",
    "InvalidInputError",
    "KlineResult",
    "Membership",
    "MirrorBusyError",
    "MirrorError",
    "MirrorReader",
    "NoAnswerError",
    "NotFoundError",
    "NotLoggedInError",
    "NotMirroredError",
    "PartError",
    "Release",
    "Retry",
    "Roll",
    "ServerError",
    "StatementResult",
    "StatusCompleteness",
    "StatusDayResult",
    "StatusResult",
    "StockStatus",
    "SyncProgress",
    "SyncReport",
    "Task",
    "TaskCancelledError",
    "TaskError",
    "TaskFailedError",
    "TaskPlan",
    "TaskTimeoutError",
    "Token",
    "TooLargeError",
    "TooManyRequestsError",
    "UnauthorizedError",
    "UnavailableError",
    "Universe",
    "UpstreamError",
    "VerifyResult",
    "Weights",
    "__version__",
]
