"""Where passwords are, and where they are not."""

import io
import json
import logging
from uuid import uuid4

import pytest
from aws_lambda_powertools import Logger

from marketdata import deployment
from marketdata.api import failures
from marketdata.api.configs import ConfigBody, ConfigChanges
from marketdata.aws.encryption import EncryptionKey, KeyRefusedError
from marketdata.aws.writes import Write
from tests.integration.configs.calls import BODY, ONE, PASSWORD, ask, create, password
from tests.support.cloud import Cloud
from tests.support.policies import grants, workers


def test_the_table_holds_a_ciphertext_only(cloud: Cloud) -> None:
    create()
    for item in cloud.control.query("configs"):
        assert "password" not in item
        assert isinstance(item["secret"], bytes)
        assert PASSWORD.encode() not in item["secret"]


def test_a_password_is_bound_to_its_config(cloud: Cloud, key: EncryptionKey) -> None:
    create(password="first")
    create(password="second")
    secret = cloud.control.get("configs", "0000000002")["secret"]  # type: ignore[index]
    swap = {":secret": secret}
    cloud.control.write(Write("configs", "0000000001", update="SET secret = :secret", values=swap))
    assert password(cloud, key, 2) == "second"
    with pytest.raises(KeyRefusedError):
        password(cloud, key)


@pytest.mark.parametrize("context", [{"config_id": "2"}, {"config": "1"}, {}])
def test_another_context_is_refused(key: EncryptionKey, context: dict[str, str]) -> None:
    secret = key.encrypt(PASSWORD, {"config_id": "1"})
    assert key.decrypt(secret, {"config_id": "1"}) == PASSWORD
    with pytest.raises(KeyRefusedError):
        key.decrypt(secret, context)


def test_what_is_no_ciphertext_is_refused(key: EncryptionKey) -> None:
    with pytest.raises(KeyRefusedError):
        key.decrypt(b"x" * 64, {"config_id": "1"})


@pytest.mark.usefixtures("door")
def test_no_password_leaks(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    stream = io.StringIO()
    # Powertools keeps one logger, and its stream, for each service's name.
    logger = Logger(service=uuid4().hex, stream=stream, level="DEBUG")
    monkeypatch.setattr(failures, "_logger", lambda: logger)
    caplog.set_level(logging.INFO)
    create(host="127.0.0.1", port=1)
    ask("PATCH", ONE, 1, body={"password": PASSWORD})
    ask("POST", "/configs/sdk", body=BODY | {"port": 0})
    ask("POST", f"{ONE}/default", 1)
    ask("POST", f"{ONE}/test", 1)
    monkeypatch.setenv("KMS_KEY", "00000000-0000-0000-0000-000000000000")
    deployment.reset()
    # `ask` looks into the answers: faults are answered without the password too.
    assert ask("POST", "/configs/sdk", body=BODY)[0] == 500
    assert ask("PATCH", ONE, 1, body={"password": PASSWORD})[0] == 500
    assert stream.getvalue().count("request failed") == 2
    for text in (stream.getvalue(), *capfd.readouterr(), caplog.text):
        assert "hunter2" not in text


def test_a_password_shows_stars_wherever_it_is_printed() -> None:
    body = ConfigBody.model_validate_json(json.dumps(BODY))
    changes = ConfigChanges.model_validate_json(json.dumps({"password": PASSWORD}))
    for text in (repr(body), str(body), body.model_dump_json(), repr(changes), str(changes)):
        assert PASSWORD not in text
    assert changes.new_password() == PASSWORD
    assert changes.fields() == {}


def test_upstream_alone_may_decrypt() -> None:
    allowed: dict[str, set[str]] = {}
    for worker in workers():
        for grant in grants(worker):
            service, _, action = grant.action.partition(":")
            if service == "kms":
                allowed.setdefault(action, set()).add(worker)
    assert allowed == {"Encrypt": {"ConfigsFunction"}, "Decrypt": {"UpstreamFunction"}}
