"""The client with all its calls."""

import os
from collections.abc import Sequence

from amazingdata_client._async.configs import AsyncConfigs
from amazingdata_client._async.downloads import AsyncDownloads
from amazingdata_client._async.futures import AsyncFutures
from amazingdata_client._async.holdings import AsyncHoldings
from amazingdata_client._async.klines import AsyncKlines
from amazingdata_client._async.memberships import AsyncMemberships
from amazingdata_client._async.mirror import AsyncMirror
from amazingdata_client._async.securities import AsyncSecurities
from amazingdata_client._async.statements import AsyncStatements
from amazingdata_client._async.statuses import AsyncStatuses
from amazingdata_client._async.tasks import AsyncTasks
from amazingdata_client._async.users import AsyncUsers


class AsyncClient(
    AsyncSecurities,
    AsyncMemberships,
    AsyncKlines,
    AsyncFutures,
    AsyncStatuses,
    AsyncStatements,
    AsyncDownloads,
    AsyncHoldings,
    AsyncTasks,
    AsyncUsers,
    AsyncConfigs,
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

    def mirror(
        self,
        folder: str | os.PathLike[str],
        datasets: Sequence[str] | None = None,
        since: int | None = None,
    ) -> AsyncMirror:
        """Return a mirror of the published files in a folder; its `sync` fills it.

        Parameters
        ----------
        folder : path
            Where the files belong; `sync` makes it.
        datasets : sequence of str, optional
            Only these datasets, such as "stock.daily"; default: as the last run over this folder,
            and all in a new one.
        since : int, optional
            Only this year and later ones; default: as for `datasets`. What a mirror holds is kept
            up to date even if it is not selected any more.
        """
        return AsyncMirror(self, folder, datasets, since)
