"""The calls for K-lines of futures."""

from marketdata.api.klines import KlineQuery, read_bars
from marketdata.api.market_day import DayQuery, answer_day
from marketdata.api.router import Answer, Call, Router
from marketdata.api.row_answer import answer_rows
from marketdata.blocks.dataset import Kind

router = Router()

KINDS = frozenset({Kind.FUTURE})


@router.get("/future/kline", query=KlineQuery, summary="获取期货K线数据")
def read_klines(call: Call[KlineQuery]) -> Answer:
    """Return the bars of some contracts, with settlement price and open interest."""
    return answer_rows(call, read_bars(KINDS, call.parameters.codes, call.parameters))


@router.get("/future/kline/day", query=DayQuery, summary="获取全市场单日期货K线")
def read_day(call: Call[DayQuery]) -> Answer:
    """Return the daily bars of all contracts on a day, as published."""
    return answer_day(call, "future.daily", call.parameters.trade_date)
