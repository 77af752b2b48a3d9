"""Functions of the local cloud, invoked as AWS invokes them."""

import json

import boto3  # noqa: TID251  (the local cloud is no part of the functions' code)
import pytest

from local.cloud import ENDPOINT
from local.tools import REGION
from tests.e2e.conftest import LocalCloud


@pytest.mark.parametrize(
    ("name", "raised"),
    [("UpstreamFunction", "InvalidInputError"), ("PlanTaskFunction", "KeyError")],
)
def test_the_type_of_an_error_is_the_class_that_was_raised(
    synthetic_cloud: LocalCloud, name: str, raised: str
) -> None:
    functions = boto3.client(
        "lambda",
        region_name=REGION,
        endpoint_url=(synthetic_cloud.state / ENDPOINT).read_text(),
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    pages = functions.get_paginator("list_functions").paginate()
    (function,) = (
        each["FunctionName"]
        for page in pages
        for each in page["Functions"]
        if f"-{name}-" in each["FunctionName"]
    )
    # Twice: an exception leaves the process as it was.
    for _ in range(2):
        answer = functions.invoke(FunctionName=function, Payload=b'{"operation": "none"}')
        assert answer["FunctionError"] == "Unhandled"
        assert json.loads(answer["Payload"].read())["errorType"] == raised
