"""The template as SAM translates it: what CloudFormation is really given.

`python -m local.translate FOLDER` writes, for each of `REGIONS`, the translated template as
`FOLDER/{region}.json`, and the state machines' definitions without placeholders as
`FOLDER/{name}.asl.json`, for the linters.
"""

import json
import logging
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from samtranslator.metrics.metrics import DummyMetricsPublisher, Metrics
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from local.tools import ROOT

REGIONS = ("us-east-1", "ap-east-1", "cn-north-1")
"""An ordinary region, one that an account must switch on, and one of another partition."""
# It warns of switches that only AWS' own copy of the translator has.
logging.getLogger("samtranslator.feature_toggle").setLevel(logging.ERROR)
_ARTIFACTS = {
    "AWS::CloudFormation::Stack": "TemplateURL",
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
    "AWS::Serverless::StateMachine": "DefinitionUri",
}


@cache
def translated(region: str, **parameters: str) -> dict[str, Any]:
    """Translate the template for a region and some parameters; nobody may change the result.

    The places of code and definitions in S3, which `sam package` fills in, are made up.

    Raises
    ------
    samtranslator.model.exceptions.InvalidDocumentException
        SAM does not accept the template.
    """
    template = yaml_parse((ROOT / "template.yaml").read_text())
    for resource in template["Resources"].values():
        if place := _ARTIFACTS.get(resource["Type"]):
            resource["Properties"][place] = f"s3://artifacts/{resource['Properties'][place]}"
    metrics = Metrics(__name__, DummyMetricsPublisher())
    session = boto3.Session(region_name=region)
    made = Translator({}, Parser(), None, session, metrics).translate(template, parameters)
    metrics.publish()
    plain: dict[str, Any] = json.loads(json.dumps(made))
    return plain


def definition(path: Path) -> dict[str, Any]:
    """Read a state machine's definition with something of the right form for each placeholder.

    Functions become ARNs, everything that stands outside a text becomes 1.
    """
    text = re.sub(r"(?<!\")\$\{\w+\}(?!\")", "1", path.read_text())
    text = text.replace("arn:${Partition}", "arn:aws")
    text = re.sub(r"\"\$\{(\w+)\}\"", r'"arn:aws:lambda:us-east-1:123456789012:function:\1"', text)
    parsed: dict[str, Any] = json.loads(text)
    return parsed


def main() -> None:
    """Write the translated templates and the definitions into a folder."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for region in REGIONS:
        (folder / f"{region}.json").write_text(json.dumps(translated(region), indent=1))
    for path in (ROOT / "statemachines").glob("*.asl.json"):
        (folder / path.name).write_text(json.dumps(definition(path), indent=1))


if __name__ == "__main__":
    main()
