"""What the API answers, as typed objects.

Days are "YYYYMMDD", moments are ISO 8601, both Asia/Shanghai, as the API has them. Fields that a
newer service adds are left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict

from amazingdata_client.reading import (
    AbsentDay,
    Days,
    Explained,
    absent,
    days,
    each_of,
    explained,
    object_of,
    objects,
    read_by,
)


class _Bar(TypedDict):
    trade_date: str
    open: float | None
    high: float | None
    low: float | None
    close: float | None
    volume: int | None
    amount: float | None


class Bar(_Bar, total=False):
    """A bar; minute bars carry `kline_time`, bars of futures `settle` and `open_interest`."""

    kline_time: str
    settle: float | None
    open_interest: int | None


@dataclass(frozen=True, kw_only=True)
class Adjustment:
    """How prices were adjusted: the mode, the day whose prices stayed, and who could not be."""

    mode: str
    anchor: Mapping[str, str]
    failed: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Completeness:
    """How complete an answer is: the API's `meta`.

    Every trading day that was asked for is in the data, or in here.
    """

    complete: bool
    expected: int
    returned: int
    missing: Mapping[str, list[Days]] = field(metadata=read_by(each_of(days)))
    absent: Mapping[str, list[AbsentDay]] = field(metadata=read_by(each_of(absent)))
    outside: Mapping[str, list[Explained]] = field(metadata=read_by(each_of(explained)))
    pending: list[Days] = field(metadata=read_by(days))
    unknown_codes: list[str]
    source: str
    upstream: str
    warnings: list[str]
    short: Mapping[str, list[str]] = field(default_factory=dict)
    close_outside: Mapping[str, list[str]] = field(default_factory=dict)
    adjust: Adjustment | None = field(metadata=read_by(object_of(Adjustment)), default=None)


@dataclass(frozen=True, kw_only=True)
class Chart:
    """The bars of one code as ECharts' candlestick wants them: equally long lists."""

    category_data: list[str]
    values: list[list[float | None]]
    volumes: list[list[int | None]]
    meta: Completeness


@dataclass(frozen=True, kw_only=True)
class Security:
    """A security; `list_date` is null where it is not known, `delist_date` where there is none."""

    code: str
    name: str
    market: str
    type: str
    list_date: str | None
    delist_date: str | None


@dataclass(frozen=True, kw_only=True)
class Variety:
    """A product that futures are traded in, and how many of its contracts trade today."""

    variety: str
    name: str
    market: str
    contracts: int


@dataclass(frozen=True, kw_only=True)
class MainContract:
    """A variety's main contract, since when, and by what it was chosen."""

    contract: str
    since: str
    basis: str


@dataclass(frozen=True, kw_only=True)
class MainContracts:
    """The main contracts of a day, by variety; `unknown` names the varieties without one."""

    main_contracts: Mapping[str, str]
    details: Mapping[str, MainContract] = field(metadata=read_by(objects(MainContract)))
    trade_date: str
    unknown: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class User:
    """A user, without the password."""

    id: int
    username: str
    email: str
    role: str
    is_active: bool


@dataclass(frozen=True, kw_only=True)
class SdkConfig:
    """A connection to the vendor, without its password."""

    id: int
    name: str
    username: str
    host: str
    port: int
    local_path: str | None
    is_default: bool
    created_at: str
    updated_at: str
    has_password: bool


@dataclass(frozen=True, kw_only=True)
class ConnectionTest:
    """Whether a connection works; `response_time` is in seconds."""

    success: bool
    message: str
    response_time: float
