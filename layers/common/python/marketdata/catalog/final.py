"""Up to which trading day bars are final."""

from datetime import datetime, timedelta, timezone

from marketdata.catalog.calendar import is_trading_day, previous_trading_day

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has had no summer time since 1991, so a fixed offset needs no time zone database."""


def last_final_day(now: datetime, final_time: str) -> str:
    """Give the last trading day, "YYYYMMDD", whose bars no longer change.

    Parameters
    ----------
    now : datetime
        With a time zone.
    final_time : str
        "HH:MM", Asia/Shanghai: a trading day is final from then on.
    """
    local = now.astimezone(SHANGHAI)
    today = local.strftime("%Y%m%d")
    if is_trading_day("SH", today) and local.strftime("%H:%M") >= final_time:
        return today
    return previous_trading_day("SH", today)
