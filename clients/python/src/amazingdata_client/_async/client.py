"""The client with all its calls."""

from amazingdata_client._async.configs import AsyncConfigs
from amazingdata_client._async.klines import AsyncKlines
from amazingdata_client._async.securities import AsyncSecurities
from amazingdata_client._async.statements import AsyncStatements
from amazingdata_client._async.tasks import AsyncTasks
from amazingdata_client._async.users import AsyncUsers


class AsyncClient(
    AsyncSecurities, AsyncKlines, AsyncStatements, AsyncTasks, AsyncUsers, AsyncConfigs
):
    """A client for AmazingData Cloud, with a method for every call of the API.

    Use it as a context manager, or close it after use. The parameters are those of
    `AsyncSession`.

    Examples
    --------
    >>> async with AsyncClient("http://localhost:8000/api/v1", "wang", "…") as client:
    ...     bars = await client.kline("600000.SH", "20240101", "20240131")
    ...     frame = bars.require_complete().to_pandas()
    """
