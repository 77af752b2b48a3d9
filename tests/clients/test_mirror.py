"""A mirror becomes what is published, whatever happens on the way."""

import json
from pathlib import Path

import anyio
import httpx
import pytest
from amazingdata_client import (
    AsyncClient,
    BadAnswerError,
    Client,
    Difference,
    MirrorBusyError,
    MirrorError,
    Retry,
    SyncProgress,
    SyncReport,
)
from amazingdata_client.errors import ForbiddenError, InvalidInputError
from amazingdata_client.mirror.lock import locked

from tests.clients.mirrors import (
    CLOSED,
    DAYS,
    OTHER,
    WHOLE,
    YEAR,
    Mirror,
    data_in,
    files_in,
    published,
    small_service,
)
from tests.clients.publisher import Publisher
from tests.clients.scripted import PASSWORD, URL, USERNAME, failure


@pytest.fixture
def scripted() -> Publisher:
    return small_service()


def test_everything_arrives_once(mirror: Mirror, scripted: Publisher, folder: Path) -> None:
    report = mirror().sync()
    assert data_in(folder) == published(scripted)
    assert report.downloaded == tuple(sorted(scripted.items))
    assert report.bytes == sum(map(len, published(scripted).values()))
    assert files_in(folder).keys() - data_in(folder).keys() == {".mirror.json", ".mirror.lock"}
    assert mirror().sync() == SyncReport((), (), 5, 0)
    assert len(scripted.downloads) == 5


def test_files_that_lack_rows_are_named(mirror: Mirror, scripted: Publisher) -> None:
    scripted.publish(CLOSED, b"some rows", condition="partial", missing=3)
    assert mirror().sync().partial == (CLOSED,)
    scripted.publish(CLOSED, b"all rows")
    assert mirror().sync().partial == ()


def test_only_what_changed_is_downloaded(mirror: Mirror, scripted: Publisher, folder: Path) -> None:
    mirror().sync()
    scripted.publish(CLOSED, b"corrected")
    scripted.publish(WHOLE, published(scripted)[WHOLE])
    assert mirror().sync().downloaded == (CLOSED,)
    assert data_in(folder) == published(scripted)
    state = json.loads((folder / ".mirror.json").read_bytes())
    assert {each["path"]: each["revision"] for each in state["parts"]}[WHOLE] == 2


def test_a_file_that_was_deleted_or_cut_comes_back(
    mirror: Mirror, scripted: Publisher, folder: Path
) -> None:
    mirror().sync()
    (folder / CLOSED).unlink()
    (folder / WHOLE).write_bytes(b"short")
    assert mirror().sync().downloaded == (WHOLE, CLOSED)
    assert data_in(folder) == published(scripted)


def test_what_was_withdrawn_goes_and_what_others_put_there_stays(
    mirror: Mirror, scripted: Publisher, folder: Path
) -> None:
    mirror().sync()
    (folder / OTHER).with_name("notes.txt").write_text("mine")
    scripted.withdraw(OTHER)
    scripted.withdraw(WHOLE)
    assert mirror().sync().removed == (OTHER, WHOLE)
    assert data_in(folder) == published(scripted)
    assert (folder / OTHER).with_name("notes.txt").exists()
    assert not (folder / WHOLE).parent.exists()


def close_the_year(scripted: Publisher) -> None:
    for path in DAYS:
        scripted.withdraw(path)
    scripted.publish(YEAR, b"the whole year" * 100)


def test_a_service_that_publishes_nothing_takes_nothing_away(
    mirror: Mirror, scripted: Publisher, folder: Path
) -> None:
    mirror().sync()
    before = files_in(folder)
    scripted.items.clear()
    with pytest.raises(BadAnswerError, match="publishes nothing"):
        mirror().sync()
    assert files_in(folder) == before


def test_a_year_takes_the_place_of_its_days_at_once(
    mirror: Mirror, scripted: Publisher, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever lists the folder at any moment sees the days or the year, and never both."""
    mirror().sync()
    close_the_year(scripted)
    seen: set[tuple[str, ...]] = set()
    replace = Path.replace

    def watched(self: Path, target: Path) -> Path:
        moved = replace(self, target)
        seen.add(
            tuple(sorted(path.name for path in folder.glob("stock.daily/year=2025/*.parquet")))
        )
        return moved

    monkeypatch.setattr(Path, "replace", watched)
    report = mirror().sync()
    days = tuple(Path(path).name for path in DAYS)
    assert seen == {days, (), ("part.parquet",)}
    assert report.removed == tuple(DAYS)
    assert data_in(folder) == published(scripted)


def test_a_year_beside_files_of_others_leaves_them(
    mirror: Mirror, scripted: Publisher, folder: Path
) -> None:
    mirror().sync()
    note = (folder / YEAR).with_name("notes.txt")
    note.write_text("mine")
    close_the_year(scripted)
    mirror().sync()
    assert note.read_text() == "mine"
    assert data_in(folder) == published(scripted)


def test_a_selection_is_remembered(mirror: Mirror, scripted: Publisher, folder: Path) -> None:
    mirror(datasets=["stock.daily", "securities"], since=2025).sync()
    assert data_in(folder).keys() == {*DAYS, WHOLE}
    scripted.publish(DAYS[0].replace("0102", "0106"), b"one more day")
    mirror().sync()
    assert len(data_in(folder)) == 4
    mirror(datasets=["etf.daily"], since=2000).sync()
    assert data_in(folder).keys() == scripted.items.keys() - {CLOSED}
    close_the_year(scripted)
    scripted.withdraw(DAYS[0].replace("0102", "0106"))
    mirror().sync()
    assert data_in(folder).keys() == {YEAR, WHOLE, OTHER}


def test_an_unknown_dataset_is_refused_and_not_remembered(
    mirror: Mirror, scripted: Publisher, folder: Path
) -> None:
    with pytest.raises(InvalidInputError, match="bonds"):
        mirror(datasets=["bonds"]).sync()
    assert not data_in(folder)
    mirror().sync()
    assert data_in(folder) == published(scripted)


def test_the_beginning_of_a_superseded_file_is_deleted(
    mirror: Mirror, scripted: Publisher, folder: Path
) -> None:
    beginning = folder / CLOSED
    beginning.parent.mkdir(parents=True)
    beginning.with_name(f".{'0' * 64}.partial").write_bytes(b"beginning")
    mirror().sync()
    assert not [path for path in files_in(folder) if path.endswith(".partial")]


def test_what_a_killed_run_has_put_together_is_not_taken_over(
    mirror: Mirror, scripted: Publisher, folder: Path
) -> None:
    mirror().sync()
    stale = folder / ".mirror.coming/stock.daily/year=2025/20250106.parquet"
    stale.parent.mkdir(parents=True)
    stale.write_bytes(b"stale")
    close_the_year(scripted)
    mirror().sync()
    assert data_in(folder) == published(scripted)


@pytest.mark.parametrize(
    "path",
    [
        "../part.parquet",
        "/etc/part.parquet",
        "securities/../../part.parquet",
        "securities\\part.parquet",
        ".mirror.json",
        "securities//part.parquet",
        "part.parquet",
        "securities/.part.parquet",
    ],
)
def test_no_path_leads_out_of_the_folder(
    mirror: Mirror, scripted: Publisher, folder: Path, path: str
) -> None:
    scripted.items[WHOLE] |= {"path": path}
    with pytest.raises(BadAnswerError, match="is no place for"):
        mirror().sync()
    assert not data_in(folder)


def test_two_runs_refuse_each_other(mirror: Mirror, folder: Path) -> None:
    with locked(folder):
        for run in (mirror().sync, mirror().check):
            with pytest.raises(MirrorBusyError, match="another run"):
                run()
    mirror().sync()


def test_a_state_that_cannot_be_read_is_named(mirror: Mirror, folder: Path) -> None:
    folder.mkdir()
    for content in ("{", "[]", "{}", '{"version": 99}'):
        (folder / ".mirror.json").write_text(content)
        with pytest.raises(MirrorError, match=r"\.mirror\.json"):
            mirror().sync()


def test_a_folder_whose_state_was_lost_is_not_downloaded_again(
    mirror: Mirror, scripted: Publisher, folder: Path
) -> None:
    mirror().sync()
    (folder / ".mirror.json").unlink()
    mirror().sync()
    assert len(scripted.downloads) == 5
    assert mirror().check() == []


def test_a_check_names_every_difference(mirror: Mirror, scripted: Publisher, folder: Path) -> None:
    mirror().sync()
    assert mirror().check() == []
    (folder / DAYS[0]).unlink()
    (folder / DAYS[1]).write_bytes(published(scripted)[DAYS[1]][::-1])
    (folder / YEAR).write_bytes(b"a copy")
    scripted.publish(CLOSED, b"corrected")
    scripted.withdraw(OTHER)
    scripted.publish("calendar/part.parquet", b"new")
    assert mirror().check() == [
        Difference("calendar/part.parquet", "not mirrored"),
        Difference(OTHER, "withdrawn"),
        Difference(CLOSED, "outdated"),
        Difference(DAYS[0], "missing"),
        Difference(DAYS[1], "damaged"),
        Difference(YEAR, "unknown"),
    ]


def test_progress_counts_bytes_and_parts(mirror: Mirror, scripted: Publisher) -> None:
    seen: list[SyncProgress] = []
    scripted.cuts = [2000, 2000]
    mirror().sync(on_progress=seen.append)
    total = sum(map(len, published(scripted).values()))
    assert seen[-1] == SyncProgress(5, 5, total, total)
    assert all(each.bytes_done <= each.bytes_total for each in seen)
    done = [each.parts_done for each in seen]
    assert done == sorted(done)


def test_a_watch_syncs_at_first_and_after_each_change(scripted: Publisher, folder: Path) -> None:
    errors: list[Exception] = []
    transport = httpx.MockTransport(scripted)
    client = Client(URL, USERNAME, PASSWORD, retry=Retry(times=0), transport=transport)
    watch = client.mirror(folder).watch(every=0, on_error=errors.append)
    assert len(next(watch).downloaded) == 5
    with pytest.raises(MirrorBusyError):
        client.mirror(folder).sync()
    scripted.publish(CLOSED, b"corrected")
    scripted.scripts["GET /changes"].clear()
    scripted.on("GET /changes", failure(503), scripted._changes)
    assert next(watch).downloaded == (CLOSED,)
    assert [type(each).__name__ for each in errors] == ["UnavailableError"]
    scripted.scripts["GET /changes"].clear()
    scripted.on("GET /changes", failure(403))
    with pytest.raises(ForbiddenError):
        next(watch)
    client.mirror(folder).sync()


def test_an_asynchronous_watch(scripted: Publisher, folder: Path) -> None:
    async def first() -> SyncReport:
        transport = httpx.MockTransport(scripted)
        async with AsyncClient(URL, USERNAME, PASSWORD, transport=transport) as client:
            watch = client.mirror(folder).watch(every=0)
            report = await anext(watch)
            await watch.aclose()  # type: ignore[attr-defined]
            return report

    assert len(anyio.run(first).downloaded) == 5
