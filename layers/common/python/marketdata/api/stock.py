"""The calls for K-lines of stocks, indices and funds, and for the status of stocks."""

from typing import Any

from marketdata import deployment
from marketdata.api.klines import (
    BatchBody,
    StockQuery,
    StockRange,
    bar_form,
    codes_asked,
    read_stock_bars,
)
from marketdata.api.market_day import StockDayQuery, answer_day
from marketdata.api.router import Answer, Call, Router
from marketdata.api.row_answer import answer_rows
from marketdata.api.row_form import form_of
from marketdata.api.stock_status import StatusQuery
from marketdata.api.universe import Asked, codes_of
from marketdata.blocks.dataset import Kind, Period
from marketdata.catalog.securities import SECURITY_TYPES
from marketdata.kline.bars import BarDataset
from marketdata.kline.chart import chart
from marketdata.kline.forms import TIMES, turned
from marketdata.kline.reader import KlineQuestion
from marketdata.status.status import COLUMNS, STATUS

router = Router()

KINDS = frozenset({Kind.STOCK, Kind.INDEX, Kind.ETF})


@router.get("/stock/kline", query=StockQuery, summary="获取股票K线数据")
def read_klines(call: Call[StockQuery]) -> Answer:
    """Return the bars of some codes."""
    return _bars(call, call.parameters)


@router.post("/stock/kline/batch", body=BatchBody, summary="批量获取股票K线")
def read_batch(call: Call[BatchBody]) -> Answer:
    """Return the bars of many codes."""
    return _bars(call, call.parameters)


@router.get("/stock/kline/day", query=StockDayQuery, summary="获取全市场单日K线")
def read_day(call: Call[StockDayQuery]) -> Answer:
    """Return the daily bars of all codes of a type on a day, as published."""
    kind, markets = SECURITY_TYPES[call.parameters.security_type]
    asked = call.parameters
    status = asked.include is not None
    bars = BarDataset(kind, Period.DAILY)
    return answer_day(call, bars.name, asked.trade_date, bars.columns, markets, status=status)


@router.get("/stock/kline/{code}/chart", query=StockRange, summary="获取股票K线图表数据")
def read_chart(call: Call[StockRange]) -> Answer:
    """Return the bars of one code in the form that ECharts draws."""
    asked, code = call.parameters, call.path["code"]
    rows = read_stock_bars(KINDS, Asked([code]), asked)
    bars = rows.parsed(code)
    drawn: dict[str, Any] = {**chart(bars)}
    if asked.include:
        drawn["status"] = turned(bars, COLUMNS)
    return Answer.success(drawn, meta=call.told(rows.meta))


@router.get("/stock/status", query=StatusQuery, summary="获取股票状态")
def read_status(call: Call[StatusQuery]) -> Answer:
    """Return the status of some codes, or of all stocks on a day as published."""
    asked = call.parameters
    if asked.trade_date:
        return answer_day(call, STATUS.name, asked.trade_date, COLUMNS)
    days = asked.start_date or "", asked.end_date or ""
    which = codes_of(asked.codes, asked.universe, *days)
    question = KlineQuestion(KINDS, which.codes, *days, Period.DAILY, which.members)
    rows = which.told(deployment.status_reader().read(question))
    return answer_rows(call, rows, form_of(call, TIMES[:1], COLUMNS))


def _bars(call: Call[Any], asked: StockQuery | BatchBody) -> Answer:
    form = bar_form(call, Kind.STOCK)
    return answer_rows(call, read_stock_bars(KINDS, codes_asked(asked), asked), form)
