"""One fetch of bars: what the SDK gave, and what its silence means.

A call that fails gives nothing, or less, without an error. So a code without bars has none only
where the answer names it, or where other codes prove that the call worked and nothing says that
the code must have some; else it has failed, and nothing is concluded from its absence. A day
without a bar on which the code traded, as the SDK itself says elsewhere, is lost, not absent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import pandas as pd

from marketdata.catalog.securities import Security, market_of
from marketdata.errors import UpstreamError, UpstreamFaultError
from marketdata.kline.bar import Dataset, Kind
from marketdata.upstream.amazingdata.bars import PERIODS, asked_from, frame_of, lacking_days
from marketdata.upstream.amazingdata.codes import error_of
from marketdata.upstream.source import Halt

CONTROL = "000001.SH"
"""An index that has a bar on every trading day: where it has none either, the call failed."""

STATUS_MARKETS = frozenset({"SH", "SZ"})
NOTHING = "AmazingData: it gave nothing at all"


class Call(Protocol):
    """Carries out an operation of the adapter; `Session.call` with its deadline."""

    def __call__(self, operation: str, /, **arguments: Any) -> Any: ...


@dataclass(slots=True)
class BarFetch:
    """Fetches bars of some codes.

    Attributes
    ----------
    call : Call
        The SDK.
    dataset : Dataset
        What is wanted.
    start, end : str
        First and last day, YYYYMMDD.
    frames : list of DataFrame
        The bars, batch by batch.
    halted, lost, failed : dict
        See `FetchedBars`.
    """

    call: Call
    dataset: Dataset
    start: str
    end: str
    frames: list[pd.DataFrame] = field(default_factory=list)
    halted: dict[str, dict[str, Halt]] = field(default_factory=dict)
    lost: dict[str, list[str]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def run(self, securities: Mapping[str, Security | None]) -> None:
        """Fetch one batch.

        Parameters
        ----------
        securities : mapping
            By code, None for a code that the catalog does not have.

        Raises
        ------
        UpstreamError
            The whole batch failed.
        """
        codes = list(securities)
        must = lacking_days(self._frame(None), securities, self.start, self.end)
        answer = self._klines(codes, sure=bool(must))
        frame = self._traded(self._frame(answer))
        self.frames.append(frame)
        for code, other in answer["foreign"].items():
            self.failed[code] = f"AmazingData: it gave bars of {other} in its place"
        lacking = lacking_days(frame, securities, self.start, self.end)
        silent = self._silent(codes, answer, lacking)
        explained = self._halt(lacking, securities)
        self.failed |= {code: why for code, why in silent.items() if code not in explained}

    def _traded(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Take out the days of futures without a trade, which have no price and here no settle."""
        if self.dataset.kind is not Kind.FUTURE or self.dataset.intraday:
            return frame
        idle = (frame["volume"] == 0) & (frame[["open", "high", "low"]].fillna(0) == 0).all(axis=1)
        for code, day in frame.loc[idle, ["code", "trade_date"]].itertuples(index=False):
            self.halted.setdefault(code, {})[day] = "no_trade"
        return frame[~idle]

    def _frame(self, answer: Mapping[str, Any] | None) -> pd.DataFrame:
        return frame_of(self.dataset, answer or {"times": []}, self.start, self.end)

    def _klines(self, codes: list[str], *, sure: bool) -> dict[str, Any]:
        """Ask for bars, and once more where that failed or gave nothing though it must."""
        try:
            answer = self._ask(codes, self.dataset)
        except UpstreamFaultError:
            return self._ask(codes, self.dataset)
        return self._ask(codes, self.dataset) if _is_nothing(answer) and sure else answer

    def _ask(self, codes: list[str], dataset: Dataset) -> dict[str, Any]:
        answer: dict[str, Any] = self.call(
            "klines",
            codes=codes,
            start=asked_from(dataset, self.start),
            end=self.end,
            period=PERIODS[dataset.period],
        )
        return answer

    def _silent(
        self, codes: Sequence[str], answer: Mapping[str, Any], lacking: Mapping[str, object]
    ) -> dict[str, str]:
        """Give the codes that the answer does not even name and from which nothing follows."""
        named = {*(code for code, _ in answer["counts"]), *answer["empty"], *answer["foreign"]}
        unnamed = [code for code in codes if code not in named]
        if unnamed and answer["code"] is not None:
            return dict.fromkeys(unnamed, str(error_of(answer["code"])))
        if not answer["counts"] and not answer["foreign"]:
            if unnamed and lacking:
                return dict.fromkeys(unnamed, NOTHING)
            # That codes are named proves little: each of them may stand for a failed question.
            if not self._works():
                return dict.fromkeys(codes, NOTHING)
        why = "AmazingData: its answer lacks the code, which must have bars"
        return dict.fromkeys((code for code in unnamed if code in lacking), why)

    def _works(self) -> bool:
        """Say whether the same call gives bars of a code that must have some."""
        control = self._ask([CONTROL], Dataset(Kind.INDEX, self.dataset.period))
        return bool(control["counts"])

    def _halt(
        self, lacking: Mapping[str, list[str]], securities: Mapping[str, Security | None]
    ) -> set[str]:
        """Find out which days were suspended, and which were not; give the codes all of whose were.

        A code's last day says nothing: it may be the one after.
        """
        asked = {
            code: days
            for code, days in lacking.items()
            if self.dataset.kind is Kind.STOCK
            and market_of(code) in STATUS_MARKETS
            and code not in self.failed
        }
        if not asked:
            return set()
        try:
            known = self._status(asked)
        except UpstreamError as error:
            # The bars are good; only why others are lacking is not known, so nobody may say.
            self.failed |= dict.fromkeys(asked, f"{error} (asking for its suspensions)")
            return set()
        found = {code: set(days) & set(known["days"].get(code, ())) for code, days in asked.items()}
        for code, days in found.items():
            if days:
                self.halted[code] = dict.fromkeys(sorted(days), "suspended")
            security = securities[code]
            last = security.delist_date if security else None
            traded = set(asked[code]) & set(known["traded"].get(code, ())) - days - {last}
            if traded:
                self.lost[code] = sorted(traded)
        return {code for code, days in asked.items() if len(found[code]) == len(days)}

    def _status(self, asked: Mapping[str, list[str]]) -> dict[str, dict[str, list[str]]]:
        answer: dict[str, dict[str, list[str]]] = self.call(
            "suspensions",
            codes=list(asked),
            start=min(days[0] for days in asked.values()),
            end=max(days[-1] for days in asked.values()),
        )
        return answer


def _is_nothing(answer: Mapping[str, Any]) -> bool:
    return not (answer["counts"] or answer["empty"] or answer["foreign"])
