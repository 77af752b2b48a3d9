"""The stocks of a mirror as Qlib counts them: adjusted bars, at places in a calendar."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

from amazingdata_client.errors import NotMirroredError
from amazingdata_client.mirror.reader import MirrorReader
from amazingdata_client.qlib.layout import FIELDS, PRICES

if TYPE_CHECKING:
    import polars as pl

BARS = "stock.daily"
NEEDED = (BARS, "stock.factors", "securities", "calendar")
EXCHANGES = ("SH", "SZ", "BJ")
CODES_AT_ONCE = 500
NAN = float("nan")


@dataclass(frozen=True)
class Market:
    """The stocks of a mirror.

    Parameters
    ----------
    mirror : MirrorReader
        It must have the datasets `NEEDED`.
    """

    mirror: MirrorReader

    def require(self) -> None:
        """Raise a `NotMirroredError` unless the mirror has everything that is needed."""
        lacking = [name for name in NEEDED if name not in self.mirror.datasets()]
        if lacking:
            raise NotMirroredError(f"the mirror {self.mirror.folder} lacks {', '.join(lacking)}")

    def days(self) -> list[date]:
        """Return the trading days from the first bar to the last."""
        bars = self.mirror.scan(BARS)  # names the extra where polars is not installed
        import polars as pl  # noqa: PLC0415

        traded = bars.select(pl.col("trade_date").unique()).collect()
        known = self.mirror.scan("calendar").filter(pl.col("market").is_in(EXCHANGES)).collect()
        seen: list[date] = traded["trade_date"].to_list()
        if not seen:
            raise NotMirroredError(f"the mirror {self.mirror.folder} has no bars of stocks")
        first, last = min(seen), max(seen)
        return sorted({day for day in known["trade_date"] if first <= day <= last}.union(seen))

    def codes(self) -> list[str]:
        """Return the codes that have bars, in order."""
        import polars as pl  # noqa: PLC0415

        found = self.mirror.scan(BARS).select(pl.col("code").unique().sort()).collect()
        return list(found["code"])

    def lives(self, codes: Sequence[str]) -> list[tuple[str, date | None, date | None]]:
        """Return code, first and last day of every life of some stocks."""
        import polars as pl  # noqa: PLC0415

        of_stocks = (pl.col("type") == "stock") & pl.col("code").is_in(codes)
        rows = self.mirror.scan("securities").filter(of_stocks)
        return rows.select("code", "list_date", "delist_date").collect().rows()

    def series(
        self, codes: Sequence[str], days: Sequence[date]
    ) -> Iterator[tuple[str, int, "pl.DataFrame"]]:
        """Yield each code with the values of its fields.

        Parameters
        ----------
        codes : sequence of str
            They have bars.
        days : sequence of date
            The calendar.

        Yields
        ------
        code : str
        start : int
            Place of the first bar in the calendar.
        values : polars.DataFrame
            `FIELDS`, a row for each day of the calendar from the first bar to the last; NaN on
            days without a bar, and where no factor is known.
        """
        rest = iter(codes)
        while some := list(islice(rest, CODES_AT_ONCE)):
            frame = _on_every_day(self._adjusted(some), days)
            for part in frame.partition_by("code", maintain_order=True):
                yield part["code"][0], part["place"][0], part.select(FIELDS)

    def _adjusted(self, codes: Sequence[str]) -> "pl.DataFrame":
        """Return the bars with adjusted prices and volumes, and the factor of each day."""
        import polars as pl  # noqa: PLC0415

        wanted = pl.col("code").is_in(codes)
        key = ["code", "trade_date"]
        bars = self.mirror.scan(BARS).filter(wanted).with_columns(is_bar=True)
        steps = self.mirror.scan("stock.factors").filter(wanted)
        joined = bars.join(steps, on=key, how="full", coalesce=True).sort(key)
        factor, until = pl.col("factor"), pl.col("until")
        known = pl.when(pl.col("trade_date") <= until).then(factor)
        return (
            joined.with_columns(
                factor.forward_fill().over("code"), until.forward_fill().over("code")
            )
            .with_columns(known.alias("factor"))
            .filter("is_bar")
            .with_columns(*(pl.col(name) * factor for name in PRICES), pl.col("volume") / factor)
            .select(*key, *FIELDS)
            .collect()
        )


def _on_every_day(bars: "pl.DataFrame", days: Sequence[date]) -> "pl.DataFrame":
    """Return the bars with a row for each day between a code's first bar and its last."""
    import polars as pl  # noqa: PLC0415

    places = pl.DataFrame({"trade_date": days, "place": range(len(days))})
    placed = bars.join(places, on="trade_date", how="left")
    place = pl.col("place")
    grid = (
        placed.group_by("code")
        .agg(pl.int_range(place.min(), place.max() + 1).alias("place"))
        .explode("place")
    )
    return (
        grid.join(placed, on=["code", "place"], how="left")
        .sort("code", "place")
        .with_columns(pl.col(FIELDS).cast(pl.Float64).fill_null(NAN))
    )
