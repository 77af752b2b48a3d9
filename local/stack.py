"""The stack: the template is built once for each state of its sources, and deployed on change."""

import hashlib
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self, TextIO

import boto3
import yaml
from botocore.exceptions import ClientError

from local.cloud import Cloud
from local.machine import is_like_lambda
from local.tools import ROOT, SAM, LocalCloudError, claim, run, say, uvx
from marketdata.sources.baostock.vendor import SERVER

STACK = "amazingdata-cloud"
SOURCES = ("template.yaml", "functions", "lake", "layers", "statemachines")
BUILDS = ROOT / ".aws-sam" / "local"
"""Shared by all instances of this checkout, with one folder per build."""
KEEP_BUILDS = 2
"""More than one, because another instance may still be deploying the previous build."""
BUILD_SECONDS = 300
_DEPLOYED = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}


@dataclass(frozen=True, slots=True)
class Stack:
    """The outputs of the deployed template that the local cloud needs."""

    api: str
    stage: str
    bucket: str
    admin_secret: str
    usage_key: str

    @classmethod
    def of(cls, outputs: Mapping[str, str]) -> Self:
        """Read the outputs.

        Raises
        ------
        LocalCloudError
            The template lacks one.
        """
        names = ("ApiId", "StageName", "BucketName", "AdminSecretArn", "UsageKey")
        if missing := [name for name in names if name not in outputs]:
            raise LocalCloudError(f"template.yaml has no output {', '.join(missing)}")
        return cls(*(outputs[name] for name in names))


def build_key(root: Path) -> str:
    """Return a hash of everything that goes into a build: equal keys mean equal builds."""
    digest = hashlib.sha256(repr((SAM, *_for_this_machine())).encode())
    for path in sorted(_files(root / name for name in SOURCES)):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(root)}\0{content}\n".encode())
    return digest.hexdigest()[:16]


def build(log: Path) -> Path:
    """Build the template unless that build exists already.

    Returns
    -------
    Path
        The built template, in a folder named after the build's key.
    """
    with _claim_builds() as lock:
        key = build_key(ROOT)
        built = BUILDS / key / "template.yaml"
        if built.exists():
            built.parent.touch()
            say(f"build {key} is up to date")
            return built
        say("building (sam build)")
        unfinished = BUILDS / "unfinished"
        options = ("--build-dir", str(unfinished), "--cache-dir", str(BUILDS / "cache"))
        command = uvx(SAM, "build", "--cached", "--parallel", *options)
        run("sam build", command, log, _for_this_machine(), holding=[lock])
        unfinished.rename(built.parent)
        _forget_old_builds()
        say(f"built {key}")
        return built


ORIGINS = "http://localhost:*,http://127.0.0.1:*"
"""The pages that may call the API: those of this machine, on every port."""


class SourceChoice(NamedTuple):
    """The source to deploy with.

    Attributes
    ----------
    upstream : str
        Its name.
    baostock : str
        Where BaoStock is asked, "host:port"; empty for its public server.
    """

    upstream: str
    baostock: str = ""


def deploy(cloud: Cloud, template: Path, source: SourceChoice, log: Path) -> Stack:
    """Deploy a built template unless the cloud has it already; return the stack's outputs.

    The stack carries the build's key and the source as tags. They are part of the cloud's
    state, so they are right even after a killed run, which lost all changes since its start.
    """
    tags = {"Build": template.parent.name, "Upstream": source.upstream}
    tags |= {"BaoStock": source.baostock} if source.baostock else {}
    cloudformation = boto3.client("cloudformation", endpoint_url=cloud.endpoint)
    found = _describe(cloudformation)
    if found is None or found["StackStatus"] not in _DEPLOYED or _tags(found) != tags:
        say("deploying (sam deploy)")
        _sam_deploy(cloud, template, tags, log)
        say("deployed")
        found = _describe(cloudformation)
    outputs = found.get("Outputs", []) if found else []
    stack = Stack.of({output["OutputKey"]: output["OutputValue"] for output in outputs})
    _put_gateway_responses(cloud, stack, template)
    return stack


def gateway_responses(template: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the template's gateway responses as arguments of PutGatewayResponse."""
    apis = (
        resource["Properties"].get("GatewayResponses", {})
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Api"
    )
    return [_gateway_response(*item) for api in apis for item in api.items()]


def compress_from(cloud: Cloud, stack: Stack) -> int | None:
    """Return the deployed API's minimum compression size in bytes; None if it has none."""
    gateway = boto3.client("apigateway", endpoint_url=cloud.endpoint)
    return gateway.get_rest_api(restApiId=stack.api).get("minimumCompressionSize")


def _gateway_response(kind: str, response: Mapping[str, Any]) -> dict[str, Any]:
    headers = response.get("ResponseParameters", {}).get("Headers", {})
    arguments: dict[str, Any] = {
        "responseType": kind,
        "responseParameters": {
            f"gatewayresponse.header.{name}": _chosen(value) for name, value in headers.items()
        },
        "responseTemplates": dict(response.get("ResponseTemplates", {})),
    }
    if "StatusCode" in response:
        arguments["statusCode"] = str(response["StatusCode"])
    return arguments


def _chosen(value: Any) -> str:
    """Return what a value of the template is here, where pages of other origins are allowed."""
    return value if isinstance(value, str) else str(value["Fn::If"][1])


def _put_gateway_responses(cloud: Cloud, stack: Stack, template: Path) -> None:
    """Put the gateway responses one by one: the emulator drops those in an imported API."""
    gateway = boto3.client("apigateway", endpoint_url=cloud.endpoint)
    for response in gateway_responses(yaml.safe_load(template.read_text())):
        gateway.put_gateway_response(restApiId=stack.api, **response)
    gateway.create_deployment(restApiId=stack.api, stageName=stack.stage)


def _sam_deploy(cloud: Cloud, template: Path, tags: Mapping[str, str], log: Path) -> None:
    parameters = {
        "Upstream": tags["Upstream"],
        "LocalCloud": "true",
        "AllowedOrigins": ORIGINS,
    }
    if tags["Upstream"] == "baostock":
        # Named, since an empty one is no parameter to SAM, and a lacking one stays as it was.
        parameters["BaoStockAddress"] = tags.get("BaoStock", SERVER)
    arguments = [
        *("--template-file", str(template)),
        *("--stack-name", STACK),
        *("--capabilities", "CAPABILITY_IAM"),
        *("--resolve-s3", "--no-confirm-changeset", "--no-fail-on-empty-changeset"),
        "--no-progressbar",
        *("--parameter-overrides", *(f"{name}={value}" for name, value in parameters.items())),
        *("--tags", *(f"{name}={value}" for name, value in tags.items())),
    ]
    run("sam deploy", uvx(SAM, "deploy", *arguments), log, {"AWS_ENDPOINT_URL": cloud.endpoint})


def _describe(cloudformation: Any) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return None
        raise
    return found


def _tags(stack: Mapping[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in stack.get("Tags", [])}


def _files(places: Iterable[Path]) -> Iterable[Path]:
    for place in places:
        if place.is_file():
            yield place
        else:
            yield from (path for path in place.rglob("*") if _is_source(path))


def _is_source(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts


def _for_this_machine() -> dict[str, str]:
    """Return what tells the layers' Makefiles to take the wheels of another machine than Lambda."""
    return {} if is_like_lambda() else {"MACHINE": ""}


def _claim_builds() -> TextIO:
    path = BUILDS / "lock"
    if lock := claim(path):
        return lock
    say("waiting for another instance's build")
    if lock := claim(path, within=BUILD_SECONDS):
        return lock
    raise LocalCloudError(f"another build has held {path} for {BUILD_SECONDS} s")


def _forget_old_builds() -> None:
    builds = [folder for folder in BUILDS.iterdir() if (folder / "template.yaml").exists()]
    builds.sort(key=lambda folder: folder.stat().st_mtime)
    for folder in builds[:-KEEP_BUILDS]:
        shutil.rmtree(folder)
