"""What every `aws` command of every user pays for the plugin: one small module and no more."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Optional

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "awscli_assume"
# Outside of install/ and process/, which do not run inside of a CLI. The frozen builds carry what
# they use themselves alone: each of these was imported inside of the official 2.38.5 and 2.11.0.
STANDARD_LIBRARY = frozenset(
    {
        "__future__", "base64", "concurrent", "contextlib", "dataclasses", "datetime", "difflib",
        "email", "errno", "fcntl", "fractions", "gc", "getpass", "hashlib", "hmac", "http", "io",
        "importlib", "ipaddress", "json", "logging", "os", "re", "secrets", "selectors", "shlex",
        "shutil", "signal", "socket", "stat", "subprocess", "sys", "tempfile", "textwrap",
        "threading", "time", "traceback", "typing", "unicodedata", "urllib", "xml", "zlib",
    }
)  # fmt: skip
# With the files of the packages themselves.
MODULES_OF_ASSUME = 107
OTHERS = frozenset({"awscli", "botocore", "awscli_assume"})
# Where Windows has another module for what POSIX has.
BY_FILE = {"profiles/lock.py": {"msvcrt"}}
# The first handler needs these of the standard library, where the CLI has not loaded them.
FIRST_HANDLER = {"awscli_assume.lazy", "__future__", "typing"}

PRELUDE = """
import json, sys
import awscli, awscli.clidriver
def news(before):
    return sorted(set(sys.modules) - before)
before = set(sys.modules)
"""


def in_a_fresh_python(code: str, home: Path, **variables: str) -> Any:
    """Run code in a Python that has loaded the CLI; answer what it prints last, as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE + code],
        env={"HOME": str(home), "PATH": os.defpath, **variables},
        cwd=home, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def sources() -> list[Path]:
    rooms = {"install", "process"}
    found = [path for path in PACKAGE.rglob("*.py") if not rooms & {*path.parts}]
    assert len(found) > 20
    return sorted(found)


def test_initializing_loads_one_module(home: Path) -> None:
    """The CLI's plugin loader brings in our first module and nothing else, not even of Python."""
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
    """Building the command table brings in the entry, and none of what it stands for."""
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


def test_commands_are_loaded_when_the_entry_is_asked(home: Path) -> None:
    """The real command comes with the first question for its arguments or its verbs."""
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
    """With the plugin enabled, another command loads our first modules and nothing behind them."""
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
    """Each verb's modules come with that verb alone: explain and its evaluator are large."""
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


def test_assume_loads_few_modules(home: Path) -> None:
    """Each module costs its user up to 1.5 ms (2.38.5): one that few commands need comes later."""
    (home / ".aws").mkdir()
    (home / ".aws" / "config").write_text("[plugins]\nassume = awscli_assume\n")
    loaded = in_a_fresh_python(
        """
words = ['assume', '--role-name', 'r', '--endpoint-url', 'http://127.0.0.1:1']
awscli.clidriver.create_clidriver().main(words)
print()
print(json.dumps([name for name in news(before) if name.startswith('awscli_assume')]))
""",
        home,
        AWS_ACCESS_KEY_ID="AKIAALICEALICEALICE1",
        AWS_SECRET_ACCESS_KEY="x",
        AWS_DEFAULT_REGION="us-east-1",
        AWS_MAX_ATTEMPTS="1",
    )

    assert "awscli_assume.aws.sts.client" in loaded
    assert len(loaded) <= MODULES_OF_ASSUME


def test_assume_loads_nothing_of_the_installer(home: Path) -> None:
    """The command itself never loads the part of the package that runs outside of the CLI."""
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
    """A module imports what every supported CLI carries, and nothing that pip would have to."""
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
    """The module that every command pays for has no import at its top level."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))

    assert not [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]


def test_only_the_host_module_imports_botocore() -> None:
    """botocore comes through host/, which sees to it that awscli is imported first."""
    importers = {
        path.relative_to(PACKAGE).as_posix()
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and str(node.module).partition(".")[0] == "botocore"
    }

    assert importers == {"host/__init__.py"}
