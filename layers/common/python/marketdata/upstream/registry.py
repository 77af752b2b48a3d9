"""Which source the settings name."""

import tempfile
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from marketdata.settings import Settings
from marketdata.sources.source import LogsIn, ServerAccount, Source

if TYPE_CHECKING:
    from marketdata.aws.objects import Bucket
    from marketdata.catalog.securities import Catalog
    from marketdata.sources.amazingdata.session import CurrentAccount


def make_source(
    settings: Settings,
    objects: "Bucket",
    now: Callable[[], datetime],
    credentials: "CurrentAccount",
) -> Source:
    """Make the source of the data.

    Parameters
    ----------
    settings : Settings
        Names it, and says when a day is final.
    objects : Bucket
        Holds the files of the source `files`, and the SDK's bundle.
    now : callable
        The clock, with a time zone.
    credentials : CurrentAccount
        As whom `amazingdata` logs in.
    """
    # Imported here: each source brings what the others need not load.
    if settings.upstream == "files":
        from marketdata.sources.files.source import FileSource  # noqa: PLC0415

        return FileSource(objects, now, settings.final_time)
    if settings.upstream == "amazingdata":
        return _amazingdata(settings, objects, now, credentials)
    from marketdata.sources.synthetic.source import SyntheticSource  # noqa: PLC0415

    return SyntheticSource(now, settings.final_time)


def login_of(source: Source) -> Callable[[ServerAccount, object, str], None] | None:
    """Give what tries a login: account, address, password; None of a source without one."""
    if not isinstance(source, LogsIn):
        return None

    def login(account: ServerAccount, address: object, password: str) -> None:
        source.try_login(account.username, password, str(address), account.port)

    return login


def _amazingdata(
    settings: Settings,
    objects: "Bucket",
    now: Callable[[], datetime],
    credentials: "CurrentAccount",
) -> Source:
    from marketdata.sources.amazingdata.bundle import Bundle  # noqa: PLC0415
    from marketdata.sources.amazingdata.limits import Limits  # noqa: PLC0415
    from marketdata.sources.amazingdata.session import Session  # noqa: PLC0415
    from marketdata.sources.amazingdata.source import AmazingDataSource  # noqa: PLC0415

    bundle = Bundle(objects, Path(tempfile.gettempdir()) / "amazingdata")
    session = Session(bundle.unpacked, credentials, settings.library_path, Limits())
    catalog = partial(_catalog, settings, objects)
    return AmazingDataSource(session, catalog, now, settings.final_time)


def _catalog(settings: Settings, objects: "Bucket") -> "Catalog | None":
    """Read the stored catalog, unless it is another source's."""
    from marketdata.aws.tables import Table  # noqa: PLC0415
    from marketdata.blocks.store import BlockStore  # noqa: PLC0415
    from marketdata.catalog.catalog_store import read_catalog  # noqa: PLC0415

    found = read_catalog(BlockStore(Table(settings.market_table), objects))
    return found if found and found.source == settings.upstream else None
