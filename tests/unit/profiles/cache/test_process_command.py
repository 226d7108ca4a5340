"""The value of credential_process, as everybody reads it who runs it."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from awscli.customizations.configure.writer import ConfigFileWriter
from botocore.compat import compat_shell_split
from hypothesis import given
from hypothesis import strategies as st

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host import raw_config_parse
from awscli_assume.profiles.cache.process_command import command_line, is_ours, slow_command_line
from support.javascript import run_javascript

PROGRAM = "/home/alice/.aws/cli/plugins/awscli_assume/process/answer.py"
NASTY = '/a b/it\'s #1 ;x/$HOME/`id`/%d/\\n/é/"q"/&|<>*?[]=~!/ #'
# The printable characters: what cannot be printed is refused.
PATHS = st.text(
    st.characters(codec="utf-8").filter(str.isprintable), min_size=1, max_size=20
) | st.text(st.sampled_from(" #;'\"\\$a"), min_size=1, max_size=12)


def line_of(path: str, platform: str = "linux") -> str:
    return command_line("/usr/bin/python3", PROGRAM, path, "assumed-role", path, platform)


def words_of(path: str) -> list[str]:
    return ["/usr/bin/python3", "-I", "-S", PROGRAM, path, "assumed-role", path]


def test_an_ordinary_line_has_no_quotes() -> None:
    """The command in the config file is readable."""
    found = command_line(
        "/usr/bin/python3", PROGRAM, "/home/alice/.aws/c/ab12", "assumed-role", "/usr/bin/aws"
    )

    assert found == (
        f"/usr/bin/python3 -I -S {PROGRAM} /home/alice/.aws/c/ab12 assumed-role /usr/bin/aws"
    )


@given(PATHS)
def test_botocore_splits_it_into_the_words(path: str) -> None:
    """botocore runs the words that were given, whatever is in them."""
    assert compat_shell_split(line_of(path), "linux") == words_of(path)
    assert is_ours(line_of(path))


@given(PATHS)
def test_botocore_on_windows_splits_it_into_the_words(path: str) -> None:
    """So it does on Windows, where what cmd would take for its own is refused."""
    try:
        found = line_of(path, "win32")
    except InvalidConfiguration:
        assert any(character in path for character in '"%^&|<>!#;')
        return

    assert compat_shell_split(found, "win32") == words_of(path)
    assert is_ours(found, "win32")


@pytest.mark.parametrize("path", [NASTY, "#", ";", " #", "a # b", "'"])
def test_a_shell_splits_it_into_the_words(path: str) -> None:
    """The SDKs for Go, JavaScript and others hand the value to sh -c."""
    show = "import json, sys; print(json.dumps(sys.argv[1:]))"
    line = line_of(path).replace("/usr/bin/python3", "", 1)
    shown = f"{shlex.quote(sys.executable)} -c {shlex.quote(show)} {line}"
    done = subprocess.run(["sh", "-c", shown], capture_output=True, text=True, check=True)

    assert json.loads(done.stdout) == words_of(path)[1:]


@given(PATHS)
def test_no_ini_reader_finds_a_comment_in_it(path: str) -> None:
    """Readers that cut a value at a blank and # or ; have nothing to cut."""
    line = line_of(path)

    assert not [mark for mark in (" #", " ;", "\t#", "\t;") if mark in line]
    assert line == line.strip()


def test_the_config_file_gives_it_back(tmp_path: Path) -> None:
    """What the CLI's writer writes, the CLI and the SDK for JavaScript read."""
    path = tmp_path / "config"
    value = line_of(NASTY)
    ConfigFileWriter().update_config(
        {"__section__": "profile x", "credential_process": value}, str(path)
    )
    program = f"""
import {{ loadSharedConfigFiles }} from '@smithy/core/config';
const files = await loadSharedConfigFiles({{ configFilepath: {json.dumps(str(path))},
  filepath: '/nonexistent' }});
console.log(JSON.stringify(files.configFile.x.credential_process));
"""
    done = run_javascript(program, {"HOME": str(tmp_path)})

    assert raw_config_parse(str(path))["profile x"]["credential_process"] == value
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == value


@pytest.mark.parametrize(
    "path", ["", "/a\nb", "/a\tb", "/a\x00", "/a\u2028b", "/a\u00a0#", "\udcff"]
)
@pytest.mark.parametrize("platform", ["linux", "win32"])
def test_what_cannot_be_written_is_refused(path: str, platform: str) -> None:
    """A path with control characters, or none, is named and not written."""
    with pytest.raises(
        InvalidConfiguration, match="in credential_process: it is empty or"
    ) as error:
        line_of(path, platform)

    assert repr(path) in str(error.value)


def test_the_slow_line_is_ours_too() -> None:
    """Without a Python it is aws itself that the value names."""
    found = slow_command_line("/opt/my aws/aws", "assumed-role")

    assert found == (
        "'/opt/my aws/aws' assume export --update-profile assumed-role --format process"
    )
    assert is_ours(found)


@pytest.mark.parametrize(
    "value",
    [
        "", "'", "/usr/bin/vault aws creds", "/usr/bin/python3 -I -S /x/answer.py a b c",
        f"/usr/bin/python3 {PROGRAM} a b c", f"/usr/bin/python3 -I -S {PROGRAM} a b c d",
        "aws configure export-credentials --profile x --format process",
        "aws assume export --update-profile x --format env", f"sh -c 'x -I -S {PROGRAM} a b c'",
    ],
)  # fmt: skip
def test_what_others_wrote_is_not_ours(value: str) -> None:
    """A program of somebody else is never taken for ours."""
    assert not is_ours(value)
