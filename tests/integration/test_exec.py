"""`aws assume exec` on the real hosts: the child's environment, signals, terminal, exit code."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Callable

import pytest

from support.hosts import Host
from support.person import Person
from support.sts_stub import (
    ACCESS_KEY_ID,
    ACCOUNT,
    MFA_SERIAL,
    ROLE_ARN,
    SECRET,
    TOKEN,
    USER_KEY_ID,
    StsStub,
    assume_role_answer,
    refusal,
)
from support.terminal import Terminal, exit_code
from support.warm_host import warm_executable

WAYS = pytest.mark.parametrize("way", [(), ("--auto-refresh",)], ids=["keys", "endpoint"])
NEWEST = pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)


@pytest.fixture
def bob(make_person: Callable, sts_stub: StsStub) -> Person:
    """Return a user whose STS is scripted."""
    return make_person(sts_stub.url)


def run_exec(
    person: Person, *command: str, way: tuple[str, ...] = (), **variables: str
) -> subprocess.CompletedProcess:
    """Run a command as the role, in a shell where ``aws`` is the host's."""
    return subprocess.run(
        person.words("assume", "exec", "--role-arn", ROLE_ARN, *way, "--", *command),
        env=person.forked_variables(**variables), capture_output=True, text=True, timeout=120,
        stdin=subprocess.DEVNULL, cwd=person.home, start_new_session=True, check=False,
    )  # fmt: skip


@WAYS
def test_the_childs_own_aws_is_the_role(person: Person, way: tuple[str, ...]) -> None:
    """`aws` inside is the role: it lists what the role may list, and is refused the rest."""
    script = " && ".join(
        " ".join(person.words(*words))
        for words in (("s3", "ls"), ("sts", "get-caller-identity", "--query", "Arn"))
    )
    refused = " ".join(person.words("iam", "list-users"))
    script = f"PATH={warm_executable(person.host).parent}:$PATH; {script}"
    done = subprocess.run(
        person.words("assume", "exec", "--role-name", "my-iam-role", *way, "--", "sh", "-c",
                     f"{script}; {refused}"),
        env=person.variables(), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert "reports" in done.stdout, done.stderr
    assert ":assumed-role/my-iam-role/" in done.stdout
    assert "AccessDenied" in done.stderr
    assert done.returncode == (254 if person.host.major == 2 else 255)
    assert person.sections(person.credentials).keys() == {"default"}


def test_environment_is_the_users_and_the_roles(bob: Person) -> None:
    """The child has the user's variables and ours, but none that take precedence over ours."""
    theirs = {
        "AWS_PROFILE": "default",
        "AWS_SECURITY_TOKEN": "old",
        "AWS_ROLE_SESSION_NAME": "theirs",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/",
        "AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z",
        "PLAIN": "two words\n$HOME",
    }
    done = run_exec(bob, "env", "-0", **theirs)

    found = dict(item.split("=", 1) for item in done.stdout.split("\0") if item)
    assert found.pop("AWS_CREDENTIAL_EXPIRATION") > "2026"
    assert found == {
        **bob.variables(PLAIN="two words\n$HOME"),
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_SESSION_TOKEN": TOKEN,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ASSUMED_ROLE": ROLE_ARN,
        "AWS_ASSUME_SOURCE_PROFILE": "default",
        "AWS_ASSUME_ACCESS_KEY_ID": ACCESS_KEY_ID,
    }


def test_environment_beside_an_endpoint_has_no_keys(bob: Person) -> None:
    """With --auto-refresh the child has an address, a token, and a profile without credentials."""
    done = run_exec(bob, "env", "-0", way=("--auto-refresh",))

    found = dict(item.split("=", 1) for item in done.stdout.split("\0") if item)
    assert found.pop("AWS_CONTAINER_CREDENTIALS_FULL_URI").startswith("http://127.0.0.1:")
    assert len(found.pop("AWS_CONTAINER_AUTHORIZATION_TOKEN")) > 30
    assert found == {
        **bob.variables(),
        "AWS_PROFILE": "assume-exec",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ASSUMED_ROLE": ROLE_ARN,
    }
    bare = bob.sections(bob.config)["profile assume-exec"]
    assert bare.keys() == {"x_purpose", "region"}


def test_library_path_of_the_user_is_the_childs(bob: Person) -> None:
    """A library path and a model path that the user has set reach the child as they were."""
    theirs = {"LD_LIBRARY_PATH": "/opt/theirs", "AWS_DATA_PATH": "/opt/models"}

    done = run_exec(bob, "sh", "-c", 'echo "$LD_LIBRARY_PATH $AWS_DATA_PATH"', **theirs)

    assert done.stdout == "/opt/theirs /opt/models\n"


def test_words_of_the_command_are_its_own(bob: Person) -> None:
    """What stands behind -- arrives as it is, whatever it would mean to the AWS CLI."""
    words = [
        "--profile",
        "x",
        "--query",
        "y",
        "-h",
        "file:///etc/hostname",
        "",
        "--",
        "a b",
        "help",
    ]

    done = run_exec(bob, sys.executable, "-c", "import sys; print(sys.argv[1:])", *words)

    assert done.stdout == f"{words}\n", done.stderr


@WAYS
@pytest.mark.parametrize("code", [0, 1, 37, 255])
@NEWEST
def test_exit_code_is_the_commands(bob: Person, code: int, way: tuple[str, ...]) -> None:
    """The exit code of the command is that of `aws`."""
    assert run_exec(bob, "sh", "-c", f"exit {code}", way=way).returncode == code


@NEWEST
@WAYS
def test_command_that_does_not_exist(bob: Person, sts_stub: StsStub, way: tuple[str, ...]) -> None:
    """127, one sentence, and STS was not called."""
    done = run_exec(bob, "no-such-command", way=way)

    assert (done.returncode, done.stdout) == (127, "")
    assert done.stderr.count("\n") == 1
    assert "'no-such-command': it is not in a folder of PATH" in done.stderr
    assert sts_stub.actions == []


@NEWEST
@pytest.mark.parametrize(("name", "reason"), [("notes", "is not executable"), ("", "is a folder")])
def test_command_that_can_not_be_run(
    bob: Person, sts_stub: StsStub, name: str, reason: str
) -> None:
    """126, one sentence, and STS was not called."""
    (bob.home / "notes").write_text("text")

    done = run_exec(bob, f"{bob.home}/{name}")

    assert done.returncode == 126
    assert reason in done.stderr
    assert sts_stub.actions == []


@NEWEST
@WAYS
def test_file_that_the_system_can_not_run(bob: Person, way: tuple[str, ...]) -> None:
    """126 for a file that is executable and no program."""
    broken = bob.home / "broken"
    broken.write_bytes(b"\x7fELF no program")
    broken.chmod(0o700)

    done = run_exec(bob, str(broken), way=way)

    assert done.returncode == 126
    assert done.stderr.count("Can't run") == 1
    assert "Traceback" not in done.stderr


@NEWEST
def test_a_refusal_runs_nothing(bob: Person, sts_stub: StsStub) -> None:
    """Where STS refuses, the command is not run and the exit code is the CLI's."""
    # The code and the form of the text: STS API reference, "Common Errors".
    sts_stub.script = lambda parameters: refusal(403, "AccessDenied", "no sts:AssumeRole")

    done = run_exec(bob, "touch", "ran")

    assert done.returncode == 254
    assert not (bob.home / "ran").exists()


@NEWEST
def test_it_nests(bob: Person, sts_stub: StsStub) -> None:
    """Inside, `aws assume exec` goes on from the role: role chaining."""
    inner = bob.words("assume", "exec", "--role-arn", ROLE_ARN.replace("my-iam", "second"), "--")

    done = run_exec(bob, *inner, "sh", "-c", 'echo "$AWS_ASSUMED_ROLE"')

    assert done.stdout == f"arn:aws:iam::{ACCOUNT}:role/second-role\n", done.stderr
    signers = [one["Authorization"].split("=")[1].split("/")[0] for one in sts_stub.headers]
    assert signers == [USER_KEY_ID, ACCESS_KEY_ID]


@NEWEST
def test_a_temporary_source_is_handed_on(bob: Person, sts_stub: StsStub) -> None:
    """With no role and a source that is temporary, the command gets that one and STS no call."""
    bob.aws("assume", "--role-arn", ROLE_ARN)
    before = len(sts_stub.actions)
    done = subprocess.run(
        bob.words("assume", "exec", "--", "sh", "-c", 'echo "$AWS_ACCESS_KEY_ID"'),
        env=bob.forked_variables(AWS_PROFILE="assumed-role"), capture_output=True, text=True,
        check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip

    assert done.stdout == f"{ACCESS_KEY_ID}\n", done.stderr
    assert len(sts_stub.actions) == before


# Signals and the terminal


def ignored_signals(text: str) -> str:
    return next(line for line in text.splitlines() if line.startswith("SigIgn"))


@WAYS
def test_signals_are_not_ignored(bob: Person, way: tuple[str, ...]) -> None:
    """The child ignores no signal that it would not ignore without us."""
    plain = Path("/proc/self/status")
    theirs = subprocess.run(
        ["cat", str(plain)], capture_output=True, text=True, check=True, start_new_session=True
    )

    done = run_exec(bob, "cat", str(plain), way=way)

    assert ignored_signals(done.stdout) == ignored_signals(theirs.stdout)


@NEWEST
@WAYS
def test_what_is_ignored_stays_so(bob: Person, way: tuple[str, ...]) -> None:
    """Under nohup the child ignores HUP as it would without us."""
    command = bob.words("assume", "exec", "--role-arn", ROLE_ARN, *way, "--", "sh", "-c",
                        "grep SigIgn /proc/self/status")  # fmt: skip
    done = subprocess.run(
        ["nohup", *command], env=bob.variables(), capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL, cwd=bob.home,
    )  # fmt: skip

    assert int(ignored_signals(done.stdout).split()[1], 16) & 1 << signal.SIGHUP - 1


TRAP = """
trap 'echo got it; exit 9' {name}
echo ready
while :; do sleep 0.05; done
"""


def start(person: Person, way: tuple[str, ...], *command: str) -> subprocess.Popen:
    return subprocess.Popen(
        person.words("assume", "exec", "--role-arn", ROLE_ARN, *way, "--", *command),
        env=person.variables(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        stdin=subprocess.DEVNULL, cwd=person.home, start_new_session=True,
    )  # fmt: skip


@NEWEST
@WAYS
@pytest.mark.parametrize("name", ["TERM", "HUP", "USR1"])
def test_signal_to_us_reaches_the_command(bob: Person, name: str, way: tuple[str, ...]) -> None:
    """A signal to our process alone is the command's to handle, and so is the exit code."""
    child = start(bob, way, "sh", "-c", TRAP.format(name=name))
    assert child.stdout.readline() == "ready\n"

    child.send_signal(getattr(signal, f"SIG{name}"))
    out, _ = child.communicate(timeout=30)

    assert (out, child.returncode) == ("got it\n", 9)


@NEWEST
@WAYS
def test_ctrl_c_ends_both_as_it_ends_the_command(bob: Person, way: tuple[str, ...]) -> None:
    """INT to the group ends a command that does not handle it, and us by the same signal."""
    child = start(bob, way, sys.executable, "-c",
                  "import time, signal; signal.signal(signal.SIGINT, signal.SIG_DFL); "
                  "print('ready', flush=True); time.sleep(60)")  # fmt: skip
    assert child.stdout.readline() == "ready\n"

    os.killpg(child.pid, signal.SIGINT)
    child.communicate(timeout=30)

    assert child.returncode == -signal.SIGINT


@NEWEST
@WAYS
def test_job_control(bob: Person, way: tuple[str, ...]) -> None:
    """Ctrl-Z stops the command, fg continues it, Ctrl-C ends it; the shell is as before."""
    terminal = Terminal(
        ["bash", "--norc", "--noprofile", "-i"], bob.variables(PS1="$ "), str(bob.home)
    )
    command = bob.words("assume", "exec", "--role-arn", ROLE_ARN, *way, "--",
                        "sh", "-c", "echo started; exec sleep 60")  # fmt: skip
    quoted = " ".join(f"'{word}'" for word in command)
    terminal.type(f"{quoted}\n")
    terminal.expect("\nstarted")
    terminal.type("\x1a")
    terminal.expect("Stopped")
    terminal.expect("sleep 60")
    terminal.type("fg\n")
    terminal.expect("sleep 60")
    terminal.wait_for_job()
    terminal.type("\x03")
    terminal.expect("$ ")
    terminal.type("echo code $?\n")
    terminal.expect("\r\ncode 130")
    terminal.type("exit 5\n")

    assert exit_code(terminal.end()) == 5


FULL_SCREEN = """
import curses
def main(screen):
    screen.addstr(1, 1, f"size {screen.getmaxyx()[1] > 20} colours {curses.has_colors()}")
    screen.refresh()
    screen.addstr(2, 1, f"key {screen.getkey()}")
    screen.refresh()
    screen.getkey()
curses.wrapper(main)
"""


@NEWEST
@WAYS
def test_full_screen_program(bob: Person, way: tuple[str, ...]) -> None:
    """A full-screen program has the terminal to itself and gives it back."""
    command = bob.words(
        "assume", "exec", "--role-arn", ROLE_ARN, *way, "--", sys.executable, "-c", FULL_SCREEN
    )
    terminal = Terminal(command, bob.variables(TERM="xterm"), str(bob.home))
    terminal.expect("\x1b[?1049h")
    terminal.expect("size True")
    terminal.type("k")
    terminal.expect("key k")
    terminal.type("q")

    assert exit_code(terminal.end()) == 0
    assert "\x1b[?1049l" in terminal.seen


@NEWEST
@WAYS
def test_shell_of_the_user(bob: Person, way: tuple[str, ...]) -> None:
    """Without a command it is the user's shell, which is told whom it runs as."""
    command = bob.words("assume", "exec", "--role-arn", ROLE_ARN, *way)
    terminal = Terminal(command, bob.variables(SHELL="/bin/sh", PS1="> "), str(bob.home))
    terminal.expect(f"This shell runs as {ROLE_ARN}")
    terminal.expect("> ")
    terminal.type("echo $AWS_ASSUMED_ROLE; exit 3\n")
    terminal.expect(f"\n{ROLE_ARN}")

    assert exit_code(terminal.end()) == 3


# Renewal


def ending_soon(first: int) -> Callable[[dict], object]:
    """Return a script of STS: a first session of so many seconds, then ones of an hour."""
    count = 0

    def script(request: dict[str, str]) -> object:
        nonlocal count
        if request["Action"] != "AssumeRole":
            return None
        count += 1
        life = first if count == 1 else 3600
        until = datetime.now(timezone.utc) + timedelta(seconds=life)
        return assume_role_answer(
            request["RoleArn"], request["RoleSessionName"], f"{until:%Y-%m-%dT%H:%M:%SZ}",
            f"ASIASTUBSTUB{count:08}",
        )  # fmt: skip

    return script


BOTO3 = """
import boto3, time
client = boto3.client("sts")
for _ in range(8):
    client.get_caller_identity()
    time.sleep(1)
"""


@pytest.mark.parametrize("host", ["v2-2.38.5", "v1-newest"], indirect=True)
def test_a_long_command_goes_on_across_a_renewal(bob: Person, sts_stub: StsStub) -> None:
    """boto3 inside goes on when the first session has ended, with keys of the second."""
    sts_stub.script = ending_soon(6)

    done = run_exec(bob, sys.executable, "-c", BOTO3, way=("--auto-refresh",),
                    AWS_ENDPOINT_URL=sts_stub.url)  # fmt: skip

    assert done.returncode == 0, done.stderr
    signers = [one["Authorization"].split("=")[1].split("/")[0] for one in sts_stub.headers]
    assert signers[0] == USER_KEY_ID
    assert signers.count(USER_KEY_ID) == 2
    assert signers[1] == "ASIASTUBSTUB00000001"
    assert signers[-1] == "ASIASTUBSTUB00000002"


@NEWEST
def test_the_mfa_session_renews(bob: Person, sts_stub: StsStub) -> None:
    """A role behind MFA goes on without a question: the session of the first code signs again."""
    ending = ending_soon(6)
    sts_stub.script = lambda request: (
        ending(request) if request["Action"] == "AssumeRole" else None
    )
    words = bob.words("assume", "exec", "--role-arn", ROLE_ARN, "--serial-number", MFA_SERIAL,
                      "--auto-refresh", "--", sys.executable, "-c", BOTO3)  # fmt: skip
    terminal = Terminal(words, bob.variables(AWS_ENDPOINT_URL=sts_stub.url), str(bob.home))

    terminal.expect(f"Enter MFA code for {MFA_SERIAL}: ")
    terminal.type("654321\n")

    assert exit_code(terminal.end()) == 0, terminal.seen
    assert terminal.seen.count("Enter MFA code") == 1
    assert "are not renewed" not in terminal.seen
    assumed = [one for one in sts_stub.requests if one["Action"] == "AssumeRole"]
    assert sts_stub.actions.count("GetSessionToken") == 1
    assert len(assumed) > 1
    assert not [one for one in assumed if "TokenCode" in one]


@NEWEST
def test_a_code_that_was_given_renews_nothing(bob: Person, sts_stub: StsStub) -> None:
    """A spent code is not sent again: a note says so, and the command is told when it asks."""
    sts_stub.script = ending_soon(2)
    script = BOTO3.replace("get_caller_identity()", "get_caller_identity(); time.sleep(2.5)")
    way = ("--auto-refresh", "--serial-number", MFA_SERIAL, "--token-code", "123456")
    done = run_exec(bob, sys.executable, "-c", script, way=way, AWS_ENDPOINT_URL=sts_stub.url)

    assert "are not renewed" in done.stderr
    assert done.returncode == 1
    assert "needs a code of the MFA device" in done.stderr
    assumed = [one for one in sts_stub.requests if one["Action"] == "AssumeRole"]
    assert [one["TokenCode"] for one in assumed] == ["123456"]


@NEWEST
def test_no_secret_stays_behind(bob: Person) -> None:
    """With an endpoint, no file has a credential of the session in it, nor a stream."""
    done = run_exec(bob, "true", way=("--auto-refresh", "--debug"))

    files = [path.read_bytes() for path in bob.home.rglob("*") if path.is_file()]
    for secret in (SECRET, TOKEN):
        assert secret not in done.stdout + done.stderr
        assert not [content for content in files if secret.encode() in content]


@NEWEST
def test_no_endpoint_without_a_role(bob: Person, host: Host) -> None:
    """--auto-refresh with no role to assume again is an error that says so."""
    done = subprocess.run(
        bob.words("assume", "exec", "--auto-refresh", "--", "true"),
        env=bob.forked_variables(), capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 252
    assert "No role was named" in done.stderr
    assert json.dumps(done.stdout) == '""'


@NEWEST
@WAYS
def test_exit_code_where_sigchld_is_ignored(bob: Person, way: tuple[str, ...]) -> None:
    """Some daemons start their children with SIGCHLD ignored; a failure is one all the same."""
    command = bob.words("assume", "exec", "--role-arn", ROLE_ARN, *way, "--", "sh", "-c", "exit 7")
    ignoring = (
        "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); "
        "os.execvp(sys.argv[1], sys.argv[1:])"
    )

    done = subprocess.run(
        [sys.executable, "-c", ignoring, *command], env=bob.variables(), cwd=bob.home, check=False
    )

    assert done.returncode == 7


@NEWEST
@WAYS
def test_ctrl_z_without_job_control(bob: Person, way: tuple[str, ...]) -> None:
    """Where nobody could continue us, Ctrl-Z stops neither the command nor us."""
    command = bob.words("assume", "exec", "--role-arn", ROLE_ARN, *way, "--",
                        "sh", "-c", "echo started; sleep 2; echo ended")  # fmt: skip
    terminal = Terminal(command, bob.variables(), str(bob.home))
    terminal.expect("started")
    terminal.type("\x1a")
    terminal.expect("ended")

    assert exit_code(terminal.end()) == 0


@NEWEST
def test_closed_stderr(bob: Person) -> None:
    """The exit code is the command's where stderr is closed."""
    command = shlex.join(
        bob.words("assume", "exec", "--role-arn", ROLE_ARN, "--", "sh", "-c", "exit 4")
    )
    done = subprocess.run(
        ["sh", "-c", f"{command} 2>&-"], env=bob.variables(), cwd=bob.home, check=False
    )

    assert done.returncode == 4


@NEWEST
@pytest.mark.parametrize("where", ["credentials", "config"])
def test_credentials_in_the_exec_profile_are_refused(
    bob: Person, sts_stub: StsStub, where: str
) -> None:
    """Keys in assume-exec would beat the endpoint: the command is not run."""
    run_exec(bob, "true", way=("--auto-refresh",))
    path = bob.home / ".aws" / where
    section = "[profile assume-exec]" if where == "config" else "[assume-exec]"
    keys = "aws_access_key_id = AKIAPOISONPOISON0001\naws_secret_access_key = s\n"
    if where == "config":
        path.write_text(path.read_text().replace(f"{section}\n", f"{section}\n{keys}"))
    else:
        path.write_text(f"{path.read_text()}{section}\n{keys}")

    done = run_exec(bob, "touch", "ran", way=("--auto-refresh",))

    assert done.returncode == 253
    assert "aws_access_key_id" in done.stderr
    assert not (bob.home / "ran").exists()


@NEWEST
def test_the_exec_profile_is_no_target(bob: Person, sts_stub: StsStub) -> None:
    """Nobody's credentials are written to assume-exec."""
    done = bob.aws("assume", "--role-arn", ROLE_ARN, "--update-profile", "assume-exec")

    assert (done.returncode, sts_stub.actions) == (252, [])


@NEWEST
def test_keys_of_the_environment_come_before_a_configured_role(bob: Person) -> None:
    """Inside of exec, with a role_arn in [default], the role's own session is what is exported."""
    bob.config.write_text(bob.config.read_text().replace("[default]\n", f"[default]\nrole_arn = "
                          f"{ROLE_ARN}\nsource_profile = default\n"))  # fmt: skip

    done = run_exec(bob, *bob.words("assume", "export", "--format", "env-no-export"))

    assert f"AWS_ACCESS_KEY_ID={ACCESS_KEY_ID}" in done.stdout, done.stderr
