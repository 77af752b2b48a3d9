"""A DynamoDB table with plain Python values in and out.

Numbers come back as `int` or `float`, binaries as `bytes`; nothing of boto3 leaves this module.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from marketdata.aws.clients import PARALLEL, client
from marketdata.errors import StorageError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

KEYS_A_CALL = 100
"""BatchGetItem's own limit."""

type Item = dict[str, Any]
type Key = tuple[str, str]


class ConditionFailedError(StorageError):
    """A conditional write found the item otherwise than expected."""


@dataclass(frozen=True, slots=True)
class Write:
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
    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)

    def request(self, table: str) -> tuple[str, dict[str, Any]]:
        """Give DynamoDB's name of this write ("Put", "Update", "Delete") and its request."""
        key = {"pk": {"S": self.pk}, "sk": {"S": self.sk}}
        request: dict[str, Any] = {"TableName": table}
        if self.condition:
            request["ConditionExpression"] = self.condition
        if self.names:
            request["ExpressionAttributeNames"] = dict(self.names)
        if self.values:
            request["ExpressionAttributeValues"] = _attributes(self.values)
        if self.put is not None:
            return "Put", request | {"Item": key | _attributes(self.put)}
        if self.update:
            return "Update", request | {"Key": key, "UpdateExpression": self.update}
        return "Delete", request | {"Key": key}


class Table:
    """A table keyed by the strings `pk` and `sk`.

    Parameters
    ----------
    name : str
        The table's name.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def get(self, pk: str, sk: str) -> Item | None:
        """Read one item, as last written; None where there is none."""
        answer = client("dynamodb").get_item(
            TableName=self.name, Key={"pk": {"S": pk}, "sk": {"S": sk}}, ConsistentRead=True
        )
        return _item(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Sequence[Key]) -> dict[Key, Item]:
        """Read many items, 100 a request, the requests side by side.

        Parameters
        ----------
        keys : sequence of (pk, sk)
            Different keys, in any number.

        Returns
        -------
        dict
            The items that exist, by key.
        """
        pages = [keys[start : start + KEYS_A_CALL] for start in range(0, len(keys), KEYS_A_CALL)]
        if len(pages) <= 1:
            return self._page(pages[0]) if pages else {}
        # Made before threads want it: making a client is not thread-safe.
        client("dynamodb")
        found: dict[Key, Item] = {}
        with ThreadPoolExecutor(min(PARALLEL, len(pages))) as pool:
            for items in pool.map(self._page, pages):
                found.update(items)
        return found

    def _page(self, keys: Sequence[Key]) -> dict[Key, Item]:
        found: dict[Key, Item] = {}
        wanted: Any = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in keys]
        while wanted:
            answer = client("dynamodb").batch_get_item(
                RequestItems={self.name: {"Keys": wanted, "ConsistentRead": False}}
            )
            for raw in answer["Responses"].get(self.name, []):
                item = _item(raw)
                found[item["pk"], item["sk"]] = item
            left = answer["UnprocessedKeys"]
            wanted = left[self.name]["Keys"] if left else []
        return found

    def query(
        self,
        pk: str,
        *,
        between: tuple[str, str] | None = None,
        index: str = "",
        hash_name: str = "pk",
    ) -> Iterator[Item]:
        """Read every item of a partition, page by page, in the order of the range key.

        Parameters
        ----------
        pk : str
            The partition.
        between : tuple of str, optional
            First and last `sk`, both included; only on the table itself.
        index, hash_name : str
            A secondary index and the name of its hash key.
        """
        request: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": "#hash = :hash",
            "ExpressionAttributeNames": {"#hash": hash_name},
            "ExpressionAttributeValues": {":hash": {"S": pk}},
        }
        if index:
            request["IndexName"] = index
        else:
            request["ConsistentRead"] = True
        if between:
            request["KeyConditionExpression"] += " AND sk BETWEEN :first AND :last"
            request["ExpressionAttributeValues"] |= {
                ":first": {"S": between[0]},
                ":last": {"S": between[1]},
            }
        for page in client("dynamodb").get_paginator("query").paginate(**request):
            yield from map(_item, page["Items"])

    def write(self, write: Write) -> Item:
        """Carry out one write.

        Returns
        -------
        Item
            After an update, the item as it is now; else empty.

        Raises
        ------
        ConditionFailedError
            The condition did not hold; nothing was written.
        """
        kind, request = write.request(self.name)
        dynamodb = client("dynamodb")
        try:
            if kind == "Put":
                dynamodb.put_item(**request)
            elif kind == "Delete":
                dynamodb.delete_item(**request)
            else:
                answer = dynamodb.update_item(**request, ReturnValues="ALL_NEW")
                return _item(answer["Attributes"])
        except dynamodb.exceptions.ConditionalCheckFailedException as error:
            raise ConditionFailedError(f"{write.pk} {write.sk}") from error
        return {}

    def transact(self, *writes: Write) -> None:
        """Carry out all writes or none.

        Raises
        ------
        ConditionFailedError
            A condition did not hold; nothing was written.
        """
        requests = [dict([write.request(self.name)]) for write in writes]
        dynamodb = client("dynamodb")
        try:
            dynamodb.transact_write_items(
                TransactItems=cast("Sequence[TransactWriteItemTypeDef]", requests)
            )
        except dynamodb.exceptions.TransactionCanceledException as error:
            if _condition_failed(error):
                raise ConditionFailedError(", ".join(write.pk for write in writes)) from error
            raise

    def next_id(self, counter: str) -> int:
        """Draw the next number of a counter, from 1 on; never the same twice."""
        item = self.write(Write("counters", counter, update="ADD last_id :one", values={":one": 1}))
        return int(item["last_id"])


def _condition_failed(error: ClientError) -> bool:
    reasons = error.response.get("CancellationReasons", [])
    return any(reason.get("Code") == "ConditionalCheckFailed" for reason in reasons)


def _item(raw: Mapping[str, Any]) -> Item:
    return {name: _value(attribute) for name, attribute in raw.items()}


def _value(attribute: Mapping[str, Any]) -> Any:
    ((kind, value),) = attribute.items()
    match kind:
        case "N":
            return float(value) if "." in value or "E" in value else int(value)
        case "M":
            return _item(value)
        case "L":
            return [_value(each) for each in value]
        case "NULL":
            return None
        case _:
            return value


def _attributes(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _attribute(value) for name, value in values.items()}


def _attribute(value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return {"M": _attributes(value)}
    if isinstance(value, list | tuple):
        return {"L": [_attribute(each) for each in value]}
    if isinstance(value, bool) or value is None:
        return {"NULL": True} if value is None else {"BOOL": value}
    if isinstance(value, int | float):
        # repr is a float's shortest text, so that it reads back the same.
        return {"N": str(value) if isinstance(value, int) else repr(value)}
    return {"B": value} if isinstance(value, bytes) else {"S": str(value)}
