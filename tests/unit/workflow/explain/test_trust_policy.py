"""The trust policy: the caller that it sees, and the options that meet its conditions."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any, Optional

import pytest

from awscli_assume.aws.iam.roles import KnownRole
from awscli_assume.model.arns import Role
from awscli_assume.model.diagnosis import Step
from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.model.trust.callers import Caller, caller_of
from awscli_assume.model.trust.context import Circumstances
from awscli_assume.workflow.explain.caller import SuggestedCommands
from awscli_assume.workflow.explain.trust_policy import check_trust_policy

ACCOUNT = "123456789012"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ALICE = replace(caller_of(f"arn:aws:iam::{ACCOUNT}:user/alice"), is_temporary=False)
SESSION = caller_of(f"arn:aws:sts::{ACCOUNT}:assumed-role/dev/alice")
ROLE = Role("my-iam-role", account_id=ACCOUNT, partition="aws")
NOW = Circumstances(datetime(2026, 1, 2, tzinfo=timezone.utc))
SHOW = (
    "aws iam get-role --role-name my-iam-role --query Role.AssumeRolePolicyDocument "
    "--profile admin"
)


def check(principal: Optional[Caller], **statement: Any) -> Step:
    """Check a trust policy with one statement, which trusts the account."""
    allow = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "sts:*", **statement}
    role = KnownRole(ROLE.arn, {"Version": "2012-10-17", "Statement": [allow]})
    commands = SuggestedCommands("dev", "admin")
    request = AssumeRoleRequest(ROLE, "s1")
    return check_trust_policy(principal, request, role, NOW, commands)[0]


@pytest.mark.parametrize(
    ("operator", "key", "options"),
    [
        ("StringEquals", "sts:ExternalId", "--external-id ID"),
        ("Bool", "aws:MultiFactorAuthPresent", "--serial-number ARN-OF-YOUR-DEVICE"),
        ("NumericLessThan", "aws:MultiFactorAuthAge", "--serial-number ARN-OF-YOUR-DEVICE"),
        ("StringEquals", "sts:RoleSessionName", "--role-session-name NAME"),
        ("StringEquals", "sts:SourceIdentity", "--source-identity NAME"),
        ("ForAnyValue:StringEquals", "sts:TransitiveTagKeys", "--transitive-tag-keys KEY"),
        ("StringEquals", "aws:RequestTag/team", "--tags Key=KEY,Value=VALUE"),
        ("ForAnyValue:StringEquals", "aws:TagKeys", "--tags Key=KEY,Value=VALUE"),
    ],
)
def test_suggested_options(operator: str, key: str, options: str) -> None:
    """The first command has the option for the condition that is not met."""
    value = {"Bool": "true", "NumericLessThan": "60"}.get(operator, "x")
    step = check(ALICE, Condition={operator: {key: value}})

    assert step.status == "problem"
    assert step.evidence[0] == f"the trust policy does not allow sts:AssumeRole for {ALICE.name}"
    command = f"aws assume --role-arn {ROLE.arn} "
    assert [one.replace("'", "") for one in step.next_commands] == [
        f"{command}{options} --profile dev", SHOW,
    ]  # fmt: skip


def test_a_role_session_has_no_mfa_device() -> None:
    """No MFA option is suggested for a role session."""
    age = {"NumericLessThan": {"aws:MultiFactorAuthAge": "60"}}
    step = check(SESSION, Condition=age)

    assert (step.status, step.next_commands) == ("problem", (SHOW,))


def test_no_option_without_a_condition() -> None:
    """A trust policy for another principal needs no option."""
    other = {"AWS": "arn:aws:iam::999999999999:root"}
    step = check(ALICE, Principal=other)

    assert (step.status, step.next_commands) == ("problem", (SHOW,))


def test_a_trust_policy_for_the_account() -> None:
    """The evidence names the statement, and says that the caller's policies count too."""
    step = check(ALICE, Sid="Account")

    assert (step.status, step.evidence) == (
        "ok",
        (
            "the trust policy allows sts:AssumeRole for the caller (Account)",
            "the caller's own policies must also allow it",
        ),
    )


def test_an_unknown_caller() -> None:
    """The trust policy is not evaluated."""
    step = check(None)

    assert (step.status, step.evidence) == (
        "unknown", ("the caller is unknown, so the trust policy cannot be evaluated",),
    )  # fmt: skip


def test_an_unknown_trust_policy() -> None:
    """Nothing is suggested here, because the check of the role has the commands."""
    request = AssumeRoleRequest(ROLE, "s1")
    step, verdict = check_trust_policy(ALICE, request, None, NOW, SuggestedCommands("dev"))

    assert (step.status, step.next_commands, verdict) == ("unknown", (), None)
