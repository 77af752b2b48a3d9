"""The lockout: failed logins lock a user name, for one network or for all that are not known.

::

    pk="login#{name}"  sk="from#{network}"   failures, since
                       sk="all"              failures, since, unlocked_at
                       sk="known#{network}"  -

and each `expires`, the table's TTL attribute (all times in epoch seconds). A network is known for
`KNOWN_SECONDS` after a login from it. Names that no user has are counted too; otherwise a lock
would reveal which names exist.
"""

from dataclasses import dataclass

from marketdata.aws.items import Item
from marketdata.aws.tables import Table
from marketdata.aws.writes import ConditionFailedError, Write
from marketdata.errors import TooManyRequestsError
from marketdata.identity.limits import NAME_LIMIT, NETWORK_LIMIT, FailureCounter, Limit

ALL = "all"
KNOWN_SECONDS = 90 * 86_400
RENEWAL_SECONDS = 86_400
"""A known network is written again once this much of its time has passed."""


@dataclass(frozen=True, slots=True)
class LoginHistory:
    """What earlier logins have left of a user name and the network of its caller.

    Attributes
    ----------
    username, network : str
        The name given at the login, and the result of `networks.network_of`.
    here, everywhere : FailureCounter
        The name's failures from this network, and from all networks.
    known_until : int
        Epoch seconds; 0 if nobody has logged in with this name from this network.
    """

    username: str
    network: str
    here: FailureCounter
    everywhere: FailureCounter
    known_until: int

    def check(self, now: int) -> None:
        """Refuse a name that is locked for this network, before its password is looked at.

        Raises
        ------
        TooManyRequestsError
            It is locked; the error says for how long.
        """
        _refuse(self.here.wait(now))

    def is_refused(self, now: int) -> bool:
        """Check whether even the right password is refused."""
        known = self.known_until > now
        return self.here.wait(now) > 0 or (not known and self.everywhere.wait(now) > 0)


class Lockout:
    """Counts failed logins, and remembers the networks of successful ones.

    Parameters
    ----------
    table : Table
        The control table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def history(self, username: str, network: str) -> LoginHistory:
        """Return the history of a name and a network as last written, by one request."""
        pk = _pk(username)
        keys = [(pk, ALL), (pk, _from(network)), (pk, _known(network))]
        items = self._table.get_many(keys, fresh=True)
        everywhere, here, known = (items.get(key, {}) for key in keys)
        unlocked_at = int(everywhere.get("unlocked_at", 0))
        return LoginHistory(
            username,
            network,
            _counter(NETWORK_LIMIT, here, unlocked_at),
            _counter(NAME_LIMIT, everywhere, unlocked_at),
            int(known.get("expires", 0)),
        )

    def count(self, history: LoginHistory, now: int) -> None:
        """Count a failure; simultaneous failures are all counted, until they begin a lock.

        Raises
        ------
        TooManyRequestsError
            A limit had been reached before, be the network known or not.
        """
        pk = _pk(history.username)
        here = self._count(pk, _from(history.network), history.here, now)
        _refuse(max(here, self._count(pk, ALL, history.everywhere, now)))

    def accept(self, history: LoginHistory, now: int) -> None:
        """Forget the failures from a network, and remember it as known."""
        pk = _pk(history.username)
        if history.here.failures:
            self._table.write(Write(pk, _from(history.network)))
        if history.known_until < now + KNOWN_SECONDS - RENEWAL_SECONDS:
            put = {"expires": now + KNOWN_SECONDS}
            self._table.write(Write(pk, _known(history.network), put=put))

    def unlock(self, username: str, now: int) -> None:
        """End a name's locks for all networks, by having no earlier failure matter any more."""
        update = "SET unlocked_at = :now, expires = :until"
        values = {":now": now, ":until": now + NAME_LIMIT.seconds}
        self._table.write(Write(_pk(username), ALL, update=update, values=values))

    def _count(self, pk: str, sk: str, counter: FailureCounter, now: int) -> int:
        """Count a failure and return 0, or return the rest of the lock that refuses it."""
        while not (wait := counter.wait(now)):
            try:
                self._table.write(_failure(pk, sk, counter, counter.after_failure(now)))
            except ConditionFailedError:
                # Another login has opened a window, begun a lock or forgotten the failures.
                item = self._table.get(pk, sk) or {}
                counter = _counter(counter.limit, item, counter.unlocked_at)
            else:
                return 0
        return wait


def _failure(pk: str, sk: str, before: FailureCounter, after: FailureCounter) -> Write:
    """Build the write from one state of a counter to the next, if the window is still the same."""
    values = {":one": 1, ":before": before.since, ":expires": after.expires}
    if after.since == before.since:
        update = "SET expires = :expires ADD failures :one"
        condition = "since = :before AND failures < :limit"
        values[":limit"] = before.limit.failures
    else:
        update = "SET failures = :one, since = :since, expires = :expires"
        condition = "attribute_not_exists(since) OR since = :before"
        values[":since"] = after.since
    return Write(pk, sk, update=update, condition=condition, values=values)


def _counter(limit: Limit, item: Item, unlocked_at: int) -> FailureCounter:
    failures, since, expires = (int(item.get(name, 0)) for name in ("failures", "since", "expires"))
    return FailureCounter(limit, failures, since, expires, unlocked_at)


def _refuse(wait: int) -> None:
    if wait:
        raise TooManyRequestsError(
            "too many failed logins: wait", wait, key="login_locked", seconds=wait
        )


def _pk(username: str) -> str:
    return f"login#{username}"


def _from(network: str) -> str:
    return f"from#{network}"


def _known(network: str) -> str:
    return f"known#{network}"
