"""What the functions may do: everything that they do, and nothing else.

No emulator enforces IAM, so a statement that is missing shows on AWS only. Here every request that
a function sends, in a run through all of its work, is held against its own statements, and every
statement against the requests.
"""

import json
import tempfile
from pathlib import Path

import pytest

from functions.docs.app import DOCUMENT
from marketdata.aws.clients import client
from tests.integration.all_work import STEPS, AllWork
from tests.support.authorization import listening
from tests.support.policies import arn, functions, grants, refused, unneeded, unneeded_keys
from tests.support.service import Service


@pytest.fixture
def key(service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """Give the functions a key, and an upstream function that may unpack the SDK."""
    made = client("kms").create_key()["KeyMetadata"]["Arn"]
    monkeypatch.setenv("KMS_KEY", made)
    monkeypatch.setenv("LOCAL_CLOUD", "true")
    monkeypatch.setenv("LAKE", "true")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return made


def test_every_function_may_do_what_it_does_and_nothing_else(
    service: Service, key: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    known = {
        service.cloud.signing_secret: arn("SigningSecret"),
        service.cloud.admin_secret: arn("AdminSecret"),
        key: arn("SdkConfigKey"),
    }
    work = AllWork(service, monkeypatch, tmp_path)
    with listening(known) as noted:
        work.do()
    paths = json.loads(DOCUMENT.read_bytes())["paths"]
    assert work.asked == {(method.upper(), path) for path in paths for method in paths[path]}
    assert {function for function, _ in service.invocations} == set(STEPS)
    missing = {name: refused(noted.get(name, ()), grants(role)) for name, role in functions()}
    assert not {name: requests for name, requests in missing.items() if requests}
    too_much = {name: unneeded(noted.get(name, ()), grants(role)) for name, role in functions()}
    assert not {name: granted for name, granted in too_much.items() if granted}
    keys = {name: unneeded_keys(noted.get(name, ()), grants(role)) for name, role in functions()}
    assert not {name: forms for name, forms in keys.items() if forms}
