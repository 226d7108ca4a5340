"""One role session for many commands, in the real AWS CLI's own cache."""

from __future__ import annotations

import re
import shlex
import stat
from typing import Callable

import pytest

from support.sts_stub import MFA_SERIAL, ROLE_ARN, StsStub
from support.terminal import Terminal, exit_code

pytestmark = pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)


def test_ten_commands_cost_one_call_and_one_code(make_person: Callable, sts_stub: StsStub) -> None:
    """`aws --profile` then uses the same file of the cache, by botocore's own key."""
    bob = make_person(sts_stub.url)
    with bob.config.open("a") as file:
        file.write(
            f"[profile behind]\nregion = us-east-1\nrole_arn = {ROLE_ARN}\n"
            f"source_profile = default\nmfa_serial = {MFA_SERIAL}\nrole_session_name = bob\n"
        )
    run = shlex.join(bob.words("assume", "exec", "behind", "--", "sh", "-c", "echo ran"))
    script = f"for one in 1 2 3 4 5 6 7 8 9 10; do {run} || exit; done; echo all done"
    terminal = Terminal(["sh", "-c", script], bob.forked_variables(), str(bob.home))
    terminal.expect(f"Enter MFA code for {MFA_SERIAL}: ")
    terminal.type("918273\n")
    terminal.expect("all done")

    assert exit_code(terminal.end()) == 0
    assert terminal.seen.count("Enter MFA code") == 1
    assert len(re.findall(r"^ran\r?$", terminal.seen, re.MULTILINE)) == 10
    assert sts_stub.actions == ["GetSessionToken", "AssumeRole"]
    (file,) = (bob.home / ".aws" / "cli" / "cache").glob("*.json")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    done = bob.aws("sts", "get-caller-identity", "--profile", "behind")
    assert done.returncode == 0, done.stderr
    assert sts_stub.actions == ["GetSessionToken", "AssumeRole", "GetCallerIdentity"]
