"""Refusals of AssumeRole, by what the services answer: explain names the cause, and no other."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, field, replace
from typing import Any, Callable, Optional

import pytest

from support.explain_world import (
    ALICE,
    DEV,
    OTHER,
    ROLE_ARN,
    SESSION,
    Decision,
    World,
    refused,
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
class Refusal:
    """A cause: the world that it is in, the command line, and what the verdict has to say.

    ``step`` is the one with the cause, ``words`` stand in its evidence; ``also`` are
    steps that follow from it. ``outcome`` is the verdict.
    """

    world: World
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
    """Return a trust policy for alice under one condition."""
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
    "a letter too few": Refusal(
        World(role=None, others=(ROLE_ARN.replace("my-", "mi-"), ROLE_ARN + "s", DEV)),
        "Role", f"there is no role my-iam-role in the account {ACCOUNT}",
        next_command=f"aws assume --role-arn {ROLE_ARN}s",
    ),
    "no such role": Refusal(
        World(role=None), "Role", "there is no role my-iam-role",
        next_command="aws assume create-role --role-name my-iam-role",
    ),
    "no such role, and no list of them": Refusal(
        World(role=None, others=refused("iam:ListRoles")), "Role",
        "lacks the right to iam:ListRoles",
    ),
    "a path was left out": Refusal(
        World(arn=f"arn:aws:iam::{ACCOUNT}:role/team/my-iam-role"), "Role",
        "path and case are part of a role's ARN",
        next_command=f"aws assume --role-arn arn:aws:iam::{ACCOUNT}:role/team/my-iam-role",
    ),
    "another case": Refusal(
        World(arn=ROLE_ARN.replace("my-", "My-")), "Role", "but " + ROLE_ARN.replace("my-", "My-"),
    ),
    "the role is of another account, out of sight": Refusal(
        World(role=refused("iam:GetRole")), "Role",
        f"shows the caller the roles of {ACCOUNT} alone",
        role=("--role-arn", FOREIGN), outcome="unknown",
        next_command=f"aws assume explain --role-arn {FOREIGN} --role-account-profile NAME",
    ),
}  # fmt: skip
TRUST = {
    "another user": Refusal(
        World(trust=trust(statement({"AWS": ALICE.replace("alice", "bob")}))), "TrustPolicy",
        "its principal is arn:aws:iam::123456789012:user/bob",
    ),
    "another account": Refusal(
        World(trust=trust(statement({"AWS": f"arn:aws:iam::{OTHER}:root"}))), "TrustPolicy",
        f"its principal is arn:aws:iam::{OTHER}:root",
    ),
    "another role": Refusal(
        World(caller=SESSION, trust=trust(statement({"AWS": DEV.replace("dev", "ops")}))),
        "TrustPolicy", "role/ops",
    ),
    "the user behind a session": Refusal(
        World(caller=SESSION), "TrustPolicy", f"its principal is {ALICE} and not {SESSION}",
    ),
    "a deleted user": Refusal(
        World(trust=trust(statement({"AWS": "AIDADELETEDDELETED12"}))), "TrustPolicy",
        "AIDADELETEDDELETED12 is a deleted user",
    ),
    "a deleted role": Refusal(
        World(caller=SESSION, trust=trust(statement({"AWS": "AROADELETEDDELETED12"}))),
        "TrustPolicy", "AROADELETEDDELETED12 is a deleted role",
    ),
    "a service alone": Refusal(
        World(trust=trust(statement({"Service": "ec2.amazonaws.com"}))), "TrustPolicy",
        "its principal is ec2.amazonaws.com",
    ),
    "an identity provider alone": Refusal(
        World(trust=trust(statement(
            {"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/corp"},
            action="sts:AssumeRoleWithSAML",
        ))),
        "TrustPolicy", "saml-provider/corp",
    ),
    "another operation": Refusal(
        World(trust=trust(statement(action="sts:AssumeRoleWithWebIdentity"))), "TrustPolicy",
        "its Action is sts:AssumeRoleWithWebIdentity",
    ),
    "a Deny": Refusal(
        World(trust=trust(statement(), statement(effect="Deny", Sid="NotAlice"))), "TrustPolicy",
        "NotAlice: it denies sts:AssumeRole",
    ),
    "a Deny without MFA": Refusal(
        World(trust=trust(statement(), statement(
            {"AWS": "*"}, "Deny",
            Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
        ))),
        "TrustPolicy", "denies sts:AssumeRole",
    ),
    "a NotPrincipal": Refusal(
        World(trust=trust(statement(), statement(
            effect="Deny", NotPrincipal={"AWS": [ALICE.replace("alice", "bob"), ROOT["AWS"]]},
        ))),
        "TrustPolicy", "NotPrincipal", outcome="unknown",
    ),
    "no external id": Refusal(
        World(trust=when("sts:ExternalId", "StringEquals", "p42")), "TrustPolicy",
        "StringEquals sts:ExternalId: expected 'p42', got no value",
        next_command=f"aws assume --role-arn {ROLE_ARN} --external-id ID",
    ),
    "another external id": Refusal(
        World(trust=when("sts:ExternalId", "StringEquals", "p42")), "TrustPolicy",
        "expected 'p42', got 'p43'", ("--external-id", "p43"),
    ),
    "MFA, and no device": Refusal(
        World(trust=trust(statement(Condition=MFA))), "TrustPolicy", "aws:MultiFactorAuthPresent",
        next_command=f"aws assume --role-arn {ROLE_ARN} --serial-number ARN-OF-YOUR-DEVICE",
    ),
    "MFA of some age, and no device": Refusal(
        World(trust=when("aws:MultiFactorAuthAge", "NumericLessThan", "3600")), "TrustPolicy",
        "aws:MultiFactorAuthAge",
    ),
    "another session name": Refusal(
        World(trust=when("sts:RoleSessionName", "StringLike", "${aws:username}")), "TrustPolicy",
        "sts:RoleSessionName: expected '${aws:username}'", ("--role-session-name", "bob"),
        next_command=f"aws assume --role-arn {ROLE_ARN} --role-session-name NAME",
    ),
    "no source identity": Refusal(
        World(trust=when("sts:SourceIdentity", "StringLike", "*")), "TrustPolicy",
        "sts:SourceIdentity",
    ),
    "a source identity without its right": Refusal(
        World(), "TrustPolicy", "does not allow sts:SetSourceIdentity",
        ("--source-identity", "alice"),
    ),
    "tags without their right": Refusal(
        World(), "TrustPolicy", "does not allow sts:TagSession", TAG,
    ),
    "another tag": Refusal(
        World(trust=when("aws:RequestTag/team", "StringEquals", "blue",
                         action=["sts:AssumeRole", "sts:TagSession"])),
        "TrustPolicy", "aws:RequestTag/team: expected 'blue', got 'red'", TAG,
    ),
    "a tag too many": Refusal(
        World(trust=when("aws:TagKeys", "ForAllValues:StringEquals", ["project"],
                         action=["sts:AssumeRole", "sts:TagSession"])),
        "TrustPolicy", "aws:TagKeys", TAG,
    ),
    "a tag that is not transitive": Refusal(
        World(trust=when("sts:TransitiveTagKeys", "ForAnyValue:StringEquals", ["team"],
                         action=["sts:AssumeRole", "sts:TagSession"])),
        "TrustPolicy", "sts:TransitiveTagKeys", TAG,
    ),
    "another organization": Refusal(
        World(trust=trust(statement({"AWS": "*"}, Condition={
            "StringEquals": {"aws:PrincipalOrgID": "o-theirs"}}))),
        "TrustPolicy", "aws:PrincipalOrgID: expected 'o-theirs', got 'o-mine'",
    ),
    "another tag of the user": Refusal(
        World(trust=when("aws:PrincipalTag/team", "StringEquals", "blue"),
              user_tags={"team": "red"}),
        "TrustPolicy", "aws:PrincipalTag/team: expected 'blue', got 'red'",
    ),
    "the tags of the user are not shown": Refusal(
        World(trust=when("aws:PrincipalTag/team", "StringEquals", "blue"),
              user_tags=refused("iam:GetUser")),
        "TrustPolicy", "can't be told", outcome="unknown",
    ),
    "another network": Refusal(
        World(trust=when("aws:SourceIp", "IpAddress", "192.0.2.0/24")), "TrustPolicy",
        "aws:SourceIp", outcome="unknown",
    ),
    "a time that is over": Refusal(
        World(trust=when("aws:CurrentTime", "DateLessThan", "2020-01-01T00:00:00Z")),
        "TrustPolicy", "aws:CurrentTime",
    ),
    "another account's trust policy, by a profile of it": Refusal(
        World(arn=FOREIGN, callers={ADMIN_KEY: f"arn:aws:iam::{OTHER}:user/admin"},
              trust=trust(statement({"AWS": f"arn:aws:iam::{OTHER}:root"}))),
        "TrustPolicy", f"its principal is arn:aws:iam::{OTHER}:root", role=BY_ADMIN,
        prepare=with_admin,
    ),
}  # fmt: skip
CALLERS = {
    "no policy of the user, where the account is trusted": Refusal(
        World(trust=trust(statement(ROOT)), decisions={"sts:AssumeRole": IMPLICIT}),
        "CallerPermissions", "no policy of the caller allows sts:AssumeRole",
        next_command="aws iam put-user-policy --user-name alice --policy-name assume-my-iam-role",
    ),
    "no policy of the role behind a session": Refusal(
        World(caller=SESSION, trust=trust(statement(ROOT)),
              decisions={"sts:AssumeRole": IMPLICIT}),
        "CallerPermissions", "no policy of the caller allows sts:AssumeRole",
        next_command="aws iam put-role-policy --role-name dev --policy-name assume-my-iam-role",
    ),
    "a Deny of the user's": Refusal(
        World(decisions={"sts:AssumeRole": EXPLICIT}), "CallerPermissions",
        "a policy of the caller denies sts:AssumeRole (no-assume)",
    ),
    "the organization": Refusal(
        World(decisions={"sts:AssumeRole": Decision("implicitDeny", organization=False)}),
        "CallerPermissions", "a policy of the organization (SCP) does not allow sts:AssumeRole",
    ),
    "the permissions boundary": Refusal(
        World(trust=trust(statement(ROOT)),
              decisions={"sts:AssumeRole": Decision("implicitDeny", boundary=False)}),
        "CallerPermissions", "the permissions boundary of the caller",
    ),
    "the permissions boundary of a role that is named": Refusal(
        World(caller=SESSION, trust=trust(statement({"AWS": DEV})),
              decisions={"sts:AssumeRole": Decision("implicitDeny", boundary=False)}),
        "CallerPermissions", "the permissions boundary of the caller",
    ),
    "no policy of the user, for another account's role": Refusal(
        World(arn=FOREIGN, callers={ADMIN_KEY: f"arn:aws:iam::{OTHER}:user/admin"},
              decisions={"sts:AssumeRole": IMPLICIT}),
        "CallerPermissions", "no policy of the caller allows sts:AssumeRole on " + FOREIGN,
        role=BY_ADMIN, prepare=with_admin,
    ),
    "tags that the user may not pass": Refusal(
        World(trust=trust(statement(ROOT, action=["sts:AssumeRole", "sts:TagSession"])),
              decisions={"sts:TagSession": IMPLICIT}),
        "CallerPermissions", "no policy of the caller allows sts:TagSession", TAG,
    ),
    "a source identity that the user may not set": Refusal(
        World(trust=trust(statement(ROOT, action=["sts:AssumeRole", "sts:SetSourceIdentity"])),
              decisions={"sts:SetSourceIdentity": EXPLICIT}),
        "CallerPermissions", "denies sts:SetSourceIdentity", ("--source-identity", "alice"),
    ),
    "a condition of the user's policy that is not known": Refusal(
        World(trust=trust(statement(ROOT)),
              decisions={"sts:AssumeRole": Decision("implicitDeny", missing=("aws:SourceIp",))}),
        "CallerPermissions", "depends on aws:SourceIp", outcome="unknown",
    ),
    "the account's root user": Refusal(
        World(caller=f"arn:aws:iam::{ACCOUNT}:root", trust=trust(statement(ROOT))), "TrustPolicy",
        "credentials of the account root user can't call AssumeRole",
    ),
}  # fmt: skip
SIGNATURE = "The request signature we calculated does not match the signature you provided."


def caller_refused(code: str, message: str, status: int = 403) -> World:
    """Return a world where STS refuses the caller itself (STS, "Common Errors")."""
    return World(caller=refusal(status, code, message))


UNKNOWN_CALLER = {
    "expired credentials": Refusal(
        caller_refused("ExpiredToken", "The security token included in the request is expired"),
        "Caller", "STS does not take the credentials",
    ),
    "a key that is gone": Refusal(
        caller_refused("InvalidClientTokenId", "The security token is invalid."), "Caller",
        "InvalidClientTokenId",
    ),
    "another secret": Refusal(
        caller_refused("SignatureDoesNotMatch", SIGNATURE), "Caller", "SignatureDoesNotMatch",
    ),
    "a clock that is an hour behind": Refusal(
        caller_refused("SignatureDoesNotMatch", "Signature expired: 2026"), "Sts",
        "seconds behind that of STS", next_command="date -u",
        seconds_ahead=3600,
    ),
    "a region that is not activated": Refusal(
        caller_refused("RegionDisabledException", "STS is not activated in this region"), "Sts",
        "RegionDisabledException",
    ),
    "no region": Refusal(World(), "Sts", "You must specify a region", prepare=without_region),
    "no credentials": Refusal(
        World(), "Caller", "gives no credentials", prepare=without_keys,
    ),
}  # fmt: skip
OTHERS = {
    "longer than the role allows": Refusal(
        World(), "SessionDuration", "7200 seconds, and the role allows at most 3600",
        ("--duration-seconds", "7200"),
        next_command=f"aws assume --role-arn {ROLE_ARN} --duration-seconds 3600",
    ),
    "longer than role chaining gives": Refusal(
        World(caller=SESSION, trust=trust(statement({"AWS": DEV})), maximum=43200),
        "SessionDuration", "role chaining gives at most 3600", ("--duration-seconds", "7200"),
    ),
    "another partition": Refusal(
        World(), "Request", "the role is of the partition aws-cn",
        role=("--role-arn", "arn:aws-cn:iam::123456789012:role/my-iam-role"),
        also=("Role",),
    ),
    "the target profile is somebody's": Refusal(
        World(), "Machine", "IAM Identity Center", prepare=with_sso_target,
    ),
    "the target profile is the source": Refusal(
        World(), "Machine", "is the source of the credentials", ("--update-profile", "default"),
    ),
}  # fmt: skip
REFUSALS = {**ROLES, **TRUST, **CALLERS, **UNKNOWN_CALLER, **OTHERS}


def explained(aws: Any, row: Refusal) -> tuple[int, dict[str, Any]]:
    if row.prepare is not None:
        row.prepare(aws)
    aws.stub.script = replace(row.world, signer=lambda: aws.signers()[-1])
    aws.stub.seconds_ahead = row.seconds_ahead
    words = ("assume", "explain", *row.role, *row.options, "--output", "json")
    done = aws(*words)
    assert "Traceback" not in done.err
    return done.code, json.loads(done.out)


@pytest.mark.parametrize("row", REFUSALS.values(), ids=REFUSALS)
def test_the_verdict_names_the_cause_and_no_other(aws, row: Refusal) -> None:
    """Exactly the step with the cause has a problem, and it says what it is."""
    before = aws.files()
    code, found = explained(aws, row)

    steps = {step["Step"]: step for step in found["Steps"]}
    problems = {name for name, step in steps.items() if step["Status"] == "problem"}
    cause = steps[row.step]
    assert cause["Status"] == row.outcome == found["Verdict"], found
    assert row.words in " | ".join(cause["Evidence"]), cause
    if row.outcome == "problem":
        assert problems - set(row.also) == {row.step}, found
        assert found["Reason"] == cause["Evidence"][0]
    else:
        assert problems == set(), found
    assert any(one.startswith(row.next_command) for one in cause["NextCommands"] or [""]), cause
    assert code == {"ok": 0, "problem": 1, "unknown": 2}[row.outcome]
    assert "AssumeRole" not in aws.stub.actions
    assert row.prepare is not None or aws.files() == before


def test_there_are_forty_refusals() -> None:
    """The table is as long as it has to be."""
    assert len(REFUSALS) >= 40


# What a first reader of the verdicts found wrong.

SOURCE_IP = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
ROOT_AND_TAG = trust(statement(), statement(ROOT, action="sts:TagSession"))
DOUBTS = {
    "a Deny under a key that is not known": (
        World(decisions={"sts:AssumeRole": Decision("explicitDeny", missing=("aws:SourceIp",))}),
        (), "CallerPermissions", "unknown", 2,
    ),
    "an Allow beside a key that is not known": (
        World(trust=trust(statement(ROOT)),
              decisions={"sts:AssumeRole": Decision(missing=("aws:SourceIp",))}),
        (), "CallerPermissions", "unknown", 2,
    ),
    "a key that is known to be missing": (
        World(trust=trust(statement(ROOT)), decisions={
            "sts:AssumeRole": Decision("implicitDeny", missing=("aws:MultiFactorAuthPresent",))}),
        (), "CallerPermissions", "problem", 1,
    ),
    "no policy, where the trust policy perhaps names the caller": (
        World(trust=trust(statement(Condition=SOURCE_IP)), decisions={"sts:AssumeRole": IMPLICIT}),
        (), "CallerPermissions", "ok", 2,
    ),
    "no policy, where the trust policy would name the caller": (
        World(trust=when("sts:ExternalId", "StringEquals", "p42"),
              decisions={"sts:AssumeRole": IMPLICIT}),
        (), "CallerPermissions", "ok", 1,
    ),
    "a boundary, where the role is not shown": (
        World(role=refused("iam:GetRole"),
              decisions={"sts:AssumeRole": Decision("implicitDeny", boundary=False)}),
        (), "CallerPermissions", "unknown", 2,
    ),
    "a boundary, where the session is named": (
        World(caller=SESSION, trust=trust(statement({"AWS": SESSION})),
              decisions={"sts:AssumeRole": Decision("implicitDeny", boundary=False)}),
        (), "CallerPermissions", "ok", 0,
    ),
    "each action by its own statement": (
        World(trust=ROOT_AND_TAG, decisions={"sts:AssumeRole": IMPLICIT}), TAG,
        "CallerPermissions", "ok", 0,
    ),
    "a clock that STS has just accepted": (World(), (), "Sts", "ok", 0),
    "an organization, and the caller's account is in none": (
        World(organization="", trust=trust(statement({"AWS": "*"}, Condition={
            "StringEquals": {"aws:PrincipalOrgID": "o-theirs"}}))),
        (), "TrustPolicy", "problem", 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", DOUBTS.values(), ids=DOUBTS)
def test_what_can_not_be_known_is_no_verdict(aws, row: Any) -> None:
    """A doubt is unknown, and what is settled elsewhere is no problem here."""
    world, options, name, status, code = row
    ahead = 600 if "Sts" in row else 0
    done, found = explained(
        aws, Refusal(world, name, "", options, seconds_ahead=ahead)
    )  # fmt: skip

    step = next(one for one in found["Steps"] if one["Step"] == name)
    assert (step["Status"], done) == (status, code), found


def test_a_default_duration_gives_way_to_role_chaining(aws) -> None:
    """What aws assume shortens with a note has no effect."""
    aws.add_config(
        f"[profile chain]\nrole_arn = {ROLE_ARN}\nsource_profile = default\n"
        "duration_seconds = 7200\nregion = us-east-1\n"
    )
    world = World(caller=SESSION, trust=trust(statement({"AWS": DEV})))
    code, found = explained(aws, Refusal(world, "", "", role=("--profile", "chain")))

    assert code == 0, found


def test_what_is_to_be_typed_is_quoted(aws) -> None:
    """Names and paths of IAM may hold what a shell would run."""
    hostile = f"arn:aws:iam::{ACCOUNT}:role/$(touch${{IFS}}pwned);'`x`/my-iam-roles"
    _, found = explained(aws, Refusal(World(role=None, others=(hostile,)), "", ""))

    commands = next(s for s in found["Steps"] if s["Step"] == "Role")["NextCommands"]
    assert shlex.split(commands[0]) == [
        "aws", "assume", "--role-arn", hostile, "--profile", "default"
    ]  # fmt: skip


def test_commands_are_for_the_profile_that_was_explained(aws) -> None:
    """What a named source has to type names it; the role's account is looked at by its own."""
    aws.add_key("my admin", ADMIN_KEY, "AdminSecret")
    aws.add_config('[profile "my admin"]\nregion = us-east-1\n')
    row = Refusal(
        World(trust=trust(statement(ROOT)), decisions={"sts:AssumeRole": IMPLICIT}), "", "",
        ("--profile", "my admin"),
    )  # fmt: skip
    _, found = explained(aws, row)

    commands = [line for step in found["Steps"] for line in step["NextCommands"]]
    assert commands
    assert {tuple(shlex.split(line)[-2:]) for line in commands} == {("--profile", "my admin")}


def test_a_missing_role_is_made_with_its_path_for_its_caller(aws) -> None:
    """The command to type makes the role that was asked for, and trusts who asked."""
    with_admin(aws)
    arn = f"arn:aws:iam::{OTHER}:role/team/dev/my-iam-role"
    world = World(role=None, callers={ADMIN_KEY: f"arn:aws:iam::{OTHER}:user/admin"})
    row = Refusal(world, "", "", role=("--role-arn", arn, "--role-account-profile", "admin"))
    _, found = explained(aws, row)

    commands = next(s for s in found["Steps"] if s["Step"] == "Role")["NextCommands"]
    assert commands[-1] == (
        "aws assume create-role --role-name my-iam-role --path /team/dev/ "
        f"--trust {ALICE} --profile admin"
    )


def test_a_deny_is_told_with_its_condition(aws) -> None:
    """What a Deny hangs on is named, with the option that would meet it."""
    deny = statement({"AWS": "*"}, "Deny", Condition={
        "StringNotEquals": {"sts:ExternalId": "p42"}})  # fmt: skip
    _, found = explained(aws, Refusal(World(trust=trust(statement(), deny)), "", ""))

    step = next(one for one in found["Steps"] if one["Step"] == "TrustPolicy")
    assert (
        "statement 2: it denies sts:AssumeRole under StringNotEquals sts:ExternalId 'p42'"
        in (step["Evidence"])
    )
    assert step["NextCommands"][0].startswith(f"aws assume --role-arn {ROLE_ARN} --external-id ID")
