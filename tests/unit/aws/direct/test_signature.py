"""The signature, compared with boto3's own."""

from datetime import UTC, datetime

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth  # noqa: TID251  the peer
from botocore.awsrequest import AWSRequest  # noqa: TID251
from botocore.credentials import Credentials as BotoCredentials  # noqa: TID251
from hypothesis import given
from hypothesis import strategies as st

from marketdata.aws.direct.signature import AccessKey, signed

TIME = "20261130T081500Z"
HOSTS = st.from_regex(r"[a-z0-9]{1,20}(\.[a-z0-9]{1,10}){1,4}(:[0-9]{2,5})?", fullmatch=True)
TEXTS = st.text("abcXYZ019/+=", min_size=1, max_size=40)
KEYS = st.builds(AccessKey, TEXTS, TEXTS, TEXTS | st.just(""))
PATHS = st.lists(st.from_regex(r"[A-Za-z0-9~_.=-]{1,8}|%20|%E4%B8%AD", fullmatch=True)).map(
    lambda parts: "/" + "/".join(parts)
)
REGIONS = st.sampled_from(["us-east-1", "cn-north-1", "ap-east-1"])


def authorization_of_boto3(
    request: AWSRequest,
    key: AccessKey,
    name: str,
    region: str,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    whose = BotoCredentials(key.id, key.secret, key.token or None)
    kind = S3SigV4Auth if name == "s3" else SigV4Auth
    time = datetime.strptime(TIME, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    with monkeypatch.context() as patch:
        patch.setattr("botocore.auth.get_current_datetime", lambda **_: time)
        kind(whose, name, region).add_auth(request)
    text: str = request.headers["Authorization"]
    return text


@pytest.fixture(scope="module")
def patch() -> pytest.MonkeyPatch:
    return pytest.MonkeyPatch()


@given(HOSTS, KEYS, REGIONS, st.binary(max_size=50))
def test_a_call_is_signed_as_by_boto3(
    patch: pytest.MonkeyPatch, host: str, key: AccessKey, region: str, body: bytes
) -> None:
    headers = {
        "host": host,
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": "DynamoDB_20120810.GetItem",
    }
    ours = signed(
        "POST",
        "/",
        headers,
        body,
        service="dynamodb",
        region=region,
        key=key,
        time=TIME,
    )
    request = AWSRequest("POST", f"https://{host}/", headers=headers, data=body)
    theirs = authorization_of_boto3(request, key, "dynamodb", region, patch)
    assert ours["authorization"] == theirs
    assert ours.get("x-amz-security-token", "") == key.token


@given(HOSTS, KEYS, REGIONS, PATHS)
def test_so_is_the_reading_of_an_object(
    patch: pytest.MonkeyPatch, host: str, key: AccessKey, region: str, path: str
) -> None:
    request = AWSRequest("GET", f"https://{host}{path}", headers={"host": host})
    request.context["payload_signing_enabled"] = True
    theirs = authorization_of_boto3(request, key, "s3", region, patch)
    empty = request.headers["X-Amz-Content-SHA256"]
    ours = signed(
        "GET",
        path,
        {"host": host, "x-amz-content-sha256": empty},
        b"",
        service="s3",
        region=region,
        key=key,
        time=TIME,
    )
    assert ours["authorization"] == theirs


@given(HOSTS, KEYS, PATHS, st.binary(max_size=50))
def test_so_is_the_writing_of_an_object(
    patch: pytest.MonkeyPatch, host: str, key: AccessKey, path: str, body: bytes
) -> None:
    headers = {"host": host, "content-type": "application/zstd", "x-amz-checksum-crc32": "AAAAAA=="}
    request = AWSRequest("PUT", f"https://{host}{path}", headers=headers, data=body)
    request.context["payload_signing_enabled"] = True
    theirs = authorization_of_boto3(request, key, "s3", "cn-north-1", patch)
    ours = signed(
        "PUT",
        path,
        {**headers, "x-amz-content-sha256": request.headers["X-Amz-Content-SHA256"]},
        body,
        service="s3",
        region="cn-north-1",
        key=key,
        time=TIME,
    )
    assert ours["authorization"] == theirs
