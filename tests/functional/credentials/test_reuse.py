"""Which session `export` and `exec` hand out again: only that of the same request and source."""

from __future__ import annotations

import concurrent.futures as threads
import json
import os
import stat
from pathlib import Path
from typing import Any, Callable

import pytest

from support.environment import IN_AN_HOUR
from support.saml import saml_response
from support.sts_stub import ACCOUNT, MFA_SERIAL, OTHER_ACCOUNT, ROLE_ARN, assume_role_answer

BASE = ("--role-arn", ROLE_ARN, "--role-session-name", "s1")
OTHER_ROLE = f"arn:aws:iam::{ACCOUNT}:role/other-role"
DENY = '{"Version":"2012-10-17","Statement":[]}'
# What shapes a session, in place of the words of BASE or after them.
VARIANTS = [
    ("--role-arn", OTHER_ROLE, "--role-session-name", "s1"),
    ("--role-arn", f"arn:aws:iam::{OTHER_ACCOUNT}:role/my-iam-role", *BASE[2:]),
    (*BASE[:3], "s2"),
    (*BASE, "--duration-seconds", "900"),
    (*BASE, "--duration-seconds", "3600"),
    (*BASE, "--duration-seconds", "max"),
    (*BASE, "--policy", DENY),
    (*BASE, "--policy-arns", "arn=arn:aws:iam::aws:policy/ReadOnlyAccess"),
    (*BASE, "--scope", "view-only"),
    (*BASE, "--tags", "Key=a,Value=1"),
    (*BASE, "--tags", "Key=a,Value=1", "--transitive-tag-keys", "a"),
    (*BASE, "--external-id", "id"),
    (*BASE, "--source-identity", "alice"),
    (*BASE, "--via", OTHER_ROLE),
    (*BASE, "--via", OTHER_ROLE, "--read-only"),
    (*BASE, "--serial-number", MFA_SERIAL, "--token-code", "123456"),
    (*BASE, "--profile", "other"),
    (*BASE, "--region", "eu-west-1", "--endpoint-url", "{url}/"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _other_user(aws: Any) -> None:
    aws.add_config("[profile other]\nregion = us-east-1\n")
    aws.add_key("other", "AKIABOBBOBBOBBOBBOB1", "BobSecretBobSecretBobSecretBobSecret1234")


def assumed(aws: Any) -> list[str]:
    """Return the role of each AssumeRole, in order."""
    return [one["RoleArn"] for one in aws.stub.requests if one["Action"] == "AssumeRole"]


def run(aws: Any, *words: str) -> str:
    done = aws("assume", *words)
    assert done.code == 0, done.err
    return str(done.out)


def cached(home: Path) -> list[Path]:
    return sorted((home / ".aws" / "cli" / "cache").glob("*.json"))


@pytest.mark.parametrize("words", VARIANTS, ids=lambda words: " ".join(words[3:])[:40])
def test_another_request_has_a_session_of_its_own(aws: Any, words: tuple[str, ...]) -> None:
    """It is assumed although BASE is in the cache, then reused, and BASE is as it was."""
    words = tuple(word.format(url=aws.stub.url) if "{url}" in word else word for word in words)
    run(aws, "export", *BASE)
    before = len(assumed(aws))
    run(aws, "export", *words)
    between = len(assumed(aws))
    assert between > before == 1
    run(aws, "export", *words)
    run(aws, "export", *BASE)
    assert len(assumed(aws)) == between


def test_exec_and_export_share_a_private_file(aws: Any, children: list, home: Path) -> None:
    """It has botocore's format; the credentials of both verbs are the same."""
    printed = json.loads(run(aws, "export", *BASE, "--format", "process"))
    for _ in range(3):
        run(aws, "exec", *BASE, "--", "true")

    assert assumed(aws) == [ROLE_ARN]
    assert {one["AWS_SESSION_TOKEN"] for one in children} == {printed["SessionToken"]}
    (file,) = cached(home)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    entry = json.loads(file.read_text())
    assert entry["Credentials"]["AccountId"] == ACCOUNT
    assert entry["AssumedRoleUser"]["Arn"].endswith(":assumed-role/my-iam-role/s1")


@pytest.mark.parametrize("way", ["--no-cache", "setting"])
def test_nothing_is_stored_where_it_is_off(aws: Any, home: Path, way: str) -> None:
    """Neither the role's session nor that of the MFA code."""
    run(aws, "export", *BASE)
    assert len(cached(home)) == 1
    cached(home)[0].unlink()
    if way == "setting":
        assert aws("configure", "set", "assume.cache", "off").code == 0
    off = (*BASE, "--no-cache") if way == "--no-cache" else BASE
    run(aws, "export", *off)
    run(aws, "export", *off, "--serial-number", MFA_SERIAL, "--token-code", "123456")

    assert len(assumed(aws)) == 3
    assert "GetSessionToken" not in aws.stub.actions
    found = [path for path in (home / ".aws" / "cli").rglob("*") if path.is_file()]
    assert not [path for path in found if b"SecretAccessKey" in path.read_bytes()]


@pytest.mark.parametrize(
    ("of_source", "of_default", "of_role", "stored"),
    [("off", "", "", 0), ("", "off", "", 0), ("on", "off", "", 1), ("off", "", "on", 1)],
)
def test_the_nearest_setting_counts(
    aws: Any, home: Path, of_source: str, of_default: str, of_role: str, stored: int
) -> None:
    """A source that is kept in memory keeps the roles of its profiles there, too."""
    aws.add_config(f"{NAMED.replace('= default', '= other')}role_session_name = s1\n")
    values = {"default": of_default, "other": of_source, "named": of_role}
    for name, value in values.items():
        assert aws("configure", "set", "assume.cache", value, "--profile", name).code == 0
    run(aws, "export", "named")
    assert len(cached(home)) == stored


def test_a_profile_is_no_role(aws: Any) -> None:
    """The credentials of a profile are in a file, so --no-cache can't mean anything there."""
    run(aws, *BASE)
    done = aws("assume", "export", "--update-profile", "assumed-role", "--no-cache")
    assert done.code != 0
    assert "--update-profile and --no-cache exclude each other" in done.err


def test_another_value_of_the_setting(aws: Any) -> None:
    aws("configure", "set", "assume.cache", "never")
    done = aws("assume", "export", *BASE)
    assert done.code != 0
    assert "has to be on or off. Try: aws configure set assume.cache off" in done.err
    assert aws.stub.requests == []


@pytest.mark.parametrize(("seconds", "reused", "renewed"), [(None, 44, 46), (900, 9, 11)])
def test_a_session_that_expires_soon_is_renewed(
    aws: Any, set_clock: Callable, seconds: Any, reused: int, renewed: int
) -> None:
    """botocore's 15 minutes, or a third of a session that is as short as that."""
    words = BASE if seconds is None else (*BASE, "--duration-seconds", str(seconds))
    if seconds is not None:
        aws.stub.script = lambda parameters: assume_role_answer(
            ROLE_ARN, "s1", IN_AN_HOUR.replace("T11:00", "T10:15")
        )
    for minutes, calls in ((0, 1), (reused, 1), (renewed, 2)):
        set_clock_only(aws, set_clock, minutes)
        run(aws, "export", *words)
        assert len(assumed(aws)) == calls


def set_clock_only(aws: Any, set_clock: Callable, minutes: int) -> None:
    script = aws.stub.script
    set_clock(minutes)
    aws.stub.script = script


NAMED = f"[profile named]\nregion = us-east-1\nrole_arn = {ROLE_ARN}\nsource_profile = default\n"


@pytest.mark.parametrize(
    ("more", "first", "calls"),
    [
        ("role_session_name = s1\n", "plugin", 1),
        ("role_session_name = s1\nduration_seconds = 1800\nexternal_id = id\n", "plugin", 1),
        ("role_session_name = s1\n", "host", 1),
        # The name of the host's own session is another one than the person's.
        ("", "plugin", 1),
        ("", "host", 2),
    ],
)
def test_the_cli_itself_uses_the_same_file(
    aws: Any, home: Path, more: str, first: str, calls: int
) -> None:
    """`aws --profile NAME` and `aws assume export NAME` make one AssumeRole for one request."""
    aws.add_config(NAMED + more)
    commands = [
        ("assume", "export", "named"),
        ("sts", "get-caller-identity", "--profile", "named"),
    ]
    for words in commands if first == "plugin" else commands[::-1]:
        done = aws(*words)
        assert done.code == 0, done.err

    assert len(assumed(aws)) == calls
    assert len(cached(home)) == 1


def test_the_session_of_another_source_is_not_taken(aws: Any) -> None:
    """The host's key has no source: if two profiles have one role, its session may be either."""
    aws.add_config(f"{NAMED}role_session_name = s1\n")
    aws.add_config(
        f"[profile bob]\nregion = us-east-1\nrole_arn = {ROLE_ARN}\nsource_profile = other\n"
        "role_session_name = s1\n"
    )
    assert aws("sts", "get-caller-identity", "--profile", "named").code == 0
    run(aws, "export", "bob")
    run(aws, "export", "bob")
    assert [one for one in aws.signers() if one.startswith("AKIABOB")] == ["AKIABOBBOBBOBBOBBOB1"]
    run(aws, "export", "named")
    assert len(assumed(aws)) == 3


def test_a_coding_agent_gets_no_session_from_before(aws: Any) -> None:
    """The scope of the agent is part of the request, and so of the key."""
    aws("configure", "set", "assume.agent_scope", "read-only")
    run(aws, "export", "--role-arn", ROLE_ARN)
    run(aws, "export", *BASE)
    aws.set_variable("CLAUDECODE", "1")
    for _ in range(2):
        run(aws, "export", "--role-arn", ROLE_ARN)
        run(aws, "export", *BASE)
    assert len(assumed(aws)) == 4
    assert ["PolicyArns.member.1.arn" in one for one in aws.stub.requests] == [
        False, False, True, True,
    ]  # fmt: skip


def unsigned(aws: Any) -> int:
    return sum(name.startswith("AssumeRoleWith") for name in aws.stub.actions)


@pytest.mark.parametrize("first", ["plugin", "host"])
def test_a_profile_with_a_web_identity(aws: Any, home: Path, first: str) -> None:
    """The AWS CLI uses the same file, whose key has the token; another token is another user."""
    token = home / "token"
    aws.add_config(
        f"[profile web]\nregion = us-east-1\nrole_arn = {ROLE_ARN}\nrole_session_name = s1\n"
        f"web_identity_token_file = {token}\n"
    )
    commands = [
        ("assume", "export", "web"),
        ("sts", "get-caller-identity", "--profile", "web"),
    ] * 2
    for calls, who in enumerate(("alice", "bob"), 1):
        token.write_text(f"eyJhbGciOiJSUzI1NiJ9.{who}\n")
        for words in commands if first == "plugin" else commands[::-1]:
            done = aws(*words)
            assert done.code == 0, done.err
        assert (unsigned(aws), len(cached(home))) == (calls, calls)


@pytest.mark.parametrize("kind", ["web", "saml"])
def test_the_token_of_the_command_line(aws: Any, home: Path, kind: str) -> None:
    """Each token has a session of its own."""
    files = [home / "one", home / "two"]
    for file in files:
        provider = f"arn:aws:iam::{ACCOUNT}:saml-provider/{file.name}"
        file.write_text(
            f"eyJhbGciOiJSUzI1NiJ9.{file.name}"
            if kind == "web"
            else saml_response(f"{ROLE_ARN},{provider}")
        )
    name = ("--role-session-name", "s1")
    words = [
        ("--role-arn", ROLE_ARN, *name, "--web-identity-token-file", str(file))
        if kind == "web"
        else ("--saml-assertion", f"file://{file}")
        for file in files
    ]
    for given in words * 3:
        run(aws, "export", *given)
    assert unsigned(aws) == 2
    run(aws, "export", *words[0], "--no-cache")
    assert unsigned(aws) == 3


def test_a_pipe_is_read_once(aws: Any, home: Path) -> None:
    pipe = home / "pipe"
    os.mkfifo(pipe)
    for calls in (1, 2):
        with threads.ThreadPoolExecutor(1) as pool:
            pool.submit(pipe.write_text, "eyJhbGciOiJSUzI1NiJ9.token")
            run(aws, "export", *BASE, "--web-identity-token-file", str(pipe))
        assert unsigned(aws) == calls
    assert cached(home) == []


def test_a_source_with_new_keys_each_time(aws: Any, home: Path) -> None:
    """Its profile says who it is. The session of another program is not taken."""
    program = home / "program"
    program.write_text(
        "#!/bin/sh\necho >> $0.calls\n"
        """printf '{"Version":1,"AccessKeyId":"ASIAPROGRAM%09d",' $(wc -l < $0.calls)\n"""
        """echo '"SecretAccessKey":"s","SessionToken":"t",'\n"""
        """echo '"Expiration":"2099-01-01T00:00:00Z"}'\n"""
    )
    program.chmod(0o700)
    for name in ("one", "two"):
        aws.add_config(
            f"[profile {name}]\nregion = us-east-1\ncredential_process = {program} {name}\n"
            f"[profile by-{name}]\nregion = us-east-1\nrole_arn = {ROLE_ARN}\n"
            f"source_profile = {name}\nrole_session_name = s1\n"
        )
    for calls, words in enumerate([("by-one",), (*BASE, "--profile", "one"), ("by-two",)], 1):
        for _ in range(3):
            run(aws, "export", *words)
        assert len(assumed(aws)) == calls
    assert len(set(aws.signers())) == 3


@pytest.mark.parametrize(
    "content", ["", "[]", "[" * 100_000, '{"Credentials": 1}', '{"Credentials": {}}']
)
def test_a_damaged_file_is_replaced(aws: Any, home: Path, content: str) -> None:
    run(aws, "export", *BASE)
    (file,) = cached(home)
    file.write_text(content)
    run(aws, "export", *BASE)
    run(aws, "export", *BASE)
    assert len(assumed(aws)) == 2


def test_a_cache_that_cannot_be_written_is_no_error(aws: Any, home: Path) -> None:
    (home / ".aws" / "cli").write_text("no folder")
    run(aws, "export", *BASE)
    run(aws, "export", *BASE)
    assert len(assumed(aws)) == 2
