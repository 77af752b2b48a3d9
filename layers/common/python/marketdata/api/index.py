"""The calls for the members of indices and their weights."""

from marketdata import deployment
from marketdata.api.days import check_day
from marketdata.api.groups import WhenQuery, answer, answer_members, reader
from marketdata.api.parameters import Code, Day, Parameters
from marketdata.api.router import Answer, Call, Router
from marketdata.catalog.calendar import is_trading_day
from marketdata.errors import InvalidInputError

router = Router()


class ConstituentsQuery(WhenQuery):
    """An index, and a day or a range of days; without either, the last final day."""

    code: Code


class WeightsQuery(Parameters):
    """An index and a trading day; by default, the last final one."""

    code: Code
    date: Day | None = None


@router.get("/index/constituents", query=ConstituentsQuery, summary="获取指数成分股")
def read_constituents(call: Call[ConstituentsQuery]) -> Answer:
    """Return the members of an index on a day, or all who were in it on any day of a range.

    Each with its first and last day in the index, which may lie outside the range.
    """
    return answer_members(call, call.parameters.code, call.parameters)


@router.get("/index/weights", query=WeightsQuery, summary="获取指数成分股权重")
def read_weights(call: Call[WeightsQuery]) -> Answer:
    """Return the weights of an index's members on a trading day, in percent."""
    asked = call.parameters
    day = asked.date or deployment.final_day()
    check_day("date", day)
    if not is_trading_day("SH", day):
        reason = f"must be a trading day, and {day} is none"
        raise InvalidInputError("date", reason, key="not_a_trading_day", day=day)
    told = reader().weights(asked.code, day)
    data = {"code": asked.code, "trade_date": day, "weights": told.content.weights}
    return answer(call, data, told, complete=told.content.complete)
