"""The template as CloudFormation deploys it: translated by SAM, with the parameters' values."""

from functools import cache
from typing import Any

from local.translate import translated

ABSENT = {"Ref": "AWS::NoValue"}


class Deployed:
    """A stack's resources, with conditions decided and parameters filled in.

    References between resources stay as they are.

    Parameters
    ----------
    region : str
        One of `local.translate.REGIONS`.
    parameters : dict
        The values of parameters, as text; the others have their defaults.
    """

    def __init__(self, region: str, parameters: dict[str, str]) -> None:
        template = translated(region, **parameters)
        self._conditions: dict[str, Any] = template["Conditions"]
        self._rules: dict[str, Any] = template["Rules"]
        self._values = {
            name: str(each.get("Default", "")) for name, each in template["Parameters"].items()
        }
        assert parameters.keys() <= self._values.keys()
        self._values |= parameters | {
            "AWS::Region": region,
            "AWS::Partition": "aws-cn" if region.startswith("cn-") else "aws",
        }
        self.resources: dict[str, dict[str, Any]] = {
            name: self._filled(resource)
            for name, resource in template["Resources"].items()
            if "Condition" not in resource or self._holds(resource["Condition"])
        }

    def refusals(self) -> list[str]:
        """Return what the template's rules say against this deployment."""
        return [
            assertion["AssertDescription"]
            for rule in self._rules.values()
            if self._decided(rule["RuleCondition"])
            for assertion in rule["Assertions"]
            if not self._decided(assertion["Assert"])
        ]

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the properties of all resources of a type, such as "Lambda::Function"."""
        return {
            name: each.get("Properties", {})
            for name, each in self.resources.items()
            if each["Type"] == f"AWS::{kind}"
        }

    def _holds(self, condition: str) -> bool:
        return self._decided(self._conditions[condition])

    def _decided(self, condition: dict[str, Any]) -> bool:
        ((function, arguments),) = condition.items()
        match function:
            case "Condition":
                return self._holds(arguments)
            case "Fn::Equals":
                left, right = (str(self._filled(each)) for each in arguments)
                return left == right
            case "Fn::Contains":
                return self._filled(arguments[1]) in arguments[0]
            case "Fn::Not":
                return not self._decided(arguments[0])
            case "Fn::And":
                return all(map(self._decided, arguments))
            case "Fn::Or":
                return any(map(self._decided, arguments))
        raise NotImplementedError(function)

    def _filled(self, value: Any) -> Any:
        if isinstance(value, list):
            return [each for each in map(self._filled, value) if each != ABSENT]
        if not isinstance(value, dict):
            return value
        if value.keys() == {"Ref"}:
            return self._values.get(value["Ref"], value)
        if value.keys() == {"Fn::If"}:
            condition, then, otherwise = value["Fn::If"]
            return self._filled(then if self._holds(condition) else otherwise)
        filled = {name: self._filled(each) for name, each in value.items()}
        return {name: each for name, each in filled.items() if each != ABSENT}


@cache
def deployed(region: str = "us-east-1", **parameters: str) -> Deployed:
    """Return the stack as it is deployed in a region with some parameters."""
    return Deployed(region, parameters)
