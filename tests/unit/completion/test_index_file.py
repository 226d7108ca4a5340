"""The completion index: made from the AWS CLI's own, recognized by its header, and removed."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from pathlib import Path

import pytest

from awscli_assume.completion import index_file
from awscli_assume.completion.index_file import (
    BROKEN,
    CURRENT,
    FOREIGN,
    MISSING,
    STALE,
    claim_index,
    index_path,
    make_in_background,
    make_index,
    remove_ours,
    remove_unusable,
    state_of,
)
from support.completion_facts import read_facts

VERSION = "2.38.5"
# As awscli/autocomplete/local/indexer.py and serverside/indexer.py make them (2.38.5).
TABLES = """
CREATE TABLE command_table (command TEXT, full_name TEXT, parent TEXT,
  PRIMARY KEY (command, parent));
CREATE TABLE param_table (param_id INTEGER PRIMARY KEY, argname TEXT, type_name TEXT,
  command TEXT, parent TEXT, nargs TEXT, positional_arg TEXT, required INTEGER);
CREATE TABLE apicall_table (apicall_data TEXT, param_id INTEGER UNIQUE);
INSERT INTO command_table VALUES ('s3', 'High level S3 commands', 'aws');
INSERT INTO command_table VALUES ('assume', 'of a later AWS CLI', 'aws');
INSERT INTO param_table VALUES (1, 'theirs', 'string', 'assume', 'aws', NULL, '0', 0);
"""


@pytest.fixture
def builtin(tmp_path: Path) -> Path:
    """Return an index as the AWS CLI brings it."""
    path = tmp_path / "ac.index"
    with sqlite3.connect(path) as database:
        database.executescript(TABLES)
    database.close()
    return path


@pytest.fixture
def index(home: Path, builtin: Path) -> Path:
    """Return our index in HOME, made for one version."""
    return Path(make_index(str(home), VERSION, str(builtin)))


def rows(index: Path, query: str) -> list[tuple]:
    database = sqlite3.connect(index)
    found = database.execute(query).fetchall()
    database.close()
    return found


def test_rows(index: Path) -> None:
    """The rows are the verbs and the options; those of the AWS CLI stay, but for our name."""
    verbs = read_facts()["verbs"]
    commands = rows(index, "SELECT command, parent FROM command_table WHERE command != 'aws'")
    expected = [(name, "aws.assume") for name in verbs if name != "assume"]
    assert sorted(commands) == sorted([*expected, ("assume", "aws"), ("s3", "aws")])
    for verb, facts in verbs.items():
        names = rows(
            index, f"SELECT argname, positional_arg FROM param_table WHERE command='{verb}'"
        )
        options = [name for name, one in facts["arguments"].items() if not one.get("positional")]
        assert sorted(names) == sorted((name, "0") for name in options)


@pytest.mark.parametrize(
    ("verb", "option", "operation", "expression"),
    [
        ("assume", "role-name", "list_roles", "Roles[].RoleName"),
        ("exec", "via", "list_roles", "Roles[].RoleName"),
        ("create-role", "role-name", None, None),
        ("create-role", "external-id", "__repr__", '`["generate"]`'),
    ],
)
def test_values(index: Path, verb: str, option: str, operation: str, expression: str) -> None:
    """Role names come from the account, short lists of values from the index itself."""
    found = rows(
        index,
        "SELECT apicall_data FROM param_table LEFT JOIN apicall_table USING (param_id) "
        f"WHERE command = '{verb}' AND argname = '{option}'",
    )
    call = json.loads(found[0][0])["completions"][0] if found[0][0] else {}

    assert (call.get("operation"), call.get("jp_expr")) == (operation, expression)


def test_states(index: Path, builtin: Path, home: Path) -> None:
    """Only the header is read: whose the file is, for which version, and whether it is whole."""
    other = Path(index_path(str(home), "2.38.6"))
    assert (state_of(str(index)), state_of(str(other))) == (CURRENT, MISSING)
    assert state_of(str(builtin)) == FOREIGN
    other.write_bytes(index.read_bytes())
    assert state_of(str(other)) == STALE
    for content in (b"", b"no database", index.read_bytes()[:-1]):
        other.write_bytes(content)
        assert state_of(str(other)) == BROKEN


def test_another_plugin_version(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The index of another version of the plugin is stale."""
    monkeypatch.setattr(index_file, "__version__", "99.0.0")

    assert state_of(str(index)) == STALE


@pytest.mark.parametrize("content", ["no database", None])
def test_no_index_of_the_aws_cli(home: Path, builtin: Path, content: object) -> None:
    """A source build may have no index, or one of another kind: nothing is left behind."""
    builtin.unlink()
    if content is None:
        sqlite3.connect(builtin).execute("CREATE TABLE x (y)").connection.commit()
    else:
        builtin.write_text(str(content))

    with pytest.raises(ValueError, match="completion index"):
        make_index(str(home), VERSION, str(builtin))

    assert [path for path in home.rglob("*") if path.is_file()] == []


def test_an_index_of_somebody_else(home: Path, index: Path, builtin: Path) -> None:
    """It is neither replaced nor removed."""
    index.write_bytes(builtin.read_bytes())

    with pytest.raises(ValueError, match="is not from awscli-assume"):
        make_index(str(home), VERSION, str(builtin))
    assert (remove_unusable(str(home)), remove_ours(str(home))) == ([], [])
    assert index.read_bytes() == builtin.read_bytes()


def test_removal(home: Path, index: Path) -> None:
    """Unusable indexes are removed alone, or all of ours."""
    broken = index.with_name("2.1.0.index")
    broken.write_text("")

    assert remove_unusable(str(home)) == [str(broken)]
    assert remove_ours(str(home)) == [str(index)]
    assert remove_ours(str(home / "nowhere")) == []


def test_old_indexes_are_swept(home: Path, index: Path, builtin: Path) -> None:
    """A new index replaces those that are older than a month, and copies of killed processes."""
    old, recent = index.with_name("2.1.0.index"), index.with_name("2.2.0.index")
    left = index.with_name(".awscli-assume-index-x")
    for path in (old, recent, left):
        path.write_bytes(index.read_bytes())
    for path in (old, left):
        os.utime(path, (1, 1))

    make_index(str(home), VERSION, str(builtin))

    assert sorted(path.name for path in index.parent.iterdir()) == [recent.name, index.name]


@pytest.fixture
def enabled(home: Path) -> Path:
    """Return HOME with the record of `awscli-assume enable`."""
    record = home / ".aws" / "cli" / "plugins" / "awscli-assume.json"
    record.parent.mkdir(parents=True)
    record.write_text("{}")
    return home


def test_a_new_version_is_indexed_once(enabled: Path) -> None:
    """The first command starts it; while that runs, or failed within an hour, no other does."""
    home = str(enabled)
    marker = f"{index_path(home, VERSION)}.assume"

    assert claim_index(home, VERSION)
    assert not claim_index(home, VERSION)
    os.utime(marker, (time.time() - 4000,) * 2)
    assert claim_index(home, VERSION)
    assert not claim_index(home, VERSION)


def test_not_to_be_made(home: Path, index: Path, enabled: Path) -> None:
    """Version 1 has no index, one that is current needs none, and a FIFO in its place is left."""
    assert not claim_index(str(home), VERSION)
    assert not claim_index(str(home), "1.46.3")
    index.unlink()
    index.mkdir()
    assert not claim_index(str(home), VERSION)


def test_not_enabled(home: Path) -> None:
    """Without `awscli-assume enable`, `aws assume` writes no index."""
    assert not claim_index(str(home), VERSION)
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("content", ["no database", ""])
def test_a_broken_index_is_made_again(enabled: Path, index: Path, content: str) -> None:
    """`aws assume` removes it and has a new one made."""
    index.write_text(content)

    assert claim_index(str(enabled), VERSION)
    assert not index.exists()


def test_a_cache_that_cannot_be_written(enabled: Path) -> None:
    """No process is started for a folder that does not take the index."""
    (enabled / ".aws" / "cli" / "cache").write_text("a file")

    assert not claim_index(str(enabled), VERSION)


def test_the_process_is_detached(tmp_path: Path) -> None:
    """It runs `aws assume` in a session of its own, with no terminal and its own variable."""
    aws, out = tmp_path / "aws", tmp_path / "out"
    aws.write_text(f'#!/bin/sh\necho "$* $AWSCLI_ASSUME_INDEX $(ps -o sid= -p $$)" > {out}.new\n'
                   f"mv {out}.new {out}\n")  # fmt: skip
    aws.chmod(0o755)

    make_in_background(str(aws), {"PATH": os.environ["PATH"]})
    make_in_background(str(tmp_path / "gone"), {})

    deadline = time.monotonic() + 20
    while not out.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    words = out.read_text().split()
    assert words[:2] == ["assume", "build"]
    assert words[2] != str(os.getsid(0))
