# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The layout of plugins/: which room may import which, and that there are no import cycles."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EMULATOR = ROOT / "roles" / "emulator" / "files"
COLLECTION = "ansible_collections.sysinit.upstart."
EVERYWHERE = {"_errors", "_text"}
PURE = {"_jobfile", "_events"}
FLOORS = {"_host", "_daemon", "_events", "_jobfile", "_system"}  # the rooms that the modules build on

# The allowed imports of each room or top-level file below plugins/module_utils, besides itself and EVERYWHERE. An entry
# with a slash stands for one file.
UTILITIES: dict[str, set[str]] = {
    "_errors": set(),
    "_text": set(),
    "_promise": set(),
    "_arguments": {"_jobfile"},
    "_compile_once": set(),
    "_system": set(),
    "_jobfile": set(),
    "_events": {"_jobfile"},
    "_daemon": {"_system"},
    "_host": {"_daemon", "_events", "_jobfile", "_system", "_promise"},
    "_lsb": {"_system"},
    "_jobs": FLOORS | {"_promise", "_arguments"},
    "_emission": FLOORS | {"_promise"},
    "_services": FLOORS | {"_promise", "_lsb"},
    "_deploy": FLOORS | {"_jobs", "_services", "_promise", "_arguments"},
    "_init": FLOORS | {"_emission"},
    "_inventory": FLOORS,
    "_module": {"_arguments", "_compile_once"},
    "_daemon_module": {"_module", "_daemon", "_jobfile/dialects"},
    "_file_attributes": {"_system"},
}
# The room of each module.
MODULES = {
    "upstart_job": "_jobs",
    "upstart_deploy": "_deploy",
    "upstart_service": "_services",
    "upstart_event": "_emission",
    "upstart_info": "_inventory",
    "upstart_init": "_init",
    "lsb_service": "_lsb",
}
# The rooms and top-level files below plugins/plugin_utils and their allowed imports besides themselves and EVERYWHERE.
CONTROLLER: dict[str, set[str]] = {
    "_check_mode": {"plugin_utils/_boot"}, "_graph": PURE, "_last_boot": PURE | {"_daemon/names"}, "_systemd": PURE,
    "_boot": PURE | {"plugin_utils/_systemd"}, "_untrusted": set()}


@functools.cache
def files() -> tuple[str, ...]:
    """Return the paths of all Python files below plugins/, without .py."""
    return tuple(sorted(str(path.relative_to(ROOT).with_suffix("")) for path in (ROOT / "plugins").rglob("*.py")))


@functools.cache
def tree(name: str) -> ast.Module:
    return ast.parse((ROOT / f"{name}.py").read_text(encoding="utf-8"))


@functools.cache
def imports(name: str, within: ast.AST | None = None) -> tuple[tuple[str, ast.ImportFrom], ...]:
    """Return the imports from the collection in a file, or in a part of it, including those inside functions."""
    return tuple(_imports_within(name, within or tree(name)))


def _imports_within(name: str, part: ast.AST) -> Iterator[tuple[str, ast.ImportFrom]]:
    package = name.split("/")[:-1]
    for node in ast.walk(part):
        if not isinstance(node, ast.ImportFrom):
            continue
        if node.level:
            base = [*package[: len(package) - node.level + 1], *(node.module.split(".") if node.module else [])]
        elif (node.module or "").startswith(COLLECTION):
            base = (node.module or "")[len(COLLECTION):].split(".")
        else:
            continue
        for alias in node.names:
            full = "/".join([*base, alias.name])
            yield (full if full in files() else "/".join(base)), node


def room_of(name: str) -> str:
    """Return the kind of plugin, and the room for files in module_utils or plugin_utils."""
    parts = name.split("/")
    return "/".join(parts[1:3]) if parts[1] in ("module_utils", "plugin_utils") else parts[1]


def allowed(name: str) -> set[str]:
    """Return the rooms and files that a file may import from; those of module_utils without that prefix."""
    kind, _slash, room = room_of(name).partition("/")
    if kind == "module_utils":
        return {room} | EVERYWHERE | UTILITIES[room]
    if kind == "plugin_utils":
        return {f"plugin_utils/{room}"} | EVERYWHERE | CONTROLLER[room]
    if kind == "modules":
        return EVERYWHERE | {"_module", "_daemon_module", "_file_attributes", MODULES[Path(name).name]}
    if kind == "action":
        return {f"plugin_utils/{room}" for room in CONTROLLER}
    if kind == "filter":
        return {f"plugin_utils/{room}" for room in CONTROLLER} | EVERYWHERE | PURE
    return set()


@pytest.mark.parametrize("name", [name for name in files() if not name.endswith("__init__")])
def test_arrows_point_down(name: str) -> None:
    wrong = []
    for imported, node in imports(name):
        room = room_of(imported).removeprefix("module_utils/")
        if not {room, imported.removeprefix("plugins/module_utils/")} & allowed(name):
            wrong.append(f"line {node.lineno}: {imported}")
    assert wrong == []


def test_every_file_is_in_a_room() -> None:
    rooms = {room_of(name) for name in files()} - {"module_utils/__init__"}
    known = {f"module_utils/{room}" for room in UTILITIES} | {f"plugin_utils/{room}" for room in CONTROLLER}
    assert rooms == known | {"action", "doc_fragments", "filter", "modules"}


def test_utilities_are_private() -> None:
    """Ansible's inclusion rules ask for it: a name without the underscore is a public interface."""
    tops = {room_of(name).partition("/")[2] for name in files() if "_utils/" in name} - {"__init__"}
    assert [top for top in tops if not top.startswith("_")] == []


def circles(arrows: dict[str, set[str]]) -> list[list[str]]:
    """Return the sets of files that import each other, directly or indirectly."""
    reached: dict[str, set[str]] = {}
    for name in arrows:
        waiting, reached[name] = [name], set()
        while waiting:
            for following in arrows.get(waiting.pop(), set()) - reached[name]:
                reached[name].add(following)
                waiting.append(following)
    rings = {frozenset(other for other in reached[name] if name in reached.get(other, set()))
             for name in arrows if name in reached[name]}
    return sorted(sorted(ring) for ring in rings)


def test_loops_are_found() -> None:
    assert circles({"a": {"b"}, "b": {"c", "d"}, "c": {"a"}, "d": set()}) == [["a", "b", "c"]]
    assert circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_no_file_imports_itself_by_way_of_others() -> None:
    assert circles({name: {imported for imported, _node in imports(name)} - {name} for name in files()}) == []


DEFERRED_AT_MOST = 7


def test_imports_stand_at_the_top() -> None:
    """An import inside a function hides an arrow. The few that remain save time, and say how much."""
    deferred = {(name, node.lineno) for name in files() for function in ast.walk(tree(name))
                if isinstance(function, ast.FunctionDef) for _imported, node in imports(name, function)}
    assert len(deferred) <= DEFERRED_AT_MOST, sorted(deferred)
    for name, line in deferred:
        lines = (ROOT / f"{name}.py").read_text(encoding="utf-8").splitlines()
        assert re.search(r"saves \d+ ms", "".join(lines[line - 3: line])), (name, line)


@pytest.mark.parametrize("name", files())
def test_type_comments_stand_where_python_expects_them(name: str) -> None:
    """If one is misplaced, pylint skips the file and reports its imports as unused; mypy is more lenient."""
    ast.parse((ROOT / f"{name}.py").read_text(encoding="utf-8"), type_comments=True)


def type_imports(name: str) -> set[int]:
    """Return the lines of the imports that only mypy follows."""
    blocks = [node for node in tree(name).body if isinstance(node, ast.If) and ast.unparse(node.test) == "MYPY"]
    return {node.lineno for block in blocks for node in ast.walk(block) if isinstance(node, ast.ImportFrom)}


def payload(module: str, with_types: bool) -> set[str]:
    """Return the files of the collection that Ansible sends to a host with a module."""
    waiting, sent = [module], {module}
    while waiting:
        name = waiting.pop()
        left_out = set() if with_types else type_imports(name)
        new = {imported for imported, node in imports(name) if node.lineno not in left_out} - sent
        sent |= new
        waiting.extend(new)
    return sent


@pytest.mark.parametrize("module", MODULES)
def test_types_send_no_more_files_to_the_host(module: str) -> None:
    """Ansible sends every imported file, even if only mypy follows the import."""
    path = f"plugins/modules/{module}"
    assert payload(path, with_types=True) - payload(path, with_types=False) == set()


ANSIBLES = {"ActionModule", "FilterModule", "ModuleDocFragment"}  # the names by which Ansible finds plugins


def class_names(name: str) -> Iterator[str]:
    """Yield the names of the classes and named tuples of a file."""
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("namedtuple", "NamedTuple")):
            yield ast.literal_eval(node.args[0])


def test_each_class_has_its_own_name() -> None:
    homes: dict[str, set[str]] = {}
    for name in files():
        for class_name in class_names(name):
            homes.setdefault(class_name, set()).add(name)
    shared = {class_name: sorted(names) for class_name, names in homes.items() if len(names) > 1}
    assert {class_name: names for class_name, names in shared.items() if class_name not in ANSIBLES} == {}


# Words that do not say what a name holds or does.
VAGUE = {"book", "comes", "deadly", "doubtful", "each", "everybody", "found", "goes", "hollow", "look", "looks", "said",
         "say", "says", "tell", "tells", "told", "untold", "what"}
STANDARD = {"NotFoundError", "NOT_FOUND"}  # "not found" is the usual term


def words(name: str) -> set[str]:
    """Return the words of a name in lower case."""
    return set(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().split("_"))


def new_names(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the line and name of all that a file defines: functions, classes, parameters, variables, attributes."""
    for node in ast.walk(module):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr


def test_vague_names_are_seen() -> None:
    source = ast.parse("def _look(found):\n    for each in found:\n        each.told = what = LostFound = 1\n")
    assert {name for _line, name in new_names(source) if words(name) & VAGUE} == {
        "_look", "found", "each", "told", "what", "LostFound"}


def test_names_say_what_they_hold() -> None:
    emulator = sorted(str(path.relative_to(ROOT).with_suffix("")) for path in EMULATOR.rglob("*.py"))
    vague = [f"{name}:{line}: {new}" for name in (*files(), *emulator) for line, new in new_names(tree(name))
             if words(new) & VAGUE and new not in STANDARD]
    assert vague == []


def test_lsb_service_does_not_bring_the_client_to_the_host() -> None:
    """What a module imports is sent to the host with each task."""
    reached, todo = set(), ["plugins/modules/lsb_service"]
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            todo.extend(imported for imported, _node in imports(name) if imported in files())
    assert "plugins/module_utils/_lsb/service" in reached
    assert [name for name in sorted(reached) if "/_daemon/" in name] == []
