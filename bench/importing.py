"""Cold starts: imports each API function as built by `sam build`, in its own interpreter.

The interpreter sees the function's folder, its layers and what the Lambda runtime brings. It reads
no site-packages and no user settings, and writes no bytecode, as nothing can be written in Lambda.
"""

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from bench.clock import Times, least
from bench.processes import PLACE, environment
from bench.runtime import surroundings
from local import stack
from local.tools import isolate

ROUNDS = 11
FLOOR = "boto3 and one client"
IN_RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3")
FORBIDDEN = ("pandas", "numpy", "cryptography")

SCRIPT = f"""
import sys, time
cpu, wall = time.process_time(), time.perf_counter()
sys.path[:0] = sys.argv[2:]
if sys.argv[1] == {FLOOR!r}:
    import boto3
    boto3.client("dynamodb")
else:
    import app
    from marketdata.aws.clients import client
    client("dynamodb")
print([1e3 * (time.process_time() - cpu), 1e3 * (time.perf_counter() - wall)])
print([name for name in {FORBIDDEN} if name in sys.modules])
"""
"""The import that is timed. The floor makes a client too, because a function that answers from a
table needs one."""


def main(uv: str) -> dict[str, Any]:
    """Build the template, time all imports in turns, and measure the size of the layers."""
    runtime = _runtime(uv)
    built = _build()
    paths = {FLOOR: [runtime]} | {
        name: [*places, runtime] for name, places in api_functions(built).items()
    }
    taken: dict[str, list[Times]] = {name: [] for name in paths}
    heavy: dict[str, list[str]] = {}
    for _ in range(ROUNDS + 1):
        for name, places in paths.items():
            times, loaded = _import(name, places)
            taken[name].append(times)
            if loaded:
                heavy[name] = loaded
    return {
        "times": {name: least(times[1:])._asdict() for name, times in taken.items()},
        "heavy": heavy,
        "layer_bytes": {path.name: _size(path) for path in sorted(built.glob("*Layer"))},
        "bytecode_bytes": {
            path.name: _size(path, "*.pyc") for path in sorted(built.glob("*Layer"))
        },
    }


def api_functions(built: Path) -> dict[str, list[Path]]:
    """Return, for each function that serves the API, the folders from which it imports."""
    template = yaml.safe_load((built / "template.yaml").read_text())
    common = template["Globals"]["Function"]["Layers"]
    return {
        name: [built / name, *(built / layer["Ref"] / "python" for layer in common)]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function" and _serves(name, resource["Properties"])
    }


def _serves(name: str, function: dict[str, Any]) -> bool:
    events = function.get("Events", {}).values()
    return name == "AuthorizerFunction" or any(event["Type"] == "Api" for event in events)


def _build() -> Path:
    isolate()
    return stack.build(PLACE / "build.log").parent


def _runtime(uv: str) -> Path:
    """Install the packages of Lambda's runtime, compiled to bytecode as they are there."""
    wanted = [f"{name}=={version(name)}" for name in IN_RUNTIME]
    folder = PLACE / "runtime"
    stamp = PLACE / "runtime.made"
    if not (stamp.exists() and stamp.read_text() == repr(wanted)):
        command = [uv, "pip", "install", "--quiet", "--no-deps", "--compile-bytecode"]
        target = ["--python", sys.executable, "--target", str(folder)]
        subprocess.run([*command, *target, *wanted], check=True)
        stamp.write_text(repr(wanted))
    return folder


def _import(name: str, places: list[Path]) -> tuple[Times, list[str]]:
    python = str(Path(sys.executable).resolve())
    done = subprocess.run(
        [python, "-I", "-S", "-B", "-c", SCRIPT, name, *map(str, places)],
        env=environment(**surroundings(1)),
        stdout=subprocess.PIPE,
        check=True,
    )
    times, heavy = done.stdout.decode().splitlines()
    return Times(*json.loads(times)), json.loads(heavy.replace("'", '"'))


def _size(folder: Path, pattern: str = "*") -> int:
    return sum(path.stat().st_size for path in folder.rglob(pattern) if path.is_file())


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
