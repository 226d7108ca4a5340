"""Scopes in the CLI's own driver: the session policies of each request, records and refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support.sts_stub import ACCOUNT, ROLE_ARN

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
CHAIN = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
OWN = "assume.scope_own of the profile 'default'"
OWN_POLICY = '{"Version":"2012-10-17","Statement":[]}'
ASSUME = ("assume", "--role-arn", ROLE_ARN)


def assumed(aws: Any) -> list[dict[str, str]]:
    """Return the requests of AssumeRole."""
    return [one for one in aws.stub.requests if one["Action"] == "AssumeRole"]


def policies(request: dict[str, str]) -> tuple[list[str], Any]:
    """Return the policy ARNs and the parsed inline policy of a request."""
    prefix = "PolicyArns.member."
    arns = [value for name, value in sorted(request.items()) if name.startswith(prefix)]
    return arns, json.loads(request["Policy"]) if "Policy" in request else None


def recorded(aws: Any, profile: str = "assumed-role") -> dict[str, str]:
    """Return our record in a target profile."""
    lines = aws.section(aws.config, f"profile {profile}")["assumed"].strip().splitlines()
    return dict(line.split(" = ", 1) for line in lines)


def set_setting(aws: Any, name: str, value: str, profile: str = "default") -> None:
    """Set a setting of a profile the CLI's way."""
    done = aws("configure", "set", f"assume.{name}", value, "--profile", profile)
    assert done.code == 0, done.err


@pytest.mark.parametrize(
    ("words", "arns"),
    [
        (("--read-only",), [READ_ONLY]),
        (("--read-only", "--scope", "read-only"), [READ_ONLY]),
        (("--scope", "view-only"), ["arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"]),
        (("--scope", "security-audit"), ["arn:aws:iam::aws:policy/SecurityAudit"]),
        (("--scope", "none"), []),
        ((), []),
    ],
)
def test_a_word_is_a_managed_policy(aws, words: tuple[str, ...], arns: list[str]) -> None:
    """The request, the record and the list have the scope; --min-ttl compares it."""
    done = aws(*ASSUME, *words)
    again = aws(*ASSUME, *words, "--min-ttl", "60")
    other = aws(*ASSUME, "--min-ttl", "60", "--scope", "none" if arns else "view-only")

    assert (done.code, again.code, other.code) == (0, 0, 0), done.err + again.err + other.err
    assert next(policies(one)[0] for one in assumed(aws)) == arns
    # The second command needed no call, and the third is another session.
    assert len(assumed(aws)) == 2
    scope = words[-1].replace("--", "") if arns else None
    assert (f"narrowed to {scope}" in done.err) is bool(arns)


def test_the_record_repeats_the_scope(aws) -> None:
    """A refresh asks for the same policies, and `list` shows the scope."""
    aws(*ASSUME, "--read-only")
    renewed = aws("assume", "refresh")
    (row,) = json.loads(aws("assume", "list", "--output", "json").out)["Profiles"]

    assert renewed.code == 0, renewed.err
    assert [policies(one)[0] for one in assumed(aws)] == [[READ_ONLY], [READ_ONLY]]
    assert (recorded(aws)["scope"], row["Scope"]) == ("read-only", "read-only")
    assert json.loads(recorded(aws)["policy-arns"]) == [READ_ONLY]


@pytest.mark.parametrize("names_partition", [True, False])
def test_the_arn_follows_the_partition(aws, names_partition: bool) -> None:
    """A role in China gets the policy of its partition, also if STS has to tell the partition."""
    aws.stub.caller = f"arn:aws-cn:iam::{ACCOUNT}:user/alice"
    role = f"arn:aws-cn:iam::{ACCOUNT}:role/my-iam-role"
    words = ("--role-arn", role) if names_partition else ("--role-name", "my-iam-role")
    done = aws("assume", *words, "--read-only", "--region", "cn-north-1")

    assert done.code == 0, done.err
    assert policies(assumed(aws)[0])[0] == ["arn:aws-cn:iam::aws:policy/ReadOnlyAccess"]
    assert json.loads(recorded(aws)["policy-arns"])[0].startswith("arn:aws-cn:")


def test_earlier_roles_may_only_assume_the_next(aws) -> None:
    """The last role of a chain gets the scope, the others what the chain needs."""
    done = aws(*ASSUME, "--read-only", "--via", "one", "--via", "two")
    plain = aws(*ASSUME, "--via", "one")

    assert done.code == plain.code == 0, done.err + plain.err
    first, second, last, *others = map(policies, assumed(aws))
    assert first[1]["Statement"] == [{"Effect": "Allow", "Action": CHAIN, "Resource": "*"}]
    assert second == first
    assert (first[0], last) == ([], ([READ_ONLY], None))
    assert others == [([], None), ([], None)]


def test_scopes_of_the_settings(aws, home: Path) -> None:
    """A scope has policy ARNs, or the policy in a file, as it is now."""
    file = home / "deploy.json"
    # As editors on Windows write it.
    file.write_bytes(OWN_POLICY.replace("{", "{\n").encode("utf-8-sig").replace(b"\n", b"\r\n"))
    arns = f"{READ_ONLY}, arn:aws:iam::{ACCOUNT}:policy/Deploy"
    set_setting(aws, "scope_arns", arns)
    set_setting(aws, "scope_file", "~/deploy.json")
    of_arns = aws(*ASSUME, "--scope", "arns")
    of_file = aws(*ASSUME, "--scope", "file")
    again = aws(*ASSUME, "--scope", "file", "--min-ttl", "60")
    file.write_text(OWN_POLICY.replace("[]", "[{}]"))
    changed = aws(*ASSUME, "--scope", "file", "--min-ttl", "60")

    assert {one.code for one in (of_arns, of_file, again, changed)} == {0}, of_file.err
    sent = [policies(one) for one in assumed(aws)]
    assert sent[0] == (arns.split(", "), None)
    assert [one[1]["Statement"] for one in sent[1:]] == [[], [{}]]


@pytest.mark.parametrize(
    ("setting", "words", "message"),
    [
        ("", ("--scope", "deploy"), "There is no scope 'deploy', only: read-only, view-only"),
        ("", ("--scope", "../x"), "Invalid scope '../x'"),
        ("", ("--scope", ""), "Invalid scope ''"),
        ("", ("--read-only", "--scope", "view-only"), "exclude each other"),
        ("", ("--read-only", "--policy", OWN_POLICY), "--policy can't be used with the scope"),
        ("", ("--scope", "view-only", "--policy-arns", f"arn={READ_ONLY}"), "--policy-arns can't"),
        (
            "policy.json",
            ("--scope", "own"),
            f"{OWN}: 'policy.json' is neither the ARN of a policy",
        ),
        ("/missing.json", ("--scope", "own"), f"{OWN}: Cannot read the policy /missing.json"),
        ("{nope", ("--scope", "own"), f"{OWN}: Inv"),
        ("arn:aws:s3:::bucket", ("--scope", "own"), "Invalid policy ARN"),
        ("/dev/null", ("--scope", "own"), f"{OWN}, file /dev/null: The scope 'own' has no"),
        (",".join([READ_ONLY] * 11), ("--scope", "own"), "11 given, and the maximum is 10"),
        ("{" + " " * 2100 + "}", ("--scope", "own"), "and the maximum is 2048"),
    ],
)
def test_what_is_refused_before_a_call(aws, setting: str, words: Any, message: str) -> None:
    """Unknown names, invalid settings, and session policies that would widen the scope."""
    if setting:
        aws.add_config(f"assume =\n  scope_own = {setting}\n")
    done = aws(*ASSUME, *words)

    assert done.code in (252, 253, 255)
    assert message in done.err
    assert aws.stub.requests == []


def test_a_copy_cannot_be_narrowed(aws) -> None:
    """--copy-source, and a verb without a role, name the way that works."""
    aws.add_key("roled", "ASIAROLEROLEROLEROL1", "secret", "token")
    for words in (
        ("assume", "--copy-source", "--read-only"),
        ("assume", "export", "--read-only"),
        ("assume", "exec", "--scope", "view-only", "--", "true"),
    ):
        done = aws(*words, "--profile", "roled")
        assert "The source's own credentials can't be narrowed to" in done.err, words
        assert "aws assume --role-arn ARN --scope" in done.err
        assert done.code in (252, 255)
    assert aws.stub.requests == []


def test_a_role_of_identity_center_cannot_be_narrowed(sso, aws) -> None:
    """The message names the IAM role behind it as the way."""
    done = aws("assume", "dev", "--read-only")

    assert done.code in (252, 255)
    assert "IAM Identity Center takes no session policy" in done.err
    assert f"--via {ACCOUNT}/" in done.err
    assert "--role-arn ARN --scope read-only" in done.err


def test_a_stored_profile_takes_no_scope(aws) -> None:
    """export --update-profile hands out what is stored."""
    aws(*ASSUME)
    done = aws("assume", "export", "--update-profile", "assumed-role", "--read-only")

    assert done.code in (252, 255)
    assert "takes no options of a role: leave it out, or --read-only" in done.err


def test_explain_and_dry_run_show_the_scope(aws) -> None:
    """Both show the session policy and how CloudTrail will name the session."""
    dry = aws(*ASSUME, "--read-only", "--dry-run")
    explained = aws("assume", "explain", "--role-arn", ROLE_ARN, "--read-only", "--verbose")

    (request,) = json.loads(dry.out)["Requests"]
    assert request["Parameters"]["PolicyArns"] == [{"arn": READ_ONLY}]
    assert "the session is narrowed to read-only" in explained.out
    name = request["Parameters"]["RoleSessionName"]
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/my-iam-role/{name}"
    text = " ".join(explained.out.split())
    assert f"CloudTrail will show the session as {arn}" in text
