"""Downloading published files: resumed where they were cut, and verified."""

import os
from collections.abc import Callable
from pathlib import Path

import httpx

from amazingdata_client._async.exports import AsyncPublications
from amazingdata_client._async.runtime import sleep
from amazingdata_client.errors import BadAnswerError, NoAnswerError, NotFoundError, PartError
from amazingdata_client.export_models import ExportLink, ExportPart
from amazingdata_client.mirror import durable
from amazingdata_client.mirror.folder import open_at, sha256_of, size_of
from amazingdata_client.mirror.ranges import asked_from, begins_at, refusal
from amazingdata_client.mirror.reads import read_more

Outcome = httpx.Response | httpx.TransportError


class AsyncDownloads(AsyncPublications):
    """Downloads of published files."""

    async def download(
        self,
        part: ExportPart,
        to: str | os.PathLike[str],
        on_size: Callable[[int], object] | None = None,
    ) -> None:
        """Download a published file and verify its hash.

        Parameters
        ----------
        part : ExportPart
            The file, of `exports`.
        to : str or path-like
            Where to. If it exists, it is taken for the beginning of this file, and only the rest
            is downloaded.
        on_size : callable, optional
            Called with the number of bytes that are here.

        Raises
        ------
        PartError
            What came does not have the hash that was published, and is deleted; or this revision
            does not exist any more.
        NoAnswerError
            The connection was lost too often; the beginning is kept.
        """
        tell, path = on_size or _nothing, Path(to)
        tried = 0
        while (here := size_of(path)) < part.bytes:
            outcome = await self._piece(part, path, here, tell)
            if outcome is None:
                continue
            tried = 0 if size_of(path) > here else tried
            pause = self._retry.pause(outcome, tried, repeatable=True)
            if pause is None:
                raise NoAnswerError(f"cannot download {part.dataset} {part.part}: {outcome}")
            tried += 1
            await sleep(pause)
        tell(here)
        if here != part.bytes or sha256_of(path) != part.sha256:
            durable.remove(path)
            raise _wrong(part, "its content does not have the published hash")
        durable.sync_file(path)

    async def _link(self, part: ExportPart) -> ExportLink:
        try:
            link = await self.export_link(part.dataset, part.part, part.revision)
        except NotFoundError as error:
            raise _wrong(part, str(error)) from error
        if link.sha256 not in {None, part.sha256}:
            raise _wrong(part, f"revision {part.revision} has another hash now")
        return link

    async def _piece(
        self, part: ExportPart, to: Path, here: int, tell: Callable[[int], object]
    ) -> Outcome | None:
        """Download from a position on; return what was wrong if the end was not reached."""
        link = await self._link(part)
        try:
            # Without the token: the URL is signed.
            async with self._http.stream(
                "GET", link.location, headers=asked_from(here)
            ) as response:
                if not response.is_success:
                    await response.aread()
                    return refusal(response, to)
                read_more(response)
                with open_at(to, begins_at(response, here, part.bytes)) as file:
                    async for chunk in response.aiter_bytes():
                        file.write(chunk)
                        tell(file.tell())
        except httpx.TransportError as error:
            return error
        except httpx.DecodingError as error:
            raise BadAnswerError(f"{link.location} sent a corrupt body: {error}") from error
        return None if size_of(to) >= part.bytes else httpx.ReadError("the file was cut")


def _wrong(part: ExportPart, why: str) -> PartError:
    return PartError({f"{part.dataset} {part.part}": why})


def _nothing(_: int) -> None:
    """Tell nobody."""
