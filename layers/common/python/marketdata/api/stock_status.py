"""The parameters of the call for the status of stocks."""

from typing import Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from marketdata.api.parameters import Code, Codes, Day
from marketdata.api.row_form import FormQuery


class StatusQuery(FormQuery):
    """Codes or a universe in a range of days, or one day of all stocks; the form of the answer."""

    codes: Codes | None = None
    universe: Code | None = None
    start_date: Day | None = None
    end_date: Day | None = None
    trade_date: Day | None = None

    @model_validator(mode="after")
    def _one_question(self) -> Self:
        if self.trade_date is not None:
            for name in ("codes", "universe", "start_date", "end_date"):
                if getattr(self, name) is not None:
                    raise _wrong(name, "must not be given with trade_date")
            return self
        if (self.codes is None) is (self.universe is None):
            raise _wrong("codes", "must be given, or either universe or trade_date instead")
        if self.start_date is None:
            raise _wrong("start_date", "must be given, or trade_date instead")
        if self.end_date is None:
            raise _wrong("end_date", "must be given, or trade_date instead")
        if self.start_date > self.end_date:
            raise _wrong("start_date", "must not be after end_date")
        return self


def _wrong(field: str, reason: str) -> PydanticCustomError:
    return PydanticCustomError("status_query", "{reason}", {"field": field, "reason": reason})
