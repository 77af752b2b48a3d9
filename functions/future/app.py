"""K-lines of futures."""

from marketdata.api.klines import KlineQuery, answer, read_bars
from marketdata.api.router import Answer, Call, Router
from marketdata.blocks.dataset import Kind

router = Router()
handler = router.handler

KINDS = frozenset({Kind.FUTURE})


@router.get("/future/kline", query=KlineQuery, summary="获取期货K线数据")
def read_klines(call: Call[KlineQuery]) -> Answer:
    """Give the bars of some contracts, with settlement price and open interest."""
    return answer(call, read_bars(KINDS, call.parameters.codes, call.parameters))
