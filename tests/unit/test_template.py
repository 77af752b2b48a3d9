"""What API Gateway answers by itself, and its limits, as the template says them."""

import json
import re
from typing import Any

import pytest

from local.openapi import texts
from marketdata.api.auth import Username
from marketdata.identity.roles import Role
from tests.support.conformance import validator
from tests.support.template import parsed, resources

RESOURCES = resources()
API = RESOURCES["Api"]["Properties"]
RESPONSES = API["GatewayResponses"]
ERROR = {"$ref": "#/components/schemas/Error"}


def of_type(name: str) -> dict[str, Any]:
    return {key: each for key, each in RESOURCES.items() if each["Type"] == f"AWS::{name}"}


@pytest.mark.parametrize("name", RESPONSES)
def test_an_answer_of_the_gateway_is_an_error_like_any_other(name: str) -> None:
    response = RESPONSES[name]
    body = json.loads(response["ResponseTemplates"]["application/json"])
    validator(ERROR).validate(body)
    assert body["code"] == response["StatusCode"]
    assert body["code"] in texts.ERRORS


@pytest.mark.parametrize("name", ["THROTTLED", "QUOTA_EXCEEDED"])
def test_whoever_is_too_fast_learns_when_to_come_back(name: str) -> None:
    assert RESPONSES[name]["StatusCode"] == 429
    assert int(RESPONSES[name]["ResponseParameters"]["Headers"]["Retry-After"].strip("'")) > 0


def test_every_call_has_a_limit_and_the_login_a_lower_one() -> None:
    every, login = API["MethodSettings"]
    assert (every["ResourcePath"], every["HttpMethod"]) == ("/*", "*")
    assert login["ResourcePath"].replace("~1", "/") == "//api/v1/auth/login"
    for limit in ("ThrottlingRateLimit", "ThrottlingBurstLimit"):
        assert 0 < login[limit] < every[limit]


def test_every_role_has_a_plan_with_its_key() -> None:
    """The authorizer gives `{role}-{id of the stack}` as the key of a call."""
    assert API["ApiKeySourceType"] == "AUTHORIZER"
    assert API["Auth"]["ApiKeyRequired"] is True
    keys = {
        name: key["Properties"]["Value"]["Sub"][0]
        for name, key in of_type("ApiGateway::ApiKey").items()
    }
    assert sorted(keys.values()) == sorted(f"{role}-${{Id}}" for role in Role)
    plans = of_type("ApiGateway::UsagePlan")
    links = [each["Properties"] for each in of_type("ApiGateway::UsagePlanKey").values()]
    assert {link["KeyId"]["Ref"]: link["UsagePlanId"]["Ref"] for link in links} == dict(
        zip(sorted(keys), sorted(plans), strict=True)
    )
    stack_id = RESOURCES["AuthorizerFunction"]["Properties"]["Environment"]["Variables"][
        "USAGE_KEY"
    ]
    for key in of_type("ApiGateway::ApiKey").values():
        assert key["Properties"]["Value"]["Sub"][1]["Id"] == stack_id


def test_the_first_admins_name_is_one_that_the_api_would_take() -> None:
    allowed = re.compile(parsed()["Parameters"]["AdminName"]["AllowedPattern"])
    (rule,) = [each for each in Username.__value__.__metadata__ if hasattr(each, "pattern")]
    assert allowed.pattern == rule.pattern.replace("^", "^(").replace("$", ")?$")
    assert allowed.fullmatch("")
    assert allowed.fullmatch("li.wang@example.com")
    assert not allowed.fullmatch('li", "password": "known')


def test_the_first_admins_secret_is_the_same_for_a_stack_that_had_no_such_parameter() -> None:
    """CloudFormation makes a new version, with a new password, once this text changes."""
    secret = RESOURCES["AdminSecret"]["Properties"]["GenerateSecretString"]
    text, variables = secret["SecretStringTemplate"]["Sub"]
    condition, given, made = variables["Name"]["If"]
    assert parsed()["Conditions"][condition] == {"Not": [{"Equals": [{"Ref": "AdminName"}, ""]}]}
    assert given == {"Ref": "AdminName"}
    assert text.replace("${Name}", "admin") == '{"username": "admin"}'
    pattern, digits = made["Sub"]
    assert (pattern, digits.keys()) == ("admin-${Digits}", {"Digits"})
