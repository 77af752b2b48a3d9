"""The list of all securities of the SDK, with their lives as far as it knows them.

Its lists of today's codes fail now and then. So a list that is empty, or absurdly shorter than the
last good one, is requested again; after that the last good one is kept, and its age is reported.
Delisted stocks come from the SDK's list of past codes, the lives of futures from their codes.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import batched

from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import MARKETS, SHANGHAI
from marketdata.catalog.securities import Catalog, Security, market_of, our_code
from marketdata.errors import UpstreamError, UpstreamFaultError, UpstreamPermissionError
from marketdata.sources.amazingdata.asking_twice import CallSdk
from marketdata.sources.amazingdata.contract_lives import delivery_month, last_trading_day
from marketdata.sources.amazingdata.spelling import spelled
from marketdata.sources.source import FetchedSecurities

_log = logging.getLogger(__name__)

TYPES = {
    Kind.STOCK: "EXTRA_STOCK_A",
    Kind.FUTURE: "EXTRA_FUTURE",
    Kind.ETF: "EXTRA_ETF",
    Kind.INDEX: "EXTRA_INDEX_A",
}
PAST_TYPES = {Kind.STOCK: "EXTRA_STOCK_A_SH_SZ", Kind.FUTURE: "EXTRA_FUTURE"}
"""The types whose past codes are requested; whether the SDK has any for futures is [U]."""

COVERAGE_START = {kind: "20100416" if kind is Kind.FUTURE else "20130104" for kind in Kind}
"""The first day for which the SDK has bars; for earlier days it returns nothing, and no error."""

TRIES = 3
PLAUSIBLE = 0.5
"""A list with less than this fraction of the last good one's number of codes is not good."""

BASICS_AT_ONCE = 1000

NAMED = 10
"""How many of the dropped codes a note names."""


@dataclass(frozen=True, slots=True)
class KnownCodes:
    """A good list of codes, and when it was received, ISO 8601."""

    codes: Sequence[str]
    since: str


@dataclass(slots=True)
class Listing:
    """Lists securities; an instance remembers the last good lists.

    Parameters
    ----------
    catalog : callable
        Returns the stored catalog of this source, or None.
    now : callable
        The clock, with a time zone.
    """

    catalog: Callable[[], Catalog | None]
    now: Callable[[], datetime]
    _good: dict[Kind, KnownCodes] = field(default_factory=dict)
    _spellings: dict[str, str] = field(default_factory=dict)
    _seen: dict[str, str] = field(default_factory=dict)
    _dropped: dict[str, None] = field(default_factory=dict)

    def securities(self, call: CallSdk) -> FetchedSecurities:
        """List all securities.

        Parameters
        ----------
        call : CallSdk
            Calls the SDK.

        Returns
        -------
        FetchedSecurities
            All that could be listed; `stale` names the lists by the SDK's types.

        Raises
        ------
        UpstreamError
            The SDK as a whole does not answer, or it returns no list of stocks and there is no
            earlier one.
        """
        stored = self.catalog()
        today = self.now().astimezone(SHANGHAI).strftime("%Y%m%d")
        call = spelled(call, lambda code: self._spelling(code, stored) or code)
        self._dropped.clear()
        self._spellings |= self._seen
        self._seen.clear()
        found: list[Security] = []
        stale: dict[str, str] = {}
        for kind, name in TYPES.items():
            try:
                codes, complaint = self._today(call, kind, stored, today)
            except UpstreamPermissionError as error:
                if kind is Kind.STOCK:
                    raise
                codes, complaint = [], str(error)
            if complaint:
                stale[name] = complaint
                _log.warning("%s: %s", name, complaint)
            if codes:
                found += self._of_kind(call, kind, codes, stored, today)
        found = [replace(each, spelling=self._spelling(each.code, stored)) for each in found]
        found += _not_named(found, stored)
        return FetchedSecurities(found, stale, _dropped_note(list(self._dropped)))

    def _spelling(self, code: str, stored: Catalog | None) -> str | None:
        """Return how the SDK writes a code; None if it writes it as we do."""
        if written := self._seen.get(code) or self._spellings.get(code):
            return written if written != code else None
        known = stored.get(code) if stored else None
        return known.spelling if known else None

    def _ours(self, listed: Iterable[str]) -> list[str]:
        """Return the codes of a list in our form; what cannot be used is remembered as dropped."""
        found: list[str] = []
        for text in listed:
            code = our_code(text)
            if code is None or market_of(code) not in MARKETS:
                self._dropped[text] = None
                continue
            # Today's list comes before the one of past codes.
            self._seen.setdefault(code, text)
            found.append(code)
        return list(dict.fromkeys(found))

    def _today(
        self, call: CallSdk, kind: Kind, stored: Catalog | None, today: str
    ) -> tuple[Sequence[str], str]:
        """Return the codes of a kind that are listed today, and what is wrong with them."""
        last = self._good.get(kind) or _stored_codes(stored, kind, today)
        codes: list[str] = []
        for _ in range(TRIES):
            codes = self._codes(call, kind)
            if codes and len(codes) >= PLAUSIBLE * len(last.codes):
                self._good[kind] = KnownCodes(codes, self.now().isoformat(timespec="seconds"))
                return codes, ""
        wrong = f"the list has {len(codes)} codes" if codes else "the list came back empty"
        if last.codes:
            return last.codes, f"{wrong}, so that of {last.since} ({len(last.codes)}) is kept"
        if kind is Kind.STOCK:
            raise UpstreamError(f"AmazingData: {wrong}, and there is no earlier one")
        return [], f"{wrong}, and there is no earlier one"

    def _codes(self, call: CallSdk, kind: Kind) -> list[str]:
        try:
            if kind is Kind.FUTURE:
                codes = call("future_list")
            else:
                codes = call("code_list", security_type=TYPES[kind])
        except UpstreamFaultError:
            return []
        return self._ours(codes)

    def _of_kind(
        self, call: CallSdk, kind: Kind, codes: Sequence[str], stored: Catalog | None, today: str
    ) -> Iterator[Security]:
        listed = set(codes)
        past = [code for code in self._past(call, kind, stored, today) if code not in listed]
        if kind is Kind.STOCK:
            return _stocks(call, [*codes, *past], stored)
        names: dict[str, str] = _maybe(call, "names", {}, security_type=TYPES[kind])
        if kind is Kind.FUTURE:
            return self._futures(codes, past, names, today)
        return (_named(code, kind, names, stored) for code in codes)

    def _past(self, call: CallSdk, kind: Kind, stored: Catalog | None, today: str) -> Sequence[str]:
        """Return past codes; this list may fail too, so stocks once known are kept in it."""
        if kind not in PAST_TYPES:
            return []
        known = stored.of_kind(kind) if stored and kind is Kind.STOCK else ()
        listed: list[str] = _maybe(
            call,
            "past_codes",
            [],
            security_type=PAST_TYPES[kind],
            start=COVERAGE_START[kind],
            end=today,
        )
        return list(dict.fromkeys([*self._ours(listed), *(each.code for each in known)]))

    def _futures(
        self, codes: Sequence[str], past: Sequence[str], names: Mapping[str, str], today: str
    ) -> Iterator[Security]:
        """Yield contracts; codes without a delivery month, which are not contracts, are dropped."""
        for listed, group in ((False, past), (True, codes)):
            for code in group:
                delivery = delivery_month(code, today, listed=listed)
                if delivery:
                    last = last_trading_day(code, delivery)
                    name = names.get(code) or code
                    yield Security(code, name, Kind.FUTURE, market_of(code), None, last)
                else:
                    self._dropped[self._spellings.get(code, code)] = None


def _dropped_note(texts: Sequence[str]) -> list[str]:
    """Return the note on listed texts that are no code, of no known market, or no contract."""
    if not texts:
        return []
    codes = "1 code" if len(texts) == 1 else f"{len(texts)} codes"
    more = ", …" if len(texts) > NAMED else ""
    return [f"{codes} dropped: {', '.join(texts[:NAMED])}{more}"]


def _stored_codes(stored: Catalog | None, kind: Kind, today: str) -> KnownCodes:
    if stored is None:
        return KnownCodes((), "")
    return KnownCodes([each.code for each in stored.of_kind(kind, today)], stored.refreshed_at)


def _not_named(found: Sequence[Security], stored: Catalog | None) -> Iterator[Security]:
    """Yield securities known before but in no list now, so that their cached data stays usable.

    Those without a last day get the day of the last catalog that listed them.
    """
    if stored is None:
        return
    named = {each.code for each in found}
    seen = datetime.fromisoformat(stored.refreshed_at).astimezone(SHANGHAI).strftime("%Y%m%d")
    for known in (each for kind in TYPES for each in stored.of_kind(kind)):
        if known.code not in named:
            yield replace(known, delist_date=known.delist_date or seen)


def _maybe[T](call: CallSdk, operation: str, otherwise: T, **arguments: object) -> T:
    """Request something optional, which not every version of the SDK offers."""
    try:
        value: T = call(operation, **arguments)
    except (UpstreamFaultError, UpstreamPermissionError):
        return otherwise
    return value


def _stocks(call: CallSdk, codes: Sequence[str], stored: Catalog | None) -> Iterator[Security]:
    """Yield stocks with their dates; a stock without dates in the SDK keeps the stored ones."""
    for batch in batched(codes, BASICS_AT_ONCE, strict=False):
        rows: list[list[str]] = _maybe(call, "basics", [], codes=batch)
        rows = rows or _maybe(call, "basics", [], codes=batch)
        if not rows:
            # Without its dates a stock would be expected to have bars from the beginning.
            raise UpstreamError("AmazingData: it gave no listing dates")
        basics = {row[0]: row for row in rows}
        for code in batch:
            _, name, first, last = basics.get(code, (code, "", None, None))
            known = stored.get(code) if stored else None
            if known and not first:
                yield known
            else:
                yield Security(code, name or code, Kind.STOCK, market_of(code), first, last)


def _named(code: str, kind: Kind, names: Mapping[str, str], stored: Catalog | None) -> Security:
    known = stored.get(code) if stored else None
    name = names.get(code) or (known.name if known else code)
    return Security(code, name, kind, market_of(code), known.list_date if known else None)
