"""The packages of the design: which may import which, their names and their sizes."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Union

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "awscli_assume"
UNIT_TESTS = Path(__file__).resolve().parent
# commands → workflow → arguments, outputs, profiles, aws → model → errors → host
BELOW = {
    "__init__": {"lazy"},
    "lazy": {"commands", "completion", "host"},
    "commands": {
        "workflow",
        "arguments",
        "outputs",
        "profiles",
        "aws",
        "model",
        "errors",
        "host",
        "files",
        "__init__",
    },
    "workflow": {
        "arguments",
        "outputs",
        "profiles",
        "aws",
        "model",
        "errors",
        "host",
        "files",
        "__init__",
    },
    "arguments": {"model", "errors", "host"},
    "outputs": {"model", "errors", "host"},
    "profiles": {"model", "errors", "host", "files"},
    "aws": {"model", "errors", "host", "files"},
    "model": {"errors"},
    "errors": {"host"},
    "host": set(),
    # Files on disk, in pure standard library, for the plugin and the installer alike.
    "files": set(),
    "install": {"files", "completion", "__init__"},
    # Run by shells, in a Python without other imports; the index is made by lazy and install.
    "completion": {"__init__"},
    # Runs outside of the AWS CLI; its only input is a command line and a file.
    "process": set(),
}  # fmt: skip
LINES_OF_A_MODULE, LINES_OF_A_FUNCTION, LINES_OF_A_RUN = 400, 40, 25
# The flow of a verb: the CLI calls the first, our base class the second.
RUNS = ("_run_main", "_run")
MODULES_OF_A_FOLDER = 14
# At most this many modules may be this short.
SHORT_MODULES, LINES_OF_A_SHORT_MODULE = 25, 60
# Words that AWS and the AWS CLI have other terms for, and words that leave open what is meant.
FOREIGN_WORDS = (
    "ahead", "asked", "asking", "begun", "crowd", "departure", "departures", "endings", "ends",
    "go_on", "held", "hop", "hops", "introduction", "journey", "kept", "own_device",
    "own_devices", "person", "persons", "proof", "proofs", "refusal", "refusals", "rehearsal",
    "rehearsals", "rehearsed", "road", "room", "rooms", "set_off", "set_out", "sight", "sights",
    "surroundings", "suspect", "suspects", "told", "travel", "travels", "withheld", "witness",
    "witnesses", "workbench",
)  # fmt: skip
Definition = Union[ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef]
KINDS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@cache
def modules() -> list[Path]:
    found = sorted(PACKAGE.rglob("*.py"))
    assert len(found) > 20
    return found


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def package_of(parts: tuple[str, ...]) -> str:
    """Return the package of a module, given its parts below the package."""
    return parts[0] if parts else "__init__"


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports_of(path: Path) -> set[str]:
    """Return the packages that a module imports, at its top level or inside of functions."""
    packages = set()
    for node in ast.walk(tree_of(path)):
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
            top, *rest = name.split(".")
            if top == "awscli_assume":
                package = package_of(tuple(rest))
                packages.add(package if package in BELOW else "__init__")
    return packages


def definitions_of(path: Path) -> list[Definition]:
    return [node for node in ast.walk(tree_of(path)) if isinstance(node, KINDS)]


def public_definitions_of(path: Path) -> list[Definition]:
    """Return the public top-level definitions, and the methods of public classes."""
    found: list[Definition] = []
    bodies: list[ast.AST] = [tree_of(path)]
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


def test_every_package_is_in_the_design() -> None:
    """The package has the packages of the design and no other."""
    packages = {package_of(path.relative_to(PACKAGE).with_suffix("").parts) for path in modules()}

    assert packages == set(BELOW)


@every_module()
def test_imports_go_one_way(path: Path) -> None:
    """A module imports its own package and those below it: no neighbor and none above."""
    package = package_of(path.relative_to(PACKAGE).with_suffix("").parts)

    assert imports_of(path) - {package} <= BELOW[package]


def test_nothing_imports_the_installer() -> None:
    """No other package imports install/."""
    importers = {name_of(path) for path in modules() if "install" in imports_of(path)}

    assert all(name.startswith("install/") for name in importers)


def test_nothing_imports_the_credential_process() -> None:
    """The credential_process is run, and never imported."""
    importers = {name_of(path) for path in modules() if "process" in imports_of(path)}

    assert all(name.startswith("process/") for name in importers)


@every_module()
def test_size_of_a_module(path: Path) -> None:
    """A module has 400 lines or fewer."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES_OF_A_MODULE


@every_module()
def test_size_of_a_function(path: Path) -> None:
    """A function has 40 lines or fewer; the ``_run_main`` of a verb has 25 or fewer."""
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
    """Each module, public class and public function has a docstring."""
    undocumented = [
        node.name for node in public_definitions_of(path) if not ast.get_docstring(node)
    ]

    assert ast.get_docstring(tree_of(path))
    assert undocumented == []


def test_no_module_has_an_empty_name() -> None:
    """No module has a name that fits any content."""
    paths = [path.relative_to(PACKAGE).with_suffix("") for path in modules()]
    names = {word for path in paths for word in path.parts}

    assert not names & {"utils", "util", "helpers", "helper", "common", "manager", "misc", "core"}


def test_size_of_a_folder() -> None:
    """A folder has 14 modules or fewer."""
    sizes = Counter(path.parent for path in modules() if path.name != "__init__.py")

    assert {name_of(path): n for path, n in sizes.items() if n > MODULES_OF_A_FOLDER} == {}


def test_few_modules_are_short() -> None:
    """At most 25 modules have 60 lines or fewer."""
    short = [
        name_of(path)
        for path in modules()
        if path.name != "__init__.py"
        and len(path.read_text(encoding="utf-8").splitlines()) <= LINES_OF_A_SHORT_MODULE
    ]

    assert len(short) <= SHORT_MODULES, short


def test_docstrings_begin_with_a_plain_verb() -> None:
    """No docstring begins with "Answer" or "Tell"."""
    found = [
        f"{name_of(path)}: {text.splitlines()[0]}"
        for path in modules()
        for node in ast.walk(tree_of(path))
        if isinstance(node, (ast.Module, *KINDS))
        for text in [ast.get_docstring(node) or ""]
        if re.match(r"(Answer|Tell)\b", text)
    ]

    assert found == []


def names_of(path: Path) -> set[str]:
    """Return the names that a module defines, imports or uses, and its own."""
    names = set(path.relative_to(PACKAGE).with_suffix("").parts)
    for node in ast.walk(tree_of(path)):
        if isinstance(node, KINDS):
            names.add(node.name)
        elif isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Attribute):
            names.add(node.attr)
        elif isinstance(node, (ast.arg, ast.keyword)):
            names.add(node.arg or "")
        elif isinstance(node, ast.alias):
            names.update(node.name.split("."))
    return names


def snake_case(name: str) -> str:
    """Return a name in lower case with an underscore between and around its words."""
    return f"_{re.sub(r'(?<=[a-z0-9])(?=[A-Z])', '_', name).lower().strip('_')}_"


def test_names_are_in_the_terms_of_aws() -> None:
    """No name has a word of FOREIGN_WORDS."""
    foreign = [
        f"{name_of(path)}: {name}"
        for path in modules()
        for name in sorted(names_of(path))
        if any(f"_{word}_" in snake_case(name) for word in FOREIGN_WORDS)
    ]

    assert foreign == []


# Test files that test one aspect of a module: test_<module>_<aspect>.py. For an
# aspect that is not in this set, the whole name after test_ has to be a module.
ASPECTS = {
    "for_sdks", "hints_added", "listing", "names", "properties", "reading", "renewal",
    "role_chain",
}  # fmt: skip


def mirrored_names(path: Path) -> set[str]:
    """Return the names of a module that a test file may mirror."""
    name = path.stem[len("test_") :]
    return {name} | {name[: -len(aspect) - 1] for aspect in ASPECTS if name.endswith(f"_{aspect}")}


def test_unit_tests_mirror_the_package() -> None:
    """Each test file below tests/unit/<package>/ has the name of a module or package there."""
    orphans = []
    for path in sorted(UNIT_TESTS.rglob("test_*.py")):
        folder = path.relative_to(UNIT_TESTS).parent
        known = {found.stem for found in (PACKAGE / folder).iterdir() if found.stem[0] != "_"}
        if folder.parts and not mirrored_names(path) & known:
            orphans.append(path.relative_to(UNIT_TESTS).as_posix())

    assert orphans == []
