"""The bucket, and the links to what lies in it."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from marketdata.aws.objects import Bucket
from marketdata.errors import NotFoundError
from tests.support.cloud import Cloud, forget_clients


@pytest.fixture
def bucket(cloud: Cloud) -> Bucket:
    return cloud.bucket


@pytest.fixture
def fresh_clients(credentials: None) -> Iterator[None]:
    """Have clients made anew, in this test and after it."""
    forget_clients()
    yield
    forget_clients()


def test_bytes(bucket: Bucket) -> None:
    bucket.write("a/b", b"\0\1", "application/zstd")
    assert bucket.read("a/b") == b"\0\1"
    bucket.write("a/b", b"other")
    assert bucket.read("a/b") == b"other"
    bucket.delete("a/b")
    bucket.delete("a/b")
    with pytest.raises(NotFoundError):
        bucket.read("a/b")


def test_json(bucket: Bucket) -> None:
    bucket.write_json("a.json", {"codes": ["600000.SH"], "price": 0.1, "名": None})
    assert bucket.read_json("a.json") == {"codes": ["600000.SH"], "price": 0.1, "名": None}


def test_keys_go_on_over_pages(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "3")
    names = [f"many/{number}" for number in range(8)]
    for name in [*names, "other"]:
        bucket.write(name, b"")
    assert list(bucket.keys("many/")) == names
    assert list(bucket.keys("none/")) == []


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("us-east-1", "answers.s3.amazonaws.com"),
        ("eu-west-1", "answers.s3.eu-west-1.amazonaws.com"),
        ("cn-north-1", "answers.s3.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_a_link_names_the_region_and_is_signed_the_new_way(
    fresh_clients: None, monkeypatch: pytest.MonkeyPatch, region: str, host: str
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    link = urlsplit(Bucket("answers").link("answers/x.json", 900))
    query = parse_qs(link.query)
    assert (link.scheme, link.netloc, link.path) == ("https", host, "/answers/x.json")
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert query["X-Amz-Expires"] == ["900"]
    assert f"/{region}/s3/" in query["X-Amz-Credential"][0]


def test_a_link_into_an_emulator_needs_no_other_host(
    fresh_clients: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:4566")
    link = urlsplit(Bucket("answers").link("x.json", 900))
    assert (link.netloc, link.path) == ("localhost:4566", "/answers/x.json")
