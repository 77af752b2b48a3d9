"""The calls for what is published: the manifest, its files, market days, and what has changed."""

import re
from typing import Annotated, Any

from pydantic import Field

from marketdata import deployment
from marketdata.api.parameters import DIGITS, DayRange, Parameters, one_of, read_day
from marketdata.api.router import Answer, Call, Router
from marketdata.api.wire import LINK_SECONDS
from marketdata.catalog.calendar import trading_days
from marketdata.errors import NotFoundError
from marketdata.exports.datasets import OF_DAYS, PUBLISHED, path_of
from marketdata.exports.entries import ALL, Part, Release
from marketdata.exports.listing import changes_since, releases_of
from marketdata.exports.manifest import Manifest

router = Router()

PART = re.compile(f"{ALL}|[0-9]{{4}}|[0-9]{{8}}")
"""How parts are named."""


class ExportsQuery(Parameters):
    """The dataset whose files to list; by default, all."""

    dataset: Annotated[str, one_of(PUBLISHED)] | None = None


class FileQuery(Parameters):
    """The revision of the file; by default, the latest."""

    revision: Annotated[int, Field(ge=1), DIGITS] | None = None


class ReleasesQuery(DayRange):
    """A dataset of daily bars, and a range of days."""

    dataset: Annotated[str, one_of(OF_DAYS)]


class ChangesQuery(Parameters):
    """The cursor of an earlier answer; by default, everything."""

    since: Annotated[int, Field(ge=0), DIGITS] = 0


@router.get("/exports", query=ExportsQuery, summary="获取可下载的数据文件")
def list_exports(call: Call[ExportsQuery]) -> Answer:
    """List the published files, by dataset and part.

    `cursor` is a place in the changes as of which the list is true.
    """
    manifest: Manifest = deployment.manifest()
    cursor = manifest.sequence()
    releases = manifest.releases(call.parameters.dataset or "")
    items = [_view(each, name, part) for each in releases for name, part in each.parts.items()]
    items.sort(key=lambda item: (item["dataset"], item["part"]))
    return Answer.success({"items": items, "total": len(items), "cursor": str(cursor)})


@router.get("/exports/{dataset}/{part}", query=FileQuery, summary="下载数据文件")
def read_file(call: Call[FileQuery]) -> Answer:
    """Redirect to a published file; its address is good for 15 minutes, and takes ranges."""
    dataset, name = call.path["dataset"], call.path["part"]
    name = read_day(name) or name
    key, told = _file(dataset, name, call.parameters.revision)
    link = deployment.bucket().link(key, LINK_SECONDS)
    data = {"location": link, "expires_in": LINK_SECONDS, **told}
    message = "the file is at data.location"
    return Answer.success(data, status=303, message=message, headers={"Location": link})


@router.get("/releases", query=ReleasesQuery, summary="获取每日数据发布状态")
def list_releases(call: Call[ReleasesQuery]) -> Answer:
    """List the trading days of a range, and what is published of each."""
    asked = call.parameters
    final = deployment.final_day(asked.dataset)
    days = trading_days("SH", asked.start_date, asked.end_date)
    years = (asked.start_date[:4], asked.end_date[:4])
    known = deployment.manifest().releases(asked.dataset, years=years)
    items = list(releases_of(days, known, final))
    return Answer.success({"items": items, "total": len(items)})


@router.get("/changes", query=ChangesQuery, summary="获取数据变更记录")
def list_changes(call: Call[ChangesQuery]) -> Answer:
    """List in order what got a new revision after a cursor: each part and day once."""
    manifest: Manifest = deployment.manifest()
    since, last = call.parameters.since, manifest.sequence()
    if since == last:
        return Answer.success({"items": [], "cursor": str(last), "more": False})
    if since > last:
        # Nobody was given this cursor here: it is another deployment's, or of before a restore.
        since = 0
    items, cursor = changes_since(manifest.releases(), since, last)
    more = cursor < last
    return Answer.success({"items": items, "cursor": str(cursor), "more": more})


def _view(release: Release, name: str, part: Part) -> dict[str, Any]:
    revision, counts = part.revision, part.counts
    return {
        "dataset": release.dataset,
        "part": name,
        "path": path_of(release.dataset, release.year, name),
        "rows": counts.returned,
        "bytes": part.size,
        "sha256": part.sha256,
        "revision": revision.number,
        "published_at": revision.published_at,
        "condition": part.condition,
        "expected": counts.expected,
        "returned": counts.returned,
        "missing": counts.missing + counts.unconfirmed,
        "absent": counts.absent,
        "first_day": part.first_day,
        "last_day": part.last_day,
        "upstream": part.upstream,
    }


def _file(dataset: str, name: str, revision: int | None) -> tuple[str, dict[str, Any]]:
    """Return a file's key, and what is to be told of it.

    Raises
    ------
    NotFoundError
        There is no such file, or not any more.
    """
    if dataset in PUBLISHED and PART.fullmatch(name):
        release = deployment.manifest().read(dataset, name[:4] if name != ALL else ALL)
        part = release.parts.get(name)
        if part and revision in {None, part.revision.number}:
            told = {"sha256": part.sha256, "bytes": part.size, "revision": part.revision.number}
            return part.key, told
        for each in reversed(release.replaced):
            if (each.part, each.revision) == (name, revision):
                return each.key, {"revision": each.revision}
    wanted = f" in revision {revision}" if revision else ""
    raise NotFoundError(f"nothing is published as {dataset}/{name}{wanted}", key="not_published")
