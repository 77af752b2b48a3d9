"""Conditional writes to a table, and the retries that some of them need."""

import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from marketdata.aws.items import Item, to_attributes
from marketdata.errors import StorageError

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
"""Longest waits, in seconds, before each retry of what boto3 does not retry by itself."""

CONFLICTS = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
"""Reasons why DynamoDB cancels a transaction that may well succeed a moment later."""


class ConditionFailedError(StorageError):
    """A conditional write did not find the item as expected."""


class Write(NamedTuple):
    """One conditional write.

    Attributes
    ----------
    pk, sk : str
        The item's key.
    put : Item or None
        The whole new item, without its key; None for an update or a deletion.
    update : str
        An UpdateExpression; empty for a put or a deletion.
    condition : str
        A ConditionExpression; empty for none.
    names, values : dict
        The expressions' placeholders.
    """

    pk: str
    sk: str
    put: Item | None = None
    update: str = ""
    condition: str = ""
    names: Mapping[str, str] = MappingProxyType({})
    values: Mapping[str, Any] = MappingProxyType({})

    @classmethod
    def change(cls, pk: str, sk: str, fields: Mapping[str, Any]) -> Self:
        """Build the write that sets some attributes of an item, provided that it exists."""
        return cls(
            pk,
            sk,
            update="SET " + ", ".join(f"#{name} = :{name}" for name in fields),
            condition="attribute_exists(pk)",
            names={f"#{name}": name for name in fields},
            values={f":{name}": value for name, value in fields.items()},
        )

    def request(self, table: str) -> tuple[str, dict[str, Any]]:
        """Return DynamoDB's name for this write ("Put", "Update", "Delete") and its request."""
        key = {"pk": {"S": self.pk}, "sk": {"S": self.sk}}
        request: dict[str, Any] = {"TableName": table}
        if self.condition:
            request["ConditionExpression"] = self.condition
        if self.names:
            request["ExpressionAttributeNames"] = dict(self.names)
        if self.values:
            request["ExpressionAttributeValues"] = to_attributes(self.values)
        if self.put is not None:
            return "Put", request | {"Item": key | to_attributes(self.put)}
        if self.update:
            return "Update", request | {"Key": key, "UpdateExpression": self.update}
        return "Delete", request | {"Key": key}


def carry_out[T](request: Callable[[], T], tries: int = 0) -> T:
    """Send a write, and retry it while another transaction holds one of its items.

    Raises
    ------
    ConditionFailedError
        A condition did not hold.
    """
    from botocore.exceptions import ClientError

    try:
        return request()
    except ClientError as error:
        reasons = _reasons(error)
        if "ConditionalCheckFailed" in reasons:
            raise ConditionFailedError("an item is not as expected") from error
        if not reasons & CONFLICTS or tries == len(PAUSES):
            raise
    pause(tries)
    return carry_out(request, tries + 1)


def _reasons(error: "ClientError") -> set[str]:
    """Return why a write, alone or in a transaction, was refused, in a transaction's terms."""
    match error.response["Error"]["Code"]:
        case "ConditionalCheckFailedException":
            return {"ConditionalCheckFailed"}
        case "TransactionConflictException":
            return {"TransactionConflict"}
        case "TransactionCanceledException":
            reasons: Any = error.response.get("CancellationReasons", [])
            return {reason.get("Code", "None") for reason in reasons}
    return set()


def pause(tries: int) -> None:
    """Wait for a random part of the pause that is due after this many tries."""
    from random import random

    time.sleep(random() * PAUSES[min(tries, len(PAUSES) - 1)])  # noqa: S311  no secret
