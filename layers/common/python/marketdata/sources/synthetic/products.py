"""Futures products: the exchanges' own rules, and the look of the synthetic bars."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from marketdata.sources.synthetic.bars import Grid

type Rule = Callable[[Sequence[str], Sequence[str]], str]
"""Returns the last trading day, given the trading days of the previous and the delivery month."""


def friday(n: int) -> Rule:
    """Build the rule for the n-th Friday of the delivery month, postponed on a holiday."""

    def rule(_: Sequence[str], days: Sequence[str]) -> str:
        first = date.fromisoformat(days[0]).replace(day=1)
        ends = first + timedelta(days=(4 - first.weekday()) % 7 + 7 * (n - 1))
        return next(day for day in days if day >= f"{ends:%Y%m%d}")

    return rule


def fifteenth(_: Sequence[str], days: Sequence[str]) -> str:
    """Return the 15th of the delivery month, postponed on a holiday."""
    return next(day for day in days if day[6:] >= "15")


def tenth_trading_day(_: Sequence[str], days: Sequence[str]) -> str:
    """Return the tenth trading day of the delivery month."""
    return days[9]


def end_of_month_before(before: Sequence[str], _: Sequence[str]) -> str:
    """Return the last trading day of the month before the delivery month."""
    return before[-1]


@dataclass(frozen=True, slots=True)
class Product:
    """One futures product.

    Attributes
    ----------
    code, market, name : str
        Such as "RB", "SHF", "螺纹钢".
    grid : Grid
        The tick and its worth.
    price, sigma : float
        Price in yuan at the start of the path, and daily volatility.
    lots : int
        Open interest of a main contract at its peak, in lots.
    ends : Rule
        The rule for the last trading day.
    first_day, first_delivery : str
        First trading day, YYYYMMDD, and first delivery month, "YYYY-MM".
    months : tuple of int
        Delivery months.
    listed : pair of int
        How many consecutive months, and how many quarter months after them, are listed at a time.
    main_months : tuple of int
        Delivery months whose contracts become main; the others stay thin.
    peak, width : int
        How many calendar days before the end open interest peaks, and the width of the peak. 0
        stands for stock index futures, where open interest grows until the end is near.
    underlying : str
        The index that the price follows, if any.
    """

    code: str
    market: str
    name: str
    grid: Grid
    price: float
    sigma: float
    lots: int
    ends: Rule
    first_day: str
    first_delivery: str
    months: tuple[int, ...]
    main_months: tuple[int, ...]
    listed: tuple[int, int]
    peak: int
    width: int
    underlying: str


EXCHANGE_RULES = """
code market name         tick  lot_units ends     first_day first_month months         listed
IF   CFE    沪深300股指  0.2   300       friday-3 20100416  2015-01     all            2+2
IC   CFE    中证500股指  0.2   200       friday-3 20150416  2015-05     all            2+2
IH   CFE    上证50股指   0.2   300       friday-3 20150416  2015-05     all            2+2
IM   CFE    中证1000股指 0.2   200       friday-3 20220722  2022-08     all            2+2
T    CFE    10年期国债   0.005 10000     friday-2 20150320  2015-09     3,6,9,12       0+3
RB   SHF    螺纹钢       1     10        15th     20090327  2015-01     all            12+0
CU   SHF    沪铜         10    5         15th     19930301  2015-01     all            12+0
AG   SHF    沪银         1     15        15th     20120510  2015-01     all            12+0
M    DCE    豆粕         1     10        10th-day 20000717  2015-01     1,3,5,7,8,9,11 12+0
I    DCE    铁矿石       0.5   100       10th-day 20131018  2015-01     all            12+0
TA   CZC    PTA          2     5         10th-day 20061218  2015-01     all            12+0
SA   CZC    纯碱         1     20        10th-day 20191206  2020-05     all            12+0
SC   INE    原油         0.1   1000      before   20180326  2018-09     all            12+8
LC   GFE    碳酸锂       20    1         10th-day 20230721  2024-01     all            12+0
SI   GFE    工业硅       5     5         10th-day 20221222  2023-08     all            12+0
"""
LOOKS = """
code  price   sigma   lots     main           peak  width  underlying
IF    0       0.011   120000   all            0     60     000300.SH
IC    0       0.012   110000   all            0     60     000905.SH
IH    0       0.010   70000    all            0     60     000016.SH
IM    0       0.013   140000   all            0     60     000852.SH
T     100     0.0018  180000   all            70    40     -
RB    3600    0.013   1600000  1,5,10         110    50     -
CU    52000   0.010   170000   all            45    18     -
AG    5200    0.013   400000   2,4,6,8,10,12  60    30     -
M     3100    0.011   1500000  1,5,9          110    50     -
I     720     0.018   500000   1,5,9          110    50     -
TA    5200    0.013   1000000  1,5,9          110    50     -
SA    1700    0.017   700000   1,5,9          110    50     -
SC    480     0.017   35000    all            45    18     -
LC    110000  0.018   220000   1,5,7,9,11     60    30     -
SI    14000   0.013   150000   all            45    18     -
"""
RULES: dict[str, Rule] = {
    "friday-2": friday(2),
    "friday-3": friday(3),
    "15th": fifteenth,
    "10th-day": tenth_trading_day,
    "before": end_of_month_before,
}


def _read(row: dict[str, str]) -> Product:
    tick = Fraction(row["tick"])
    consecutive, _, quarters = row["listed"].partition("+")
    return Product(
        code=row["code"],
        market=row["market"],
        name=row["name"],
        grid=Grid(tick.numerator, tick.denominator, 1, float(tick * int(row["lot_units"]))),
        price=float(row["price"]),
        sigma=float(row["sigma"]),
        lots=int(row["lots"]),
        ends=RULES[row["ends"]],
        first_day=row["first_day"],
        first_delivery=row["first_month"],
        months=_months(row["months"]),
        main_months=_months(row["main"]),
        listed=(int(consecutive), int(quarters)),
        peak=int(row["peak"]),
        width=int(row["width"]),
        underlying=row["underlying"].removeprefix("-"),
    )


def _months(text: str) -> tuple[int, ...]:
    return tuple(range(1, 13)) if text == "all" else tuple(map(int, text.split(",")))


def _read_table(text: str) -> list[dict[str, str]]:
    head, *rows = (line.split() for line in text.strip().splitlines())
    return [dict(zip(head, row, strict=True)) for row in rows]


PRODUCTS = tuple(
    _read(rules | looks)
    for rules, looks in zip(_read_table(EXCHANGE_RULES), _read_table(LOOKS), strict=True)
)
