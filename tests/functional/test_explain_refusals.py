"""Reasons why AssumeRole fails, as a scripted AWS reports them: explain names the one cause."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, field, replace
from typing import Any, Callable, Optional

import pytest

from support.explain_setup import (
    ALICE,
    DEV,
    OTHER,
    ROLE_ARN,
    SESSION,
    Decision,
    Setup,
    access_denied,
    statement,
    trust,
)
from support.sts_stub import ACCOUNT, refusal

ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
IMPLICIT, EXPLICIT = Decision("implicitDeny"), Decision("explicitDeny", "no-assume")
FOREIGN = f"arn:aws:iam::{OTHER}:role/my-iam-role"
TAG = ("--tags", "Key=team,Value=red")
BY_ADMIN = ("--role-arn", FOREIGN, "--role-account-profile", "admin")
ADMIN_KEY = "AKIAADMINADMINADMIN1"


@dataclass(frozen=True)
class Case:
    """A cause: the account, the command line, and the expected verdict.

    ``step`` is the step of the cause, ``words`` are part of its evidence, and ``also`` are
    steps that have a problem because of it.
    """

    setup: Setup
    step: str
    words: str
    options: tuple[str, ...] = ()
    role: tuple[str, ...] = ("--role-name", "my-iam-role")
    also: tuple[str, ...] = ()
    outcome: str = "problem"
    seconds_ahead: int = 0
    prepare: Optional[Callable[[Any], Any]] = field(default=None)
    next_command: str = ""


def when(key: str, operator: str, value: Any, **more: Any) -> dict[str, Any]:
    """Return a trust policy that allows alice under one condition."""
    return trust(statement(Condition={operator: {key: value}}, **more))


def without_region(aws: Any) -> None:
    aws.config.write_text("[plugins]\nassume = awscli_assume\n")


def without_keys(aws: Any) -> None:
    aws.credentials.write_text("")
    aws.set_variable("AWS_EC2_METADATA_DISABLED", "true")


def with_admin(aws: Any) -> None:
    aws.add_key("admin", ADMIN_KEY, "AdminSecret")
    aws.add_config("[profile admin]\nregion = us-east-1\n")


def with_sso_target(aws: Any) -> None:
    aws.add_config("[profile assumed-role]\nsso_account_id = 123456789012\n")


ROLES = {
    "a misspelled name": Case(
        Setup(role=None, others=(ROLE_ARN.replace("my-", "mi-"), ROLE_ARN + "s", DEV)),
        "Role", f"there is no role my-iam-role in the account {ACCOUNT}",
        next_command=f"aws assume --role-arn {ROLE_ARN}s",
    ),
    "no such role": Case(
        Setup(role=None), "Role", "there is no role my-iam-role",
        next_command="aws assume create-role --role-name my-iam-role",
    ),
    "no such role, without iam:ListRoles": Case(
        Setup(role=None, others=access_denied("iam:ListRoles")), "Role",
        "lacks the permission iam:ListRoles",
    ),
    "a missing path": Case(
        Setup(arn=f"arn:aws:iam::{ACCOUNT}:role/team/my-iam-role"), "Role",
        "A role ARN includes the path and is case-sensitive",
        next_command=f"aws assume --role-arn arn:aws:iam::{ACCOUNT}:role/team/my-iam-role",
    ),
    "different case": Case(
        Setup(arn=ROLE_ARN.replace("my-", "My-")), "Role",
        f"but {ROLE_ARN.replace('my-', 'My-')} does",
    ),
    "a role in another account": Case(
        Setup(role=access_denied("iam:GetRole")), "Role",
        f"IAM shows the caller only the roles of {ACCOUNT}",
        role=("--role-arn", FOREIGN), outcome="unknown",
        next_command=f"aws assume explain --role-arn {FOREIGN} --role-account-profile NAME",
    ),
}  # fmt: skip
TRUST = {
    "another user": Case(
        Setup(trust=trust(statement({"AWS": ALICE.replace("alice", "bob")}))), "TrustPolicy",
        "its principal is arn:aws:iam::123456789012:user/bob",
    ),
    "another account": Case(
        Setup(trust=trust(statement({"AWS": f"arn:aws:iam::{OTHER}:root"}))), "TrustPolicy",
        f"its principal is arn:aws:iam::{OTHER}:root",
    ),
    "another role": Case(
        Setup(caller=SESSION, trust=trust(statement({"AWS": DEV.replace("dev", "ops")}))),
        "TrustPolicy", "role/ops",
    ),
    "the user behind a session": Case(
        Setup(caller=SESSION), "TrustPolicy", f"its principal is {ALICE} and not {SESSION}",
    ),
    "a deleted user": Case(
        Setup(trust=trust(statement({"AWS": "AIDADELETEDDELETED12"}))), "TrustPolicy",
        "AIDADELETEDDELETED12 is a deleted user",
    ),
    "a deleted role": Case(
        Setup(caller=SESSION, trust=trust(statement({"AWS": "AROADELETEDDELETED12"}))),
        "TrustPolicy", "AROADELETEDDELETED12 is a deleted role",
    ),
    "only a service": Case(
        Setup(trust=trust(statement({"Service": "ec2.amazonaws.com"}))), "TrustPolicy",
        "its principal is ec2.amazonaws.com",
    ),
    "only an identity provider": Case(
        Setup(trust=trust(statement(
            {"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/corp"},
            action="sts:AssumeRoleWithSAML",
        ))),
        "TrustPolicy", "saml-provider/corp",
    ),
    "another operation": Case(
        Setup(trust=trust(statement(action="sts:AssumeRoleWithWebIdentity"))), "TrustPolicy",
        "its Action is sts:AssumeRoleWithWebIdentity",
    ),
    "a Deny": Case(
        Setup(trust=trust(statement(), statement(effect="Deny", Sid="NotAlice"))), "TrustPolicy",
        "NotAlice: it denies sts:AssumeRole",
    ),
    "a Deny without MFA": Case(
        Setup(trust=trust(statement(), statement(
            {"AWS": "*"}, "Deny",
            Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
        ))),
        "TrustPolicy", "denies sts:AssumeRole",
    ),
    "a NotPrincipal": Case(
        Setup(trust=trust(statement(), statement(
            effect="Deny", NotPrincipal={"AWS": [ALICE.replace("alice", "bob"), ROOT["AWS"]]},
        ))),
        "TrustPolicy", "denies sts:AssumeRole",
    ),
    "no external id": Case(
        Setup(trust=when("sts:ExternalId", "StringEquals", "p42")), "TrustPolicy",
        "StringEquals sts:ExternalId: expected 'p42', got no value",
        next_command=f"aws assume --role-arn {ROLE_ARN} --external-id ID",
    ),
    "another external id": Case(
        Setup(trust=when("sts:ExternalId", "StringEquals", "p42")), "TrustPolicy",
        "expected 'p42', got 'p43'", ("--external-id", "p43"),
    ),
    "MFA, and no device": Case(
        Setup(trust=trust(statement(Condition=MFA))), "TrustPolicy", "aws:MultiFactorAuthPresent",
        next_command=f"aws assume --role-arn {ROLE_ARN} --serial-number ARN-OF-YOUR-DEVICE",
    ),
    "MFA of some age, and no device": Case(
        Setup(trust=when("aws:MultiFactorAuthAge", "NumericLessThan", "3600")), "TrustPolicy",
        "aws:MultiFactorAuthAge",
    ),
    "another session name": Case(
        Setup(trust=when("sts:RoleSessionName", "StringLike", "${aws:username}")), "TrustPolicy",
        "sts:RoleSessionName: expected '${aws:username}'", ("--role-session-name", "bob"),
        next_command=f"aws assume --role-arn {ROLE_ARN} --role-session-name NAME",
    ),
    "no source identity": Case(
        Setup(trust=when("sts:SourceIdentity", "StringLike", "*")), "TrustPolicy",
        "sts:SourceIdentity",
    ),
    "a source identity without sts:SetSourceIdentity": Case(
        Setup(), "TrustPolicy", "does not allow sts:SetSourceIdentity",
        ("--source-identity", "alice"),
    ),
    "tags without sts:TagSession": Case(
        Setup(), "TrustPolicy", "does not allow sts:TagSession", TAG,
    ),
    "another tag": Case(
        Setup(trust=when("aws:RequestTag/team", "StringEquals", "blue",
                         action=["sts:AssumeRole", "sts:TagSession"])),
        "TrustPolicy", "aws:RequestTag/team: expected 'blue', got 'red'", TAG,
    ),
    "an unexpected tag": Case(
        Setup(trust=when("aws:TagKeys", "ForAllValues:StringEquals", ["project"],
                         action=["sts:AssumeRole", "sts:TagSession"])),
        "TrustPolicy", "aws:TagKeys", TAG,
    ),
    "a tag that is not transitive": Case(
        Setup(trust=when("sts:TransitiveTagKeys", "ForAnyValue:StringEquals", ["team"],
                         action=["sts:AssumeRole", "sts:TagSession"])),
        "TrustPolicy", "sts:TransitiveTagKeys", TAG,
    ),
    "another organization": Case(
        Setup(trust=trust(statement({"AWS": "*"}, Condition={
            "StringEquals": {"aws:PrincipalOrgID": "o-theirs"}}))),
        "TrustPolicy", "aws:PrincipalOrgID: expected 'o-theirs', got 'o-mine'",
    ),
    "another tag of the user": Case(
        Setup(trust=when("aws:PrincipalTag/team", "StringEquals", "blue"),
              user_tags={"team": "red"}),
        "TrustPolicy", "aws:PrincipalTag/team: expected 'blue', got 'red'",
    ),
    "unknown tags of the user": Case(
        Setup(trust=when("aws:PrincipalTag/team", "StringEquals", "blue"),
              user_tags=access_denied("iam:GetUser")),
        "TrustPolicy", "cannot tell", outcome="unknown",
    ),
    "another network": Case(
        Setup(trust=when("aws:SourceIp", "IpAddress", "192.0.2.0/24")), "TrustPolicy",
        "aws:SourceIp", outcome="unknown",
    ),
    "a time in the past": Case(
        Setup(trust=when("aws:CurrentTime", "DateLessThan", "2020-01-01T00:00:00Z")),
        "TrustPolicy", "aws:CurrentTime",
    ),
    "another account's trust policy, with --role-account-profile": Case(
        Setup(arn=FOREIGN, callers={ADMIN_KEY: f"arn:aws:iam::{OTHER}:user/admin"},
              trust=trust(statement({"AWS": f"arn:aws:iam::{OTHER}:root"}))),
        "TrustPolicy", f"its principal is arn:aws:iam::{OTHER}:root", role=BY_ADMIN,
        prepare=with_admin,
    ),
}  # fmt: skip
CALLERS = {
    "no policy of the user, and the account is trusted": Case(
        Setup(trust=trust(statement(ROOT)), decisions={"sts:AssumeRole": IMPLICIT}),
        "CallerPermissions", "no policy of the caller allows sts:AssumeRole",
        next_command="aws iam put-user-policy --user-name alice --policy-name assume-my-iam-role",
    ),
    "no policy of the role behind a session": Case(
        Setup(caller=SESSION, trust=trust(statement(ROOT)),
              decisions={"sts:AssumeRole": IMPLICIT}),
        "CallerPermissions", "no policy of the caller allows sts:AssumeRole",
        next_command="aws iam put-role-policy --role-name dev --policy-name assume-my-iam-role",
    ),
    "a Deny in a policy of the user": Case(
        Setup(decisions={"sts:AssumeRole": EXPLICIT}), "CallerPermissions",
        "a policy of the caller denies sts:AssumeRole (no-assume)",
    ),
    "the organization": Case(
        Setup(decisions={"sts:AssumeRole": Decision("implicitDeny", organization=False)}),
        "CallerPermissions", "service control policies (SCPs) do not allow sts:AssumeRole",
    ),
    "the permissions boundary": Case(
        Setup(trust=trust(statement(ROOT)),
              decisions={"sts:AssumeRole": Decision("implicitDeny", boundary=False)}),
        "CallerPermissions", "the caller's permissions boundary",
    ),
    "the permissions boundary of a trusted role": Case(
        Setup(caller=SESSION, trust=trust(statement({"AWS": DEV})),
              decisions={"sts:AssumeRole": Decision("implicitDeny", boundary=False)}),
        "CallerPermissions", "the caller's permissions boundary",
    ),
    "no policy of the user, and a role in another account": Case(
        Setup(arn=FOREIGN, callers={ADMIN_KEY: f"arn:aws:iam::{OTHER}:user/admin"},
              decisions={"sts:AssumeRole": IMPLICIT}),
        "CallerPermissions", "no policy of the caller allows sts:AssumeRole on " + FOREIGN,
        role=BY_ADMIN, prepare=with_admin,
    ),
    "no sts:TagSession for the user": Case(
        Setup(trust=trust(statement(ROOT, action=["sts:AssumeRole", "sts:TagSession"])),
              decisions={"sts:TagSession": IMPLICIT}),
        "CallerPermissions", "no policy of the caller allows sts:TagSession", TAG,
    ),
    "a denied sts:SetSourceIdentity for the user": Case(
        Setup(trust=trust(statement(ROOT, action=["sts:AssumeRole", "sts:SetSourceIdentity"])),
              decisions={"sts:SetSourceIdentity": EXPLICIT}),
        "CallerPermissions", "denies sts:SetSourceIdentity", ("--source-identity", "alice"),
    ),
    "an unknown condition key in a policy of the user": Case(
        Setup(trust=trust(statement(ROOT)),
              decisions={"sts:AssumeRole": Decision("implicitDeny", missing=("aws:SourceIp",))}),
        "CallerPermissions", "depends on aws:SourceIp", outcome="unknown",
    ),
    "the account's root user": Case(
        Setup(caller=f"arn:aws:iam::{ACCOUNT}:root", trust=trust(statement(ROOT))), "TrustPolicy",
        "credentials of the account root user can't call AssumeRole",
    ),
}  # fmt: skip
SIGNATURE = "The request signature we calculated does not match the signature you provided."


def rejected(code: str, message: str, status: int = 403) -> Setup:
    """Return an account whose STS rejects the caller's credentials (STS, "Common Errors")."""
    return Setup(caller=refusal(status, code, message))


UNKNOWN_CALLER = {
    "expired credentials": Case(
        rejected("ExpiredToken", "The security token included in the request is expired"),
        "Caller", "STS rejects the credentials",
        next_command="aws sts get-caller-identity --profile default",
    ),
    "a deleted access key": Case(
        rejected("InvalidClientTokenId", "The security token is invalid."), "Caller",
        "InvalidClientTokenId",
    ),
    "a wrong secret": Case(
        rejected("SignatureDoesNotMatch", SIGNATURE), "Caller", "SignatureDoesNotMatch",
    ),
    "a clock one hour behind": Case(
        rejected("SignatureDoesNotMatch", "Signature expired: 2026"), "Sts",
        "seconds behind the clock of STS", next_command="date -u",
        seconds_ahead=3600,
    ),
    "a disabled region": Case(
        rejected("RegionDisabledException", "STS is not activated in this region"), "Sts",
        "RegionDisabledException",
    ),
    "no region": Case(Setup(), "Sts", "You must specify a region", prepare=without_region),
    "no credentials": Case(
        Setup(), "Caller",
        "the profile 'default' provides no credentials: Unable to locate credentials",
        prepare=without_keys, next_command="aws configure list --profile default",
    ),
}  # fmt: skip
OTHERS = {
    "longer than the role allows": Case(
        Setup(), "SessionDuration",
        "7200 seconds, but the role's MaxSessionDuration allows 3600",
        ("--duration-seconds", "7200"),
        next_command=f"aws assume --role-arn {ROLE_ARN} --duration-seconds 3600",
    ),
    "longer than role chaining allows": Case(
        Setup(caller=SESSION, trust=trust(statement({"AWS": DEV})), maximum=43200),
        "SessionDuration", "role chaining allows 3600", ("--duration-seconds", "7200"),
    ),
    "another partition": Case(
        Setup(), "Request", "the role is in the partition aws-cn",
        role=("--role-arn", "arn:aws-cn:iam::123456789012:role/my-iam-role"),
        also=("Role",),
    ),
    "a target profile of the user": Case(
        Setup(), "Machine", "IAM Identity Center", prepare=with_sso_target,
    ),
    "a target profile that is the source": Case(
        Setup(), "Machine", "is the source of the credentials", ("--update-profile", "default"),
    ),
}  # fmt: skip
CAUSES = {**ROLES, **TRUST, **CALLERS, **UNKNOWN_CALLER, **OTHERS}


def explained(aws: Any, case: Case) -> tuple[int, dict[str, Any]]:
    if case.prepare is not None:
        case.prepare(aws)
    aws.stub.script = replace(case.setup, signer=lambda: aws.signers()[-1])
    aws.stub.seconds_ahead = case.seconds_ahead
    words = ("assume", "explain", *case.role, *case.options, "--output", "json")
    done = aws(*words)
    assert "Traceback" not in done.err
    return done.code, json.loads(done.out)


@pytest.mark.parametrize("case", CAUSES.values(), ids=CAUSES)
def test_the_verdict_names_the_cause_and_no_other(aws, case: Case) -> None:
    """Only the step of the cause has a problem, and its evidence names the cause."""
    before = aws.files()
    code, found = explained(aws, case)

    steps = {step["Step"]: step for step in found["Steps"]}
    problems = {name for name, step in steps.items() if step["Status"] == "problem"}
    cause = steps[case.step]
    assert cause["Status"] == case.outcome == found["Verdict"], found
    assert case.words in " | ".join(cause["Evidence"]), cause
    if case.outcome == "problem":
        assert problems - set(case.also) == {case.step}, found
        assert found["Reason"] == cause["Evidence"][0]
    else:
        assert problems == set(), found
    assert any(one.startswith(case.next_command) for one in cause["NextCommands"] or [""]), cause
    assert code == {"ok": 0, "problem": 1, "unknown": 3}[case.outcome]
    assert "AssumeRole" not in aws.stub.actions
    assert case.prepare is not None or aws.files() == before


def test_there_are_forty_causes() -> None:
    """The table has at least 40 causes."""
    assert len(CAUSES) >= 40


SOURCE_IP = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
ROOT_AND_TAG = trust(statement(), statement(ROOT, action="sts:TagSession"))
UNCERTAIN = {
    "a Deny with an unknown condition key": (
        Setup(decisions={"sts:AssumeRole": Decision("explicitDeny", missing=("aws:SourceIp",))}),
        (), "CallerPermissions", "unknown", 3,
    ),
    "an Allow with an unknown condition key": (
        Setup(trust=trust(statement(ROOT)),
              decisions={"sts:AssumeRole": Decision(missing=("aws:SourceIp",))}),
        (), "CallerPermissions", "unknown", 3,
    ),
    "a condition key that the request certainly lacks": (
        Setup(trust=trust(statement(ROOT)), decisions={
            "sts:AssumeRole": Decision("implicitDeny", missing=("aws:MultiFactorAuthPresent",))}),
        (), "CallerPermissions", "problem", 1,
    ),
    "no policy, and a trust policy with an unknown condition names the caller": (
        Setup(trust=trust(statement(Condition=SOURCE_IP)), decisions={"sts:AssumeRole": IMPLICIT}),
        (), "CallerPermissions", "ok", 3,
    ),
    "no policy, and a trust policy with an unmet condition names the caller": (
        Setup(trust=when("sts:ExternalId", "StringEquals", "p42"),
              decisions={"sts:AssumeRole": IMPLICIT}),
        (), "CallerPermissions", "ok", 1,
    ),
    "a boundary, and an unknown trust policy": (
        Setup(role=access_denied("iam:GetRole"),
              decisions={"sts:AssumeRole": Decision("implicitDeny", boundary=False)}),
        (), "CallerPermissions", "unknown", 3,
    ),
    "a boundary, and a trust policy that names the session": (
        Setup(caller=SESSION, trust=trust(statement({"AWS": SESSION})),
              decisions={"sts:AssumeRole": Decision("implicitDeny", boundary=False)}),
        (), "CallerPermissions", "ok", 0,
    ),
    "one statement for each action": (
        Setup(trust=ROOT_AND_TAG, decisions={"sts:AssumeRole": IMPLICIT}), TAG,
        "CallerPermissions", "ok", 0,
    ),
    "a clock difference that STS accepts": (Setup(), (), "Sts", "ok", 0),
    "an organization, and an account without one": (
        Setup(organization="", trust=trust(statement({"AWS": "*"}, Condition={
            "StringEquals": {"aws:PrincipalOrgID": "o-theirs"}}))),
        (), "TrustPolicy", "problem", 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", UNCERTAIN.values(), ids=UNCERTAIN)
def test_unknown_is_not_a_problem(aws, case: Any) -> None:
    """Each step has the expected status where the answer is uncertain, or settled elsewhere."""
    setup, options, name, status, code = case
    ahead = 600 if "Sts" in case else 0
    done, found = explained(
        aws, Case(setup, name, "", options, seconds_ahead=ahead)
    )  # fmt: skip

    step = next(one for one in found["Steps"] if one["Step"] == name)
    assert (step["Status"], done) == (status, code), found


def test_a_default_duration_gives_way_to_role_chaining(aws) -> None:
    """What aws assume shortens with a note has no effect."""
    aws.add_config(
        f"[profile chain]\nrole_arn = {ROLE_ARN}\nsource_profile = default\n"
        "duration_seconds = 7200\nregion = us-east-1\n"
    )
    setup = Setup(caller=SESSION, trust=trust(statement({"AWS": DEV})))
    code, found = explained(aws, Case(setup, "", "", role=("--profile", "chain")))

    assert code == 0, found


def test_suggested_commands_are_quoted(aws) -> None:
    """Role names and paths in suggested commands cannot run anything in a shell."""
    hostile = f"arn:aws:iam::{ACCOUNT}:role/$(touch${{IFS}}pwned);'`x`/my-iam-roles"
    _, found = explained(aws, Case(Setup(role=None, others=(hostile,)), "", ""))

    commands = next(s for s in found["Steps"] if s["Step"] == "Role")["NextCommands"]
    assert shlex.split(commands[0]) == [
        "aws", "assume", "--role-arn", hostile, "--profile", "default"
    ]  # fmt: skip


def test_suggested_commands_name_the_source_profile(aws) -> None:
    """Every suggested command has the --profile of the command line."""
    aws.add_key("my admin", ADMIN_KEY, "AdminSecret")
    aws.add_config('[profile "my admin"]\nregion = us-east-1\n')
    case = Case(
        Setup(trust=trust(statement(ROOT)), decisions={"sts:AssumeRole": IMPLICIT}), "", "",
        ("--profile", "my admin"),
    )  # fmt: skip
    _, found = explained(aws, case)

    commands = [line for step in found["Steps"] for line in step["NextCommands"]]
    assert commands
    assert {tuple(shlex.split(line)[-2:]) for line in commands} == {("--profile", "my admin")}


def test_suggested_create_role_has_the_path_and_the_caller(aws) -> None:
    """The suggested command creates the requested role and trusts the caller."""
    with_admin(aws)
    arn = f"arn:aws:iam::{OTHER}:role/team/dev/my-iam-role"
    setup = Setup(role=None, callers={ADMIN_KEY: f"arn:aws:iam::{OTHER}:user/admin"})
    case = Case(setup, "", "", role=("--role-arn", arn, "--role-account-profile", "admin"))
    _, found = explained(aws, case)

    commands = next(s for s in found["Steps"] if s["Step"] == "Role")["NextCommands"]
    assert commands[-1] == (
        "aws assume create-role --role-name my-iam-role --path /team/dev/ "
        f"--trust {ALICE} --profile admin"
    )


def test_a_deny_is_reported_with_its_condition(aws) -> None:
    """The evidence names the condition of a Deny, and a command has the option that meets it."""
    deny = statement({"AWS": "*"}, "Deny", Condition={
        "StringNotEquals": {"sts:ExternalId": "p42"}})  # fmt: skip
    _, found = explained(aws, Case(Setup(trust=trust(statement(), deny)), "", ""))

    step = next(one for one in found["Steps"] if one["Step"] == "TrustPolicy")
    assert (
        "statement 2: it denies sts:AssumeRole under StringNotEquals sts:ExternalId 'p42'"
        in (step["Evidence"])
    )
    assert step["NextCommands"][0].startswith(f"aws assume --role-arn {ROLE_ARN} --external-id ID")
