"""Which source the settings name."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from marketdata.settings import Settings
from marketdata.upstream.source import Source

if TYPE_CHECKING:
    from marketdata.upstream.files import ObjectReader


def make_source(settings: Settings, objects: "ObjectReader", now: Callable[[], datetime]) -> Source:
    """Make the source of the data.

    Parameters
    ----------
    settings : Settings
        Names it, and says when a day is final.
    objects : ObjectReader
        The bucket that holds the files of the source `files`.
    now : callable
        The clock, with a time zone.
    """
    # Imported here: each source brings what the others need not load.
    if settings.upstream == "files":
        from marketdata.upstream.files import FileSource  # noqa: PLC0415

        return FileSource(objects, now, settings.final_time)
    from marketdata.upstream.synthetic.source import SyntheticSource  # noqa: PLC0415

    return SyntheticSource(now, settings.final_time)
