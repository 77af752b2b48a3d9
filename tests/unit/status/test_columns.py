"""The columns of the status in rows of bars: what parsing both would give."""

from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks.codec import JOINT
from marketdata.catalog.calendar import trading_days
from marketdata.status.columns import add_status, columns_in
from marketdata.status.status import COLUMNS, FLAGS, PRICES, status_lines

DAYS = trading_days("SH", "20240101", "20240131")

PRICE = st.none() | st.floats(0.01, 9999, allow_nan=False)
FLAG = st.none() | st.booleans()
ROW = st.fixed_dictionaries(dict.fromkeys(PRICES, PRICE) | dict.fromkeys(FLAGS, FLAG))


@given(
    bars=st.dictionaries(st.sampled_from(DAYS), st.floats(0.01, 9999), min_size=1),
    status=st.dictionaries(st.sampled_from(DAYS), ROW),
)
def test_rows_are_joined_by_day(bars: dict[str, float], status: dict[str, Any]) -> None:
    rows = [{"trade_date": day, "close": bars[day]} for day in sorted(bars)]
    known = {day: status[day] for day in sorted(status)}
    lines = status_lines(
        {"trade_date": [*known]} | {name: [row[name] for row in known.values()] for name in COLUMNS}
    )
    text = add_status(JOINT.join(map(orjson.dumps, rows)), JOINT.join(lines))
    nulls = dict.fromkeys(COLUMNS)
    assert orjson.loads(b"[%b]" % text) == [
        row | known.get(str(row["trade_date"]), nulls) for row in rows
    ]
    for line, (day, row) in zip(lines, known.items(), strict=True):
        assert orjson.loads(line) == {"trade_date": day} | row
        assert b'{"trade_date":"%b"%b}' % (day.encode(), columns_in(line)) == line
