"""What a reader gives, as the API answers it."""

from marketdata.api.call import Call, Headers
from marketdata.api.row_answer import RowContent
from marketdata.kline.rows import RowSet


def content_of(rows: RowSet) -> RowContent:
    """Return the content of the answer with some rows."""
    call = Call(None, None, {}, Headers({}), "request-1", "")
    return RowContent(RowSet(rows.pieces, call.told(rows.meta)))
