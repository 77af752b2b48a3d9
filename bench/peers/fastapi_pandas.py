"""The usual home-made service: FastAPI in front of one Parquet file per code, read by pandas.

The ASGI application is called without server or network, so that only its own work counts.
"""

import asyncio
from collections.abc import MutableMapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pandas as pd
from fastapi import FastAPI

from bench.market import Market
from bench.questions import Question

type Message = MutableMapping[str, Any]


class Service:
    """A folder of files and the application that answers from it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._application = application(folder)
        self._runner = asyncio.Runner()

    def build(self, table: str, market: Market, codes: Sequence[int]) -> None:
        place = self._folder / table
        place.mkdir(parents=True)
        for code in codes:
            values = market.values(code, market.days[0], market.days[-1])
            pd.DataFrame(values).to_parquet(place / f"{market.codes[code]}.parquet")

    def read(self, question: Question) -> bytes:
        return self._runner.run(
            self._get("/stock/kline", urlencode(question.query | {"period": question.table}))
        )

    async def _get(self, path: str, query: str) -> bytes:
        body = bytearray()

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            body.extend(message.get("body", b""))

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(b"host", b"localhost")],
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 8000),
        }
        await self._application(scope, receive, send)
        return bytes(body)


def application(folder: Path) -> FastAPI:
    """Create the FastAPI application."""
    app = FastAPI()

    def read_klines(
        codes: str, start_date: str, end_date: str, period: str = "daily"
    ) -> dict[str, Any]:
        data = {}
        for code in codes.split(","):
            frame = pd.read_parquet(folder / period / f"{code}.parquet")
            frame = frame[frame["trade_date"].between(start_date, end_date)]
            data[code] = frame.replace({np.nan: None}).to_dict(orient="records")
        return {"code": 200, "message": "success", "data": data}

    app.add_api_route("/stock/kline", read_klines)
    return app


def make(folder: Path) -> Service:
    """Create the peer."""
    return Service(folder)
