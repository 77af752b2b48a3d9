"""The times at which a source refused this deployment, in the control table.

A blacklist lasts longer each further time in a year, so they are kept, unlike what was spent.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from marketdata.aws.tables import Table
from marketdata.aws.writes import Write

KEY = ("upstream", "refusals")


class Refusals:
    """Remembers them for all processes.

    Parameters
    ----------
    table : Table
        The control table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def entries(self) -> Sequence[datetime]:
        """Return the times, in order."""
        found = self._table.get(*KEY) or {}
        return [datetime.fromtimestamp(at, UTC) for at in found.get("moments", ())]

    def add(self, moment: datetime) -> None:
        """Remember one more."""
        update = "SET moments = list_append(if_not_exists(moments, :none), :one)"
        values = {":none": [], ":one": [int(moment.timestamp())]}
        self._table.write(Write(*KEY, update=update, values=values))
