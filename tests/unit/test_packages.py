"""The rooms of the design: who may import whom, and how large anything may be."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Union

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "awscli_assume"
# commands → workflow → arguments, outputs, profiles, aws → model → errors → host
BELOW = {
    "__init__": {"lazy"},
    "lazy": {"commands"},
    "commands": {
        "workflow",
        "arguments",
        "outputs",
        "profiles",
        "aws",
        "model",
        "errors",
        "host",
        "__init__",
    },
    "workflow": {"arguments", "outputs", "profiles", "aws", "model", "errors", "host", "__init__"},
    "arguments": {"model", "errors", "host"},
    "outputs": {"model", "errors", "host"},
    "profiles": {"model", "errors", "host"},
    "aws": {"model", "errors", "host"},
    "model": {"errors"},
    "errors": {"host"},
    "host": set(),
    "install": {"__init__"},
    # Runs outside of aws, in a bare Python: all it gets of others is a command line and a file.
    "process": set(),
}  # fmt: skip
LINES_OF_A_MODULE, LINES_OF_A_FUNCTION, LINES_OF_A_RUN = 400, 40, 25
# The flow of a verb: the CLI calls the first, our base class the second.
RUNS = ("_run_main", "_run")
Definition = Union[ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef]
KINDS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def modules() -> list[Path]:
    found = sorted(PACKAGE.rglob("*.py"))
    assert len(found) > 20
    return found


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def room_of(parts: tuple[str, ...]) -> str:
    """Return the room of a module, given its parts below the package."""
    return parts[0] if parts else "__init__"


def imports_of(path: Path) -> set[str]:
    """Return the rooms that a module imports, at its top level or anywhere inside."""
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            # `from awscli_assume import lazy` names a module by its last word.
            module = str(node.module)
            deeper = module == "awscli_assume"
            names = [f"{module}.{a.name}" for a in node.names] if deeper else [module]
        else:
            continue
        for name in names:
            package, *rest = name.split(".")
            if package == "awscli_assume":
                room = room_of(tuple(rest))
                rooms.add(room if room in BELOW else "__init__")
    return rooms


def definitions_of(path: Path) -> list[Definition]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, KINDS)]


def public_definitions_of(path: Path) -> list[Definition]:
    """Return what others may use: top-level names, and the methods of public classes."""
    found: list[Definition] = []
    bodies: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    for body in bodies:
        for node in ast.iter_child_nodes(body):
            if not isinstance(node, KINDS) or node.name.startswith("_") or is_setter(node):
                continue
            found.append(node)
            if isinstance(node, ast.ClassDef):
                bodies.append(node)
    return found


def is_setter(node: Definition) -> bool:
    return any(isinstance(d, ast.Attribute) and d.attr == "setter" for d in node.decorator_list)


def every_module() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", modules(), ids=name_of)


def test_every_room_is_in_the_design() -> None:
    """The package has the rooms of the design and no other."""
    rooms = {room_of(path.relative_to(PACKAGE).with_suffix("").parts) for path in modules()}

    assert rooms == set(BELOW)


@every_module()
def test_imports_go_one_way(path: Path) -> None:
    """A module imports its own room and those below it: no neighbour, nothing above."""
    room = room_of(path.relative_to(PACKAGE).with_suffix("").parts)

    assert imports_of(path) - {room} <= BELOW[room]


def test_installer_and_plugin_know_nothing_of_each_other() -> None:
    """Nobody imports the installer, which imports of the plugin no more than its version."""
    importers = {name_of(path) for path in modules() if "install" in imports_of(path)}

    assert all(name.startswith("install/") for name in importers)


def test_nobody_imports_the_program() -> None:
    """The program of credential_process is run, and never imported."""
    importers = {name_of(path) for path in modules() if "process" in imports_of(path)}

    assert all(name.startswith("process/") for name in importers)


@every_module()
def test_size_of_a_module(path: Path) -> None:
    """A module has 400 lines or fewer."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES_OF_A_MODULE


@every_module()
def test_size_of_a_function(path: Path) -> None:
    """A function has 40 lines or fewer, and a verb's road 25."""
    too_long = {
        node.name: length
        for node in definitions_of(path)
        if not isinstance(node, ast.ClassDef)
        for length in [(node.end_lineno or 0) - node.lineno + 1]
        if length > (LINES_OF_A_RUN if node.name in RUNS else LINES_OF_A_FUNCTION)
    }

    assert too_long == {}


@every_module()
def test_docstrings(path: Path) -> None:
    """Every module, class and function that is not private says what it is for."""
    silent = [node.name for node in public_definitions_of(path) if not ast.get_docstring(node)]

    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert silent == []


def test_names_that_say_nothing() -> None:
    """No module is called by a name that takes anything in."""
    paths = [path.relative_to(PACKAGE).with_suffix("") for path in modules()]
    names = {word for path in paths for word in path.parts}

    assert not names & {"utils", "util", "helpers", "helper", "common", "manager", "misc", "core"}
