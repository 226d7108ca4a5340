"""Variables, places, and what a failed command had to say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from awscli_assume.install.refusal import Refusal
from awscli_assume.install.system import (
    child_environment,
    find_places,
    reason,
    run_command,
)


def test_children_inherit_nothing_that_leads_astray() -> None:
    """No profile, key, proxy or PYTHONPATH of this terminal reaches aws; the rest does."""
    env = {
        "PATH": "/bin", "LANG": "C", "AWS_PROFILE": "gone", "AWS_SECRET_ACCESS_KEY": "x",
        "https_proxy": "p", "NO_PROXY": "n", "PYTHONPATH": "/dev", "PYTHONHOME": "/x",
        "PYTHONUNBUFFERED": "1",
    }  # fmt: skip

    expected = {
        "PATH": "/bin", "LANG": "C", "PYTHONUNBUFFERED": "1",
        "AWS_CLI_AUTO_PROMPT": "off", "AWS_PAGER": "", "AWS_CONFIG_FILE": "/c",
    }  # fmt: skip
    assert expected == child_environment(env, AWS_CONFIG_FILE="/c")


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (None, "/home/alice/.aws/config"),
        ("~/aws-config", "/home/alice/aws-config"),
        ("$HOME/${SUB}/c", "/home/alice/deep/c"),
        ("/etc/$UNKNOWN", "/etc/$UNKNOWN"),
        ("relative", str(Path.cwd() / "relative")),
    ],
)
def test_finds_the_config_file_as_the_cli_does(named: str, expected: str) -> None:
    """AWS_CONFIG_FILE is expanded as botocore expands it."""
    env = {"HOME": "/home/alice", "SUB": "deep"}
    places = find_places(env if named is None else {**env, "AWS_CONFIG_FILE": named})

    assert Path(expected) == places.config_file
    assert places.alias_file == Path("/home/alice/.aws/cli/alias")
    assert places.package == Path("/home/alice/.aws/cli/plugins/awscli_assume")


def test_refuses_an_empty_config_file_variable() -> None:
    """An empty AWS_CONFIG_FILE breaks the CLI's own writer."""
    with pytest.raises(Refusal, match="unset AWS_CONFIG_FILE"):
        find_places({"HOME": "/home/alice", "AWS_CONFIG_FILE": ""})


@pytest.mark.parametrize(
    ("out", "err", "expected"),
    [
        ("", "Traceback\n  File\nModuleNotFoundError: No module named 'x'\n\n",
         "ModuleNotFoundError: No module named 'x'"),
        ("", "\naws: [ERROR]: No module named 'x'.\n", "No module named 'x'"),
        ("said on stdout\n", "", "said on stdout"),
        ("", "", "exit code 7"),
    ],
)  # fmt: skip
def test_quotes_the_last_line_of_a_failure(out: str, err: str, expected: str) -> None:
    """The line that tells the cause is the last one, on both majors."""
    assert expected == reason(subprocess.CompletedProcess([], 7, out, err))


def test_a_command_that_is_not_there_is_told_by_name() -> None:
    """A missing executable is a sentence, not a traceback."""
    with pytest.raises(Refusal, match="/nowhere/aws can't be started: No such file"):
        run_command(["/nowhere/aws"], {}, "")


def test_a_command_gets_what_is_typed_and_only_its_environment() -> None:
    """Standard input and the variables are those that were given."""
    code = "import os, sys; print(sys.stdin.read() + os.environ['A'])"

    assert run_command([sys.executable, "-c", code], {"A": "b"}, "typed ").stdout == "typed b\n"
