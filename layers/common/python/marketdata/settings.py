"""The environment, parsed once. Nothing else reads `os.environ`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Self

SOURCES = ("synthetic", "files", "amazingdata")


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
    usage_key : str
        What the API keys of the roles' usage plans end with; empty but for the authorizer.
    kms_key : str
        ARN of the key of the SDK configs' passwords; empty where a function needs none.
    local_cloud : bool
        Whether this is the local cloud; only there may private addresses be contacted.
    upstream : str
        The source of the data, one of `SOURCES`.
    final_time : str
        "HH:MM", Asia/Shanghai: from then on the bars of that trading day are final.
    upstream_sessions : int
        How many calls to the source may run at once.
    library_path : str
        Where Python finds its native libraries; a child process must find them too.
    """

    market_table: str
    control_table: str
    bucket: str
    upstream_function: str = ""
    detect_machine: str = ""
    fill_machine: str = ""
    signing_secret: str = ""
    admin_secret: str = ""
    usage_key: str = ""
    kms_key: str = ""
    local_cloud: bool = False
    upstream: str = "synthetic"
    final_time: str = "17:00"
    upstream_sessions: int = 1
    library_path: str = ""

    @classmethod
    def parse(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings from `environ`.

        Raises
        ------
        KeyError
            A table or the bucket is not named.
        ValueError
            The source is none of `SOURCES`, or a switch is neither "true" nor "false".
        """
        upstream = environ.get("UPSTREAM", cls.__dataclass_fields__["upstream"].default)
        if upstream not in SOURCES:
            raise ValueError(f"UPSTREAM must be one of {', '.join(SOURCES)}, not {upstream!r}")
        local_cloud = environ.get("LOCAL_CLOUD", "false")
        if local_cloud not in {"true", "false"}:
            raise ValueError(f"LOCAL_CLOUD must be true or false, not {local_cloud!r}")
        return cls(
            market_table=environ["MARKET_TABLE"],
            control_table=environ["CONTROL_TABLE"],
            bucket=environ["BUCKET"],
            upstream_function=environ.get("UPSTREAM_FUNCTION", ""),
            detect_machine=environ.get("DETECT_MACHINE", ""),
            fill_machine=environ.get("FILL_MACHINE", ""),
            signing_secret=environ.get("SIGNING_SECRET", ""),
            admin_secret=environ.get("ADMIN_SECRET", ""),
            usage_key=environ.get("USAGE_KEY", ""),
            kms_key=environ.get("KMS_KEY", ""),
            local_cloud=local_cloud == "true",
            upstream=upstream,
            final_time=environ.get("FINAL_TIME", "17:00"),
            upstream_sessions=int(environ.get("UPSTREAM_SESSIONS", "1")),
            library_path=environ.get("LD_LIBRARY_PATH", ""),
        )


@cache
def settings() -> Settings:
    """Give the settings of this process, parsed at the first call."""
    return Settings.parse(os.environ)
