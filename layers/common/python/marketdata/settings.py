"""The settings: the environment, parsed once. Nothing else reads `os.environ`."""

import os
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple, Self

SOURCES = ("synthetic", "files", "amazingdata", "baostock")
BUDGETED_SOURCES = ("baostock",)
"""The sources that shut out whoever sends them too many requests."""


class Settings(NamedTuple):
    """A function's settings; `template.yaml` sets the variables they come from.

    Attributes
    ----------
    market_table, control_table, bucket : str
        Names of the two tables and the bucket.
    upstream_function : str
        Name of the only function that talks to a source.
    detect_machine, fill_machine, publish_machine : str
        ARNs of the state machines; empty where the function starts none.
    lake : bool
        Whether what is published goes to the lake too.
    signing_secret, admin_secret : str
        ARNs of the secrets with the JWT key and with the first admin's user name and password;
        empty where the function needs neither.
    usage_key : str
        The ending of the API keys of the roles' usage plans; empty except for the authorizer.
    kms_key : str
        ARN of the key that encrypts the SDK configs' passwords; empty where the function needs
        none.
    local_cloud : bool
        Whether this is the local cloud; private addresses may be contacted only there.
    upstream : str
        The data source, one of `SOURCES`.
    final_time : str
        "HH:MM", Asia/Shanghai: the time from which a trading day is final, in the place of the
        source's own times; empty if those are right.
    upstream_sessions : int
        How many calls to the source may run at the same time.
    baostock_address : str
        Where BaoStock is asked, "host:port"; empty for its public server.
    source_requests_per_day, source_requests_per_minute : int
        How many requests may be sent to one of `BUDGETED_SOURCES`.
    allowed_origins : tuple of str
        The pages that may read answers, see `api.origins`.
    schedules : tuple of str
        The names of the schedules.
    library_path : str
        The search path of Python's native libraries, which a child process needs too.
    """

    market_table: str
    control_table: str
    bucket: str
    upstream_function: str = ""
    detect_machine: str = ""
    fill_machine: str = ""
    publish_machine: str = ""
    lake: bool = False
    signing_secret: str = ""
    admin_secret: str = ""
    usage_key: str = ""
    kms_key: str = ""
    local_cloud: bool = False
    upstream: str = "synthetic"
    final_time: str = ""
    upstream_sessions: int = 1
    baostock_address: str = ""
    source_requests_per_day: int = 20_000
    source_requests_per_minute: int = 60
    allowed_origins: tuple[str, ...] = ()
    schedules: tuple[str, ...] = ()
    library_path: str = ""

    @classmethod
    def parse(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings from `environ`.

        Raises
        ------
        KeyError
            The name of a table or of the bucket is missing.
        ValueError
            The source is not one of `SOURCES`, LOCAL_CLOUD is neither "true" nor "false", or a
            number of requests is not a whole number from 1.
        """
        upstream = environ.get("UPSTREAM", cls._field_defaults["upstream"])
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
            publish_machine=environ.get("PUBLISH_MACHINE", ""),
            lake=environ.get("LAKE") == "true",
            signing_secret=environ.get("SIGNING_SECRET", ""),
            admin_secret=environ.get("ADMIN_SECRET", ""),
            usage_key=environ.get("USAGE_KEY", ""),
            kms_key=environ.get("KMS_KEY", ""),
            local_cloud=local_cloud == "true",
            upstream=upstream,
            final_time=environ.get("FINAL_TIME", ""),
            upstream_sessions=int(environ.get("UPSTREAM_SESSIONS", "1")),
            baostock_address=environ.get("BAOSTOCK_ADDRESS", ""),
            source_requests_per_day=_count(environ, "SOURCE_REQUESTS_PER_DAY", 20_000),
            source_requests_per_minute=_count(environ, "SOURCE_REQUESTS_PER_MINUTE", 60),
            allowed_origins=_names(environ, "ALLOWED_ORIGINS"),
            schedules=_names(environ, "SCHEDULES"),
            library_path=environ.get("LD_LIBRARY_PATH", ""),
        )


def _names(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(filter(None, environ.get(name, "").split(",")))


def _count(environ: Mapping[str, str], name: str, default: int) -> int:
    """Read a whole number from 1; an empty text is none."""
    text = environ.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and int(text)):
        raise ValueError(f"{name} must be a whole number from 1, not {text!r}")
    return int(text)


@cache
def settings() -> Settings:
    """Return the settings of this process, parsed at the first call."""
    return Settings.parse(os.environ)
