"""Who may import whom: the house rules that a linter cannot see."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "layers/common/python/marketdata"
FUNCTIONS = sorted(path.parent.name for path in ROOT.glob("functions/*/app.py"))

ROOMS: Mapping[str, set[str]] = {
    "api": {
        *("deployment", "tasks", "futures", "finance", "kline", "catalog", "blocks"),
        *("sdk_configs", "identity", "settings"),
    },
    "upstream": {"ingest", "sources", "finance", "kline", "catalog", "blocks", "aws"},
    "ingest": {"sources", "finance", "kline", "catalog", "blocks"},
    "sources": {"finance", "kline", "catalog", "blocks"},
    "tasks": {"futures", "finance", "kline", "catalog", "blocks", "aws"},
    "finance": {"kline", "catalog", "blocks"},
    "futures": {"kline", "catalog", "blocks"},
    "kline": {"catalog", "blocks"},
    "catalog": {"blocks"},
    "blocks": {"aws"},
    "identity": {"aws"},
    "sdk_configs": {"aws"},
    "aws": set(),
    "settings": set(),
}
"""For each room, from the top, the rooms that it may import; `errors` may be imported by all."""

NARROWER = {
    ("sources", "kline"): {"kline.bars", "kline.adjust.steps"},
    ("sources", "finance"): {"finance.statement", "finance.periods"},
    ("api", "settings"): {"settings.SOURCES"},
}
"""Where a room may take only some modules, or names, of another."""

PURE = {
    *("aws.items", "blocks", "catalog", "finance", "futures", "kline.adjust.prices"),
    *("kline.adjust.steps", "kline.bars", "kline.chart", "kline.completeness", "kline.resample"),
    *("kline.rows", "ingest.report", "ingest.statement_check", "tasks.batching"),
    *("tasks.comparison", "tasks.scope", "sources.amazingdata.contract_lives"),
    "sources.amazingdata.error_codes",
}
"""Rooms and modules that reach no boto3, network, clock or file, themselves or through others."""

IMPURE_IN_PURE_ROOMS = {
    *("blocks.store", "catalog.catalog_store", "finance.reader", "futures.main_history"),
}
OUTSIDE = {"boto3", "botocore", "os", "time", "random", "socket", "pathlib", "subprocess"}
HEAVY = {"pandas", "numpy", "cryptography", "exchange_calendars"}
MADE_IN_ONE_PLACE = {"Table", "Bucket", "BlockStore", "EncryptionKey"}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def room_of(module: str) -> str:
    return module.partition(".")[0]


def imports_of(path: Path, *, typing: bool = True) -> Iterator[str]:
    """Name all that a file imports, inside functions too; a name of a module as "module.name"."""
    tree = ast.parse(path.read_text())
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and not typing:
            skipped |= {id(inner) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def module_of(imported: str) -> str | None:
    """Give our module that an import names, or that the imported name is of; None for others'."""
    name = imported.removeprefix("marketdata.")
    if name == imported:
        return None
    return name if name in MODULES else name.rpartition(".")[0]


@cache
def imports(module: str, *, typing: bool = True) -> frozenset[str]:
    """Name our modules that one of them imports."""
    found = map(module_of, imports_of(MODULES[module], typing=typing))
    return frozenset(each for each in found if each is not None)


def check_no_circle(graph: Mapping[str, Iterable[str]]) -> None:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {' -> '.join(reversed(error.args[1]))}")


def rooms_graph() -> dict[str, set[str]]:
    graph: defaultdict[str, set[str]] = defaultdict(set)
    for module in MODULES:
        graph[room_of(module)] |= {room_of(each) for each in imports(module)}
    return {room: others - {room} for room, others in graph.items() if room}


def test_files_sort_topologically() -> None:
    check_no_circle({module: imports(module) - {module} for module in MODULES})


def test_rooms_sort_topologically() -> None:
    check_no_circle(rooms_graph())


@pytest.mark.parametrize("module", [each for each in MODULES if room_of(each) in ROOMS])
def test_a_room_imports_what_it_may(module: str) -> None:
    room = room_of(module)
    allowed = ROOMS[room] | {room, "errors"}
    for other in imports(module):
        assert room_of(other) in allowed, other


@pytest.mark.parametrize(("room", "other"), list(NARROWER))
def test_some_take_only_a_part_of_a_room(room: str, other: str) -> None:
    for module, path in MODULES.items():
        if room_of(module) == room:
            taken = {
                each.removeprefix("marketdata.")
                for each in imports_of(path)
                if each.startswith(f"marketdata.{other}.")
            }
            allowed = NARROWER[room, other]
            strange = {each for each in taken if not {each, each.rpartition(".")[0]} & allowed}
            assert not strange, f"{module}: {strange}"


def reachable(module: str) -> Iterator[tuple[str, str]]:
    """Give what a module loads from outside the package, directly or not, and by which module."""
    seen, waiting = {module}, [module]
    while waiting:
        here = waiting.pop()
        for imported in imports_of(MODULES[here], typing=False):
            inner = module_of(imported)
            if inner is None:
                yield imported.partition(".")[0], here
            elif inner not in seen:
                seen.add(inner)
                waiting.append(inner)


def is_pure(module: str) -> bool:
    listed = module in PURE or room_of(module) in PURE
    return listed and module not in IMPURE_IN_PURE_ROOMS


@pytest.mark.parametrize("module", [each for each in MODULES if is_pure(each)])
def test_pure_modules_touch_nothing(module: str) -> None:
    for outside, by in reachable(module):
        assert outside not in OUTSIDE, f"{module} reaches {outside} by way of {by}"


@pytest.mark.parametrize("module", MODULES)
def test_only_the_aws_room_imports_boto3(module: str) -> None:
    roots = {imported.partition(".")[0] for imported in imports_of(MODULES[module])}
    assert not roots & {"boto3", "botocore"} or room_of(module) == "aws"


def public_classes() -> dict[str, list[str]]:
    """Give for each public class name the modules that define it; protocols do not count."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for module, path in MODULES.items():
        if module.startswith("api.schema"):
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                bases = {ast.unparse(base) for base in node.bases}
                if "Protocol" not in bases:
                    found[node.name].append(module)
    return found


def test_one_name_means_one_class() -> None:
    twice = {name: where for name, where in public_classes().items() if len(where) > 1}
    assert not twice


def called_names(path: Path) -> set[str]:
    calls = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    return {call.func.id for call in calls if isinstance(call.func, ast.Name)}


@pytest.mark.parametrize("module", [each for each in MODULES if each != "deployment"])
def test_only_the_deployment_makes_tables_buckets_and_stores(module: str) -> None:
    assert not called_names(MODULES[module]) & MADE_IN_ONE_PLACE


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_function_makes_them_or_reads_the_settings_itself(name: str) -> None:
    path = ROOT / f"functions/{name}/app.py"
    assert not called_names(path) & MADE_IN_ONE_PLACE
    assert not any(each.startswith("marketdata.settings") for each in imports_of(path))


@pytest.mark.parametrize("module", [each for each in MODULES if each != "deployment"])
def test_only_the_deployment_reads_the_settings(module: str) -> None:
    assert "marketdata.settings.settings" not in imports_of(MODULES[module])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_handlers_of_calls_are_in_the_api_room(name: str) -> None:
    """Those of `docs` lie beside the files that they serve."""
    tree = ast.parse((ROOT / f"functions/{name}/app.py").read_text())
    decorators = [
        ast.unparse(decorator)
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
    ]
    assert name == "docs" or not any(each.startswith("router.") for each in decorators)


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


def loaded_at_start(path: Path) -> set[str]:
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


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_a_function_loads_at_its_start(name: str) -> None:
    """AWS' library is loaded while Lambda starts the function, and not in its first call."""
    loaded = loaded_at_start(ROOT / f"functions/{name}/app.py")
    assert ("boto3" in loaded) is (name not in {"console", "docs"})
    assert bool(loaded & HEAVY) is (name == "upstream")
