"""Which data a call is about: the bars of securities, or the status of stocks."""

from typing import Annotated

from marketdata.api.parameters import one_of, wrong
from marketdata.blocks.dataset import Kind, Period
from marketdata.tasks.scope import DataType

type OfSecurities = Annotated[str, one_of([DataType.BARS, DataType.STATUS])]
"""What calls about securities, not about companies, can be about."""


def check_status(data_type: str | None, security_type: str, period_type: str) -> None:
    """Refuse a status of anything but stocks and days; for validators."""
    if data_type == DataType.STATUS and (security_type, period_type) != (Kind.STOCK, Period.DAILY):
        needed = "security_type stock and period_type daily"
        reason = f"status is only possible with {needed}"
        raise wrong("only_with", reason, "data_type", needed=needed)
