"""Whether a child can read what its parent was started with, as it could read its credentials."""

import os
import shutil
import subprocess
import sys

import pytest

PROGRAM = """
import os, subprocess, sys
from marketdata.sources.child.process import conceal

if sys.argv[1] == "concealed":
    conceal()
reader = ["cat", f"/proc/{os.getpid()}/environ"]
print(subprocess.run(reader, stdout=subprocess.PIPE, env={"PATH": "/usr/bin:/bin"}).stdout)
"""


def unprivileged() -> list[str]:
    """Give what a command begins with to be no more than a user, as in Lambda."""
    if os.geteuid():
        return []
    if not (setpriv := shutil.which("setpriv")):
        pytest.skip("root reads everything, and there is no setpriv")
    return [setpriv, "--inh-caps", "-all", "--bounding-set", "-all"]


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
@pytest.mark.parametrize(("state", "seen"), [("open", True), ("concealed", False)])
def test_a_child_reads_no_credentials_from_its_parent(state: str, seen: bool) -> None:
    secret = "AKIA-of-the-function"
    ended = subprocess.run(
        [*unprivileged(), sys.executable, "-c", PROGRAM, state],
        env={"AWS_ACCESS_KEY_ID": secret, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    )
    assert (secret in ended.stdout) is seen
