"""The tables, the bucket and the secrets, as the template declares them."""

import json
from dataclasses import dataclass
from typing import Any

from marketdata.aws import clients, functions, objects
from marketdata.aws.clients import client
from marketdata.aws.direct.access_key import forget_access_keys
from marketdata.aws.direct.connections import forget_connections
from marketdata.aws.direct.environment import endpoint
from marketdata.aws.objects import Bucket
from marketdata.aws.tables import Table
from tests.support import template

REGION = "us-east-1"
ADMIN_NAME = "admin"
"""The parameter `AdminName`."""


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

    @property
    def environment(self) -> dict[str, str]:
        """How a process knows it."""
        return {
            "MARKET_TABLE": self.market.name,
            "CONTROL_TABLE": self.control.name,
            "BUCKET": self.bucket.name,
            "SIGNING_SECRET": self.signing_secret,
            "ADMIN_SECRET": self.admin_secret,
        }


def make_cloud() -> Cloud:
    """Make everything, empty."""
    bucket = "amazingdata-bucket"
    assert template.resources()["Bucket"]["Type"] == "AWS::S3::Bucket"
    client("s3").create_bucket(Bucket=bucket)
    return Cloud(
        market=_make_table("MarketTable"),
        control=_make_table("ControlTable"),
        bucket=Bucket(bucket),
        signing_secret=_make_secret("SigningSecret"),
        admin_secret=_make_secret("AdminSecret"),
    )


def forget_clients() -> None:
    """Have the process make its clients anew.

    They keep the region, the account and the endpoint that they were made with, and whether moto
    was loaded. As they outlive the calls, they outlive `deployment.reset()`: a dozen of them for
    each test would take a quarter of a second.
    """
    for kept in (clients._made, functions._caller, objects._signer):
        kept.cache_clear()
    endpoint.cache_clear()
    forget_connections()
    forget_access_keys()


def _make_table(name: str) -> Table:
    properties = template.table(name)
    wanted = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    dynamodb = client("dynamodb")
    dynamodb.create_table(
        TableName=name, **{each: properties[each] for each in wanted if each in properties}
    )
    if lifetime := properties.get("TimeToLiveSpecification"):
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=lifetime)
    return Table(name)


def _make_secret(name: str) -> str:
    resource: dict[str, Any] = template.resources()[name]
    assert resource["Type"] == "AWS::SecretsManager::Secret"
    rule = dict(resource["Properties"]["GenerateSecretString"])
    pattern, variables = rule.pop("SecretStringTemplate", {}).get("Sub", ("", {}))
    key = rule.pop("GenerateStringKey", "")
    manager = client("secretsmanager")
    text = manager.get_random_password(**rule)["RandomPassword"]
    if pattern:
        for variable in variables:
            pattern = pattern.replace(f"${{{variable}}}", ADMIN_NAME)
        text = json.dumps({**json.loads(pattern), key: text})
    return manager.create_secret(Name=name, SecretString=text)["ARN"]
