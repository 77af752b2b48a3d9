"""The builder of the SDK's bundle: `python -m local.sdk_bundle --out sdk.zip wheel…`.

The bundle is a zip of site-packages for python3.13 on Linux x86_64: the vendor's two wheels, which
only the broker provides, and their dependencies from PyPI. The wheels' own names are never looked
up there: any package with such a name on PyPI, now or in the future, is not the vendor's.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from local.machine import is_like_lambda

PACKAGES = ("AmazingData", "tgw")
NEEDS = ("numba", "scipy", "pydantic", "pandas", "tables")
"""The dependencies of the vendor's wheels, which do not declare the last one."""

TARGET = ("--python-version", "3.13", "--python-platform", "x86_64-manylinux_2_28")
USELESS_FOLDERS = frozenset({"__pycache__", "tests", "bin", "include"})
USELESS_FILES = frozenset(
    {".a", ".c", ".dll", ".exe", ".h", ".lib", ".pxd", ".pyd", ".pyi", ".pyx"}
)
IMPORTED = frozenset({"tables/tests"})
"""Folders that look useless but are imported by their package."""

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the zip, so that equal contents make equal zips."""


class BundleError(Exception):
    """The bundle cannot be made; the text says what to do."""


def main() -> int:
    """Make a bundle; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("wheels", type=Path, nargs="*")
    options = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as folder:
            site = Path(folder) / "site"
            install(options.wheels, site)
            trim(site)
            verify(site)
            compile_all(site)
            pack(site, options.out)
            unpacked = sum(path.stat().st_size for path in _files(site))
    except BundleError as error:
        print(error, file=sys.stderr)
        return 1
    size = options.out.stat().st_size
    print(f"{options.out}: {size / 1e6:.0f} MB, unpacked {unpacked / 1e6:.0f} MB")
    return 0


def check(wheels: Iterable[Path]) -> None:
    """Check that there is a wheel of each package for Lambda's version of Python.

    Raises
    ------
    BundleError
        A wheel is missing, is not a file, or is for another version.
    """
    found = {wheel.name.partition("-")[0].lower(): wheel for wheel in wheels}
    for package in PACKAGES:
        wheel = found.get(package.lower())
        if wheel is None:
            raise BundleError(f"WHEELS holds no wheel of {package}; the broker gives it out")
        if not wheel.is_file():
            raise BundleError(f"{wheel} is not a file")
        python = wheel.stem.split("-")[-3]
        if not {"cp313", "py3"} & set(python.split(".")):
            raise BundleError(f"{wheel.name} is for {python}, and Lambda's Python is 3.13 (cp313)")


def install(wheels: list[Path], site: Path) -> None:
    """Install the wheels and their dependencies into a folder.

    Raises
    ------
    BundleError
        The installation failed.
    """
    check(wheels)
    own = [str(wheel.resolve()) for wheel in wheels]
    for what in (["--no-deps", *own], ["--only-binary", ":all:", *NEEDS]):
        command = [os.environ.get("UV", "uv"), "pip", "install", "--quiet", *TARGET]
        done = subprocess.run([*command, "--target", str(site), *what], check=False)
        if done.returncode:
            raise BundleError(f"uv could not install {' '.join(what)}")


def trim(site: Path) -> None:
    """Remove files that are only for development or for other systems."""
    for folder in [path for path in site.rglob("*") if path.name in USELESS_FOLDERS]:
        if folder.is_dir() and folder.relative_to(site).as_posix() not in IMPORTED:
            shutil.rmtree(folder)
    for path in list(_files(site)):
        if path.suffix in USELESS_FILES:
            path.unlink()


def verify(site: Path) -> None:
    """Import the dependencies, if this machine is like Lambda: too much may have been trimmed.

    Raises
    ------
    BundleError
        A dependency cannot be imported.
    """
    if not is_like_lambda():
        return
    code = f"import sys; sys.path.insert(0, sys.argv[1]); import {', '.join(NEEDS)}"
    done = subprocess.run([sys.executable, "-I", "-B", "-c", code, str(site)], check=False)
    if done.returncode:
        raise BundleError("what was installed cannot be imported")


def compile_all(site: Path) -> None:
    """Compile everything, which saves every new environment of the function 15 seconds."""
    options = ("-q", "-q", "-s", str(site), "--invalidation-mode", "unchecked-hash")
    # Bytecode holds sets in hash order, so without a fixed seed no two runs are equal.
    environ = {**os.environ, "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-m", "compileall", *options, str(site)]
    # Some files for other Python versions do not compile; they are never imported.
    subprocess.run(command, env=environ, check=False)


def pack(site: Path, out: Path, leave_out: frozenset[str] = frozenset()) -> Path:
    """Zip a folder into a file; equal contents make equal zips.

    Parameters
    ----------
    leave_out : frozenset of str
        Names of folders to leave out.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = out.with_name(f"{out.name}.unfinished")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in sorted(_files(site)):
            name = path.relative_to(site)
            if leave_out & set(name.parts):
                continue
            entry = zipfile.ZipInfo(name.as_posix(), EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())
    return unfinished.replace(out)


def _files(site: Path) -> Iterator[Path]:
    return (path for path in site.rglob("*") if path.is_file())


if __name__ == "__main__":
    sys.exit(main())
