"""A profile that refreshes by itself, as every SDK and the real hosts see it."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Optional

import pytest

from support.javascript import run_javascript
from support.person import Person
from support.sts_stub import (
    ROLE_ARN,
    SECRET,
    TOKEN,
    USER_KEY_ID,
    USER_SECRET,
    StsStub,
    assume_role_answer,
    refusal,
)
from support.terminal import Terminal, exit_code

EXPORT = ("assume", "export", "--update-profile", "assumed-role", "--format", "process")
NEWEST = pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
BOTH = pytest.mark.parametrize("host", ["v2-2.38.5", "v1-newest"], indirect=True)


@pytest.fixture
def bob(make_person: Callable, sts_stub: StsStub) -> Person:
    """Return a user whose STS is scripted."""
    return make_person(sts_stub.url)


def sessions(*lives: int) -> Callable[[dict[str, str]], Optional[Any]]:
    """Return a script of STS: sessions that live for so many seconds, the last one again."""
    count = 0

    def script(request: dict[str, str]) -> Optional[Any]:
        nonlocal count
        if request["Action"] != "AssumeRole":
            return None
        until = datetime.now(timezone.utc) + timedelta(seconds=lives[min(count, len(lives) - 1)])
        count += 1
        return assume_role_answer(
            request["RoleArn"], request["RoleSessionName"], f"{until:%Y-%m-%dT%H:%M:%SZ}",
            f"ASIASTUBSTUB{count:08}",
        )  # fmt: skip

    return script


def signers(stub: StsStub, action: str) -> list[str]:
    """Return the access key id that each request of an operation was signed with."""
    return [
        re.search("Credential=([^/]+)/", str(headers)).group(1)
        for headers, request in zip(stub.headers, stub.requests)
        if request["Action"] == action
    ]


def make_profile(person: Person, *words: str) -> None:
    done = person.aws("assume", "--role-arn", ROLE_ARN, "--auto-refresh", *words)
    assert done.returncode == 0, done.stderr


def process_of(person: Person) -> list[str]:
    section = person.sections(person.config)["profile assumed-role"]
    return shlex.split(section["credential_process"])


def test_the_profile_is_the_role(person: Person) -> None:
    """After --auto-refresh, `--profile assumed-role` is the role, and no keys are in a file."""
    before = person.credentials.read_bytes()

    done = person.aws("assume", "--role-name", "my-iam-role", "--auto-refresh")
    who = person.aws("sts", "get-caller-identity", "--profile", "assumed-role")
    listing = person.aws("s3", "ls", "--profile", "assumed-role")

    assert done.returncode == 0, done.stderr
    assert "then renewed automatically" in done.stderr
    assert ":assumed-role/my-iam-role/alice-" in json.loads(who.stdout)["Arn"]
    assert "reports" in listing.stdout
    assert person.credentials.read_bytes() == before


def test_the_program_answers_alone(bob: Person, sts_stub: StsStub) -> None:
    """The program in the profile answers from the cache: no `aws`, no STS, no variables."""
    make_profile(bob)
    request = len(sts_stub.requests)

    done = subprocess.run(process_of(bob), env={}, capture_output=True, text=True, check=True)

    answer = json.loads(done.stdout)
    assert answer["Version"] == 1
    assert (answer["SecretAccessKey"], answer["SessionToken"]) == (SECRET, TOKEN)
    assert (done.stderr, len(sts_stub.requests)) == ("", request)


@BOTH
def test_files_are_private(bob: Person) -> None:
    """The cache is its owner's alone, and neither of the two files has a secret of it."""
    make_profile(bob)

    folder = bob.home / ".aws" / "cli" / "cache" / "assume-sessions"
    assert folder.stat().st_mode & 0o777 == 0o700
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
    for content in bob.snapshot().values():
        assert SECRET.encode() not in content
        assert TOKEN.encode() not in content


IDENTITIES = """
import boto3, time
client = boto3.client("sts")
for _ in range(7):
    client.get_caller_identity()
    time.sleep(1)
"""
JAVASCRIPT = """
import { STSClient, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
const client = new STSClient({ credentials: fromNodeProviderChain() });
for (let i = 0; i < 7; i++) {
    await client.send(new GetCallerIdentityCommand({}));
    await new Promise(resolve => setTimeout(resolve, 1000));
}
"""


def by_boto3(person: Person) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", IDENTITIES],
        env=person.variables(AWS_PROFILE="assumed-role", AWS_ENDPOINT_URL=person.endpoint_url),
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def by_javascript(person: Person) -> subprocess.CompletedProcess:
    variables = person.variables(AWS_PROFILE="assumed-role", AWS_ENDPOINT_URL=person.endpoint_url)
    return run_javascript(JAVASCRIPT, {**variables, "AWS_REGION": "us-east-1"})


def by_cli(person: Person) -> subprocess.CompletedProcess:
    for _ in range(7):
        done = person.aws("sts", "get-caller-identity", "--profile", "assumed-role")
        if done.returncode:
            return done
        # Longer in all than the first session lasts.
        time.sleep(0.7)
    return done


@BOTH
@pytest.mark.parametrize("use", [by_boto3, by_javascript, by_cli])
def test_it_is_read_across_an_expiry(
    bob: Person, sts_stub: StsStub, use: Callable[[Person], subprocess.CompletedProcess]
) -> None:
    """An SDK goes on when the first session has ended, with keys of a second one."""
    sts_stub.script = sessions(4, 3600)
    make_profile(bob)

    done = use(bob)

    assert done.returncode == 0, done.stderr
    used = signers(sts_stub, "GetCallerIdentity")
    assert used == sorted(used)
    assert used[-1] == "ASIASTUBSTUB00000002"
    # Each time that the role was assumed, it was by the source.
    assert signers(sts_stub, "AssumeRole") == [USER_KEY_ID, USER_KEY_ID]


@BOTH
def test_fifty_readers_of_expired_credentials_call_sts_once(
    bob: Person, sts_stub: StsStub
) -> None:
    """50 processes at once, one call of STS, one answer for all."""
    sts_stub.script = sessions(1, 3600)
    make_profile(bob)
    subprocess.run(["sleep", "1.1"], check=True)
    command = process_of(bob)

    def call(_: int) -> subprocess.CompletedProcess:
        return subprocess.run(
            command, env=bob.variables(AWS_ENDPOINT_URL=sts_stub.url),
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip

    with ThreadPoolExecutor(50) as pool:
        done = list(pool.map(call, range(50)))

    assert {one.returncode for one in done} == {0}, [one.stderr for one in done if one.returncode]
    assert {json.loads(one.stdout)["AccessKeyId"] for one in done} == {"ASIASTUBSTUB00000002"}
    assert sts_stub.actions == ["AssumeRole", "AssumeRole"]


@BOTH
def test_concurrent_aws_commands_call_sts_once(bob: Person, sts_stub: StsStub) -> None:
    """Also `aws assume export --update-profile` itself, side by side, asks once."""
    sts_stub.script = sessions(1, 3600)
    make_profile(bob)
    subprocess.run(["sleep", "1.1"], check=True)

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: bob.aws(*EXPORT), range(4)))

    assert {one.returncode for one in done} == {0}, [one.stderr for one in done]
    assert sts_stub.actions == ["AssumeRole", "AssumeRole"]


@NEWEST
def test_one_code_serves_all_waiting_processes(bob: Person, sts_stub: StsStub) -> None:
    """Five programs on one terminal that find it expired ask for one code."""
    sts_stub.script = sessions(1, 3600)
    serial = "arn:aws:iam::123456789012:mfa/alice"
    make_profile(bob, "--serial-number", serial, "--token-code", "123456")
    subprocess.run(["sleep", "1.1"], check=True)
    command = shlex.join(process_of(bob))
    script = f"for i in 1 2 3 4 5; do {command} > answer$i & done; wait; echo all done"
    terminal = Terminal(["sh", "-c", script], bob.variables(), str(bob.home))

    terminal.expect(f"Enter MFA code for {serial}: ")
    terminal.type("654321\n")
    terminal.expect("all done")

    assert exit_code(terminal.end()) == 0
    assert terminal.seen.count("Enter MFA code") == 1
    answers = [json.loads((bob.home / f"answer{i}").read_text()) for i in range(1, 6)]
    assert {one["AccessKeyId"] for one in answers} == {"ASIASTUBSTUB00000002"}
    assert [(one["Action"], one.get("TokenCode")) for one in sts_stub.requests] == [
        ("AssumeRole", "123456"), ("GetSessionToken", "654321"), ("AssumeRole", None),
    ]  # fmt: skip


@BOTH
def test_without_a_terminal_the_sdk_shows_why(bob: Person, sts_stub: StsStub) -> None:
    """Where a code is needed and nobody can be asked, the reason is in the SDK's message."""
    sts_stub.script = sessions(1, 3600)
    serial = "arn:aws:iam::123456789012:mfa/alice"
    make_profile(bob, "--serial-number", serial, "--token-code", "123456")
    subprocess.run(["sleep", "1.1"], check=True)

    done = bob.aws("sts", "get-caller-identity", "--profile", "assumed-role")

    assert done.returncode != 0
    assert serial in done.stderr
    assert "no terminal" in done.stderr
    assert "Traceback" not in done.stderr


@NEWEST
def test_a_refusal_is_shown_and_leaves_the_profile(bob: Person, sts_stub: StsStub) -> None:
    """A renewal that STS refuses: the message is STS's, and the next one may work again."""
    sts_stub.script = sessions(1, 3600)
    make_profile(bob)
    subprocess.run(["sleep", "1.1"], check=True)
    renewing = sts_stub.script
    # The code: STS API reference, "Common Errors".
    sts_stub.script = lambda request: refusal(403, "AccessDenied", "is not authorized")

    refused = bob.aws("sts", "get-caller-identity", "--profile", "assumed-role")
    sts_stub.script = renewing
    done = bob.aws("sts", "get-caller-identity", "--profile", "assumed-role")

    assert refused.returncode != 0
    assert "is not authorized" in refused.stderr
    assert done.returncode == 0, done.stderr


# The other verbs


@BOTH
def test_list_shows_it(bob: Person) -> None:
    """`list` shows state auto-refresh, and until when the cache is good."""
    make_profile(bob)

    (row,) = json.loads(bob.aws("assume", "list").stdout)["Profiles"]

    assert (row["Profile"], row["State"]) == ("assumed-role", "auto-refresh")
    assert 3500 < row["SecondsLeft"] <= 3600
    assert row["Expiration"].endswith("Z")


@BOTH
def test_refresh_renews_the_cache(bob: Person, sts_stub: StsStub) -> None:
    """`refresh` and `refresh --all` put new credentials into the cache and change no file."""
    sts_stub.script = sessions(3600)
    make_profile(bob)
    before = bob.snapshot()

    for words in (("assume", "refresh"), ("assume", "refresh", "--all")):
        done = bob.aws(*words)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["Profiles"][0]["State"] == "auto-refresh"

    answer = subprocess.run(process_of(bob), env={}, capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout)["AccessKeyId"] == "ASIASTUBSTUB00000003"
    assert bob.snapshot() == before


@BOTH
def test_clear_takes_it_out(bob: Person) -> None:
    """`clear` leaves both files as they were, and no cache."""
    before = bob.snapshot()
    make_profile(bob)

    done = bob.aws("assume", "clear")

    assert done.returncode == 0, done.stderr
    assert bob.snapshot() == before
    folder = bob.home / ".aws" / "cli" / "cache" / "assume-sessions"
    assert [path for path in folder.iterdir() if path.stat().st_size] == []


@BOTH
def test_clear_expired_leaves_it(bob: Person, sts_stub: StsStub) -> None:
    """A profile that renews itself does not expire."""
    sts_stub.script = sessions(1, 3600)
    make_profile(bob)
    subprocess.run(["sleep", "1.1"], check=True)
    before = bob.snapshot()

    done = bob.aws("assume", "clear", "--expired")

    assert json.loads(done.stdout) == {"Profiles": []}
    assert bob.snapshot() == before


@BOTH
def test_from_keys_and_back(bob: Person) -> None:
    """A target with keys becomes one with a program, and one with keys again."""
    assert bob.aws("assume", "--role-arn", ROLE_ARN).returncode == 0
    with_keys = bob.snapshot()
    make_profile(bob)
    between = bob.sections(bob.config)["profile assumed-role"]
    keys_between = bob.sections(bob.credentials)
    done = bob.aws("assume", "--role-arn", ROLE_ARN)

    assert done.returncode == 0, done.stderr
    assert "credential_process" in between
    assert "assumed-role" not in keys_between
    after = bob.snapshot()
    assert b"credential_process" not in after[".aws/config"]
    assert bob.sections(bob.credentials)["assumed-role"]["aws_session_token"] == TOKEN
    assert after.keys() == with_keys.keys()
    folder = bob.home / ".aws" / "cli" / "cache" / "assume-sessions"
    assert [path for path in folder.iterdir() if path.stat().st_size] == []


@BOTH
def test_min_ttl_is_met_by_the_cache(bob: Person, sts_stub: StsStub) -> None:
    """--min-ttl calls nothing where the cache is good for long enough, and prints the same."""
    make_profile(bob)
    words = ("assume", "--role-arn", ROLE_ARN, "--auto-refresh", "--min-ttl", "600")
    first = bob.aws("assume", "--role-arn", ROLE_ARN, "--auto-refresh")
    before = len(sts_stub.requests)

    done = bob.aws(*words)
    other = bob.aws("assume", "--role-arn", ROLE_ARN, "--min-ttl", "600")

    assert (done.returncode, done.stdout) == (0, first.stdout)
    # Without --auto-refresh it is another profile that is requested.
    assert other.returncode == 0
    assert len(sts_stub.requests) == before + 1


@NEWEST
def test_dry_run_shows_the_program(bob: Person, sts_stub: StsStub) -> None:
    """--dry-run shows the line that would be written, and calls and writes nothing."""
    before = bob.snapshot()

    done = bob.aws("assume", "--role-arn", ROLE_ARN, "--auto-refresh", "--dry-run")

    lines = [line for change in json.loads(done.stdout)["Changes"] for line in change["Diff"]]
    assert [line for line in lines if line.startswith("+credential_process = ")]
    assert [line for line in lines if "aws_access_key_id" in line and line[0] == "+"] == []
    assert (bob.snapshot(), sts_stub.requests) == (before, [])


@NEWEST
def test_another_credential_process_is_never_replaced(bob: Person, sts_stub: StsStub) -> None:
    """A credential_process that is not ours is refused, with our record beside it or without."""
    make_profile(bob)
    request = len(sts_stub.requests)
    theirs = bob.config.read_text().replace("credential_process = ", "credential_process = x ", 1)
    theirs = theirs.replace("answer.py", "other.py")
    bob.config.write_text(theirs)

    done = bob.aws("assume", "--role-arn", ROLE_ARN)

    assert done.returncode == 253
    assert "credential_process" in done.stderr
    assert bob.config.read_text() == theirs
    assert len(sts_stub.requests) == request


@NEWEST
def test_keys_in_the_environment_can_not_be_the_source(bob: Person, sts_stub: StsStub) -> None:
    """They would be gone when the role is to be assumed again."""
    keys = {"AWS_ACCESS_KEY_ID": USER_KEY_ID, "AWS_SECRET_ACCESS_KEY": USER_SECRET}

    done = bob.aws("assume", "--role-arn", ROLE_ARN, "--auto-refresh", env=keys)

    assert (done.returncode, sts_stub.requests) == (252, [])
    assert "--profile NAME" in done.stderr


@NEWEST
def test_without_python3_aws_itself_answers(bob: Person, sts_stub: StsStub) -> None:
    """On a machine with no python3, the program is `aws`; it serves across an expiry, too."""
    sts_stub.script = sessions(2, 3600)
    make_profile(bob)
    slow = [process_of(bob)[-1], "assume", "export"]
    text = bob.config.read_text()
    line = next(one for one in text.splitlines() if one.startswith("credential_process"))
    bob.config.write_text(
        text.replace(
            line,
            f"credential_process = {slow[0]} assume export --update-profile assumed-role "
            "--format process",
        )
    )
    subprocess.run(["sleep", "2.1"], check=True)

    done = bob.aws("sts", "get-caller-identity", "--profile", "assumed-role")
    listed = json.loads(bob.aws("assume", "list").stdout)["Profiles"]

    assert done.returncode == 0, done.stderr
    assert signers(sts_stub, "GetCallerIdentity") == ["ASIASTUBSTUB00000002"]
    assert listed[0]["State"] == "auto-refresh"


# What is left behind, and what can't be written


def cached(person: Person) -> list[str]:
    """Return the names of the files that hold credentials."""
    folder = person.home / ".aws" / "cli" / "cache" / "assume-sessions"
    return [path.name for path in folder.iterdir() if path.stat().st_size]


@NEWEST
@pytest.mark.parametrize("way", ["--region", "a region set by hand", "a record changed by hand"])
def test_clear_leaves_no_credentials(bob: Person, way: str) -> None:
    """Whatever has become of the profile in between, its cache goes with it."""
    make_profile(bob)
    if way == "--region":
        bob.aws("assume", "refresh", "--region", "eu-west-1")
    elif way == "a region set by hand":
        bob.aws("configure", "set", "region", "eu-west-3", "--profile", "assumed-role")
        bob.aws("assume", "refresh")
    else:
        bob.config.write_text(bob.config.read_text().replace("role/my-iam-role", "role/other"))
        bob.aws(*EXPORT)

    done = bob.aws("assume", "clear")

    assert done.returncode == 0, done.stderr
    assert cached(bob) == []


@NEWEST
def test_a_record_changed_by_hand_is_seen(bob: Person) -> None:
    """`list` says so where the program still answers what the record said before."""
    make_profile(bob)
    bob.config.write_text(bob.config.read_text().replace("role/my-iam-role", "role/other"))

    (row,) = json.loads(bob.aws("assume", "list").stdout)["Profiles"]

    assert (row["State"], row["SecondsLeft"]) == ("replaced", 0)


@NEWEST
def test_a_renewal_in_flight_stores_nothing_after_clear(bob: Person, sts_stub: StsStub) -> None:
    """What STS answers after the profile was cleared is handed on and not kept."""
    make_profile(bob)
    folder = bob.home / ".aws" / "cli" / "cache" / "assume-sessions"
    for name in cached(bob):
        (folder / name).unlink()
    at_sts, may_answer = threading.Event(), threading.Event()

    def slowly(request: dict[str, str]) -> None:
        at_sts.set()
        may_answer.wait(60)

    sts_stub.script = slowly
    command = bob.words(*EXPORT)
    child = subprocess.Popen(command, env=bob.variables(), stdout=subprocess.PIPE)
    assert at_sts.wait(60)
    bob.aws("assume", "clear")
    may_answer.set()
    out, _ = child.communicate(timeout=60)

    assert json.loads(out)["SessionToken"] == TOKEN
    assert cached(bob) == []


@NEWEST
def test_without_a_cache_nothing_is_half_written(bob: Person) -> None:
    """Where the cache can't be written, a profile with keys stays as it was."""
    assert bob.aws("assume", "--role-arn", ROLE_ARN).returncode == 0
    before = bob.snapshot()
    folder = bob.home / ".aws" / "cli" / "cache" / "assume-sessions"
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("no folder")

    done = bob.aws("assume", "--role-arn", ROLE_ARN, "--auto-refresh")

    assert done.returncode == 253
    assert str(folder) in done.stderr
    assert bob.snapshot() == before


@NEWEST
def test_without_a_cache_an_sdk_gets_credentials_all_the_same(bob: Person) -> None:
    """A cache that has become unwritable costs a call each time, and nothing else."""
    make_profile(bob)
    folder = bob.home / ".aws" / "cli" / "cache" / "assume-sessions"
    shutil.rmtree(folder)
    folder.write_text("no folder")

    done = bob.aws("sts", "get-caller-identity", "--profile", "assumed-role")
    refreshed = bob.aws("assume", "refresh", "--all")

    assert done.returncode == 0, done.stderr
    assert refreshed.returncode == 1
    assert str(folder) in json.loads(refreshed.stdout)["Profiles"][0]["Error"]


@NEWEST
def test_two_pairs_of_files_share_nothing(bob: Person, sts_stub: StsStub) -> None:
    """The same profile name in another config file has a cache of its own."""
    make_profile(bob)
    other = {
        "AWS_CONFIG_FILE": str(bob.home / "other-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(bob.credentials),
    }
    (bob.home / "other-config").write_text(
        bob.config.read_text().partition("[profile assumed-role]")[0]
    )
    done = bob.aws("assume", "--role-arn", ROLE_ARN, "--auto-refresh", env=other)

    assert done.returncode == 0, done.stderr
    assert len(cached(bob)) == 2


@NEWEST
def test_a_python_that_disappeared(bob: Person) -> None:
    """`list` names the profile and the missing program; the command that it prints helps."""
    bob.aws("assume", "--role-arn", ROLE_ARN, "--auto-refresh")
    python = process_of(bob)[0]
    bob.config.write_text(bob.config.read_text().replace(python, "/opt/python-gone/bin/python3"))
    broken = bob.aws("sts", "get-caller-identity", "--profile", "assumed-role")
    assert broken.returncode != 0

    done = bob.aws("assume", "list")

    assert "runs /opt/python-gone/bin/python3, which is gone" in done.stderr
    command = done.stderr.partition("To write it again: aws ")[2].split()
    assert bob.aws(*command).returncode == 0
    assert process_of(bob)[0] == python
    assert bob.aws("assume", "list").stderr == ""
