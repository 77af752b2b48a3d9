"""What is written to the bucket: the short way if it works, boto3 otherwise.

An object is written whole or not at all, and twice is like once, so boto3 may repeat whatever has
no clean answer.
"""

from typing import Any

from marketdata.aws.clients import client
from marketdata.aws.direct.requests import NoAnswerError, put_object
from marketdata.aws.reads import note

DIRECT_BYTES = 1 << 20
"""More than that takes longer than the short way waits, and what boto3 adds does not count."""


def write_object(bucket: str, key: str, body: bytes, content_type: str, coding: str = "") -> None:
    """Write an object; `coding` is its Content-Encoding, empty for none.

    Raises
    ------
    botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError
        As boto3 does.
    """
    if len(body) <= DIRECT_BYTES:
        try:
            put_object(bucket, key, body, content_type, coding)
        except NoAnswerError as error:
            note(error, "writes")
        else:
            return
    more: Any = {"ContentEncoding": coding} if coding else {}
    client("s3").put_object(Bucket=bucket, Key=key, Body=body, ContentType=content_type, **more)
