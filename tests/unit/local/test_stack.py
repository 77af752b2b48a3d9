"""What decides about a build, and what is read from a template."""

from pathlib import Path

import pytest

from local import stack
from local.tools import LocalCloudError


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    (tmp_path / "template.yaml").write_text("Resources: {}")
    for folder in ("functions/stock", "layers/common/python", "statemachines"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "app.py").write_text(folder)
    return tmp_path


@pytest.mark.parametrize("name", ["template.yaml", "functions/stock/app.py", "layers/new.txt"])
def test_key_follows_every_source(sources: Path, name: str) -> None:
    before = stack.build_key(sources)
    (sources / name).write_text("changed")
    assert stack.build_key(sources) != before


def test_key_follows_names(sources: Path) -> None:
    before = stack.build_key(sources)
    (sources / "functions/stock/app.py").rename(sources / "functions/stock/main.py")
    assert stack.build_key(sources) != before


def test_key_ignores_everything_else(sources: Path) -> None:
    before = stack.build_key(sources)
    (sources / "README.md").write_text("changed")
    (sources / "functions/stock/__pycache__").mkdir()
    (sources / "functions/stock/__pycache__/app.pyc").write_text("changed")
    assert stack.build_key(sources) == before


def test_gateway_responses_as_arguments() -> None:
    template = {
        "Resources": {
            "Table": {"Type": "AWS::DynamoDB::Table"},
            "Api": {
                "Type": "AWS::Serverless::Api",
                "Properties": {
                    "GatewayResponses": {
                        "UNAUTHORIZED": {
                            "StatusCode": 401,
                            "ResponseParameters": {"Headers": {"WWW-Authenticate": "'Bearer'"}},
                            "ResponseTemplates": {"application/json": "{}"},
                        },
                        "DEFAULT_5XX": {},
                    }
                },
            },
        }
    }
    assert stack.gateway_responses(template) == [
        {
            "responseType": "UNAUTHORIZED",
            "statusCode": "401",
            "responseParameters": {"gatewayresponse.header.WWW-Authenticate": "'Bearer'"},
            "responseTemplates": {"application/json": "{}"},
        },
        {"responseType": "DEFAULT_5XX", "responseParameters": {}, "responseTemplates": {}},
    ]


def test_missing_outputs_are_named() -> None:
    with pytest.raises(LocalCloudError, match="no output ApiId, BucketName"):
        stack.Stack.of({"StageName": "prod", "AdminSecretArn": "arn"})
