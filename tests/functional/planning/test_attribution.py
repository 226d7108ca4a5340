"""The caller's name in session names and source identities, in the CLI's own driver."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.sts_stub import ACCOUNT, ROLE_ARN, assume_role_answer, caller_answer

ASSUME = ("assume", "--role-arn", ROLE_ARN)
BASE_KEY = "ASIABASEBASEBASEBAS1"
MARIA = f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Developer_0123/maria@example.com"


def assumed(aws: Any) -> list[dict[str, str]]:
    """Return the requests of AssumeRole."""
    return [one for one in aws.stub.requests if one["Action"] == "AssumeRole"]


def actions(aws: Any) -> list[str]:
    """Return the operations that were called."""
    return [one["Action"] for one in aws.stub.requests]


def set_setting(aws: Any, name: str, value: str) -> None:
    """Set a setting of the profile ``default``."""
    done = aws("configure", "set", f"assume.{name}", value)
    assert done.code == 0, done.err


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        (MARIA, "maria@example.com"),
        (f"arn:aws:iam::{ACCOUNT}:user/team/alice", "alice"),
        (f"arn:aws:sts::{ACCOUNT}:federated-user/bob", "bob"),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/first/ci-42", "ci-42"),
        (f"arn:aws:iam::{ACCOUNT}:root", "root"),
    ],
)
def test_the_name_of_the_caller(aws, arn: str, name: str) -> None:
    """It is the last part of the caller's ARN, in the session name and the source identity."""
    aws.stub.caller = arn
    set_setting(aws, "role_session_name", "{caller}-{account}")
    set_setting(aws, "source_identity", "{caller}")
    done = aws(*ASSUME)

    assert done.code == 0, done.err
    (request,) = assumed(aws)
    assert request["RoleSessionName"] == f"{name}-{ACCOUNT}"
    assert request["SourceIdentity"] == name


def test_who_the_caller_is_is_asked_once(aws) -> None:
    """GetCallerIdentity is called for a new access key, and not without the placeholder."""
    aws(*ASSUME)
    set_setting(aws, "role_session_name", "{caller}-x")
    first, second = aws(*ASSUME), aws(*ASSUME)

    assert (first.code, second.code) == (0, 0), first.err
    assert actions(aws) == ["AssumeRole", "GetCallerIdentity", "AssumeRole", "AssumeRole"]


def test_the_name_is_kept_through_chains(aws) -> None:
    """Each role of a chain has the caller's name; the source identity is set once."""
    aws.stub.caller = MARIA
    set_setting(aws, "role_session_name", "{caller}")
    set_setting(aws, "source_identity", "{caller}")
    done = aws(*ASSUME, "--via", "one", "--via", "two")

    assert done.code == 0, done.err
    names = [one["RoleSessionName"] for one in assumed(aws)]
    assert names == ["maria@example.com"] * 3
    assert [one.get("SourceIdentity") for one in assumed(aws)] == [names[0], None, None]


@pytest.mark.parametrize(
    ("named", "name"), [("", "alice"), ("role_session_name = carol\n", "carol")]
)
def test_a_name_that_the_cli_makes_up(aws, named: str, name: str) -> None:
    """Behind a source profile whose session has no name, the caller is who assumed its role."""

    def caller_of_key(parameters: dict[str, str]) -> Any:
        base = parameters.get("RoleArn", "").endswith("/base")
        if base:
            base_name.append(parameters["RoleSessionName"])
            return assume_role_answer(parameters["RoleArn"], "x", access_key_id=BASE_KEY)
        if parameters["Action"] == "GetCallerIdentity" and aws.signers()[-1] == BASE_KEY:
            return caller_answer(f"arn:aws:sts::{ACCOUNT}:assumed-role/base/{base_name[-1]}")
        return None

    base_name: list[str] = []
    aws.stub.script = caller_of_key
    role = f"region = us-east-1\nrole_arn = arn:aws:iam::{ACCOUNT}:role"
    aws.add_config(f"[profile base]\n{role}/base\nsource_profile = default\n{named}")
    aws.add_config(f"[profile top]\n{role}/top\nsource_profile = base\n")
    aws.add_config("assume =\n  role_session_name = {caller}\n  source_identity = {caller}\n")
    explained = aws("assume", "explain", "top", "--verbose")
    done, again = aws("assume", "top"), aws("assume", "top")

    assert (done.code, again.code) == (0, 0), done.err
    tops = [one for one in assumed(aws) if one["RoleArn"].endswith("/top")]
    names = {(one["RoleSessionName"], one["SourceIdentity"]) for one in tops}
    assert names == {(name, name)}
    assert f"with the source identity {name}" in " ".join(explained.out.split())
    assert actions(aws).count("GetCallerIdentity") <= 3
    assert aws.signers()[-1] == BASE_KEY


def test_list_shows_the_identity_of_the_source(aws) -> None:
    """A source identity is kept in a chain, so CloudTrail shows that of the first session."""
    first = aws(*ASSUME, "--source-identity", "alice", "--update-profile", "first")
    second = aws(*ASSUME, "--profile", "first", "--update-profile", "second")
    third = aws(*ASSUME, "--profile", "second", "--update-profile", "third")
    other = aws(*ASSUME, "--update-profile", "other")
    listed = aws("assume", "list", "--verbose", "--output", "json")

    assert {first.code, second.code, third.code, other.code} == {0}, third.err
    assert [one.get("SourceIdentity") for one in assumed(aws)] == ["alice", None, None, None]
    rows = json.loads(listed.out)["Profiles"]
    assert {one["Profile"]: one["SourceIdentity"] for one in rows} == {
        "first": "alice", "second": "alice", "third": "alice", "other": None
    }  # fmt: skip


def test_refresh_min_ttl_and_list(aws) -> None:
    """The record has the template, and `list --verbose` what CloudTrail shows."""
    set_setting(aws, "role_session_name", "{caller}-x")
    set_setting(aws, "source_identity", "{caller}")
    done = aws(*ASSUME)
    again = aws(*ASSUME, "--min-ttl", "60")
    renewed = aws("assume", "refresh")
    listed = aws("assume", "list", "--verbose", "--output", "json")

    assert {done.code, again.code, renewed.code, listed.code} == {0}, done.err + renewed.err
    assert [one["RoleSessionName"] for one in assumed(aws)] == ["alice-x"] * 2
    assert [one["SourceIdentity"] for one in assumed(aws)] == ["alice"] * 2
    (row,) = json.loads(listed.out)["Profiles"]
    assert row["SourceIdentity"] == "alice"
    assert row["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/my-iam-role/alice-x"
    assert row["UserId"] == "AROASTUB:alice-x"
    block = aws.section(aws.config, "profile assumed-role")["assumed"]
    assert "role-session-name = {caller}-x" in block
    assert "source-identity-template = {caller}" in block


def test_dry_run_and_explain(aws) -> None:
    """A dry run calls nothing and has a placeholder; explain asks STS for the name."""
    set_setting(aws, "source_identity", "{caller}")
    dry = aws(*ASSUME, "--dry-run")
    before = actions(aws)
    explained = aws("assume", "explain", "--role-arn", ROLE_ARN, "--verbose")

    (request,) = json.loads(dry.out)["Requests"]
    assert request["Parameters"]["SourceIdentity"] == "CALLER"
    assert before == []
    assert "with the source identity alice" in " ".join(explained.out.split())


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("source_identity", "{nobody}", "Invalid source identity template '{nobody}'"),
        ("source_identity", "aws:{user}", "Invalid source identity template 'aws:{user}'"),
        ("source_identity", "x", "Invalid source identity 'x'"),
        ("role_session_name", "{nobody}", "only {user} {host} {role} {account} {date} {caller}"),
    ],
)
def test_an_invalid_template(aws, setting: str, value: str, message: str) -> None:
    """The message names the setting, before any call."""
    aws.add_config(f"assume =\n  {setting} = {value}\n")
    done = aws(*ASSUME)

    assert done.code in (253, 255)
    assert message in done.err
    assert aws.stub.requests == []


def test_a_token_has_no_caller(aws, home) -> None:
    """A web identity is no caller of STS; the session can be named."""
    (home / "token").write_text("eyJhbGciOiJIUzI1NiJ9.e30.c2ln")
    set_setting(aws, "role_session_name", "{caller}")
    refused = aws(*ASSUME, "--web-identity-token-file", "token")
    named = aws(*ASSUME, "--web-identity-token-file", "token", "--role-session-name", "ci")

    assert refused.code in (253, 255)
    assert "contains the caller's name" in refused.err
    assert named.code == 0, named.err
