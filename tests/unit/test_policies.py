"""What the roles' policies say, held against IAM's own lists and the state machines."""

import re
from collections.abc import Iterator

import pytest
from policy_sentry.querying.actions import get_action_data
from policy_sentry.querying.conditions import get_condition_value_type
from policy_sentry.util.arns import does_arn_match

from local.translate import definition
from tests.support.machines import states
from tests.support.policies import (
    LEADING_KEYS,
    Grant,
    Request,
    arn,
    grants,
    machines,
    policies,
    refused,
    resolve,
    unneeded,
    workers,
)
from tests.support.template import TEMPLATE
from tests.support.translated import deployed

KEY, BUCKET, TABLE = arn("SdkConfigKey"), arn("Bucket"), arn("MarketTable")
CONTEXT = frozenset({"config_id"})
IN_CONTEXT = {"ForAnyValue:StringEquals": {"kms:EncryptionContextKeys": "config_id"}}
LOG_DELIVERY = {
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
}
"""What a state machine that writes logs needs, according to AWS; IAM knows no narrower resource
than all for it."""


def _fits(resource: str, form: str) -> bool:
    if "*" in (resource, form):
        return resource == form
    return bool(does_arn_match(resource, form))


def faults(grant: Grant) -> Iterator[str]:
    """Say what IAM does not know: the action, on such a resource, under such conditions."""
    service, _, name = grant.action.partition(":")
    known = get_action_data(service, name).get(service, [])
    if not any(each["action"] == grant.action for each in known):
        yield "action"
    forms = [each for each in known if _fits(grant.resource, each["resource_arn_format"])]
    if not forms:
        yield "resource"
    for operator, tests in grant.condition.items():
        for key in tests:
            if not all(key in form["condition_keys"] for form in forms):
                yield "key"
            several = str(get_condition_value_type(key)).startswith("arrayof")
            if several != operator.startswith(("ForAnyValue:", "ForAllValues:")):
                yield "operator"


@pytest.mark.parametrize("worker", workers())
def test_iam_knows_every_action_resource_and_condition(worker: str) -> None:
    found = {grant: list(faults(grant)) for grant in grants(worker)}
    assert not {grant: said for grant, said in found.items() if said}


@pytest.mark.parametrize(
    ("grant", "said"),
    [
        (Grant("s3:GetObject", f"{BUCKET}/blocks/*"), []),
        (Grant("s3:HeadObject", f"{BUCKET}/sdk/*"), ["action", "resource"]),
        (Grant("s3:GetObject", BUCKET), ["resource"]),
        (Grant("s3:ListBucket", f"{BUCKET}/*"), ["resource"]),
        (Grant("dynamodb:GetItem", f"{TABLE}/index/coverage"), ["resource"]),
        (Grant("dynamodb:TransactWriteItems", TABLE), ["action", "resource"]),
        (Grant("kms:Decrypt", KEY, IN_CONTEXT), []),
        (
            Grant("kms:Decrypt", KEY, {"StringEquals": {"kms:EncryptionContextKeys": ""}}),
            ["operator"],
        ),
        (Grant("kms:DescribeKey", KEY, IN_CONTEXT), ["key"]),
    ],
)
def test_what_iam_does_not_know_is_found(grant: Grant, said: list[str]) -> None:
    assert list(faults(grant)) == said


@pytest.mark.parametrize("worker", workers())
def test_asterisks_stand_for_objects_of_a_folder_and_executions_of_a_machine(worker: str) -> None:
    folders = r"arn:aws:s3:::Bucket/[a-z]+(/[a-z]+)?/\*"
    executions = r"arn:aws:states:us-east-1:123456789012:execution:[\w-]+[:/]\*"
    for grant in grants(worker):
        assert "*" not in grant.action
        if "*" in grant.resource and grant.action not in LOG_DELIVERY:
            assert re.fullmatch(f"{folders}|{executions}", grant.resource)


@pytest.mark.parametrize("worker", workers())
def test_policies_are_in_the_current_language(worker: str) -> None:
    assert all(policy["Version"] == "2012-10-17" for policy in policies(worker))


@pytest.mark.parametrize(
    ("worker", "action"),
    [("ConfigsFunction", "kms:Encrypt"), ("UpstreamFunction", "kms:Decrypt")],
)
def test_the_key_serves_only_for_what_is_bound_to_a_config(worker: str, action: str) -> None:
    for context in (frozenset[str](), frozenset({"config"})):
        request = Request(action, KEY, context)
        assert refused([request], grants(worker)) == {request}
    assert not refused([Request(action, KEY, CONTEXT)], grants(worker))


@pytest.mark.parametrize("worker", workers())
def test_everybody_has_their_own_part_of_the_control_table(worker: str) -> None:
    operator, key = LEADING_KEYS
    for grant in grants(worker):
        if grant.resource == arn("ControlTable"):
            assert grant.condition[operator][key], grant


@pytest.mark.parametrize(
    ("worker", "allowed"),
    [
        ("AuthorizerFunction", set[str]()),
        ("AuthFunction", {"users"}),
        ("ConfigsFunction", {"configs"}),
        ("CacheFunction", {"tasks"}),
        ("PlanTaskFunction", {"tasks"}),
        ("DetectMissingFunction", {"tasks"}),
        ("FinishTaskFunction", {"tasks"}),
        ("UpstreamFunction", {"tasks"}),
    ],
)
def test_nobody_writes_what_is_not_theirs(worker: str, allowed: set[str]) -> None:
    for key in ("users", "configs", "tasks"):
        for action in ("PutItem", "UpdateItem", "DeleteItem"):
            write = Request(f"dynamodb:{action}", arn("ControlTable"), leading=frozenset({key}))
            assert key in allowed or refused([write], grants(worker))


def test_nobody_is_locked_out_of_the_key() -> None:
    """AWS lets the account's policies decide only if the key's own says so."""
    (statement,) = deployed().resources["SdkConfigKey"]["Properties"]["KeyPolicy"]["Statement"]
    assert statement["Effect"] == "Allow"
    assert resolve(statement["Principal"]["AWS"]) == "arn:aws:iam::123456789012:root"
    assert (statement["Action"], statement["Resource"]) == ("kms:*", "*")
    assert "Condition" not in statement


def needs(machine: str) -> Iterator[Request]:
    """Give what the states of a machine ask for, with the names that they have once deployed."""
    properties = deployed().resources[machine]["Properties"]
    prefix = arn(machine).removesuffix(f":stateMachine:{machine}")
    name = resolve(properties["StateMachineName"])
    if "LoggingConfiguration" in properties:
        yield from (Request(action, "*") for action in LOG_DELIVERY)
    for _, state in states(definition(TEMPLATE.parent / properties["DefinitionS3Location"]["Key"])):
        if state["Type"] == "Task":
            placeholder = state["Resource"].rpartition(":")[2]
            function = resolve(properties["DefinitionSubstitutions"][placeholder])
            yield Request("lambda:InvokeFunction", function)
        if "ItemReader" in state:
            assert state["ItemReader"]["Resource"].endswith(":states:::s3:getObject")
            # The plan step writes it.
            yield Request("s3:GetObject", f"{BUCKET}/tasks/1/turns-1.json")
        if state.get("ItemProcessor", {}).get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED":
            # Its items are executions of the same machine. AWS' guide names them as any others,
            # their own ARNs have the map's label.
            yield Request("states:StartExecution", f"{prefix}:stateMachine:{name}")
            for item in (f"{name}:0", f"{name}/{state['Label']}:0"):
                yield Request("states:DescribeExecution", f"{prefix}:execution:{item}")
                yield Request("states:StopExecution", f"{prefix}:execution:{item}")


@pytest.mark.parametrize("machine", machines())
def test_a_machine_may_do_what_its_states_say_and_nothing_else(machine: str) -> None:
    requests = set(needs(machine))
    assert not refused(requests, grants(machine))
    assert not unneeded(requests, grants(machine))
