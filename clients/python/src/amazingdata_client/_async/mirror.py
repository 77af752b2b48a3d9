"""A folder that is kept equal to what the service publishes."""

import os
from collections import abc
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from amazingdata_client._async.downloads import AsyncDownloads
from amazingdata_client._async.runtime import at_once, sleep
from amazingdata_client.errors import AmazingDataError, PartError
from amazingdata_client.export_models import ExportPart, Exports
from amazingdata_client.mirror import checking, durable, plan
from amazingdata_client.mirror.checking import Difference
from amazingdata_client.mirror.folder import Folder
from amazingdata_client.mirror.lock import locked
from amazingdata_client.mirror.progress import SyncProgress, SyncReport, Tally
from amazingdata_client.mirror.reader import MirrorReader
from amazingdata_client.mirror.state import Selection, State

OnProgress = Callable[[SyncProgress], object]

PARTIAL = "partial"
"""The condition of a file that lacks rows."""
AT_ONCE = 4
"""Downloads at the same time."""
EVERY = 60.0
"""Seconds between two questions whether something has changed."""


class AsyncMirror(MirrorReader):
    """A mirror of the published files; `AsyncClient.mirror` makes it."""

    def __init__(
        self,
        client: AsyncDownloads,
        folder: str | os.PathLike[str],
        datasets: Sequence[str] | None = None,
        since: int | None = None,
    ) -> None:
        super().__init__(folder)
        self._client = client
        self._datasets = datasets
        self._since = since

    async def sync(self, on_progress: OnProgress | None = None) -> SyncReport:
        """Make the folder equal to what is published; only what has changed is downloaded.

        Whenever it ends, even by a kill, each file is either an old or a new one as a whole, and
        the next run completes the rest. A download that was cut is resumed.

        Parameters
        ----------
        on_progress : callable, optional
            Called with a `SyncProgress` as bytes arrive, possibly from another thread.

        Raises
        ------
        MirrorBusyError
            Another run works on the folder.
        InvalidInputError
            The service does not know a selected dataset.
        PartError
            A file did not arrive as it was published, even when everything was asked anew.
        NoAnswerError
            The connection was lost too often.
        """
        with locked(self.folder):
            return await self._synced(on_progress)

    async def check(self) -> list[Difference]:
        """Compare the hash of every file with the state, and the state with what is published.

        Returns
        -------
        list of Difference
            In order of path; empty if the mirror is whole and up to date.

        Raises
        ------
        MirrorBusyError
            Another run works on the folder.
        """
        with locked(self.folder):
            folder = Folder(self.folder)
            published = await self._client.exports()
            return checking.differences(folder, published.items, self._selection(folder.state))

    async def watch(
        self,
        every: float = EVERY,
        on_progress: OnProgress | None = None,
        on_error: Callable[[AmazingDataError], object] | None = None,
    ) -> abc.AsyncIterator[SyncReport]:
        """Run `sync` now and whenever something was published, without end.

        No other run can work on the folder meanwhile.

        Parameters
        ----------
        every : float
            Seconds between two questions.
        on_progress : callable, optional
            See `sync`.
        on_error : callable, optional
            Called with errors after which it goes on, because the same call may succeed later.

        Yields
        ------
        SyncReport
            What each run has done.

        Raises
        ------
        AmazingDataError
            See `sync`; of errors that pass by themselves, only a `MirrorBusyError` at the start.
        """
        with locked(self.folder):
            due = True
            while True:
                report = None
                try:
                    due = due or await self._has_changed()
                    report = await self._synced(on_progress) if due else None
                    due = False
                except AmazingDataError as error:
                    if not error.retryable:
                        raise
                    if on_error:
                        on_error(error)
                if report:
                    yield report
                await sleep(every)

    async def _has_changed(self) -> bool:
        cursor = Folder(self.folder).state.cursor
        # Withdrawn files are no items, and move the cursor all the same.
        return (await self._client.changes(cursor)).cursor != cursor

    def _selection(self, state: State) -> Selection:
        """Return what the mirror is for: as named now, otherwise as it was named before."""
        before = state.selection
        return Selection(
            before.datasets if self._datasets is None else tuple(sorted({*self._datasets})),
            before.since if self._since is None else self._since,
        )

    async def _synced(self, on_progress: OnProgress | None) -> SyncReport:
        folder = Folder(self.folder)
        folder.recover()
        before, selection = folder.state.held, self._selection(folder.state)
        came: dict[str, int] = {}
        for _ in range(2):
            # What fails may have been replaced meanwhile, so that everything is asked anew once.
            published = await self._client.exports()
            await self._refuse_unknown(selection, published)
            folder.note(replace(folder.state, selection=selection))
            failed = await self._round(folder, published, came, on_progress)
            if not failed:
                break
        else:
            raise PartError(failed)
        folder.finish(published.cursor)
        held = folder.state.held
        removed = tuple(sorted(before.keys() - held.keys()))
        lacking = {part.path for part in published.items if part.condition == PARTIAL}
        return SyncReport(
            tuple(sorted(came)),
            removed,
            len(held),
            sum(came.values()),
            tuple(sorted(lacking & held.keys())),
        )

    async def _refuse_unknown(self, selection: Selection, published: Exports) -> None:
        """Let the service judge the names of datasets of which nothing is published."""
        for name in {*selection.datasets} - {part.dataset for part in published.items}:
            await self._client.exports(name)

    async def _round(
        self,
        folder: Folder,
        published: Exports,
        came: dict[str, int],
        on_progress: OnProgress | None,
    ) -> dict[str, str]:
        """Do what is to be done, and return what is wrong with files that did not arrive."""
        selection = self._selection(folder.state)
        todo = plan.made(published.items, folder.state, selection, folder.lost())
        tally = Tally({part.path: part.bytes for part in todo.parts}, on_progress)
        failed: dict[str, str] = {}

        async def do(step: plan.Step) -> None:
            try:
                for part in step.parts:
                    await self._fetch(folder, part, tally)
            except PartError as error:
                failed.update(error.parts)
                return
            folder.place(step)
            came.update({part.path: part.bytes for part in step.parts})
            tally.finished([part.path for part in step.parts])

        await at_once(AT_ONCE, [partial(do, step) for step in todo.steps], tally.stop)
        if not failed:
            folder.note(folder.state.changed(todo.renamed))
            folder.withdraw(todo.withdrawn)
        return failed

    async def _fetch(self, folder: Folder, part: ExportPart, tally: Tally) -> None:
        """Download a file, unless a run that was killed has put it in its place already."""
        if folder.has(part):
            durable.remove(folder.partial(part))
            tally.has(part.path, part.bytes)
        else:
            tell = partial(tally.has, part.path)
            await self._client.download(part, folder.partial(part), tell)
