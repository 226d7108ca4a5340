"""`aws assume revoke` in the CLI's own driver: what it revokes, who signs, and what it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.environment import NOW
from support.sts_stub import ACCOUNT, OTHER_ACCOUNT, ROLE_ARN, query_answer

SSO_PATH = "role/aws-reserved/sso.amazonaws.com"
SSO_ROLE = f"arn:aws:iam::{ACCOUNT}:{SSO_PATH}/AWSReservedSSO_Reader_0123456789abcdef"
SERVICE_ROLE = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
OTHER_KEY = "AKIABOBBOBBOBBOBBOB1"


@pytest.fixture(autouse=True)
def _iam(aws: Any) -> None:
    """Let IAM accept each call; its callers are in the account of the role."""
    aws.add_config("[profile other]\nregion = us-east-1\n")
    aws.add_key("other", OTHER_KEY, "BobSecretBobSecretBobSecretBobSecret1234")
    names = "<IsTruncated>false</IsTruncated><PolicyNames><member>{}</member></PolicyNames>"
    policies = names.format("AWSRevokeOlderSessions</member><member>mine</member><member>"
                            "AWSRevokeOlderSessions-s1")  # fmt: skip

    def answer(parameters: dict[str, str]) -> Any:
        is_iam = parameters.get("Version") == "2010-05-08"
        return query_answer(parameters["Action"], policies) if is_iam else None

    aws.stub.script = answer


def changes(aws: Any) -> list[tuple[str, str, str]]:
    """Return the operation, the policy and the signer of each call that changes a role."""
    return [
        (request["Action"], request["PolicyName"], signer)
        for request, signer in zip(aws.stub.requests, aws.signers())
        if "PolicyName" in request
    ]


def run(aws: Any, *words: str) -> Any:
    done = aws("assume", "revoke", *words)
    assert done.code == 0, done.err
    return json.loads(done.out)


@pytest.mark.parametrize(
    "words",
    [
        ("my-iam-role", "--profile", "other"),
        (ROLE_ARN, "--profile", "other"),
        (f"{ACCOUNT}:my-iam-role", "--profile", "other"),
        ("named",),
        ("assumed-role",),
        (),
    ],
)
def test_the_source_signs(aws: Any, words: tuple[str, ...]) -> None:
    """--profile, the source of a profile with a role, and the recorded source of ours."""
    aws.add_config(
        f"[profile named]\nregion = us-east-1\nrole_arn = {ROLE_ARN}\nsource_profile = other\n"
    )
    assert aws("assume", "--role-arn", ROLE_ARN, "--profile", "other").code == 0

    result = run(aws, *words, "--all-sessions", "--yes")

    assert result["RoleArn"] == ROLE_ARN
    assert changes(aws) == [("PutRolePolicy", "AWSRevokeOlderSessions", OTHER_KEY)]


def test_undo_removes_what_revoked(aws: Any) -> None:
    """That of the profile's session, or with --all-sessions each; other policies stay."""
    words = ("--role-arn", ROLE_ARN, "--role-session-name", "s1")
    assert aws("assume", *words).code == 0
    assert run(aws, "--undo", "--yes")["State"] == "restored"
    run(aws, "--undo", "--yes", "--all-sessions")
    assert [name for _, name, _ in changes(aws)] == [
        "AWSRevokeOlderSessions-s1", "AWSRevokeOlderSessions", "AWSRevokeOlderSessions-s1",
    ]  # fmt: skip
    aws.stub.requests.clear()
    aws.stub.headers.clear()
    assert run(aws, "--undo", "--dry-run")["Requests"][0]["Operation"] == "DeleteRolePolicy"
    assert changes(aws) == []


def test_the_clock_of_aws_counts(aws: Any, set_clock: Any) -> None:
    """A slow clock here would leave the session as it is."""
    script = aws.stub.script
    set_clock()
    assert aws("assume", "--role-arn", ROLE_ARN).code == 0
    aws.stub.script = script
    (request,) = run(aws, "--dry-run")["Requests"]
    condition = request["Parameters"]["PolicyDocument"]["Statement"]["Condition"]
    time = condition["DateLessThan"]["aws:TokenIssueTime"]
    assert time > NOW.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("my-iam-role",), "names a role, and no session of it"),
        ((SSO_ROLE, "--all-sessions"), "only IAM Identity Center can change its policies"),
        (("sso", "--all-sessions"), "only IAM Identity Center can change its policies"),
        ((SERVICE_ROLE, "--all-sessions"), "is linked to a service of AWS"),
        (("AWSServiceRoleForX", "--all-sessions"), "is linked to a service of AWS"),
        (("other",), "has no role session of aws assume, and names no role"),
        (("copy",), "has no session of a role"),
        (("gone",), "has expired, so there is nothing to revoke"),
        (("--yes", "--dry-run"), "contradict each other"),
    ],
)
def test_what_is_refused_before_a_call(aws: Any, words: tuple[str, ...], says: str) -> None:
    aws.add_config(
        "[profile sso]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = Reader\n"
        "[profile copy]\nassumed =\n  copy-source = true\n  source-profile = default\n"
        f"[profile gone]\nassumed =\n  role-arn = {ROLE_ARN}\n  source-profile = default\n"
    )
    aws.add_key("gone", "ASIAGONE", "s", "t\nx_principal_access_key_id = ASIAGONE\n"
                "x_security_token_expires = 2020-01-01T00:00:00Z")  # fmt: skip
    done = aws("assume", "revoke", *words)
    assert done.code != 0
    assert says in done.err
    assert aws.stub.requests == []


def test_the_role_of_another_account(aws: Any) -> None:
    """IAM would change a role of this name in the caller's account."""
    aws.stub.caller = f"arn:aws:iam::{OTHER_ACCOUNT}:user/bob"
    done = aws("assume", "revoke", ROLE_ARN, "--all-sessions", "--yes")
    assert done.code != 0
    assert f"is in the account {ACCOUNT}" in done.err
    assert f"aws assume revoke {ROLE_ARN} --all-sessions --profile NAME" in done.err
    assert changes(aws) == []
