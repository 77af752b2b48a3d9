"""The calls for K-lines of futures."""

from marketdata.api.continuous import ContinuousQuery, read_continuous, read_contracts
from marketdata.api.klines import KlineQuery, bar_form
from marketdata.api.market_day import DayQuery, answer_day
from marketdata.api.router import Answer, Call, Router
from marketdata.api.row_answer import answer_rows
from marketdata.blocks.dataset import Kind, Period
from marketdata.catalog.spelling import variety_in
from marketdata.kline.bars import BarDataset

router = Router()

CONTRACT = ("contract",)
"""What the rows of a continuous series have beside those of a contract."""


@router.get("/future/kline", query=KlineQuery, summary="获取期货K线数据")
def read_klines(call: Call[KlineQuery]) -> Answer:
    """Return the bars of some contracts, with settlement price and open interest.

    A code such as IF.MAIN means the main contract of each day, as in `/future/continuous`.
    """
    codes = call.parameters.codes
    form = bar_form(call, Kind.FUTURE, extra=CONTRACT if any(map(variety_in, codes)) else ())
    return answer_rows(call, read_contracts(call.parameters), form)


@router.get("/future/continuous", query=ContinuousQuery, summary="获取主力连续合约K线")
def read_series(call: Call[ContinuousQuery]) -> Answer:
    """Return the bars of each day's main contract as one series for each variety."""
    form = bar_form(call, Kind.FUTURE, extra=CONTRACT)
    return answer_rows(call, read_continuous(call.parameters), form)


@router.get("/future/kline/day", query=DayQuery, summary="获取全市场单日期货K线")
def read_day(call: Call[DayQuery]) -> Answer:
    """Return the daily bars of all contracts on a day, as published."""
    bars = BarDataset(Kind.FUTURE, Period.DAILY)
    return answer_day(call, bars.name, call.parameters.trade_date, bars.columns)
