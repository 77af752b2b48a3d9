"""The cloud in memory: the tables, the bucket and the secrets as `template.yaml` declares them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from moto import mock_aws

from marketdata import deployment
from marketdata.aws.clients import _made, client
from marketdata.aws.objects import Bucket
from marketdata.aws.tables import Table

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
REGION = "us-east-1"


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short tags: `!Ref X` becomes {"Ref": "X"}."""


def _construct_tag(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _construct_tag)


@dataclass(frozen=True, slots=True)
class Cloud:
    """What the tests reach for.

    Attributes
    ----------
    market, control : Table
        The two tables.
    bucket : Bucket
        The bucket.
    signing_secret, admin_secret : str
        The secrets' ARNs.
    """

    market: Table
    control: Table
    bucket: Bucket
    signing_secret: str
    admin_secret: str

    @property
    def admin(self) -> dict[str, str]:
        """The first admin's user name and password."""
        secret = client("secretsmanager").get_secret_value(SecretId=self.admin_secret)
        found: dict[str, str] = json.loads(secret["SecretString"])
        return found


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    """Parse the template."""
    # SafeLoader's own subclass: it builds plain values only.
    parsed: dict[str, Any] = yaml.load(TEMPLATE.read_text(), _Loader)
    return parsed


@pytest.fixture(scope="session")
def credentials() -> Iterator[None]:
    """Make this nobody's account; its clients are good for every test here, and only here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        patch.delenv("AWS_PROFILE", raising=False)
        _made.cache_clear()
        yield
        _made.cache_clear()


@pytest.fixture
def cloud(
    template: dict[str, Any], credentials: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Cloud]:
    """Make an empty cloud, and have the process know it by its environment."""
    with mock_aws():
        made = _make(template["Resources"])
        monkeypatch.setenv("MARKET_TABLE", made.market.name)
        monkeypatch.setenv("CONTROL_TABLE", made.control.name)
        monkeypatch.setenv("BUCKET", made.bucket.name)
        monkeypatch.setenv("SIGNING_SECRET", made.signing_secret)
        monkeypatch.setenv("ADMIN_SECRET", made.admin_secret)
        deployment.reset()
        yield made
        deployment.reset()


def _make(resources: dict[str, Any]) -> Cloud:
    bucket = "amazingdata-bucket"
    assert resources["Bucket"]["Type"] == "AWS::S3::Bucket"
    client("s3").create_bucket(Bucket=bucket)
    return Cloud(
        market=_make_table("MarketTable", resources),
        control=_make_table("ControlTable", resources),
        bucket=Bucket(bucket),
        signing_secret=_make_secret("SigningSecret", resources),
        admin_secret=_make_secret("AdminSecret", resources),
    )


def _make_table(name: str, resources: dict[str, Any]) -> Table:
    assert resources[name]["Type"] == "AWS::DynamoDB::Table"
    properties = resources[name]["Properties"]
    wanted = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    dynamodb = client("dynamodb")
    dynamodb.create_table(
        TableName=name, **{each: properties[each] for each in wanted if each in properties}
    )
    if lifetime := properties.get("TimeToLiveSpecification"):
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=lifetime)
    return Table(name)


def _make_secret(name: str, resources: dict[str, Any]) -> str:
    assert resources[name]["Type"] == "AWS::SecretsManager::Secret"
    rule = dict(resources[name]["Properties"]["GenerateSecretString"])
    pattern = rule.pop("SecretStringTemplate", None)
    key = rule.pop("GenerateStringKey", "")
    manager = client("secretsmanager")
    text = manager.get_random_password(**rule)["RandomPassword"]
    if pattern:
        text = json.dumps({**json.loads(pattern), key: text})
    return manager.create_secret(Name=name, SecretString=text)["ARN"]
