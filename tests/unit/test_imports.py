"""Every `aws` command imports one small module of the plugin and no more."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Optional

import pytest

from support.sts_stub import USER_KEY_ID, USER_SECRET, StsStub

PACKAGE = Path(__file__).resolve().parents[2] / "awscli_assume"
# For all packages but install/ and process/, which do not run inside of an AWS CLI. The frozen
# builds contain only the modules that they use: all of these were imported in the official 2.38.5
# and 2.11.0.
STANDARD_LIBRARY = frozenset(
    {
        "__future__", "base64", "concurrent", "contextlib", "dataclasses", "datetime",
        "difflib", "email", "errno", "fcntl", "fractions", "functools", "gc", "getpass",
        "hashlib", "hmac", "http", "importlib", "io", "ipaddress", "json", "logging", "os",
        "queue", "random", "re", "secrets", "selectors", "shlex", "shutil", "signal", "socket",
        "stat", "subprocess", "sys", "tempfile", "textwrap", "threading", "time", "traceback",
        "types", "typing", "unicodedata", "urllib", "xml", "zlib", "collections", "sqlite3",
    }
)  # fmt: skip
# The most modules that `aws assume --role-name ...` may load, packages not counted.
MAX_MODULES = 100
OTHERS = frozenset({"awscli", "botocore", "awscli_assume"})
# A module that only Windows has, and what is loaded only for the list of roles of version 2.
BY_FILE = {
    "workflow/each/aws_commands.py": {"atexit"},
    "profiles/lock.py": {"msvcrt"},
    "outputs/choice/picker.py": {"asyncio", "prompt_toolkit"},
}
# The modules that the first handler may load.
FIRST_HANDLER = {"awscli_assume.lazy", "__future__", "typing"}

PRELUDE = """
import json, sys
import awscli, awscli.clidriver
def news(before):
    return sorted(set(sys.modules) - before)
before = set(sys.modules)
"""


def in_a_fresh_python(code: str, home: Path, **variables: str) -> Any:
    """Run code in a Python that has loaded the CLI; return the JSON that it prints last."""
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE + code],
        env={"HOME": str(home), "PATH": os.defpath, **variables},
        cwd=home, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def sources() -> list[Path]:
    excluded = {"install", "process"}
    found = [path for path in PACKAGE.rglob("*.py") if not excluded & {*path.parts}]
    assert len(found) > 20
    return sorted(found)


def test_initializing_loads_one_module(home: Path) -> None:
    """The CLI's plugin loader loads our first module, and nothing else of ours or of Python."""
    found = in_a_fresh_python(
        """
class Recorder:
    calls = []
    def register(self, *arguments, **options):
        self.calls.append((arguments[0], sorted(options)))
import awscli_assume
awscli_assume.awscli_initialize(Recorder())
print(json.dumps([news(before), Recorder.calls]))
""",
        home,
    )

    assert found == [["awscli_assume"], [["building-command-table.main", ["unique_id"]]]]


def test_initializing_twice_registers_once(home: Path) -> None:
    """A second call in one process, as partial auto-prompt makes it, changes nothing."""
    found = in_a_fresh_python(
        """
from botocore.hooks import HierarchicalEmitter
import awscli_assume
class Table(dict):
    calls = 0
    def __setitem__(self, name, value):
        Table.calls += 1
        dict.__setitem__(self, name, value)
emitter = HierarchicalEmitter()
awscli_assume.awscli_initialize(emitter)
awscli_assume.awscli_initialize(emitter)
emitter.emit('building-command-table.main', command_table=Table(), session=None)
print(Table.calls)
""",
        home,
    )

    assert found == 1


def test_command_table_gets_a_lazy_entry(home: Path) -> None:
    """Building the command table loads the entry, but not the command."""
    found = in_a_fresh_python(
        """
handlers = []
class Recorder:
    def register(self, event, handler, **options):
        handlers.append(handler)
import awscli_assume
awscli_assume.awscli_initialize(Recorder())
before = set(sys.modules)
table = {}
handlers[0](command_table=table, session=None, command_object=None, event_name='x')
entry = table['assume']
print(json.dumps([sorted(table), news(before), entry.name, len(entry.lineage)]))
""",
        home,
    )

    table, loaded, name, length = found
    assert table == ["assume"]
    assert "awscli_assume.lazy" in loaded
    assert set(loaded) <= FIRST_HANDLER
    assert (name, length) == ("assume", 1)


def test_the_entry_loads_the_command_for_its_arguments(home: Path) -> None:
    """The first access to the entry's arguments or verbs loads the command."""
    found = in_a_fresh_python(
        """
import botocore.session
from awscli_assume.lazy import AssumeEntry
entry = AssumeEntry(botocore.session.Session())
early = [name for name in sys.modules if name.startswith('awscli_assume.commands')]
sys.dont_write_bytecode = True
arguments = sorted(entry.arg_table)
late = 'awscli_assume.commands.assume' in sys.modules
print(json.dumps([early, late, 'role-name' in arguments, sys.dont_write_bytecode]))
""",
        home,
    )

    assert found == [[], True, True, True]


@pytest.mark.parametrize(
    "words",
    [
        ["--version"],
        ["configure", "list"],
        ["configure", "get", "region"],
        ["configure", "set", "region", "x"],
        ["sts", "get-caller-identity", "--endpoint-url", "http://127.0.0.1:1"],
    ],
    ids=" ".join,
)
def test_other_commands_never_load_ours(home: Path, words: list[str]) -> None:
    """With the plugin enabled, another command loads the first module and the entry at most."""
    (home / ".aws").mkdir()
    (home / ".aws" / "config").write_text("[plugins]\nassume = awscli_assume\n")
    loaded = in_a_fresh_python(
        f"""
try:
    awscli.clidriver.create_clidriver().main({words!r})
except SystemExit:
    pass
print()
print(json.dumps([name for name in news(before) if name.startswith('awscli_assume')]))
""",
        home,
        AWS_EC2_METADATA_DISABLED="true",
        AWS_MAX_ATTEMPTS="1",
    )

    assert loaded[:1] == ["awscli_assume"]
    assert set(loaded) <= {"awscli_assume", "awscli_assume.lazy"}


@pytest.mark.parametrize(
    ("words", "own"),
    [
        (["assume", "--role-name", "bad name"], None),
        (["assume", "list"], "list"),
        (["assume", "clear", "--expired"], "clear"),
    ],
)
def test_a_verb_loads_no_other_verb(home: Path, words: list[str], own: Optional[str]) -> None:
    """A verb's modules are loaded by that verb alone: explain and its evaluator are large."""
    (home / ".aws").mkdir()
    (home / ".aws" / "config").write_text("[plugins]\nassume = awscli_assume\n")
    loaded = in_a_fresh_python(
        f"""
awscli.clidriver.create_clidriver().main({words!r})
print()
print(json.dumps([name for name in news(before) if name.startswith('awscli_assume')]))
""",
        home,
    )

    found = {name.rpartition(".")[2] for name in loaded if ".commands." in name}
    assert "awscli_assume.commands.assume" in loaded
    assert found == {"assume", "verbs", *([own] if own else [])}
    assert not [name for name in loaded if name.startswith("awscli_assume.model.trust")]


def test_assume_loads_few_modules(home: Path, sts_stub: StsStub) -> None:
    """`aws assume --role-name ...` loads at most MAX_MODULES modules of the package."""
    (home / ".aws").mkdir()
    (home / ".aws" / "config").write_text("[plugins]\nassume = awscli_assume\n")
    loaded = in_a_fresh_python(
        """
code = awscli.clidriver.create_clidriver().main(
    ['assume', '--role-name', 'my-iam-role', '--region', 'us-east-1'])
print()
print(json.dumps([code, [
    name for name in news(before)
    if name.startswith('awscli_assume') and not hasattr(sys.modules[name], '__path__')]]))
""",
        home,
        AWS_ENDPOINT_URL=sts_stub.url,
        AWS_ACCESS_KEY_ID=USER_KEY_ID,
        AWS_SECRET_ACCESS_KEY=USER_SECRET,
    )

    assert loaded[0] == 0
    assert len(loaded[1]) <= MAX_MODULES


def test_assume_loads_nothing_of_the_installer(home: Path) -> None:
    """The command never loads install/ or process/, which run outside of the CLI."""
    loaded = in_a_fresh_python(
        """
import awscli_assume.commands.assume
print(json.dumps([name for name in news(before) if name.startswith('awscli_assume')]))
""",
        home,
    )

    assert "awscli_assume.commands.assume" in loaded
    assert not [name for name in loaded if name.startswith("awscli_assume.install")]
    assert not [name for name in loaded if name.startswith("awscli_assume.process")]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_that_a_frozen_cli_has(path: Path) -> None:
    """A module imports only what every supported CLI contains."""
    imported: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            imported.add(str(node.module).partition(".")[0])

    allowed = STANDARD_LIBRARY | OTHERS | BY_FILE.get(path.relative_to(PACKAGE).as_posix(), set())
    assert imported <= allowed


def test_first_module_imports_nothing() -> None:
    """The module that every command imports has no import at its top level."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))

    assert not [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]


def test_only_the_host_module_imports_botocore() -> None:
    """Only host/ imports botocore, so that awscli is imported first."""
    importers = {
        path.relative_to(PACKAGE).as_posix()
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and str(node.module).partition(".")[0] == "botocore"
    }

    assert importers == {"host/__init__.py"}
