"""`aws assume root` on real hosts: recorded answers, and hosts that lack AssumeRoot.

The answers have the shapes of the AWS STS API reference, "AssumeRoot", Examples, and of the IAM
API reference, "ListOrganizationsFeatures", with the error codes that the pages list.
"""

from __future__ import annotations

import json
import subprocess
from typing import Any, Callable, Optional

import pytest

from support.person import Person
from support.sts_stub import (
    OTHER_ACCOUNT,
    SECRET,
    Answer,
    StsStub,
    caller_answer,
    query_answer,
    refusal,
    root_answer,
)

NEWEST = pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
AUDIT = "IAMAuditRootUserCredentials"
WORDS = ("assume", "root", "--account-id", OTHER_ACCOUNT, "--task-policy", AUDIT)
KEY = "ASIAROOTROOTROOTROOT"


def scripted(features: Optional[Answer] = None) -> Callable[[dict[str, str]], Optional[Answer]]:
    """Return a script: with ``features``, STS denies AssumeRoot and IAM answers with them."""

    def answer(parameters: dict[str, str]) -> Optional[Answer]:
        action = parameters["Action"]
        if action == "AssumeRoot":
            text = "User is not authorized to perform: sts:AssumeRoot"
            return root_answer() if features is None else refusal(403, "AccessDenied", text)
        if action == "ListOrganizationsFeatures":
            return features
        return None

    return answer


@pytest.fixture
def admin(make_person: Callable, sts_stub: StsStub) -> Person:
    sts_stub.script = scripted()
    return make_person(sts_stub.url)


def passed(done: subprocess.CompletedProcess) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if done.stdout.startswith("{") else done.stdout


@NEWEST
def test_three_ways_to_use_a_session(admin: Person, sts_stub: StsStub) -> None:
    """A profile, which refresh repeats and list names; stdout; and a command."""
    arn = f"arn:aws:iam::{OTHER_ACCOUNT}:root"
    denied = refusal(403, "AccessDenied", "no")
    who: list[Answer] = [denied, caller_answer(arn)]
    sts_stub.script = lambda parameters: (
        who.pop(0) if parameters["Action"] == "GetCallerIdentity" else root_answer()
    )
    preview = passed(admin.aws(*WORDS, "--update-profile", "audit", "--dry-run"))
    assert sts_stub.actions == []
    (request,) = preview["Requests"]
    policy = f"iam::aws:policy/root-task/{AUDIT}"
    assert request["Parameters"]["TaskPolicyArn"] == {"arn": f"arn:PARTITION:{policy}"}

    # The session may not be allowed to ask who it is: the ARN of the root user is known.
    for words in ((*WORDS, "--update-profile", "audit"), ("assume", "refresh", "audit")):
        done = admin.aws(*words)
        passed(done)
        sent = {**sts_stub.requests[-2]}
        assert sent["Action"] == "AssumeRoot"
        assert sent["TargetPrincipal"] == OTHER_ACCOUNT
        assert sent["TaskPolicyArn.arn"] == f"arn:aws:{policy}"
        assert "DurationSeconds" not in sent
        keys = admin.sections(admin.credentials)["audit"]
        assert (keys["aws_access_key_id"], keys["x_principal_arn"]) == (KEY, arn)
    listed = passed(admin.aws("assume", "list", "--output", "text", "--query", "Profiles"))
    assert "valid" in listed or "expiring" in listed
    assert SECRET not in done.stderr + listed

    who += [caller_answer(arn)] * 2
    more = ("--duration-seconds", "5m")
    exported = passed(admin.aws(*WORDS, *more, "--export", "process"))
    assert exported["AccessKeyId"] == KEY
    assert sts_stub.requests[-2]["DurationSeconds"] == "300"
    ran = passed(admin.aws(*WORDS, "--", "sh", "-c", "echo $AWS_ACCESS_KEY_ID $AWS_PROFILE-"))
    assert ran == f"{KEY} -\n"
    passed(admin.aws("assume", "clear", "audit"))
    assert "audit" not in admin.sections(admin.credentials)


FEATURES = "<OrganizationId>o-1</OrganizationId><EnabledFeatures>{}</EnabledFeatures>"
ON, OFF = "<member>RootSessions</member>", "<member>RootCredentialsManagement</member>"


@NEWEST
@pytest.mark.parametrize(
    ("features", "says"),
    [
        (query_answer("ListOrganizationsFeatures", FEATURES.format(OFF)),
         "The organization feature RootSessions is off."),
        (query_answer("ListOrganizationsFeatures", FEATURES.format(ON)),
         "RootSessions is on. The caller may lack sts:AssumeRoot"),
        (refusal(400, "AccountNotManagementOrDelegatedAdministrator", "no"),
         "is neither the management account of the organization nor a delegated administrator"),
        (refusal(409, "OrganizationNotFoundException", "no"), "is in no organization"),
        (refusal(403, "AccessDenied", "no"),
         "is not known (the caller lacks the permission iam:ListOrganizationsFeatures)"),
    ],
)  # fmt: skip
def test_a_denial_says_what_is_missing(
    admin: Person, sts_stub: StsStub, features: Answer, says: str
) -> None:
    sts_stub.script = scripted(features)
    done = admin.aws(*WORDS, "--export", "env")
    assert (done.returncode, done.stdout) == (254, "")
    assert says in done.stderr


@NEWEST
def test_what_is_refused_before_a_call(admin: Person, sts_stub: StsStub) -> None:
    cases: list[tuple[tuple[str, ...], int, str]] = [
        ((*WORDS[:5], "IAMAuditRootUserCredential"), 252, f"Try: --task-policy {AUDIT}"),
        ((*WORDS[:5], "arn:aws:iam::aws:policy/ReadOnlyAccess"), 252, "accepts these policies"),
        ((*WORDS, "--duration-seconds", "1h"), 252, "lasts from 1 to 900 seconds"),
        ((*WORDS[:4],), 252, "needs --task-policy NAME"),
        ((*WORDS, "--export", "yaml"), 252, "Invalid format 'yaml'"),
        ((*WORDS, "--export", "env", "--", "true"), 252, "exclude each other"),
        ((*WORDS, "--endpoint-url", "https://sts.amazonaws.com"), 253, "regional endpoints"),
    ]
    for words, code, says in cases:
        done = admin.aws(*words)
        assert (done.returncode, says in done.stderr) == (code, True), done.stderr
    assert sts_stub.actions == []


@pytest.mark.parametrize("host", ["v2-2.11.0", "v1-1.32.0"], indirect=True)
def test_a_host_without_the_operation_is_named(admin: Person, sts_stub: StsStub) -> None:
    """Nothing is called."""
    done = admin.aws(*WORDS)
    assert done.returncode == (252 if admin.host.major == 2 else 255)
    version = admin.host.name.rpartition("-")[2]
    assert f"AWS CLI {version} does not know AssumeRoot" in done.stderr
    assert sts_stub.actions == []
