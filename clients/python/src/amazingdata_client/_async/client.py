"""The client: all calls together."""

from amazingdata_client._async.configs import AsyncConfigs
from amazingdata_client._async.klines import AsyncKlines
from amazingdata_client._async.securities import AsyncSecurities
from amazingdata_client._async.statements import AsyncStatements
from amazingdata_client._async.tasks import AsyncTasks
from amazingdata_client._async.users import AsyncUsers


class AsyncClient(
    AsyncSecurities, AsyncKlines, AsyncStatements, AsyncTasks, AsyncUsers, AsyncConfigs
):
    """A client of the service, with a method for every call.

    Use it in a `with` statement of its kind, or close it. The parameters are those of
    `AsyncSession`.

    Examples
    --------
    >>> async with AsyncClient("http://localhost:8000/api/v1", "wang", "…") as client:
    ...     bars = await client.kline("600000.SH", "20240101", "20240131")
    ...     frame = bars.require_complete().to_pandas()
    """
