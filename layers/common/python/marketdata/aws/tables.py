"""A DynamoDB table that takes and returns plain Python values; see `aws.items`."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, cast

from marketdata.aws.clients import client, side_by_side
from marketdata.aws.items import Item, ItemKey, RawItem, from_attributes
from marketdata.aws.reads import read
from marketdata.aws.writes import Write, carry_out, pause

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

KEYS_A_CALL = 100
"""BatchGetItem's own limit."""


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
        """Return one item as last written; None if there is none."""
        key = {"pk": {"S": pk}, "sk": {"S": sk}}
        answer = read("dynamodb", "GetItem", TableName=self.name, Key=key, ConsistentRead=True)
        return from_attributes(answer["Item"]) if "Item" in answer else None

    def get_many(
        self, keys: Sequence[ItemKey], *, fresh: bool = False, attributes: Sequence[str] = ()
    ) -> dict[ItemKey, Item]:
        """Read many items, 100 per request, with the requests in parallel.

        Parameters
        ----------
        keys : sequence of (pk, sk)
            Distinct keys, any number of them.
        fresh : bool
            Whether to see writes of a moment ago, which costs twice as many read units.
        attributes : sequence of str, optional
            The attributes to read in addition to the key; by default, all.

        Returns
        -------
        dict
            The items that exist, by key.
        """
        named = ("pk", "sk", *attributes) if attributes else ()
        page = partial(self._page, options={"ConsistentRead": fresh, **_projection(named)})
        pages = [keys[start : start + KEYS_A_CALL] for start in range(0, len(keys), KEYS_A_CALL)]
        found: dict[ItemKey, Item] = {}
        for items in side_by_side(page, pages):
            found |= items
        return found

    def _page(self, keys: Sequence[ItemKey], options: Mapping[str, Any]) -> dict[ItemKey, Item]:
        found: dict[ItemKey, Item] = {}
        wanted: Any = {"Keys": [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in keys], **options}
        for tries in count():
            answer = read("dynamodb", "BatchGetItem", RequestItems={self.name: wanted})
            for raw in answer["Responses"].get(self.name, []):
                item = from_attributes(raw)
                found[item["pk"], item["sk"]] = item
            if not (left := answer["UnprocessedKeys"]):
                break
            wanted["Keys"] = left[self.name]["Keys"]
            pause(tries)
        return found

    def query(
        self,
        pk: str,
        *,
        between: tuple[str, str] | None = None,
        index: str = "",
        hash_name: str = "pk",
        range_name: str = "sk",
        attributes: Sequence[str] = (),
    ) -> Iterator[Item]:
        """Yield every item of a partition in the order of the range key, reading page by page.

        Parameters
        ----------
        pk : str
            The partition.
        between : tuple of str, optional
            First and last range key, both included.
        index, hash_name, range_name : str
            A secondary index and the names of its keys.
        attributes : sequence of str, optional
            The attributes to read; by default, all.
        """
        raw = self.query_raw(
            pk,
            between=between,
            index=index,
            hash_name=hash_name,
            range_name=range_name,
            attributes=attributes,
        )
        return map(from_attributes, raw)

    def query_raw(
        self,
        pk: str,
        *,
        between: tuple[str, str] | None = None,
        index: str = "",
        hash_name: str = "pk",
        range_name: str = "sk",
        attributes: Sequence[str] = (),
    ) -> Iterator[RawItem]:
        """Yield what `query` yields, as DynamoDB writes it: `items.from_attributes` reads it."""
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
        projection = _projection(attributes)
        request["ExpressionAttributeNames"] |= projection.pop("ExpressionAttributeNames", {})
        request |= projection
        if between:
            request["KeyConditionExpression"] += " AND #range BETWEEN :first AND :last"
            request["ExpressionAttributeNames"]["#range"] = range_name
            request["ExpressionAttributeValues"] |= {
                ":first": {"S": between[0]},
                ":last": {"S": between[1]},
            }
        while True:
            page = read("dynamodb", "Query", **request)
            yield from page["Items"]
            if not (last := page.get("LastEvaluatedKey")):
                return
            request["ExclusiveStartKey"] = last

    def write(self, write: Write) -> Item:
        """Carry out one write.

        Returns
        -------
        Item
            After an update, the item as it now is; otherwise empty.

        Raises
        ------
        ConditionFailedError
            The condition did not hold; nothing was written.
        """
        kind, request = write.request(self.name)
        dynamodb = client("dynamodb")
        if kind == "Put":
            carry_out(lambda: dynamodb.put_item(**request))
        elif kind == "Delete":
            carry_out(lambda: dynamodb.delete_item(**request))
        else:
            answer = carry_out(lambda: dynamodb.update_item(**request, ReturnValues="ALL_NEW"))
            return from_attributes(answer["Attributes"])
        return {}

    def size(self) -> int:
        """Return how many bytes it has, as DynamoDB counted within the last six hours."""
        return client("dynamodb").describe_table(TableName=self.name)["Table"]["TableSizeBytes"]

    def transact(self, *writes: Write) -> None:
        """Carry out all of the writes or none.

        Raises
        ------
        ConditionFailedError
            A condition did not hold; nothing was written.
        """
        requests = [dict([write.request(self.name)]) for write in writes]
        items = cast("Sequence[TransactWriteItemTypeDef]", requests)
        carry_out(lambda: client("dynamodb").transact_write_items(TransactItems=items))

    def next_id(self, counter: str) -> int:
        """Return the next number of a counter, starting at 1; never the same number twice."""
        item = self.write(Write("counters", counter, update="ADD last_id :one", values={":one": 1}))
        return int(item["last_id"])


def _projection(attributes: Sequence[str]) -> dict[str, Any]:
    """Build a projection with numbered placeholders, since many names are reserved words."""
    if not attributes:
        return {}
    names = {f"#{at}": name for at, name in enumerate(attributes)}
    return {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}
