"""The bucket: bytes by key."""

from collections.abc import Iterator
from typing import Any

import orjson

from marketdata.aws.clients import client
from marketdata.errors import NotFoundError


class Bucket:
    """An S3 bucket.

    Parameters
    ----------
    name : str
        The bucket's name.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def read(self, key: str) -> bytes:
        """Read an object.

        Raises
        ------
        NotFoundError
            There is no such object.
        """
        s3 = client("s3")
        try:
            return s3.get_object(Bucket=self.name, Key=key)["Body"].read()
        except s3.exceptions.NoSuchKey as error:
            raise NotFoundError(key) from error

    def write(self, key: str, body: bytes, content_type: str = "application/json") -> None:
        """Write an object, whole or not at all."""
        client("s3").put_object(Bucket=self.name, Key=key, Body=body, ContentType=content_type)

    def read_json(self, key: str) -> Any:
        """Read an object and parse it; errors as in `read`."""
        return orjson.loads(self.read(key))

    def write_json(self, key: str, value: Any) -> None:
        """Write a value as JSON."""
        self.write(key, orjson.dumps(value))

    def delete(self, key: str) -> None:
        """Remove an object; nothing happens where there is none."""
        client("s3").delete_object(Bucket=self.name, Key=key)

    def keys(self, prefix: str) -> Iterator[str]:
        """List the keys below a prefix, in order."""
        pages = client("s3").get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.name, Prefix=prefix):
            for entry in page.get("Contents", []):
                yield entry["Key"]

    def link(self, key: str, seconds: int) -> str:
        """Give a URL from which anybody may read the object for some seconds."""
        return client("s3").generate_presigned_url(
            "get_object", Params={"Bucket": self.name, "Key": key}, ExpiresIn=seconds
        )
