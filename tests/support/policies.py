"""What the roles of the functions and the state machines grant, as SAM makes them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from tests.support.translated import deployed

PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::AccountId": "123456789012",
    "AWS::StackName": "stack",
}
ARNS = {
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:us-east-1:123456789012:table/{}",
    "AWS::KMS::Key": "arn:aws:kms:us-east-1:123456789012:key/{}",
    "AWS::S3::Bucket": "arn:aws:s3:::{}",
    # Secrets Manager adds six characters that nobody knows before.
    "AWS::SecretsManager::Secret": "arn:aws:secretsmanager:us-east-1:123456789012:secret:{}-??????",
    "AWS::Lambda::Function": "arn:aws:lambda:us-east-1:123456789012:function:{}",
    "AWS::Scheduler::Schedule": "arn:aws:scheduler:us-east-1:123456789012:schedule/default/{}",
    "AWS::StepFunctions::StateMachine": "arn:aws:states:us-east-1:123456789012:stateMachine:{}",
}

type Condition = dict[str, dict[str, Any]]

CONTEXT_KEYS = ("ForAnyValue:StringEquals", "kms:EncryptionContextKeys")
LEADING_KEYS = ("ForAllValues:StringLike", "dynamodb:LeadingKeys")
"""The kinds of conditions that the template has."""


@dataclass(frozen=True, slots=True)
class Request:
    """What IAM looks at when a request arrives.

    Attributes
    ----------
    action, resource : str
        "s3:GetObject" and an ARN.
    context : frozenset of str
        The keys of the encryption context.
    leading : frozenset of str
        The partition keys of the items.
    """

    action: str
    resource: str
    context: frozenset[str] = frozenset()
    leading: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Grant:
    """What a statement allows on one of its resources; `resource` is an ARN with asterisks."""

    action: str
    resource: str
    condition: Condition = field(default_factory=dict, hash=False)

    def allows(self, request: Request) -> bool:
        """Decide as IAM does."""
        return (
            request.action == self.action
            and fnmatchcase(request.resource, self.resource)
            and all(
                _holds(operator, key, wanted, request)
                for operator, tests in self.condition.items()
                for key, wanted in tests.items()
            )
        )


def _holds(operator: str, key: str, wanted: Any, request: Request) -> bool:
    """Check one test of a condition."""
    if (operator, key) == LEADING_KEYS:
        # Without any key it would hold too; no action of a function is without one.
        return all(any(fnmatchcase(found, form) for form in wanted) for found in request.leading)
    assert (operator, key) == CONTEXT_KEYS
    return wanted in request.context


def arn(name: str) -> str:
    """Give the ARN of a resource whose physical name is its logical one."""
    return ARNS[deployed().resources[name]["Type"]].format(name)


def resolve(value: Any) -> str:
    """Give what CloudFormation makes of a value: an ARN, a name."""
    match value:
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return _attribute(f"{name}.{attribute}")
        case {"Ref": str(name)}:
            return PSEUDO.get(name) or arn(name)
        case {"Fn::Sub": str(text)}:
            return re.sub(r"\$\{(.+?)\}", lambda found: _attribute(found[1]), text)
    assert isinstance(value, str)
    return value


def _attribute(named: str) -> str:
    name, _, attribute = named.partition(".")
    match attribute:
        case "Arn":
            return arn(name)
        case "Name":
            return name
    # The physical name of a resource is its logical one.
    return PSEUDO.get(name, name)


def machines() -> list[str]:
    """Name the state machines."""
    return [*deployed().of_type("StepFunctions::StateMachine")]


def functions() -> list[tuple[str, str]]:
    """Give each function's name, such as "plan_task", and its logical one."""
    found = deployed().of_type("Lambda::Function")
    return [
        (each["Code"]["S3Key"].removeprefix("functions/"), name) for name, each in found.items()
    ]


def workers() -> list[str]:
    """Name the functions and the state machines, each of which has a role of its own."""
    return [*(logical for _, logical in functions()), *machines()]


def policies(worker: str) -> list[dict[str, Any]]:
    """Give the policies of a function's or a machine's role."""
    role = deployed().resources[f"{worker}Role"]["Properties"]
    return [each["PolicyDocument"] for each in role.get("Policies", [])]


def grants(worker: str) -> list[Grant]:
    """List what the policies of a function's or a machine's role allow."""
    return [
        Grant(action, resolve(resource), statement.get("Condition", {}))
        for policy in policies(worker)
        for statement in policy["Statement"]
        for action in _listed(statement["Action"])
        for resource in _listed(statement["Resource"])
    ]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def unneeded_keys(requests: Iterable[Request], granted: list[Grant]) -> set[str]:
    """Name the partition keys that the grants' conditions allow and no request has."""
    operator, key = LEADING_KEYS
    forms = {form for each in granted for form in each.condition.get(operator, {}).get(key, ())}
    used = {found for each in requests for found in each.leading}
    return {form for form in forms if not any(fnmatchcase(found, form) for found in used)}


def refused(requests: Iterable[Request], granted: list[Grant]) -> set[Request]:
    """Name the requests that nothing allows."""
    return {each for each in requests if not any(grant.allows(each) for grant in granted)}


def unneeded(requests: Iterable[Request], granted: list[Grant]) -> list[Grant]:
    """List the grants without each of which everything would still be allowed."""
    sent = list(requests)
    return [
        grant
        for at, grant in enumerate(granted)
        if not refused(sent, granted[:at] + granted[at + 1 :])
    ]
