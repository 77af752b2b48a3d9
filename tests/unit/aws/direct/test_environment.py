"""Where AWS is: told from Lambda's environment, or left to boto3."""

import pytest

from marketdata.aws.direct.environment import (
    AUTHORITIES,
    PROXIES,
    VARIANTS,
    Endpoint,
    endpoint,
)

LOCAL = "http://127.0.0.1:4566"


@pytest.fixture(autouse=True)
def lambda_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*AUTHORITIES, *PROXIES, *VARIANTS, "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    endpoint.cache_clear()


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("us-east-1", "dynamodb.us-east-1.amazonaws.com"),
        ("ap-east-1", "dynamodb.ap-east-1.amazonaws.com"),
        ("us-gov-west-1", "dynamodb.us-gov-west-1.amazonaws.com"),
        ("cn-north-1", "dynamodb.cn-north-1.amazonaws.com.cn"),
        ("cn-northwest-1", "dynamodb.cn-northwest-1.amazonaws.com.cn"),
    ],
)
def test_on_aws(region: str, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", region)
    assert endpoint("dynamodb") == Endpoint(True, host, region, True)


@pytest.mark.parametrize("region", ["", "us-iso-east-1", "us-isob-east-1", "eusc-de-east-1", "xx"])
def test_other_regions_are_for_boto3(region: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", region)
    assert endpoint("s3") is None


def test_not_in_lambda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION")
    assert endpoint("dynamodb") is None


def test_of_an_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"{LOCAL}/")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://objects.example")
    assert endpoint("dynamodb") == Endpoint(False, "127.0.0.1:4566", "us-east-1", False)
    assert endpoint("s3") == Endpoint(True, "objects.example", "us-east-1", False)


@pytest.mark.parametrize("url", ["ftp://host", "http://host/path", "host:4566", "http://"])
def test_other_urls_are_for_boto3(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    assert endpoint("dynamodb") is None


@pytest.mark.parametrize("name", [*PROXIES, *VARIANTS])
@pytest.mark.parametrize("url", ["", LOCAL])
def test_so_is_an_unusual_way(name: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    monkeypatch.setenv(name, "true")
    assert endpoint("dynamodb") is None


@pytest.mark.parametrize("name", AUTHORITIES)
def test_authorities_of_ones_own_matter_to_tls_only(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "/etc/ssl/own.pem")
    assert endpoint("dynamodb") is None
    endpoint.cache_clear()
    monkeypatch.setenv("AWS_ENDPOINT_URL", LOCAL)
    assert endpoint("dynamodb")
