"""The SDK's bundle: what goes into it, and that equal contents are equal zips."""

import sys
import zipfile
from pathlib import Path

import pytest

from local import sdk_bundle
from local.sdk_bundle import BundleError, check, compile_all, install, main, pack, trim

UV = f"""#!{sys.executable}
import pathlib, sys
site = pathlib.Path(sys.argv[sys.argv.index("--target") + 1])
given = sys.argv[sys.argv.index("--target") + 2:]
if given[0] == "--no-deps":
    names = ["AmazingData", "tgw"] if all(name.endswith(".whl") for name in given[1:]) else []
else:
    names = given[2:]
for name in names:
    (site / name / "tests").mkdir(parents=True)
    (site / name / "tests/test_it.py").write_text("assert False")
    (site / name / "__init__.py").write_text("NAMES = {{'a', 'b', 'c'}}\\n")
    (site / name / "native.so").write_bytes(b"ELF")
    (site / name / "native.dll").write_bytes(b"MZ")
"""


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Two wheels, and a `uv` that installs them without PyPI."""
    uv = tmp_path / "uv"
    uv.write_text(UV)
    uv.chmod(0o755)
    monkeypatch.setenv("UV", str(uv))
    names = ("AmazingData-1.0.24-cp313-none-any.whl", "tgw-1.0.8-py3-none-any.whl")
    paths = [tmp_path / name for name in names]
    for path in paths:
        path.write_bytes(b"")
    return paths


def make(wheels: list[Path], out: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    arguments = ["sdk_bundle", "--out", str(out), *map(str, wheels)]
    monkeypatch.setattr(sys, "argv", arguments)
    return main()


def test_a_bundle_holds_what_is_needed(
    wheels: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    outs = [tmp_path / "out" / name for name in ("first.zip", "second.zip")]
    for out in outs:
        assert make(wheels, out, monkeypatch) == 0
    assert "unpacked" in capsys.readouterr().out
    assert outs[0].read_bytes() == outs[1].read_bytes()
    names = zipfile.ZipFile(outs[0]).namelist()
    for package in ("AmazingData", "tgw", "numba", "tables"):
        assert f"{package}/__init__.py" in names
        assert f"{package}/native.so" in names
        assert f"{package}/__pycache__/__init__.cpython-313.pyc" in names
        assert (f"{package}/tests/test_it.py" in names) is (package == "tables")
    assert not any(name.endswith(".dll") for name in names)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([], "no wheel of AmazingData"),
        (["AmazingData-1.0-cp313-none-any.whl"], "no wheel of tgw"),
        (["AmazingData-1.0-cp312-none-any.whl", "tgw-1.0-py3-none-any.whl"], "for cp312"),
        (["AmazingData-1.0-cp313-none-any.whl", "tgw-2.0-py3-none-any.whl"], "is not a file"),
    ],
)
def test_wrong_wheels_are_refused(
    names: list[str],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in names:
        if "2.0" not in name:
            (tmp_path / name).write_bytes(b"")
    out = tmp_path / "sdk.zip"
    assert make([tmp_path / name for name in names], out, monkeypatch) == 1
    assert message in capsys.readouterr().err
    assert not out.exists()


def test_what_cannot_be_installed_or_imported_is_no_bundle(
    wheels: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(wheels)
    site = tmp_path / "site"
    install(wheels, site)
    (site / "scipy/__init__.py").write_text("import scipy.tests")
    trim(site)
    if sys.platform == "linux":
        with pytest.raises(BundleError, match="imported"):
            sdk_bundle.verify(site)
    monkeypatch.setenv("UV", "false")
    with pytest.raises(BundleError, match="could not install"):
        install(wheels, site)


def test_bytecode_is_good_whatever_time_it_is(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/module.py").write_text("X = 1\n")
    compile_all(tmp_path / "site")
    out = pack(tmp_path / "site", tmp_path / "x.zip", frozenset({"__pycache__"}))
    assert zipfile.ZipFile(out).namelist() == ["module.py"]
    flags = (tmp_path / "site/__pycache__/module.cpython-313.pyc").read_bytes()[4:8]
    assert flags == b"\x01\x00\x00\x00"
