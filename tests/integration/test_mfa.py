"""Ten roles behind MFA on one terminal, with the real hosts."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import stat
import time
from pathlib import Path
from typing import Callable

import pytest

from support.person import Person
from support.sts_stub import (
    MFA_SERIAL,
    ROLE_ARN,
    SESSION_KEY_ID,
    SESSION_SECRET,
    SESSION_TOKEN,
    USER_KEY_ID,
    StsStub,
)
from support.terminal import Terminal, exit_code

pytestmark = pytest.mark.parametrize("host", ["v2-2.38.5", "v1-newest"], indirect=True)


@pytest.fixture
def bob(make_person: Callable, sts_stub: StsStub) -> Person:
    """Return a user whose STS is scripted."""
    return make_person(sts_stub.url)


def line(person: Person, number: int) -> str:
    """Return the command line that assumes one of ten roles behind the device."""
    return shlex.join(
        person.words("assume", "--role-arn", f"{ROLE_ARN}-{number}", "--serial-number", MFA_SERIAL,
                     "--update-profile", f"p{number}")
    )  # fmt: skip


def sent(stub: StsStub) -> list[tuple[str, str, str]]:
    """Return operation, token code and signer of each request, in order."""
    return [
        (one["Action"], one.get("TokenCode", ""),
         re.search("Credential=([^/]+)/", headers["Authorization"]).group(1))
        for one, headers in zip(stub.requests, stub.headers)
    ]  # fmt: skip


def test_ten_roles_on_one_terminal_cost_one_code(bob: Person, sts_stub: StsStub) -> None:
    """One question, one GetSessionToken by the user's key, ten AssumeRole by the session's.

    Nine of the commands run side by side, after the first one.
    """
    script = "; ".join([
        line(bob, 0),
        *[f"{line(bob, number)} > out{number} 2>&1 &" for number in range(1, 10)],
        "wait; echo all done",
    ]).replace("&;", "&")  # fmt: skip
    terminal = Terminal(["sh", "-c", script], bob.variables(), str(bob.home))
    terminal.expect(f"Enter MFA code for {MFA_SERIAL}: ")
    terminal.type("918273\n")
    terminal.expect("all done")

    assert exit_code(terminal.end()) == 0
    assert terminal.seen.count("Enter MFA code") == 1
    assert "918273" not in terminal.seen
    assert sent(sts_stub) == [
        ("GetSessionToken", "918273", USER_KEY_ID),
        *[("AssumeRole", "", SESSION_KEY_ID)] * 10,
    ]
    assert {one["RoleArn"] for one in sts_stub.requests[1:]} == {
        f"{ROLE_ARN}-{number}" for number in range(10)
    }
    assert {f"p{number}" for number in range(10)} <= set(bob.sections(bob.credentials))


def holders(person: Person) -> int:
    """Return how many processes have the lock of a session open: one holds it, others wait."""
    folder = str(person.home / ".aws" / "cli" / "cache" / "assume-mfa")
    found = set()
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            if os.readlink(link).startswith(folder):
                found.add(link.parts[2])
    return len(found)


def test_concurrent_commands_prompt_once(bob: Person, sts_stub: StsStub) -> None:
    """One asks, and those that have found no session meanwhile wait for the one that it gets."""
    script = " ".join(f"{line(bob, number)} > out{number} &" for number in range(4))
    terminal = Terminal(["sh", "-c", f"{script} wait; echo all done"], bob.variables(),
                        str(bob.home))  # fmt: skip
    terminal.expect(f"Enter MFA code for {MFA_SERIAL}: ")
    deadline = time.monotonic() + 60
    while holders(bob) < 4:
        assert time.monotonic() < deadline, "not all of them wait"
        time.sleep(0.05)
    terminal.type("918273\n")
    terminal.expect("all done")

    assert exit_code(terminal.end()) == 0
    assert terminal.seen.count("Enter MFA code") == 1
    assert sorted(sent(sts_stub)) == [
        *[("AssumeRole", "", SESSION_KEY_ID)] * 4,
        ("GetSessionToken", "918273", USER_KEY_ID),
    ]


def test_a_wrong_code_prompts_again(bob: Person, sts_stub: StsStub) -> None:
    """A typing error is said on the terminal, and the next code is taken."""
    terminal = Terminal(["sh", "-c", line(bob, 1)], bob.variables(), str(bob.home))
    terminal.expect("Enter MFA code")
    terminal.type("12345\n")
    terminal.expect("2 tries left")
    terminal.expect("Enter MFA code")
    terminal.type("918273\n")

    assert exit_code(terminal.end()) == 0
    assert [one[0] for one in sent(sts_stub)] == ["GetSessionToken", "AssumeRole"]


def test_a_command_that_needs_the_terminal_answers_the_code(
    bob: Person, sts_stub: StsStub
) -> None:
    """mfa_process may show a hint on stderr and read from /dev/tty, as a security key's does."""
    program = bob.home / "touch key"
    program.write_text("#!/bin/sh\necho touch it >&2\nread answer < /dev/tty\necho 918273\n")
    program.chmod(0o700)
    bob.config.write_text(
        bob.config.read_text().replace("[default]\n", f"[default]\nmfa_process = '{program}'\n")
    )
    terminal = Terminal(["sh", "-c", line(bob, 1)], bob.variables(), str(bob.home))
    terminal.expect("touch it")
    terminal.type("\n")

    assert exit_code(terminal.end()) == 0
    assert sent(sts_stub)[0] == ("GetSessionToken", "918273", USER_KEY_ID)
    assert "918273" not in terminal.seen


def test_no_secret_of_the_session_is_left(bob: Person, sts_stub: StsStub) -> None:
    """Only the session's own file, 0600 in a folder of 0700, holds it; no log, no history."""
    bob.config.write_text(
        bob.config.read_text().replace(
            "[default]\n", "[default]\nmfa_process = echo 918273\ncli_history = enabled\n"
        )
    )
    words = shlex.split(line(bob, 1))[1:]
    done = bob.aws(*words[words.index("assume") :], "--debug")
    folder = bob.home / ".aws" / "cli" / "cache" / "assume-mfa"
    (file,) = [one for one in folder.iterdir() if one.suffix != ".lock"]
    secrets = [one.encode() for one in (SESSION_SECRET, SESSION_TOKEN)]

    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    holding = [
        path for path in bob.home.rglob("*")
        if path.is_file() and any(secret in path.read_bytes() for secret in secrets)
    ]  # fmt: skip
    assert holding == [file]
    shown = (done.stdout + done.stderr).encode()
    assert [one for one in (*secrets, b"918273") if one in shown] == []
