"""The record that enable writes, and the file that disable restores from it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Optional

import pytest
from awscli.customizations.configure.writer import ConfigFileWriter
from hypothesis import given, reject
from hypothesis import strategies as st

import awscli_assume
from awscli_assume.install.enable import enable
from awscli_assume.install.plugin_settings import read_settings, with_folder
from awscli_assume.install.record import (
    Entry,
    base_interpreter,
    load_python,
    load_record,
    make_entry,
    restore,
    save_record,
)

OURS = os.path.join(os.sep, "home", "alice", ".aws", "cli", "plugins")


def set_by_cli(before: Optional[bytes]) -> bytes:
    """Return the file after the CLI's own writer has set our two keys."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "config")
        if before is not None:
            path.write_bytes(before)
        found = read_settings((before or b"").decode("utf-8")).get("cli_legacy_plugin_path")
        value = with_folder(found, OURS)
        for key, text in (("cli_legacy_plugin_path", value), ("assume", "awscli_assume")):
            ConfigFileWriter().update_config({"__section__": "plugins", key: text}, str(path))
        return path.read_bytes()


LINES = st.lists(
    st.sampled_from(
        [
            "\n", "# comment\n", "\r\n", "[default]\n", "region = eu-west-1\n", "[profile x]\n",
            "[plugins]\n", "[plugins]\r\n", "other = mine\n", "s3 =\n", "  max = 3\n",
            "cli_legacy_plugin_path=/opt/p\n", f"cli_legacy_plugin_path = {OURS}\n", "é = ü\n",
            "[plugins]", "region = last",
        ]
    ),
    max_size=9,
)  # fmt: skip


@given(LINES)
def test_disable_undoes_what_the_cli_wrote_byte_for_byte(lines: list[str]) -> None:
    """Any config file is restored if it was not edited meanwhile."""
    before = "".join(lines).encode()
    try:
        after = set_by_cli(before)
    except ValueError:
        # A value over several lines, which the CLI's writer refuses to write again.
        reject()

    entry = make_entry(before, after, OURS, None)

    assert before == restore(after, entry, OURS)


def test_a_file_that_enable_created_is_removed() -> None:
    """A config file with our lines alone is removed if enable has created it."""
    after = set_by_cli(None)
    entry = make_entry(None, after, OURS, None)

    assert restore(after, entry, OURS) is None
    assert restore(after + b"[default]\nregion = x\n", entry, OURS) == b"[default]\nregion = x\n"


def test_an_empty_file_stays() -> None:
    """A user's empty config file is not removed."""
    after = set_by_cli(b"")

    assert restore(after, make_entry(b"", after, OURS, None), OURS) == b""


def test_an_ordinary_file_is_not_copied_into_the_record() -> None:
    """Keys in the config file are not stored twice; only a file with CRLF has to be."""
    plain, windows = b"[default]\nregion = x\n", b"[default]\r\nregion = x\r\n"

    assert make_entry(plain, set_by_cli(plain), OURS, None).content is None
    assert make_entry(windows, set_by_cli(windows), OURS, None).content is not None
    assert "content" not in repr(make_entry(windows, set_by_cli(windows), OURS, None))


def test_a_later_edit_survives() -> None:
    """A user's change after enable stays when our lines are removed."""
    before = b"[default]\nregion = x"
    after = set_by_cli(before)
    edited = after.replace(b"region = x", b"region = y") + b"[profile new]\noutput = text\n"

    entry = make_entry(before, after, OURS, None)

    expected = b"[default]\nregion = y\n[profile new]\noutput = text\n"
    assert expected == restore(edited, entry, OURS)


def test_enabling_again_keeps_what_the_first_time_found() -> None:
    """Disable restores the state before the first enable."""
    before = b"[default]\nregion = x"
    after = set_by_cli(before)
    first = make_entry(before, after, OURS, None)

    second = make_entry(after, after, OURS, first)

    assert first == second
    assert before == restore(after, second, OURS)


def test_the_record_is_private_and_comes_back(tmp_path: Path) -> None:
    """Entries are read back; the file is 0600; without entries there is no file."""
    path = tmp_path / "awscli-assume.json"
    entries = {"/a": Entry(True, "b", "c", "cli_legacy_plugin_path=x\n", "ZA==")}

    save_record(path, entries)

    assert entries == load_record(path)
    assert path.stat().st_mode & 0o777 == 0o600
    save_record(path, {})
    assert not path.exists()


def test_the_record_names_an_interpreter(tmp_path: Path) -> None:
    """The interpreter is stored beside the entries."""
    path = tmp_path / "awscli-assume.json"
    entries = {"/a": Entry(True, "b", "c", None)}

    save_record(path, entries, "/usr/bin/python3")

    assert load_python(path) == "/usr/bin/python3"
    assert entries == load_record(path)
    save_record(path, entries)
    assert load_python(path) is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"config_files": {"/a": {"x": 1}}}'])
def test_a_damaged_record_is_ignored(tmp_path: Path, content: bytes) -> None:
    """Disable works without the record, so also with a damaged one."""
    path = tmp_path / "awscli-assume.json"
    path.write_bytes(content)

    assert load_record(path) == {}
    assert load_python(path) is None


def test_the_interpreter_is_outside_of_an_environment(tmp_path: Path) -> None:
    """In a virtual environment, it is the Python that the environment was made from."""
    venv.create(tmp_path / "env", symlinks=True)
    code = "from awscli_assume.install.record import *; print(base_interpreter())"
    root = Path(awscli_assume.__file__).parents[1]
    done = subprocess.run(
        [str(tmp_path / "env" / "bin" / "python"), "-c", code],
        env={"PYTHONPATH": str(root)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = done.stdout.strip()

    assert os.path.realpath(sys.executable) == os.path.realpath(found)
    assert not found.startswith(str(tmp_path))


def test_enable_records_the_interpreter(machine) -> None:
    """The record names the Python that enable ran in."""
    machine.add_aws("v2", "2.38.5")

    enable(machine.system())

    record = json.loads((machine.plugins / "awscli-assume.json").read_text())
    assert record["python"] == base_interpreter()
    assert os.access(record["python"], os.X_OK)
