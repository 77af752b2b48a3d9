"""A file arrives whole, or is resumed, or asked for anew, and never takes a place otherwise."""

import json
from pathlib import Path

import httpx
import pytest
from amazingdata_client import (
    AsyncClient,
    BadAnswerError,
    NoAnswerError,
    PartError,
    Retry,
)

from tests.clients.conftest import Calls, Connect
from tests.clients.mirrors import (
    CLOSED,
    WHOLE,
    Mirror,
    data_in,
    files_in,
    published,
    small_service,
)
from tests.clients.publisher import Publisher
from tests.clients.scripted import failure


@pytest.fixture
def scripted() -> Publisher:
    return small_service()


def test_a_file_that_was_cut_is_resumed(mirror: Mirror, scripted: Publisher, folder: Path) -> None:
    scripted.items = {CLOSED: scripted.items[CLOSED]}
    scripted.cuts = [2000, 1000]
    mirror().sync()
    ranges = [each.headers.get("Range") for each in scripted.downloads]
    assert ranges == [None, "bytes=2000-", "bytes=3000-"]
    assert data_in(folder) == published(scripted)


def test_a_file_may_be_named_by_text(connect: Connect, scripted: Publisher, tmp_path: Path) -> None:
    client = connect()
    part = client.exports().items[0]
    path = tmp_path / "part.parquet"
    client.download(part, str(path))
    assert path.stat().st_size == part.bytes


def test_the_next_run_resumes_too(connect: Connect, scripted: Publisher, folder: Path) -> None:
    scripted.items = {CLOSED: scripted.items[CLOSED]}
    scripted.cuts = [2000]
    client = connect(retry=Retry(times=0)).client
    with pytest.raises(NoAnswerError, match=r"stock\.daily 2024"):
        Calls(client.mirror(folder), waits=isinstance(client, AsyncClient)).sync()
    assert not data_in(folder)
    kept = [path for path in files_in(folder) if path.endswith(".partial")]
    assert kept == [f"stock.daily/year=2024/.{scripted.items[CLOSED]['sha256']}.partial"]
    client = connect().client
    Calls(client.mirror(folder), waits=isinstance(client, AsyncClient)).sync()
    assert scripted.downloads[-1].headers["Range"] == "bytes=2000-"
    assert data_in(folder) == published(scripted)


def test_a_bucket_without_ranges_starts_anew(
    mirror: Mirror, scripted: Publisher, folder: Path
) -> None:
    scripted.items = {CLOSED: scripted.items[CLOSED]}
    scripted.cuts, scripted.ranges = [2000], False
    mirror().sync()
    assert data_in(folder) == published(scripted)


def answer_once(scripted: Publisher, status: int, content: bytes = b"", **headers: str) -> None:
    """Let the bucket answer one download otherwise."""
    usual = scripted._file

    def other(request: httpx.Request) -> httpx.Response:
        scripted._file = usual  # type: ignore[method-assign]
        return httpx.Response(status, content=content, headers=headers)

    scripted._file = other  # type: ignore[method-assign]


@pytest.mark.parametrize("said", ["bytes 1999-3399/3400", "bytes 2000-8/9", "bytes */3400", ""])
def test_another_range_than_was_asked_for_is_not_written(
    mirror: Mirror, scripted: Publisher, folder: Path, said: str
) -> None:
    scripted.items = {CLOSED: scripted.items[CLOSED]}
    folder_of = (folder / CLOSED).parent
    folder_of.mkdir(parents=True)
    partial = folder_of / f".{scripted.items[CLOSED]['sha256']}.partial"
    partial.write_bytes(published(scripted)[CLOSED][:2000])
    answer_once(scripted, 206, b"something", **{"Content-Range": said})
    with pytest.raises(BadAnswerError, match="asked for bytes 2000-"):
        mirror().sync()
    assert partial.stat().st_size == 2000


@pytest.mark.parametrize("status", [403, 404, 416, 503])
def test_a_link_that_has_expired_is_asked_for_anew(
    mirror: Mirror, scripted: Publisher, folder: Path, status: int
) -> None:
    answer_once(scripted, status)
    mirror().sync()
    assert data_in(folder) == published(scripted)


def test_damage_on_the_way_is_repaired_by_asking_anew(
    mirror: Mirror, scripted: Publisher, folder: Path
) -> None:
    size = scripted.items[CLOSED]["bytes"]
    scripted.items = {CLOSED: scripted.items[CLOSED]}
    answer_once(scripted, 200, b"x" * size)
    mirror().sync()
    assert data_in(folder) == published(scripted)
    assert len([each for each in scripted.seen if each.url.path.endswith("/exports")]) == 2


def test_damage_that_stays_names_the_part_and_keeps_the_old_file(
    mirror: Mirror, scripted: Publisher, folder: Path
) -> None:
    mirror().sync()
    before = data_in(folder)
    scripted.publish(CLOSED, b"corrected")
    scripted.publish(WHOLE, b"corrected, too")
    scripted.contents[scripted.items[CLOSED]["sha256"]] = b"xorrected"
    with pytest.raises(PartError) as raised:
        mirror().sync()
    assert [*raised.value.parts] == ["stock.daily 2024"]
    assert data_in(folder) == {**before, WHOLE: b"corrected, too"}
    assert not [path for path in files_in(folder) if path.endswith(".partial")]


def test_a_revision_that_is_superseded_meanwhile_is_replaced_by_the_new_one(
    mirror: Mirror, scripted: Publisher, folder: Path
) -> None:
    scripted.items = {CLOSED: scripted.items[CLOSED]}

    def superseded(request: httpx.Request) -> httpx.Response:
        scripted.publish(CLOSED, b"corrected")
        return failure(404, "superseded")

    scripted.on("GET /exports/stock.daily/2024", superseded, scripted._link)
    mirror().sync()
    assert data_in(folder) == {CLOSED: b"corrected"}


def test_a_link_without_a_hash_is_followed_and_its_content_is_verified(
    mirror: Mirror, scripted: Publisher, folder: Path
) -> None:
    scripted.items = {CLOSED: scripted.items[CLOSED]}

    def terse(request: httpx.Request) -> httpx.Response:
        link = scripted._link(request)
        data = json.loads(link.content)["data"]
        rest = {name: data[name] for name in ("location", "expires_in", "revision")}
        return httpx.Response(303, json={"data": rest}, headers={"Location": data["location"]})

    scripted.on("GET /exports/stock.daily/2024", terse)
    mirror().sync()
    assert data_in(folder) == published(scripted)
    scripted.publish(CLOSED, b"corrected")
    scripted.contents[scripted.items[CLOSED]["sha256"]] = b"xorrected"
    with pytest.raises(PartError, match="published hash"):
        mirror().sync()


def test_a_link_to_another_file_is_not_followed(
    mirror: Mirror, scripted: Publisher, folder: Path
) -> None:
    scripted.items = {CLOSED: scripted.items[CLOSED]}
    data = {"location": "http://files/1", "expires_in": 900, "revision": 1, "sha256": "f" * 64}
    link = httpx.Response(303, json={"data": data}, headers={"Location": "http://files/1"})
    scripted.on("GET /exports/stock.daily/2024", link)
    with pytest.raises(PartError, match="revision 1 has another hash now"):
        mirror().sync()
    assert not scripted.downloads
