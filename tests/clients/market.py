"""A small market as a mirror has it: real Parquet files, published by a `Publisher`."""

from collections.abc import Sequence
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import polars as pl
from amazingdata_client import Client

from tests.clients.conftest import AT_ONCE
from tests.clients.publisher import Publisher
from tests.clients.scripted import PASSWORD, URL, USERNAME

FIRST = date(2024, 12, 16)
"""A Monday."""
TRADING_DAYS = [day for day in (FIRST + timedelta(each) for each in range(42)) if day.weekday() < 5]
"""Thirty days, of which the last ones are in 2025."""

BARS = ("open", "high", "low", "close")
SUSPENDED = range(5, 8)
"""Places of the days on which 000001.SZ has no bar."""
LISTED = 12
"""Place of the day on which 600003.SH is listed."""
DELISTED = 20
"""Place of the last day of 600004.SH."""
STEPS = [("000001.SZ", 0, 1.0), ("000001.SZ", 10, 1.5), ("000001.SZ", 25, 3.0)]
"""Factors: code, place of the first day, factor."""
LISTINGS = [("000001.SZ", None, None), ("600003.SH", LISTED, None), ("600004.SH", None, DELISTED)]


def market_bars(day: date) -> list[dict[str, Any]]:
    """Return the bars of a day, sorted by code."""
    place = TRADING_DAYS.index(day)
    codes = {
        "000001.SZ": place not in SUSPENDED,
        "600003.SH": place >= LISTED,
        "600004.SH": place <= DELISTED,
    }
    prices = {name: 10.0 + place + shift / 4 for shift, name in enumerate(BARS)}
    rest = {"volume": 1000 * (place + 1), "amount": 1e6 + place}
    rows = [code for code, has in codes.items() if has]
    return [{"code": code, "trade_date": day, **prices, **rest} for code in rows]


def parquet(rows: Sequence[dict[str, Any]], schema: Any = None) -> bytes:
    """Return rows as a Parquet file."""
    file = BytesIO()
    pl.DataFrame(rows, schema).write_parquet(file, statistics=True)
    return file.getvalue()


def publish_market(service: Publisher, days: Sequence[date]) -> None:
    """Publish the market as it is after some days: a closed year, and a file a day."""
    for year in sorted({day.year for day in days}):
        of_year = [day for day in days if day.year == year]
        if year == TRADING_DAYS[0].year:
            rows = sorted(
                (row for day in of_year for row in market_bars(day)),
                key=lambda row: (row["code"], row["trade_date"]),
            )
            service.publish(f"stock.daily/year={year}/part.parquet", parquet(rows))
            continue
        for day in of_year:
            path = f"stock.daily/year={year}/{day:%Y%m%d}.parquet"
            service.publish(path, parquet(market_bars(day)))
    publish_tables(service, days)


def publish_tables(service: Publisher, days: Sequence[date]) -> None:
    """Publish what belongs to the bars: calendar, factors, securities."""
    markets = ("BJ", "CFE", "SH", "SZ")
    calendar = [{"market": m, "trade_date": day} for m in markets for day in TRADING_DAYS]
    service.publish("calendar/part.parquet", parquet(calendar))
    steps = [
        {
            "code": code,
            "trade_date": TRADING_DAYS[place],
            "factor": factor,
            "until": TRADING_DAYS[-1],
        }
        for code, place, factor in (*STEPS, ("600003.SH", LISTED, 1.0), ("600004.SH", 2, 2.0))
        if TRADING_DAYS[place] <= days[-1]
    ]
    service.publish("stock.factors/part.parquet", parquet(steps))
    long_ago = date(2001, 8, 27)
    lives = [
        {
            "code": code,
            "name": code,
            "type": "stock",
            "market": code[-2:],
            "list_date": long_ago if first is None else TRADING_DAYS[first],
            "delist_date": None if last is None else TRADING_DAYS[last],
            "life": 1,
        }
        for code, first, last in LISTINGS
        if first is None or TRADING_DAYS[first] <= days[-1]
    ]
    schema = dict.fromkeys(("code", "name", "type", "market"), pl.String) | {
        "list_date": pl.Date,
        "delist_date": pl.Date,
        "life": pl.Int32,
    }
    service.publish("securities/part.parquet", parquet(lives, schema))


def mirrored(service: Publisher, folder: Path) -> None:
    """Bring a mirror of the service up to date."""
    transport = httpx.MockTransport(service)
    with Client(URL, USERNAME, PASSWORD, retry=AT_ONCE, transport=transport) as client:
        client.mirror(folder).sync()
