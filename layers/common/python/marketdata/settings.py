"""The environment, parsed once. Nothing else reads `os.environ`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Self

SOURCES = ("synthetic", "files")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a function knows of its surroundings; `template.yaml` sets each of them.

    Attributes
    ----------
    market_table, control_table, bucket : str
        Names of the two tables and the bucket.
    upstream_function : str
        Name of the one function that talks to a source.
    detect_machine, fill_machine : str
        ARNs of the state machines; empty where a function starts none.
    signing_secret, admin_secret : str
        ARNs of the JWT key and of the first admin's password; empty where a function needs none.
    upstream : str
        The source of the data, one of `SOURCES`.
    final_time : str
        "HH:MM", Asia/Shanghai: from then on the bars of that trading day are final.
    upstream_sessions : int
        How many calls to the source may run at once.
    """

    market_table: str
    control_table: str
    bucket: str
    upstream_function: str = ""
    detect_machine: str = ""
    fill_machine: str = ""
    signing_secret: str = ""
    admin_secret: str = ""
    upstream: str = "synthetic"
    final_time: str = "17:00"
    upstream_sessions: int = 1

    @classmethod
    def parse(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings from `environ`.

        Raises
        ------
        KeyError
            A table or the bucket is not named.
        ValueError
            The source is none of `SOURCES`.
        """
        upstream = environ.get("UPSTREAM", cls.__dataclass_fields__["upstream"].default)
        if upstream not in SOURCES:
            raise ValueError(f"UPSTREAM must be one of {', '.join(SOURCES)}, not {upstream!r}")
        return cls(
            market_table=environ["MARKET_TABLE"],
            control_table=environ["CONTROL_TABLE"],
            bucket=environ["BUCKET"],
            upstream_function=environ.get("UPSTREAM_FUNCTION", ""),
            detect_machine=environ.get("DETECT_MACHINE", ""),
            fill_machine=environ.get("FILL_MACHINE", ""),
            signing_secret=environ.get("SIGNING_SECRET", ""),
            admin_secret=environ.get("ADMIN_SECRET", ""),
            upstream=upstream,
            final_time=environ.get("FINAL_TIME", "17:00"),
            upstream_sessions=int(environ.get("UPSTREAM_SESSIONS", "1")),
        )


@cache
def settings() -> Settings:
    """Give the settings of this process, parsed at the first call."""
    return Settings.parse(os.environ)
