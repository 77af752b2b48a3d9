"""Objects in the bucket: bytes by key."""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO

import orjson

from marketdata.aws.clients import client
from marketdata.aws.puts import write_object
from marketdata.aws.reads import read_object
from marketdata.errors import NotFoundError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


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
            There is no such object. (S3 says so only to callers that may list the bucket.)
        """
        try:
            return read_object(self.name, key)
        except client("s3").exceptions.NoSuchKey as error:
            raise NotFoundError(key) from error

    def write(
        self, key: str, body: bytes, content_type: str = "application/json", coding: str = ""
    ) -> None:
        """Write an object, whole or not at all; `coding` is its Content-Encoding, "" for none."""
        write_object(self.name, key, body, content_type, coding)

    def read_json(self, key: str) -> Any:
        """Read an object and parse it; errors as in `read`."""
        return orjson.loads(self.read(key))

    def write_json(self, key: str, value: Any) -> None:
        """Write a value as JSON."""
        self.write(key, orjson.dumps(value))

    def delete(self, key: str) -> None:
        """Delete an object; do nothing if there is none."""
        client("s3").delete_object(Bucket=self.name, Key=key)

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield the keys that begin with a prefix, in order."""
        pages = client("s3").get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.name, Prefix=prefix):
            for entry in page.get("Contents", []):
                yield entry["Key"]

    def modified(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Yield the keys below a prefix, in order, and when each was written, epoch seconds."""
        pages = client("s3").get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.name, Prefix=prefix):
            for entry in page.get("Contents", []):
                yield entry["Key"], int(entry["LastModified"].timestamp())

    def sizes(self) -> Iterator[tuple[str, int]]:
        """Yield all keys, in order, and how many bytes each object has; 1,000 a request."""
        pages = client("s3").get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.name):
            for entry in page.get("Contents", []):
                yield entry["Key"], entry["Size"]

    def version(self, key: str) -> str:
        """Return an object's ETag, which changes with its content; errors as in `read`."""
        from botocore.exceptions import ClientError

        try:
            return client("s3").head_object(Bucket=self.name, Key=key)["ETag"]
        except ClientError as error:
            # The answer has no body, so S3 cannot name its error here.
            if error.response["Error"]["Code"] == "404":
                raise NotFoundError(key) from error
            raise

    def copy_to(self, key: str, file: BinaryIO) -> str:
        """Copy an object into a file, chunk by chunk; return its ETag; errors as in `read`."""
        s3 = client("s3")
        try:
            answer = s3.get_object(Bucket=self.name, Key=key)
        except s3.exceptions.NoSuchKey as error:
            raise NotFoundError(key) from error
        file.writelines(answer["Body"].iter_chunks(1 << 20))
        return answer["ETag"]

    def link(self, key: str, seconds: int) -> str:
        """Return a URL from which anybody may read the object for this many seconds."""
        return _signer().generate_presigned_url(
            "get_object", Params={"Bucket": self.name, "Key": key}, ExpiresIn=seconds
        )


@cache
def _signer() -> "S3Client":
    """Create the client that signs links.

    By default boto3 would sign with the old version 2, which S3 refuses for buckets created since
    2020, and for the global endpoint, which redirects clients to another host, where the signature
    is not valid.
    """
    import boto3
    from botocore.config import Config

    on_aws = ".amazonaws.com" in client("s3").meta.endpoint_url
    style = "virtual" if on_aws else "path"
    config = Config(signature_version="s3v4", s3={"addressing_style": style})  # type: ignore[arg-type]
    return boto3.client("s3", config=config)
