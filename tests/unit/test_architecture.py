"""Who may import whom: the house rules that a linter cannot see."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "layers/common/python/marketdata"
MODULES = sorted(PACKAGE.rglob("*.py"))
FUNCTIONS = sorted(path.parent.name for path in ROOT.glob("functions/*/app.py"))

PURE = {
    "kline.adjust",
    "kline.bar",
    "kline.block",
    "kline.chart",
    "kline.completeness",
    "kline.coverage",
    "kline.findings",
    "kline.piece",
    "kline.reading",
    "kline.resample",
    "catalog.calendar",
    "catalog.contracts",
    "catalog.final",
    "catalog.search",
    "catalog.securities",
    "catalog.sessions",
    "finance.block",
    "finance.check",
    "finance.columns",
    "finance.periods",
    "finance.statement",
    "tasks.detect",
    "tasks.holdings",
    "tasks.plan",
    "tasks.worklist",
    "upstream.amazingdata.codes",
}
IMPURE = {"boto3", "botocore", "os", "time", "random", "socket", "pathlib", "subprocess"}
HEAVY = {"pandas", "numpy", "cryptography", "exchange_calendars"}

MAY_IMPORT = {
    "aws": set(),
    "catalog": {"kline", "aws", "upstream.gateway"},
    "kline": {"catalog", "aws", "upstream.source"},
    "finance": {"kline", "catalog", "aws", "upstream.source"},
    "tasks": {"kline", "catalog", "finance", "aws"},
    "identity": {"aws"},
    "sdk_configs": {"aws"},
    "upstream": {"kline", "catalog", "finance", "tasks", "sdk_configs", "aws"},
    "http": {
        "kline",
        "catalog",
        "finance",
        "tasks",
        "identity",
        "sdk_configs",
        "upstream.gateway",
        "aws",
    },
}
"""For each room the rooms, or single modules, that it may import besides errors and settings."""


def _name(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


def _imports(path: Path, *, typing_only: bool = True) -> Iterator[str]:
    """Name every module that a file imports, inside functions too."""
    tree = ast.parse(path.read_text())
    skipped = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            skipped |= {id(inner) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in skipped and not typing_only:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            package = (PACKAGE.parent / node.module.replace(".", "/")).is_dir()
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from inner if package else [node.module]


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_rooms_import_one_way(path: Path) -> None:
    room, _, _ = _name(path).partition(".")
    if room not in MAY_IMPORT:
        return
    for imported in _imports(path):
        other = imported.removeprefix("marketdata.")
        target = other.partition(".")[0]
        if other == imported or target in {room, "errors", "settings"}:
            continue
        allowed = {target, other}
        assert allowed & MAY_IMPORT[room], f"{_name(path)} imports {imported}"


@pytest.mark.parametrize("path", [p for p in MODULES if _name(p) in PURE], ids=_name)
def test_pure_modules_touch_nothing(path: Path) -> None:
    roots = {imported.partition(".")[0] for imported in _imports(path, typing_only=False)}
    assert not roots & IMPURE
    assert not any(each.startswith("marketdata.aws") for each in _imports(path))


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_only_the_aws_room_imports_boto3(path: Path) -> None:
    roots = {imported.partition(".")[0] for imported in _imports(path)}
    assert not roots & {"boto3", "botocore"} or _name(path).startswith("aws")


def test_the_vendors_packages_are_required_nowhere() -> None:
    """The names are a stranger's on PyPI; users bring the wheels."""
    files = [*ROOT.glob("layers/*/requirements.txt"), ROOT / "pyproject.toml", ROOT / "uv.lock"]
    for file in files:
        text = file.read_text().lower()
        assert 'name = "tgw"' not in text
        assert "tgw==" not in text
        assert 'name = "amazingdata"' not in text
        assert "amazingdata==" not in text


@pytest.mark.parametrize("name", FUNCTIONS)
def test_handlers_are_thin(name: str) -> None:
    lines = (ROOT / f"functions/{name}/app.py").read_text().splitlines()
    assert len(lines) <= 80


def _reachable(path: Path) -> set[str]:
    """Name every module outside the package that importing a file loads, directly or not."""
    seen, waiting, found = set(), [path], set()
    while waiting:
        tree = ast.parse(waiting.pop().read_text())
        for node in tree.body:
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            for name in names:
                found.add(name.partition(".")[0])
                file = PACKAGE.parent / f"{name.replace('.', '/')}.py"
                if file not in seen and file.exists():
                    seen.add(file)
                    waiting.append(file)
    return found


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name != "upstream"])
def test_only_upstream_loads_frames(name: str) -> None:
    assert not _reachable(ROOT / f"functions/{name}/app.py") & HEAVY
