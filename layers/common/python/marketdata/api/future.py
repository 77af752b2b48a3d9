"""The call for K-lines of futures."""

from marketdata.api.klines import KlineQuery, read_bars
from marketdata.api.router import Answer, Call, Router
from marketdata.api.row_answer import answer_rows
from marketdata.blocks.dataset import Kind

router = Router()

KINDS = frozenset({Kind.FUTURE})


@router.get("/future/kline", query=KlineQuery, summary="获取期货K线数据")
def read_klines(call: Call[KlineQuery]) -> Answer:
    """Return the bars of some contracts, with settlement price and open interest."""
    return answer_rows(call, read_bars(KINDS, call.parameters.codes, call.parameters))
