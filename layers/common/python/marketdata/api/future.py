"""The calls for K-lines of futures."""

from marketdata.api.klines import KlineQuery, bar_form, read_bars
from marketdata.api.market_day import DayQuery, answer_day
from marketdata.api.router import Answer, Call, Router
from marketdata.api.row_answer import answer_rows
from marketdata.blocks.dataset import Kind, Period
from marketdata.kline.bars import BarDataset

router = Router()

KINDS = frozenset({Kind.FUTURE})


@router.get("/future/kline", query=KlineQuery, summary="获取期货K线数据")
def read_klines(call: Call[KlineQuery]) -> Answer:
    """Return the bars of some contracts, with settlement price and open interest."""
    form = bar_form(call, Kind.FUTURE)
    return answer_rows(call, read_bars(KINDS, call.parameters.codes, call.parameters), form)


@router.get("/future/kline/day", query=DayQuery, summary="获取全市场单日期货K线")
def read_day(call: Call[DayQuery]) -> Answer:
    """Return the daily bars of all contracts on a day, as published."""
    bars = BarDataset(Kind.FUTURE, Period.DAILY)
    return answer_day(call, bars.name, call.parameters.trade_date, bars.columns)
