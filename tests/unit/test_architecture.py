"""Who may import whom: the house rules that a linter cannot see."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from itertools import takewhile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "layers/common/python/marketdata"
FUNCTIONS = sorted(path.parent.name for path in ROOT.glob("functions/*/app.py"))

DOCUMENT = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
STANDARD = ("details", "errors")
"""What every room may import."""

NARROWER = {
    ("sources", "kline"): {"kline.bars", "kline.adjust.steps"},
    ("sources", "finance"): {"finance.statement", "finance.periods"},
    ("api", "settings"): {"settings.SOURCES"},
}
"""Where a room may take only some modules, or names, of another."""

OUTSIDE = {"boto3", "botocore", "os", "time", "random", "socket", "pathlib", "subprocess"}
WITHOUT_BOTO3 = {"authorizer", "base", "console", "docs", "finance", "future", "stock"}
"""The functions that need it for a failed or a missing read only."""
HEAVY = {"pandas", "numpy", "cryptography", "exchange_calendars", "pypinyin", "zxcvbn"}
PLUGGED_IN = {"Adapter"}
"""What each vendor's module calls its class, since the child process asks for it by this name."""
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


def table(*head: str) -> dict[str, list[str]]:
    """Read a table of the document: for the name in each row's first cell, the other cells."""
    _, found, rest = DOCUMENT.partition(f"| {' | '.join(head)} |\n")
    assert found, head
    rows = takewhile(lambda line: line.startswith("|"), rest.splitlines()[1:])
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return {names_in(first)[0]: others for first, *others in cells}


def names_in(cell: str) -> list[str]:
    """Give what a cell puts into backticks, files and folders as modules."""
    found = re.findall(r"`([^`]+)`", cell)
    return [name.strip("/").removesuffix(".py").replace("/", ".") for name in found]


ROOMS = {
    room: set(names_in(allowed))
    for room, (_, allowed) in table("room", "what it does", "may import").items()
}


def pure_modules() -> tuple[set[str], set[str]]:
    """Give the modules that the document calls pure, and the exceptions that it names."""
    pure, exceptions = set[str](), set[str]()
    for room, (cell,) in table("room", "pure").items():
        inside = {module for module in MODULES if module.startswith(f"{room}.")}
        named = {f"{room}.{name}" for name in names_in(cell)}
        assert named <= inside, named - inside
        if cell.startswith("all but "):
            pure |= inside - named
            exceptions |= named
        else:
            pure |= named
    return pure, exceptions


PURE, EXCEPTIONS = pure_modules()


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


def test_the_table_has_every_room() -> None:
    assert ROOMS.keys() == {room_of(module) for module in MODULES if module != "__init__"}


def test_the_table_runs_down() -> None:
    for at, room in enumerate(ROOMS):
        assert ROOMS[room] <= set(list(ROOMS)[at + 1 :]), room


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_what_the_table_allows_and_nothing_else(room: str) -> None:
    taken = {
        room_of(other): f"{module} imports {other}"
        for module in MODULES
        if room_of(module) == room
        for other in imports(module)
        if room_of(other) not in {room, *STANDARD}
    }
    forbidden = [text for other, text in taken.items() if other not in ROOMS[room]]
    assert not forbidden
    assert not (unused := ROOMS[room] - taken.keys()), f"{room} does without {unused}"


@pytest.mark.parametrize(("room", "other"), list(NARROWER))
def test_some_take_only_a_part_of_a_room(room: str, other: str) -> None:
    allowed, used = NARROWER[room, other], set[str]()
    for module, path in MODULES.items():
        if room_of(module) == room:
            for each in imports_of(path):
                name = each.removeprefix("marketdata.")
                if each != name and name.startswith(f"{other}."):
                    found = {name, name.rpartition(".")[0]} & allowed
                    assert found, f"{module}: {name}"
                    used |= found
    assert used == allowed


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


@pytest.mark.parametrize("module", sorted(PURE))
def test_pure_modules_touch_nothing(module: str) -> None:
    for outside, by in reachable(module):
        assert outside not in OUTSIDE, f"{module} reaches {outside} by way of {by}"


@pytest.mark.parametrize("module", sorted(EXCEPTIONS))
def test_what_is_excepted_from_the_pure_touches_something(module: str) -> None:
    assert OUTSIDE & {outside for outside, _ in reachable(module)}


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
    assert twice.keys() <= PLUGGED_IN, twice


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
    """AWS' library is loaded while Lambda starts a function that writes, and not in its first call.

    The others do without it.
    """
    loaded = loaded_at_start(ROOT / f"functions/{name}/app.py")
    assert ("boto3" in loaded) is (name not in WITHOUT_BOTO3)
    assert bool(loaded & HEAVY) is (name == "upstream")
    # Metrics cost some milliseconds, for which nobody may wait.
    assert ("aws_lambda_powertools" in loaded) is (name in {"plan_task", "finish_task"})


def docstrings(module: str) -> Iterator[tuple[int, str]]:
    """Give the texts that stand for themselves in a file, with their lines."""
    for node in ast.walk(ast.parse(MODULES[module].read_text())):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            text = node.value.value
            if isinstance(text, str):
                yield node.lineno, text


def owners() -> dict[str, set[str]]:
    """Give, for each word that a reference may begin with, the rooms, modules and classes of it."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for module in MODULES:
        parts = module.split(".")
        for at, part in enumerate(parts):
            found[part].add(".".join(parts[: at + 1]))
    for name, modules in public_classes().items():
        found[name] |= {f"{module}.{name}" for module in modules}
    return found


def exists(name: str) -> bool:
    """Say whether a dotted name below the package names a module, or something in one."""
    parts = name.split(".")
    end = len(parts)
    while ".".join(parts[:end]) not in MODULES:
        end -= 1
    found: object = import_module(f"marketdata.{'.'.join(parts[:end])}")
    for part in parts[end:]:
        if part in getattr(found, "__annotations__", {}):
            return True
        if not hasattr(found, part):
            return False
        found = getattr(found, part)
    return True


OWNERS = owners()
FILES = {"csv", "json", "py", "yaml", "zip"}
"""The ends of names that are files."""


@pytest.mark.parametrize("module", MODULES)
def test_docstrings_name_what_exists(module: str) -> None:
    stale = []
    for line, text in docstrings(module):
        for found in re.finditer(r"`([A-Za-z_]\w*(?:\.\w+)+)(?:\(\))?`", text):
            first, _, rest = found[1].partition(".")
            if first in OWNERS and found[1].rpartition(".")[2] not in FILES:
                at = line + text.count("\n", 0, found.start())
                if not any(exists(f"{owner}.{rest}") for owner in OWNERS[first]):
                    stale.append(f"{module}, line {at}: {found[1]}")
    assert not stale
