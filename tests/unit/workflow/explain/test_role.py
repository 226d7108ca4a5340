"""How long a session may last."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Optional

import pytest

from awscli_assume.aws.iam.roles import KnownRole
from awscli_assume.model.arns import Role
from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.workflow.explain.caller import SuggestedCommands
from awscli_assume.workflow.explain.role import RoleLookup, check_duration, check_role

ACCOUNT, OTHER = "123456789012", "999999999999"
ROLE = Role("my-iam-role", account_id="123456789012", partition="aws")
REQUEST = AssumeRoleRequest(ROLE, "s1")
COMMANDS = SuggestedCommands("dev", "admin")
AGAIN = f"aws assume --role-arn {ROLE.arn} --duration-seconds {{}} --profile dev"


class Iam:
    """An IAM client with the role of a name, or without any."""

    def __init__(self, *arns: str) -> None:
        self.arns = arns

    def get_role(self, RoleName: str) -> Any:
        arn = next(one for one in self.arns if one.endswith(RoleName))
        return {"Role": {"Arn": arn, "AssumeRolePolicyDocument": {}, "MaxSessionDuration": 7200}}


@pytest.mark.parametrize(
    ("seconds", "maximum", "is_chained", "is_explicit", "status", "sentence", "suggested"),
    [
        (None, None, False, False, "ok", "every role allows a session of an hour", None),
        (3600, None, False, True, "ok", "every role allows a session of an hour", None),
        (3601, None, False, True, "unknown", "cannot tell whether the role allows 3601", "max"),
        ("max", None, False, True, "ok", "the session lasts as long as the role allows", None),
        (7200, 7200, False, True, "ok", "and the role's MaxSessionDuration allows 7200", None),
        (7201, 7200, False, True, "problem", "role's MaxSessionDuration allows 7200", "7200"),
        (7201, 43200, True, True, "problem", "but role chaining allows 3600", "3600"),
        (7201, 43200, True, False, "ok", "limits the session to 3600 seconds", None),
        ("max", 43200, True, True, "ok", "limits the session to 3600 seconds", None),
    ],
)
def test_duration(
    seconds: Any, maximum: Optional[int], is_chained: bool, is_explicit: bool, status: str,
    sentence: str, suggested: Optional[str],
) -> None:  # fmt: skip
    """The limit is an hour in a role chain, else that of the role; only an option is an error."""
    request = replace(REQUEST, duration_seconds=seconds, is_chained=is_chained)
    role = None if maximum is None else KnownRole(ROLE.arn, {}, maximum)
    step = check_duration(request, role, COMMANDS, is_explicit)

    assert (step.name, step.status) == ("SessionDuration", status)
    assert sentence in step.evidence[0]
    assert step.next_commands == (() if suggested is None else (AGAIN.format(suggested),))


def test_duration_of_a_role_without_an_account() -> None:
    """The suggested command names the role, because its ARN is unknown."""
    request = replace(REQUEST, role=Role("my-iam-role"), duration_seconds=7200)
    step = check_duration(request, None, COMMANDS, True)

    assert step.next_commands == (
        "aws assume --role-name my-iam-role --duration-seconds max --profile dev",
    )


def test_the_role_exists() -> None:
    """The step has the ARN, and the role that IAM returned has its maximum duration."""
    lookup = RoleLookup(Iam(ROLE.arn), "aws", "123456789012")
    step, found = check_role(ROLE, lookup, {}, COMMANDS, None)

    assert (step.status, step.evidence) == ("ok", (f"{ROLE.arn} exists",))
    assert found is not None
    assert found.max_duration == 7200


@pytest.mark.parametrize(
    ("lookup", "reason"),
    [
        (None, "there are no credentials to call IAM"),
        (RoleLookup(Iam(), "aws-cn", ACCOUNT),
         "the role is in the partition aws, but the caller is in aws-cn"),
        (RoleLookup(Iam(), "aws", OTHER),
         f"the role is in the account {ACCOUNT}, but IAM shows the "
         f"caller only the roles of {OTHER}"),
        (RoleLookup(Iam(), "aws", OTHER, "admin"),
         f"the profile 'admin' is in the account {OTHER}, but the role is in {ACCOUNT}"),
    ],
)  # fmt: skip
def test_a_role_that_cannot_be_looked_up(lookup: Any, reason: str) -> None:
    """The step is unknown, says why, and suggests each profile of the role's account once."""
    profiles = {
        "sso": {"sso_account_id": "123456789012"},
        "login": {"aws_account_id": "123456789012"},
        "role": {"role_arn": "arn:aws:iam::123456789012:role/x"},
        "other": {"role_arn": "arn:aws:iam::999999999999:role/x"},
        "empty": {},
    }
    step, found = check_role(ROLE, lookup, profiles, COMMANDS, None)

    assert (step.status, found) == ("unknown", None)
    assert step.evidence == (f"cannot tell whether the role exists: {reason}",)
    options = [command.split(" --role-account-profile ")[1] for command in step.next_commands]
    assert options == ["sso --profile dev", "login --profile dev", "role --profile dev"]


def test_a_role_without_an_account_has_no_suggested_command() -> None:
    """Without credentials the ARN of the role is unknown."""
    step, _ = check_role(Role("my-iam-role"), None, {"empty": {}}, COMMANDS, None)

    assert (step.status, step.next_commands) == ("unknown", ())
