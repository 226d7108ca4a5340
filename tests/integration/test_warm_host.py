"""A command that is forked from a running AWS CLI behaves like a new process."""

from __future__ import annotations

import re
import signal
import subprocess
from pathlib import Path
from typing import Callable

import pytest

from support.person import Person
from support.processes import is_running, wait_for
from support.sts_stub import ROLE_ARN, StsStub

EXEC = f"aws assume exec --role-arn {ROLE_ARN} --"
COMMANDS = {
    "success": ("sts", "get-caller-identity"),
    "plugin": ("assume", "list", "--output", "json"),
    "refused": ("assume", "--role-arn", f"{ROLE_ARN}/x y"),
    "not known": ("assume", "--no-such-option"),
    "no profile": ("s3", "ls", "--profile", "nosuch"),
    "exec": ("assume", "exec", "--role-arn", ROLE_ARN, "--", "sh", "-c", "echo out; exit 7"),
}
# The other verbs, each of which loads modules of its own.
VERBS = {
    "export": ("assume", "export", "--role-arn", ROLE_ARN),
    "refresh": ("assume", "refresh", "--all"),
    "clear": ("assume", "clear", "--expired"),
    "explain": ("assume", "explain", "--role-arn", ROLE_ARN),
    "roles": ("assume", "roles"),
    "profiles": ("assume", "profiles", "--dry-run"),
    "create-role": ("assume", "create-role", "--role-name", "a b"),
}
# What a shell may do to an aws that is not on a terminal.
LINES = {
    "streams": "aws sts get-caller-identity | tail -1; aws assume list nothing 2>&1 >/dev/null",
    "a closed stream": "aws sts get-caller-identity >&-",
    "an ignored signal": f"trap '' HUP; {EXEC} grep SigIgn /proc/self/status",
    "umask and folder": f"umask 027; cd /; {EXEC} sh -c 'umask; pwd'",
    "the end by a signal": f"{EXEC} sh -c 'kill -KILL $$'; echo $?",
    "the environment": f"A='b c' {EXEC} sh -c 'env | grep -v _EXPIRATION | sort'",
}


@pytest.fixture
def bob(make_person: Callable, sts_stub: StsStub) -> Person:
    """Return a user of the scripted STS."""
    return make_person(sts_stub.url)


def what_is_seen(done: subprocess.CompletedProcess) -> tuple[int, str, str]:
    """Return exit code and streams without the time and the process ID of a run."""
    other_each_time = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|line 1: +\d+"
    out, err = (re.sub(other_each_time, "", text) for text in (done.stdout, done.stderr))
    return done.returncode, out, err


def check_same(person: Person, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail unless exit code and both streams of a fork are those of a new process."""
    forked = person.aws(*words)
    monkeypatch.setenv("AWSCLI_ASSUME_TEST_COLD", "1")
    started = person.aws(*words)
    assert what_is_seen(forked) == what_is_seen(started)


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_a_forked_command_is_a_new_process(
    words: tuple[str, ...], bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code and both streams are the same."""
    check_same(bob, words, monkeypatch)


@pytest.mark.parametrize("words", VERBS.values(), ids=VERBS)
@pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
def test_a_forked_verb_is_a_new_process(
    words: tuple[str, ...], bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was loaded before the fork hides no module that a verb fails to import."""
    check_same(bob, words, monkeypatch)


@pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
def test_the_plugin_is_that_of_the_config_file(bob: Person, tmp_path: Path) -> None:
    """A plugin of another folder is loaded from there, and without one there is no `assume`."""
    folder = tmp_path / "other"
    (folder / "awscli_assume").mkdir(parents=True)
    (folder / "awscli_assume" / "__init__.py").write_text(
        "def awscli_initialize(hooks):\n    print('the other one')\n"
    )
    lines = bob.config.read_text().splitlines()
    plain = [line for line in lines if "assume" not in line and "plugin" not in line]
    assert bob.aws("assume", "list").returncode == 0
    bob.config.write_text(
        "\n".join([*plain, "[plugins]", "assume = awscli_assume",
                   f"cli_legacy_plugin_path = {folder}", ""])
    )  # fmt: skip
    other = bob.aws("--version")
    bob.config.write_text("\n".join([*plain, ""]))
    without = bob.aws("assume", "list")

    assert other.stdout.startswith("the other one\n")
    assert without.returncode == 252
    assert "assume" in without.stderr


def run_line(line: str, env: dict[str, str], person: Person) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["/bin/bash", "-c", line], env=env, cwd=person.home, capture_output=True, text=True,
        stdin=subprocess.DEVNULL, timeout=120, start_new_session=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
@pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
def test_a_forked_aws_of_a_shell_is_a_new_process(line: str, bob: Person) -> None:
    """In a shell without a terminal, exit code and both streams are the same as well."""
    forked = run_line(line, bob.forked_variables(), bob)
    started = run_line(line, bob.variables(), bob)

    assert what_is_seen(forked) == what_is_seen(started)


@pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
@pytest.mark.parametrize(("name", "code"), [("TERM", 9), ("KILL", -9)])
def test_a_signal_reaches_the_forked_command(bob: Person, name: str, code: int) -> None:
    """A signal to the process that waits is the command's, and KILL leaves no command behind."""
    script = "trap 'echo got it; exit 9' TERM; echo $$; while :; do sleep 0.05; done"
    process = subprocess.Popen(
        bob.words("assume", "exec", "--role-arn", ROLE_ARN, "--", "bash", "-c", script),
        env=bob.forked_variables(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    child = int(process.stdout.readline())

    process.send_signal(getattr(signal, f"SIG{name}"))
    out, _ = process.communicate(timeout=30)

    assert (out, process.returncode) == ("got it\n" if name == "TERM" else "", code)
    assert wait_for(lambda: not is_running(child))
