"""The source `files`: CSV files in the bucket.

::

    imports/{kind}/{period}/{code}.csv   trade_date[,kline_time],open,high,low,close,volume,amount
                                         [,settle,open_interest]
    imports/{kind}/factors/{code}.csv    trade_date,factor
    imports/stock/status/{code}.csv      trade_date, and any of `status.status.COLUMNS`; a flag is
                                         0 or 1, true or false, 是 or 否
    imports/index/constituents/{index}.csv        code,in_date,out_date
    imports/index/weights/{index}.csv             trade_date,code,weight
    imports/industries.csv               code,name,level,parent,classification
    imports/industry/constituents/{industry}.csv  code,in_date,out_date
    imports/securities.csv               code,name,type,list_date,delist_date
    imports/suspensions.csv              code,trade_date
    imports/calendar.csv                 trade_date
    imports/finance/{statement}.csv      code,reporting_period,ann_date,statement_type, and columns
                                         of `finance.columns`

An empty field is null, and so is a dash. A file is taken at its word up to its last row: a day
before that without a row has no bar; about later days it says nothing. A code without a file is
reported, and so are all of them without a statement's file; a code's file that cannot be read fails
only that code. A row that cannot be read is set aside and named. Without `suspensions.csv`, no
suspension is known. An index without a file is unknown; an industry that `industries.csv` lists
should have one.

A member's `in_date` is the first day on which it belongs to the group, and its `out_date` the last
one, empty while it still does.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from marketdata.blocks.dataset import Dataset
from marketdata.catalog.calendar import FIRST_DAYS, last_final_day, today
from marketdata.catalog.constituents import Industry
from marketdata.catalog.securities import FIRST_DATE
from marketdata.errors import NotFoundError, UpstreamFaultError
from marketdata.finance.statement import StatementDataset
from marketdata.kline.bars import BarDataset
from marketdata.sources.files.bars import BarFile, parse_bars
from marketdata.sources.files.factors import parse_factors
from marketdata.sources.files.folder import IMPORTS, CodeFile, Folder, ObjectReader
from marketdata.sources.files.lists import parse_calendar, parse_securities, parse_suspensions
from marketdata.sources.files.members import parse_industries, parse_members, parse_weights
from marketdata.sources.files.places import places, places_by_code
from marketdata.sources.files.statements import parse_statements
from marketdata.sources.files.status import StatusFile, parse_status
from marketdata.sources.files.tables import LineError, Remark, notes_of
from marketdata.sources.source import (
    BarRequest,
    FactorRequest,
    FetchedBars,
    FetchedFactors,
    FetchedMembers,
    FetchedSecurities,
    FetchedStatements,
    FetchedStatus,
    FetchedWeights,
    Halt,
    Place,
    RowsByCode,
    StatementRequest,
    StatusRequest,
    join_frames,
    join_status,
)

SECURITIES = "securities.csv"
SUSPENSIONS = "suspensions.csv"
CALENDAR = "calendar.csv"
INDUSTRIES = "industries.csv"
STATUS = "stock/status"
DAY = ("trade_date",)

NAMED = 40
"""So many rows of a list are named when they are set aside."""

NAMED_OF_CODE = 5
"""And so many of a code's own file."""


@dataclass(frozen=True, slots=True)
class FileSource:
    """Reads the files; nothing is kept between calls, so a new file counts at once.

    Parameters
    ----------
    objects : ObjectReader
        The bucket.
    now : callable
        The clock, with a time zone.
    final_from : str
        "HH:MM", Asia/Shanghai, from which a trading day is final, whatever the dataset.
    """

    objects: ObjectReader
    now: Callable[[], datetime]
    final_from: str
    name: str = "files"
    omits_untraded: bool = False

    def fetch_bars(self, request: BarRequest) -> FetchedBars:
        """Fetch the bars of each code's file; see `Source`."""
        final = last_final_day(self.now(), self.final_from)
        end = min(request.end, final)
        folder = f"{request.dataset.kind}/{request.dataset.period}"
        # A file of days may have a column of times for others, which is not looked at.
        key = ("trade_date", "kline_time") if request.dataset.intraday else DAY
        locate = partial(self._locate, folder, key)
        found = FetchedBars(join_frames(request.dataset, []), locate=locate)
        frames = []
        parse = partial(parse_bars, request.dataset)
        for file in self._files(folder, request.codes):
            bars = _parsed(parse, file, found.failed)
            if bars is not None:
                frames.append(bars.frame[bars.frame["trade_date"].between(request.start, end)])
                found.since[file.code] = min(bars.days)
                _say(found, file, bars, (request.start, end), final)
                found.notes += _ahead(file, bars, today(self.now()))
        found.frame = join_frames(request.dataset, frames)
        found.halted, notes = self._halted(request, end)
        found.notes += notes
        return found

    def fetch_status(self, request: StatusRequest) -> FetchedStatus:
        """Fetch the status in each code's file, as `fetch_bars` does bars."""
        final = last_final_day(self.now(), self.final_from)
        end = min(request.end, final)
        found = FetchedStatus(join_status([]), locate=partial(self._locate, STATUS, DAY))
        frames = []
        for file in self._files(STATUS, request.codes):
            rows = _parsed(parse_status, file, found.failed)
            if rows is not None:
                frames.append(rows.frame[rows.frame["trade_date"].between(request.start, end)])
                _say(found, file, rows, (request.start, end), final)
                found.notes += _ahead(file, rows, today(self.now()))
        found.frame = join_status(frames)
        return found

    def status_start(self) -> str:
        """Return the calendar's first day: a file may begin on any day."""
        return min(FIRST_DAYS.values())

    def fetch_statements(self, request: StatementRequest) -> FetchedStatements:
        """Fetch the rows of a statement's file.

        Raises
        ------
        UpstreamFaultError
            The file does not have the documented layout.
        """
        path = f"finance/{request.statement}.csv"
        content = self._read(path)
        if content is None:
            lacking = f"there is no {IMPORTS}{path}"
            return FetchedStatements(failed=dict.fromkeys(request.codes, lacking))
        try:
            found = parse_statements(content, request)
        except ValueError as error:
            raise UpstreamFaultError(_fault(path, error)) from error
        notes = notes_of(path, found.remarks, NAMED)
        failed = {code: _named(path, [remark]) for code, remark in found.undated.items()}
        locate = partial(self._locate_statements, path)
        return FetchedStatements(found.rows, failed, notes, in_order=True, locate=locate)

    def fetch_factors(self, request: FactorRequest) -> FetchedFactors:
        """Fetch each code's factors; see `Source` and `files.factors`."""
        found = FetchedFactors()
        for file in self._files(f"{request.kind}/factors", request.codes):
            if file.content is None:
                found.failed[file.code] = file.lacking
                continue
            try:
                found.steps[file.code] = parse_factors(file.content)
            except ValueError as error:
                found.failed[file.code] = _fault(file.path, error)
        return found

    def list_securities(self) -> FetchedSecurities:
        """List the securities of `securities.csv`.

        Raises
        ------
        UpstreamFaultError
            The file is missing, or does not have the documented layout.
        """
        content = self._read(SECURITIES)
        if content is None:
            raise UpstreamFaultError(f"{IMPORTS}{SECURITIES} is missing")
        try:
            found = parse_securities(content)
        except ValueError as error:
            raise UpstreamFaultError(_fault(SECURITIES, error)) from error
        return FetchedSecurities(found.securities, notes=notes_of(SECURITIES, found.remarks, NAMED))

    def fetch_members(self, groups: Sequence[str]) -> FetchedMembers:
        """Fetch the members in each group's file.

        Raises
        ------
        UpstreamFaultError
            A group is not an index with a file, and `industries.csv` does not have the documented
            layout.
        """
        found = FetchedMembers()
        lacking = {}
        for file in self._files("index/constituents", groups):
            if file.content is None:
                lacking[file.code] = file
            else:
                _add_members(found, file)
        listed = {each.code for each in self.list_industries()} if lacking else set()
        for file in self._files("industry/constituents", [*lacking.keys() & listed]):
            _add_members(found, file)
        for code in lacking.keys() - listed:
            if lacking[code].misnamed:
                found.failed[code] = lacking[code].lacking
        return found

    def fetch_weights(self, index: str, start: str, end: str) -> FetchedWeights:
        """Fetch the weights in an index's file.

        Raises
        ------
        UpstreamFaultError
            The file does not have the documented layout.
        """
        end = min(end, last_final_day(self.now(), self.final_from))
        [file] = self._files("index/weights", [index])
        if file.content is None:
            return FetchedWeights(notes=[file.lacking] if file.misnamed else [])
        try:
            found = parse_weights(file.content, start, end)
        except ValueError as error:
            raise UpstreamFaultError(_fault(file.path, error)) from error
        return FetchedWeights(found.days, notes_of(file.path, found.remarks, NAMED_OF_CODE))

    def list_industries(self) -> list[Industry]:
        """List the industries of `industries.csv`; none without it.

        Raises
        ------
        UpstreamFaultError
            The file does not have the documented layout.
        """
        content = self._read(INDUSTRIES)
        if content is None:
            return []
        try:
            return parse_industries(content)
        except ValueError as error:
            raise UpstreamFaultError(_fault(INDUSTRIES, error)) from error

    def coverage_start(self, dataset: BarDataset | StatementDataset) -> str:
        """Return the calendar's first day: a file may begin on any day, statements before it."""
        return FIRST_DATE if isinstance(dataset, StatementDataset) else min(FIRST_DAYS.values())

    def final_time(self, dataset: Dataset) -> str:  # noqa: ARG002  the same for all
        """Return the time from which everything of a trading day is final."""
        return self.final_from

    def trading_days(self, start: str, end: str) -> list[str] | None:
        """Read `calendar.csv`; None if there is none.

        Raises
        ------
        UpstreamFaultError
            It is not in the layout.
        """
        content = self._read(CALENDAR)
        if content is None:
            return None
        try:
            days = parse_calendar(content)
        except ValueError as error:
            raise UpstreamFaultError(_fault(CALENDAR, error)) from error
        return [day for day in days if start <= day <= end]

    def _locate(
        self, folder: str, key: Sequence[str], rows: RowsByCode
    ) -> dict[str, list[Place | None]]:
        """Find rows in the files of their codes."""
        return {
            file.code: places(file.path, file.content, key, rows[file.code])
            for file in self._files(folder, [*rows])
        }

    def _locate_statements(self, path: str, rows: RowsByCode) -> dict[str, list[Place | None]]:
        """Find rows in the file of a statement, which has all companies."""
        return places_by_code(path, self._read(path), ("reporting_period",), rows)

    def _files(self, path: str, codes: Sequence[str]) -> Iterator[CodeFile]:
        return Folder(self.objects, path, self._spellings).files(codes)

    def _spellings(self) -> dict[str, str]:
        """Return how `securities.csv` writes codes, for those it does not write as we do."""
        try:
            listed = self.list_securities().securities
        except UpstreamFaultError:
            return {}
        return {each.code: each.spelling for each in listed if each.spelling}

    def _read(self, path: str) -> bytes | None:
        try:
            return self.objects.read(IMPORTS + path)
        except NotFoundError:
            return None

    def _halted(
        self, request: BarRequest, end: str
    ) -> tuple[dict[str, dict[str, Halt]], list[str]]:
        content = self._read(SUSPENSIONS)
        if content is None:
            return {}, []
        try:
            found = parse_suspensions(content, request, end)
        except ValueError as error:
            raise UpstreamFaultError(_fault(SUSPENSIONS, error)) from error
        return found.halted, notes_of(SUSPENSIONS, found.remarks, NAMED)


def _fault(path: str, error: ValueError) -> str:
    """Return what is wrong with a file, and where if one of its lines is to blame."""
    return f"{IMPORTS}{path}{' ' if isinstance(error, LineError) else ': '}{error}"


def _parsed[Rows: (BarFile, StatusFile)](
    parse: Callable[[str, bytes], Rows], file: CodeFile, failed: dict[str, str]
) -> Rows | None:
    """Return what a file holds; None if it holds no rows, and why is put into `failed`."""
    if file.content is None:
        failed[file.code] = file.lacking
        return None
    try:
        rows = parse(file.code, file.content)
    except ValueError as error:
        failed[file.code] = _fault(file.path, error)
        return None
    if not rows.days:
        failed[file.code] = f"{IMPORTS}{file.path} has no rows"
        return None
    return rows


def _say(
    found: FetchedBars | FetchedStatus,
    file: CodeFile,
    rows: BarFile | StatusFile,
    asked: tuple[str, str],
    final: str,
) -> None:
    """Add how far a file reaches by its final rows, and the remarks on those asked for."""
    start, end = asked
    remarks = [remark for day, remark in rows.remarks if start <= day <= end]
    found.notes += notes_of(file.path, sorted([*rows.undated, *remarks]), NAMED_OF_CODE)
    last = max((day for day in rows.days if day <= final), default=FIRST_DATE)
    found.horizon[file.code] = found.sure_until[file.code] = last
    if rows.undated:
        # Any day that seems to have no row may be one of these.
        found.sure_until[file.code] = FIRST_DATE
        found.failed[file.code] = _named(file.path, rows.undated)


def _add_members(found: FetchedMembers, file: CodeFile) -> None:
    if file.content is None:
        found.failed[file.code] = file.lacking
        return
    try:
        members = parse_members(file.content)
    except ValueError as error:
        found.failed[file.code] = _fault(file.path, error)
        return
    if not members:
        found.failed[file.code] = f"{IMPORTS}{file.path} has no rows"
        return
    found.members[file.code] = members


def _ahead(file: CodeFile, rows: BarFile | StatusFile, day: str) -> list[str]:
    """Return the remark on rows of days after today, `day`, if there are any."""
    last = max(rows.days)
    if last <= day:
        return []
    return [f"{IMPORTS}{file.path}: its rows of days to come, until {last}, count for nothing"]


def _named(path: str, rows: Sequence[Remark]) -> str:
    line, reason = rows[0]
    more = f", and {len(rows) - 1} more rows like it" if len(rows) > 1 else ""
    return f"{IMPORTS}{path} line {line}: {reason}{more}"
