"""What the calls answer, for the API's description and the tests; no function imports it.

One module for each group of calls, which is the first segment of their paths. Each has the models
of its answers and, in `OPERATIONS`, what is to be said of each call. `local/openapi` writes
`functions/docs/openapi.json` from them and from the routes.
"""

from marketdata.api.schema import (
    auth,
    base,
    cache,
    configs,
    docs,
    exports,
    finance,
    index,
    klines,
    mcp,
    status,
    stock_status,
    varieties,
)
from marketdata.api.schema.operation import Operation, disjoint

OPERATIONS: dict[tuple[str, str], Operation] = disjoint(
    auth.OPERATIONS,
    configs.OPERATIONS,
    base.OPERATIONS,
    index.OPERATIONS,
    klines.OPERATIONS,
    stock_status.OPERATIONS,
    varieties.OPERATIONS,
    cache.OPERATIONS,
    finance.OPERATIONS,
    exports.OPERATIONS,
    status.OPERATIONS,
    mcp.OPERATIONS,
    docs.OPERATIONS,
)
"""By method and path, as in `api.router.Route`."""
