"""The template as SAM translates it, for each kind of region: what CloudFormation is given."""

import json
import re
from typing import Any

import botocore.session  # noqa: TID251  it names the answers that API Gateway can give
import pytest
from amazingdata_client.retry import REPEATED

from local.openapi import texts
from local.translate import REGIONS
from marketdata.api.auth import Username
from marketdata.identity.roles import Role
from tests.support.conformance import validator
from tests.support.template import parsed
from tests.support.translated import Deployed, deployed

API = deployed().resources["Api"]["Properties"]["Body"]
RESPONSES: dict[str, dict[str, Any]] = API["x-amazon-apigateway-gateway-responses"]
OPEN_TO_PAGES: dict[str, dict[str, Any]] = deployed(
    AllowedOrigins="https://charts.example.com"
).resources["Api"]["Properties"]["Body"]["x-amazon-apigateway-gateway-responses"]
METHOD_SETTINGS = deployed().resources["ApiStage"]["Properties"]["MethodSettings"]
ERROR = {"$ref": "#/components/schemas/Error"}
WITHOUT_STATUS = {"DEFAULT_4XX": 400, "DEFAULT_5XX": 500}
STATUSES = {
    "ACCESS_DENIED": 403,
    "API_CONFIGURATION_ERROR": 500,
    "AUTHORIZER_CONFIGURATION_ERROR": 503,
    "AUTHORIZER_FAILURE": 503,
    "BAD_REQUEST_BODY": 400,
    "BAD_REQUEST_PARAMETERS": 400,
    "EXPIRED_TOKEN": 403,
    "INTEGRATION_FAILURE": 503,
    "INTEGRATION_TIMEOUT": 504,
    "INVALID_API_KEY": 403,
    "INVALID_SIGNATURE": 403,
    "MISSING_AUTHENTICATION_TOKEN": 404,
    "QUOTA_EXCEEDED": 429,
    "REQUEST_TOO_LARGE": 413,
    "RESOURCE_NOT_FOUND": 404,
    "THROTTLED": 429,
    "UNAUTHORIZED": 401,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "WAF_FILTERED": 403,
}
MAY_PASS = {
    "AUTHORIZER_CONFIGURATION_ERROR",
    "AUTHORIZER_FAILURE",
    "INTEGRATION_FAILURE",
    "INTEGRATION_TIMEOUT",
    "QUOTA_EXCEEDED",
    "THROTTLED",
}
"""What the client repeats, if the call may be sent twice, unless it is told to wait for long."""
RETAINED = {"Bucket", "ControlTable", "SdkConfigKey"}

in_every_region = pytest.mark.parametrize("region", REGIONS)


# ---------------------------------------------------------------------------------------
# What API Gateway answers by itself
# ---------------------------------------------------------------------------------------
def body_of(name: str) -> dict[str, Any]:
    text = RESPONSES[name]["responseTemplates"]["application/json"]
    body: dict[str, Any] = json.loads(text.replace("$context.error.messageString", '"a message"'))
    return body


def test_every_answer_that_the_gateway_can_give_is_thought_of() -> None:
    model = botocore.session.get_session().get_service_model("apigateway")
    kinds: Any = model.shape_for("GatewayResponseType")
    assert set(kinds.enum) == set(RESPONSES)
    assert RESPONSES.keys() == STATUSES.keys() | WITHOUT_STATUS.keys()


@pytest.mark.parametrize("name", RESPONSES)
def test_an_answer_of_the_gateway_is_an_error_like_any_other(name: str) -> None:
    validator(ERROR).validate(body_of(name))


@pytest.mark.parametrize("name", RESPONSES)
def test_an_answer_of_the_gateway_is_taken_for_what_it_is(name: str) -> None:
    headers = RESPONSES[name]["responseParameters"]
    assert headers["gatewayresponse.header.X-Content-Type-Options"] == "'nosniff'"
    assert "gatewayresponse.header.Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize("name", OPEN_TO_PAGES)
def test_a_page_that_is_allowed_may_read_an_answer_of_the_gateway(name: str) -> None:
    headers = OPEN_TO_PAGES[name]["responseParameters"]
    asker = "gatewayresponse.header.Access-Control-Allow-Origin"
    assert headers[asker] == "method.request.header.Origin"


@pytest.mark.parametrize(("name", "status"), STATUSES.items())
def test_an_answer_of_the_gateway_has_a_status_of_its_own(name: str, status: int) -> None:
    assert RESPONSES[name]["statusCode"] == str(status)
    assert body_of(name)["code"] == status
    assert status in texts.ERRORS


@pytest.mark.parametrize(("name", "code"), WITHOUT_STATUS.items())
def test_a_default_leaves_every_other_status_as_it_is(name: str, code: int) -> None:
    assert "statusCode" not in RESPONSES[name]
    assert body_of(name)["code"] == code


def test_the_client_repeats_what_may_pass_and_nothing_else() -> None:
    assert {name for name, status in STATUSES.items() if status in REPEATED} == MAY_PASS


@pytest.mark.parametrize("name", STATUSES)
def test_whoever_may_repeat_a_request_learns_when(name: str) -> None:
    headers = RESPONSES[name].get("responseParameters", {})
    after = headers.get("gatewayresponse.header.Retry-After")
    assert (after is not None) == (name in MAY_PASS)
    assert after is None or int(after.strip("'")) > 0


# ---------------------------------------------------------------------------------------
# Limits
# ---------------------------------------------------------------------------------------
def escaped(path: str) -> str:
    """Return a path as the settings of methods name it."""
    return path if path == "/" else f"/{path.replace('/', '~1')}"


def limit(path: str, method: str) -> tuple[int, int]:
    """Return the rate and the burst that API Gateway allows a method."""
    by_method = {(each["ResourcePath"], each["HttpMethod"]): each for each in METHOD_SETTINGS}
    found = by_method.get((escaped(path), method.upper()), by_method["/*", "*"])
    return found["ThrottlingRateLimit"], found["ThrottlingBurstLimit"]


def public() -> list[tuple[str, str]]:
    """Return the path and the method of every call that needs no login."""
    return [
        (path, method)
        for path, item in API["paths"].items()
        for method, call in item.items()
        if call.get("security") in (None, [], [{"NONE": []}])
    ]


def test_what_needs_no_login_has_a_lower_limit() -> None:
    assert len(public()) == 13
    _, ordinary = limit("/api/v1/stock/kline", "get")
    for path, method in public():
        rate, burst = limit(path, method)
        # A browser asks before each address that a page of another origin calls.
        preflight = method == "options"
        assert rate <= (10 if preflight or path.endswith("/auth/login") else 5), (path, method)
        assert burst < ordinary or preflight, (path, method)


def test_every_limit_is_that_of_a_call() -> None:
    calls = {
        (escaped(path), method.upper()) for path, item in API["paths"].items() for method in item
    }
    assert {(each["ResourcePath"], each["HttpMethod"]) for each in METHOD_SETTINGS} <= {
        ("/*", "*"),
        *calls,
    }


def test_every_role_has_a_plan_with_its_key() -> None:
    """The authorizer gives `{role}-{id of the stack}` as the key of a call."""
    stack = deployed()
    assert stack.resources["Api"]["Properties"]["ApiKeySourceType"] == "AUTHORIZER"
    keys = {
        name: key["Value"]["Fn::Sub"][0]
        for name, key in stack.of_type("ApiGateway::ApiKey").items()
    }
    assert sorted(keys.values()) == sorted(f"{role}-${{Id}}" for role in Role)
    plans = stack.of_type("ApiGateway::UsagePlan")
    links = stack.of_type("ApiGateway::UsagePlanKey").values()
    assert {link["KeyId"]["Ref"]: link["UsagePlanId"]["Ref"] for link in links} == dict(
        zip(sorted(keys), sorted(plans), strict=True)
    )
    authorizer = stack.resources["AuthorizerFunction"]["Properties"]
    stack_id = authorizer["Environment"]["Variables"]["USAGE_KEY"]
    for key in stack.of_type("ApiGateway::ApiKey").values():
        assert key["Value"]["Fn::Sub"][1]["Id"] == stack_id


def test_the_api_has_one_stage() -> None:
    """SAM adds a second one, without limits, unless told the version of OpenAPI."""
    stack = deployed()
    assert len(stack.of_type("ApiGateway::Stage")) == 1
    for each in stack.of_type("ApiGateway::Deployment").values():
        assert "StageName" not in each


def test_a_firewall_comes_with_a_rate_only() -> None:
    kinds = ("WAFv2::WebACL", "WAFv2::WebACLAssociation")
    assert not any(deployed().of_type(kind) for kind in kinds)
    guarded = deployed(WafRateLimit="2000")
    assert all(len(guarded.of_type(kind)) == 1 for kind in kinds)
    (rule,) = guarded.resources["Firewall"]["Properties"]["Rules"]
    assert rule["Statement"]["RateBasedStatement"]["Limit"] == "2000"


# ---------------------------------------------------------------------------------------
# Deploying, and a deployment that fails
# ---------------------------------------------------------------------------------------
def names_of(stack: Deployed) -> dict[tuple[str, str], Any]:
    """Return the names that resources are given, except within another resource."""
    within = {("AWS::Lambda::Alias", "Name"), ("AWS::ApiGateway::Stage", "StageName")}
    return {
        (logical, name): value
        for logical, each in stack.resources.items()
        for name, value in each.get("Properties", {}).items()
        if name.endswith("Name") and name != "MetricName" and (each["Type"], name) not in within
    }


@in_every_region
def test_two_stacks_in_one_account_share_no_name(region: str) -> None:
    stack = deployed(region, WafRateLimit="2000")
    for where, value in names_of(stack).items():
        of_the_stack = "AWS::StackName" in json.dumps(value)
        assert of_the_stack or value.get("Ref") in stack.resources, (where, value)


@in_every_region
def test_a_first_deployment_that_fails_leaves_nothing(region: str) -> None:
    policies = {
        name: each["DeletionPolicy"]
        for name, each in deployed(region).resources.items()
        if each.get("DeletionPolicy", "Delete") != "Delete"
    }
    assert policies == dict.fromkeys(RETAINED, "RetainExceptOnCreate")
    for name in RETAINED:
        assert deployed(region).resources[name]["UpdateReplacePolicy"] == "Retain"
    # A table that refuses to be deleted would stay behind.
    assert (
        deployed(region).resources["ControlTable"]["Properties"]["DeletionProtectionEnabled"]
        is False
    )


@pytest.mark.parametrize(("sessions", "reserved"), [("0", None), ("1", "1"), ("2", "2")])
def test_sessions_reserve_concurrency_unless_there_are_none(
    sessions: str, reserved: str | None
) -> None:
    stack = deployed(UpstreamSessions=sessions)
    upstream = stack.resources["UpstreamFunction"]["Properties"]
    assert upstream.get("ReservedConcurrentExecutions") == reserved
    at_once = upstream["Environment"]["Variables"]["UPSTREAM_SESSIONS"]
    # A Map that may run 0 at once runs all at once.
    machine = stack.resources["FillMachine"]["Properties"]["DefinitionSubstitutions"]
    assert str(at_once) == str(machine["UpstreamSessions"]) == (reserved or "1")


def test_the_numbers_of_requests_reach_whoever_sends_and_shows_them() -> None:
    numbers = {"SourceRequestsPerDay": "500", "SourceRequestsPerMinute": "7"}
    for stack, expected in (
        (deployed(), ("20000", "60")),
        (deployed(**numbers), ("500", "7")),
    ):
        for name in ("UpstreamFunction", "CacheFunction"):
            variables = stack.resources[name]["Properties"]["Environment"]["Variables"]
            found = [variables[f"SOURCE_REQUESTS_PER_{each}"] for each in ("DAY", "MINUTE")]
            assert tuple(map(str, found)) == expected


def test_backups_and_protection_are_parameters() -> None:
    def state(stack: Deployed) -> tuple[Any, ...]:
        market, control, bucket = (
            stack.resources[name]["Properties"]
            for name in ("MarketTable", "ControlTable", "Bucket")
        )
        return (
            market["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"],
            bucket.get("VersioningConfiguration"),
            control["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"],
            control["DeletionProtectionEnabled"],
        )

    assert state(deployed()) == (False, None, True, False)
    protected = deployed(Backups="on", DeletionProtection="on")
    assert state(protected) == (True, {"Status": "Enabled"}, True, True)


def test_the_bucket_speaks_tls_only() -> None:
    (policy,) = deployed().of_type("S3::BucketPolicy").values()
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == [
        {"Fn::GetAtt": ["Bucket", "Arn"]},
        {"Fn::Sub": "${Bucket.Arn}/*"},
    ]


def test_what_was_set_aside_is_kept_for_a_year() -> None:
    rules = deployed().resources["Bucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    days = {rule.get("Prefix"): rule.get("ExpirationInDays") for rule in rules}
    assert days["quarantine/"] == 365
    assert "blocks/" not in days


# ---------------------------------------------------------------------------------------
# The first administrator
# ---------------------------------------------------------------------------------------
def secret_of(stack: Deployed) -> list[Any]:
    """Return the text of the secret without its password, and what is filled in."""
    rule = stack.resources["AdminSecret"]["Properties"]["GenerateSecretString"]
    found: list[Any] = rule["SecretStringTemplate"]["Fn::Sub"]
    return found


def test_the_first_admins_name_is_one_that_the_api_would_take() -> None:
    allowed = re.compile(parsed()["Parameters"]["AdminName"]["AllowedPattern"])
    (rule,) = [each for each in Username.__value__.__metadata__ if hasattr(each, "pattern")]
    assert allowed.pattern == rule.pattern.replace("^", "^(").replace("$", ")?$")
    assert allowed.fullmatch("")
    assert allowed.fullmatch("li.wang@example.com")
    assert not allowed.fullmatch('li", "password": "known')


def test_the_first_admins_name_is_not_to_be_guessed() -> None:
    text, variables = secret_of(deployed())
    pattern, digits = variables["Name"]["Fn::Sub"]
    assert (text, pattern) == ('{"username": "${Name}"}', "admin-${Digits}")
    assert "AWS::StackId" in json.dumps(digits)


def test_the_first_admins_secret_is_the_same_for_a_stack_that_had_no_such_parameter() -> None:
    """CloudFormation makes a new version, with a new password, once this text changes."""
    text, variables = secret_of(deployed(AdminName="admin"))
    assert text.replace("${Name}", variables["Name"]) == '{"username": "admin"}'


# ---------------------------------------------------------------------------------------
# China
# ---------------------------------------------------------------------------------------
def test_elsewhere_nothing_is_asked_of_an_account() -> None:
    assert deployed("us-east-1", SnapStart="on").refusals() == []
    assert deployed("ap-east-1", SnapStart="on").refusals() == []


def test_china_needs_an_exception_and_has_no_snapstart() -> None:
    (refusal,) = deployed("cn-north-1").refusals()
    assert "ICP" in refusal
    assert deployed("cn-north-1", IcpException="granted").refusals() == []
    (refusal,) = deployed("cn-north-1", IcpException="granted", SnapStart="on").refusals()
    assert "SnapStart" in refusal


@in_every_region
def test_no_arn_names_another_partition(region: str) -> None:
    partition = "aws-cn" if region.startswith("cn-") else "aws"
    text = json.dumps(deployed(region).resources)
    named = {part.split(":")[0] for part in text.split('"arn:')[1:]}
    assert named <= {partition, "${AWS"}
