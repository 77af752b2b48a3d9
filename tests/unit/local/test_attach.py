"""What a new stack begins with, when it takes over what a deleted one left."""

import json
import re

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from local import attach
from local.translate import REGIONS, translated

in_every_region = pytest.mark.parametrize("region", REGIONS)


@in_every_region
def test_it_begins_with_everything_that_is_retained_and_nothing_else(region: str) -> None:
    whole = translated(region)["Resources"]
    retained = {
        name: each
        for name, each in whole.items()
        if each.get("DeletionPolicy", "Delete") != "Delete"
    }
    # As in the whole template, so that the deployment that follows changes nothing about them.
    assert attach.template(region)["Resources"] == retained


@in_every_region
def test_it_refers_to_nothing_that_is_not_there(region: str) -> None:
    resources = attach.template(region)["Resources"]
    words = set(re.findall(r"\w+", json.dumps(resources)))
    assert not words & (translated(region)["Resources"].keys() - resources.keys())


@pytest.mark.parametrize(("logical", "identifier"), attach.IDENTIFIERS.items())
def test_resources_are_named_as_cloudformation_names_them(logical: str, identifier: str) -> None:
    kind = attach.template("us-east-1")["Resources"][logical]["Type"]
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    assert schema["primaryIdentifier"] == [f"/properties/{identifier}"]
