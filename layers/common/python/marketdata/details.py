"""What is told of a task or of an answer, for developers and for machines. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from marketdata.errors import NO_PARAMS, MarketDataError, Param


class Detail(NamedTuple):
    """One thing that is to be told.

    Attributes
    ----------
    key : str
        What it is, one of `api.schema.keys.ERRORS`.
    message : str
        The same in English.
    params : mapping
        The values that the key's words name. `cause` is itself a key, of a call that failed.
    """

    key: str
    message: str
    params: Mapping[str, Param] = NO_PARAMS

    @classmethod
    def of(cls, error: MarketDataError) -> "Detail":
        """Return what an error of ours says."""
        return cls(error.key, str(error), error.params)

    def keyed(self) -> dict[str, Any]:
        """Return it without its message."""
        return {"key": self.key, "params": dict(self.params)}

    def told(self) -> dict[str, Any]:
        """Return all of it."""
        return self.keyed() | {"message": self.message}


def message_of(details: Iterable[Detail]) -> str:
    """Return the messages of some details as one; empty if there are none."""
    return "; ".join(detail.message for detail in details)


def messages(details: Iterable[Detail]) -> list[str]:
    """Return the message of each."""
    return [detail.message for detail in details]
