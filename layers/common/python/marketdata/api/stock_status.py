"""The parameters of the call for the status of stocks."""

from typing import Self

from pydantic import model_validator

from marketdata.api.parameters import Code, Codes, Day, after_end, wrong
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
                    reason = "must not be given with trade_date"
                    raise wrong("not_with", reason, name, other="trade_date")
            return self
        if (self.codes is None) is (self.universe is None):
            reason = "must be given, or either universe or trade_date instead"
            raise wrong("one_needed", reason, "codes", others=["universe", "trade_date"])
        if self.start_date is None or self.end_date is None:
            lacking = "start_date" if self.start_date is None else "end_date"
            reason = "must be given, or trade_date instead"
            raise wrong("one_needed", reason, lacking, others=["trade_date"])
        if self.start_date > self.end_date:
            raise after_end()
        return self
