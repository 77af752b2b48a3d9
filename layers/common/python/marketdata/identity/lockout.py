"""The lockout: five failed logins within 15 minutes lock a user name for 15 minutes.

::

    pk="login#{name}"  sk="-"   failures, expires (epoch seconds; the table's TTL attribute)

`expires` is the end of the window that the first failure opened, and from the fifth failure on
the end of the lock. Names that no user has are counted too; otherwise the lock would reveal which
names exist.
"""

from marketdata.aws.tables import Table
from marketdata.aws.writes import ConditionFailedError, Write
from marketdata.errors import TooManyRequestsError

MAX_FAILURES = 5
WINDOW_SECONDS = 900


class Lockout:
    """Counts the failed logins of each user name.

    Parameters
    ----------
    table : Table
        The control table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def check(self, username: str, now: int) -> None:
        """Refuse a locked name.

        Parameters
        ----------
        username : str
            The name given at the login.
        now : int
            Epoch seconds.

        Raises
        ------
        TooManyRequestsError
            The name is locked; the error says for how long.
        """
        item = self._table.get(f"login#{username}", "-")
        # DynamoDB may take days to remove expired items.
        if item and item["failures"] >= MAX_FAILURES and item["expires"] > now:
            raise TooManyRequestsError("too many failed logins: wait", item["expires"] - now)

    def count(self, username: str, now: int) -> None:
        """Count a failure; simultaneous failures are all counted."""
        if self._add(username, now) >= MAX_FAILURES:
            self._write(username, "SET expires = :until", "", {":until": now + WINDOW_SECONDS})

    def clear(self, username: str) -> None:
        """Forget a name's failures."""
        self._table.write(Write(f"login#{username}", "-"))

    def _add(self, username: str, now: int) -> int:
        until = {":one": 1, ":now": now, ":until": now + WINDOW_SECONDS}
        try:
            return self._write(
                username, "ADD failures :one", "expires > :now", {":one": 1, ":now": now}
            )
        except ConditionFailedError:
            pass
        try:
            begin = "SET failures = :one, expires = :until"
            fresh = "attribute_not_exists(pk) OR expires <= :now"
            return self._write(username, begin, fresh, until)
        except ConditionFailedError:
            # Another failure opened the window in the meantime.
            return self._write(username, "ADD failures :one", "", {":one": 1})

    def _write(self, username: str, update: str, condition: str, values: dict[str, int]) -> int:
        write = Write(f"login#{username}", "-", update=update, condition=condition, values=values)
        return int(self._table.write(write)["failures"])
