"""Which source the settings name, and what naming one loads."""

import subprocess
import sys

import pytest

from marketdata.aws.objects import Bucket
from marketdata.settings import SOURCES, Settings
from marketdata.sources.source import MayBeStale, Source
from marketdata.upstream.registry import login_of, make_source
from tests.unit.upstream.amazingdata.standins import Accounts
from tests.unit.upstream.readers import clock


def make(name: str) -> Source:
    settings = Settings("market", "control", "bucket", upstream=name)
    return make_source(settings, Bucket("bucket"), clock("2025-11-21T18:00"), Accounts())


@pytest.mark.parametrize("name", SOURCES)
def test_the_settings_name_the_source(name: str) -> None:
    assert make(name).name == name


def test_one_source_has_a_login_and_lists_that_fail() -> None:
    assert [name for name in SOURCES if login_of(make(name))] == ["amazingdata"]
    assert [name for name in SOURCES if isinstance(make(name), MayBeStale)] == ["amazingdata"]


def test_the_types_of_a_source_load_no_pandas() -> None:
    code = "import marketdata.sources.source, marketdata.upstream.registry, sys; "
    code += "sys.exit('pandas' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
