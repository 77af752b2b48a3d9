"""The calls for K-lines of stocks, indices and funds."""

from marketdata.api.klines import BatchBody, StockQuery, StockRange, read_stock_bars
from marketdata.api.market_day import StockDayQuery, answer_day
from marketdata.api.parameters import read_code
from marketdata.api.router import Answer, Call, Router
from marketdata.api.row_answer import answer_rows
from marketdata.blocks.dataset import Kind
from marketdata.catalog.securities import SECURITY_TYPES
from marketdata.kline.chart import chart

router = Router()

KINDS = frozenset({Kind.STOCK, Kind.INDEX, Kind.ETF})


@router.get("/stock/kline", query=StockQuery, summary="获取股票K线数据")
def read_klines(call: Call[StockQuery]) -> Answer:
    """Return the bars of some codes."""
    return answer_rows(call, read_stock_bars(KINDS, call.parameters.codes, call.parameters))


@router.post("/stock/kline/batch", body=BatchBody, summary="批量获取股票K线")
def read_batch(call: Call[BatchBody]) -> Answer:
    """Return the bars of many codes."""
    return answer_rows(call, read_stock_bars(KINDS, call.parameters.codes, call.parameters))


@router.get("/stock/kline/day", query=StockDayQuery, summary="获取全市场单日K线")
def read_day(call: Call[StockDayQuery]) -> Answer:
    """Return the daily bars of all codes of a type on a day, as published."""
    kind = SECURITY_TYPES[call.parameters.security_type]
    return answer_day(call, f"{kind}.daily", call.parameters.trade_date)


@router.get("/stock/kline/{code}/chart", query=StockRange, summary="获取股票K线图表数据")
def read_chart(call: Call[StockRange]) -> Answer:
    """Return the bars of one code in the form that ECharts draws."""
    code = read_code(call.path["code"], "code")
    rows = read_stock_bars(KINDS, (code,), call.parameters)
    return Answer.success(chart(rows.parsed(code)), meta=rows.meta)
