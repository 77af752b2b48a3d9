"""A fetch of adjustment factors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isnan

from marketdata.catalog.calendar import FIRST_DAYS
from marketdata.catalog.securities import Security, dates_of
from marketdata.errors import UpstreamError, UpstreamFaultError
from marketdata.kline.adjust.steps import Steps, steps_of
from marketdata.sources.baostock.asker import Asker
from marketdata.sources.baostock.codes import day_of, their_code, their_day
from marketdata.sources.baostock.rows import Columns, numbers
from marketdata.sources.source import FetchedFactors

FIELDS = ("code", "dividOperateDate", "backAdjustFactor")
"""Never `foreAdjustFactor`: it counts from the newest payout at the time of asking, so that two of
different days contradict each other."""


def steps_in(answer: Columns, security: Security | None, final: str) -> Steps:
    """Make steps of an answer: the factor counts from the listing, and changes on each ex-date.

    Parameters
    ----------
    answer : mapping
        The factors of a code, one row an ex-date, or none.
    security : Security or None
        The code: without it, nothing is known of the days before the first ex-date.
    final : str
        The last day whose factors are final; later ones are ignored.

    Raises
    ------
    ValueError
        No price can be adjusted with them.
    """
    days = [day_of(text) or "" for text in answer["dividOperateDate"]]
    if "" in days:
        raise ValueError("an ex-date is no day")
    factors = numbers(answer["backAdjustFactor"]).tolist()
    if any(map(isnan, factors)):
        raise ValueError("an ex-date has no factor")
    pairs = sorted(zip(days, factors, strict=True))
    known = [(day, factor) for day, factor in pairs if day <= final]
    listed = dates_of(security)[0][0] if security else None
    if listed and (not known or listed < known[0][0]):
        known.insert(0, (listed, 1.0))
    if not known:
        raise ValueError("it has none, and nobody knows since when the code is listed")
    last_day, last = known[-1]
    if last_day < final:
        known.append((final, last))
    return steps_of([day for day, _ in known], [factor for _, factor in known])


@dataclass(slots=True)
class StepsFetch:
    """Fetches the factors of some codes; each costs a request.

    A code without any is one that never paid, if it is listed: the answer about an unknown code
    looks the same. Whether STAR codes have factors is unknown.

    Attributes
    ----------
    asker : Asker
        Asks BaoStock.
    final : str
        The last day whose factors are final.
    found : FetchedFactors
        What came so far.
    """

    asker: Asker
    final: str
    found: FetchedFactors = field(default_factory=FetchedFactors)

    def run(self, securities: Mapping[str, Security | None]) -> FetchedFactors:
        """Fetch; what came before a failure is kept.

        Raises
        ------
        UpstreamError
            Nothing came at all.
        """
        left = dict(securities)
        for code, security in securities.items():
            try:
                self._run(code, security)
            except (UpstreamFaultError, ValueError) as error:
                told = str(error)
                self.found.failed[code] = told if "BaoStock" in told else f"BaoStock: {told}"
            except UpstreamError as error:
                if len(left) == len(securities):
                    raise
                self.found.failed |= dict.fromkeys(left, str(error))
                break
            del left[code]
        return self.found

    def _run(self, code: str, security: Security | None) -> None:
        theirs = their_code(code)
        if theirs is None or (security and security.list_date and security.list_date > self.final):
            return
        answer = self.asker.ask(
            "factors",
            FIELDS,
            code=theirs,
            start_date=their_day(FIRST_DAYS["SH"]),
            end_date=their_day(self.final),
        )
        self.found.steps[code] = steps_in(answer, security, self.final)
