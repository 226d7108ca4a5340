"""The decisions of IAM, combined with the verdict of the trust policy."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any, Optional

import pytest

from awscli_assume.model.arns import Role
from awscli_assume.model.diagnosis import Step
from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.model.trust.callers import Caller, caller_of
from awscli_assume.model.trust.context import Circumstances
from awscli_assume.model.trust.evaluation import evaluate
from awscli_assume.workflow.explain.caller import SuggestedCommands
from awscli_assume.workflow.explain.caller_permissions import check_permissions

ACCOUNT = "123456789012"
ALICE = caller_of(f"arn:aws:iam::{ACCOUNT}:user/team/alice")
SESSION = caller_of(f"arn:aws:sts::{ACCOUNT}:assumed-role/dev/alice")
PERMISSION_SET = caller_of(f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Dev_1/alice")
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ROLE = Role("my-iam-role", account_id=ACCOUNT, partition="aws")
REQUEST = AssumeRoleRequest(ROLE, "s1")
NOW = Circumstances(datetime(2026, 1, 2, tzinfo=timezone.utc))


class Iam:
    """An IAM client that returns the given results for each action, and records the call."""

    def __init__(self, **result: Any) -> None:
        self.result = {"EvalDecision": "implicitDeny", **result}
        self.call: dict[str, Any] = {}

    def simulate_principal_policy(self, **parameters: Any) -> Any:
        self.call = parameters
        results = [{"EvalActionName": one, **self.result} for one in parameters["ActionNames"]]
        return {"EvaluationResults": results}


def check(
    iam: Any, principal: Caller = ALICE, trusted: Optional[str] = ROOT,
    request: AssumeRoleRequest = REQUEST,
) -> Step:  # fmt: skip
    """Check the permissions of a caller for a role that trusts one principal (None: unknown)."""
    verdict = None
    if trusted is not None:
        statement = {"Effect": "Allow", "Principal": {"AWS": trusted}, "Action": "sts:*"}
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        verdict = evaluate(policy, principal, request, NOW)
    return check_permissions(iam, principal, request, NOW, verdict, SuggestedCommands("dev"))


NOT_ALLOWED = "no policy of the caller allows sts:AssumeRole"
BOUNDARY = {"PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": False}}
SCP = {"OrganizationsDecisionDetail": {"AllowedByOrganizations": False}}
MISSING = {"MissingContextValues": ["aws:SourceIp"]}
POLICY = {"MatchedStatements": [{"SourcePolicyId": "p1"}, {"SourcePolicyId": "p2"}]}
CASES = {
    "allowed": (
        {"EvalDecision": "allowed", **POLICY}, ROOT, "ok",
        "the caller's policies allow sts:AssumeRole (p1, p2)",
    ),
    "denied": (
        {"EvalDecision": "explicitDeny", **POLICY}, ALICE.name, "problem",
        "a policy of the caller denies sts:AssumeRole (p1, p2)",
    ),
    "not allowed": ({}, ROOT, "problem", f"{NOT_ALLOWED} on {ROLE.arn}"),
    "not allowed, and a trust policy that names the caller": (
        {}, ALICE.name, "ok",
        f"{NOT_ALLOWED}, but the trust policy names the caller, which suffices",
    ),
    "not allowed, and a trust policy for another user": (
        {}, f"arn:aws:iam::{ACCOUNT}:user/bob", "unknown",
        f"{NOT_ALLOWED}, so the trust policy must name the caller",
    ),
    "not allowed, and an unknown trust policy": (
        {}, None, "unknown", f"{NOT_ALLOWED}, so the trust policy must name the caller",
    ),
    "an SCP": (
        SCP, ALICE.name, "problem",
        "the organization's service control policies (SCPs) do not allow sts:AssumeRole",
    ),
    "an SCP with an unknown condition key": (
        {**SCP, **MISSING}, ALICE.name, "unknown",
        "the result for sts:AssumeRole depends on aws:SourceIp, which is unknown",
    ),
    "a boundary": (
        BOUNDARY, ROOT, "problem",
        "the caller's permissions boundary does not allow sts:AssumeRole",
    ),
    "a boundary, and a trust policy that names the user": (
        BOUNDARY, ALICE.name, "ok",
        f"{NOT_ALLOWED}, but the trust policy names the caller, which suffices",
    ),
    "a boundary, and a trust policy for everyone": (
        BOUNDARY, "*", "unknown", f"{NOT_ALLOWED}, so the trust policy must name the caller",
    ),
    "an unknown condition key": (
        MISSING, ROOT, "unknown",
        "the result for sts:AssumeRole depends on aws:SourceIp, which is unknown",
    ),
    "an unknown condition key, and a trust policy that names the caller": (
        MISSING, ALICE.name, "ok",
        f"{NOT_ALLOWED}, but the trust policy names the caller, which suffices",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("result", "trusted", "status", "sentence"), CASES.values(), ids=CASES)
def test_decisions(result: Any, trusted: Optional[str], status: str, sentence: str) -> None:
    """Within one account a trust policy that names the caller suffices, but for a Deny or SCP."""
    step = check(Iam(**result), trusted=trusted)

    assert (step.status, step.evidence) == (status, (sentence,))


def test_another_account_needs_both() -> None:
    """The trust policy never suffices for a role in another account."""
    role = Role("my-iam-role", account_id="999999999999", partition="aws")
    step = check(Iam(), trusted=ALICE.name, request=replace(REQUEST, role=role))

    assert (step.status, step.evidence) == ("problem", (f"{NOT_ALLOWED} on {role.arn}",))


@pytest.mark.parametrize(
    ("principal", "command"),
    [
        (ALICE, "aws iam put-user-policy --user-name alice --policy-name assume-my-iam-role "),
        (SESSION, "aws iam put-role-policy --role-name dev --policy-name assume-my-iam-role "),
        (PERMISSION_SET, None),
    ],
)
def test_suggested_policy(principal: Caller, command: Optional[str]) -> None:
    """The command adds the policy to a user or role, but not to a permission set."""
    step = check(Iam(), principal)

    assert [one.partition("--policy-document")[0] for one in step.next_commands] == (
        [] if command is None else [command]
    )


@pytest.mark.parametrize("result", [SCP, BOUNDARY, {"EvalDecision": "explicitDeny"}])
def test_no_policy_is_suggested_if_it_would_not_help(result: Any) -> None:
    """Another policy of the caller does not override an SCP, a boundary or a Deny."""
    assert check(Iam(**result)).next_commands == ()


def test_a_condition_on_mfa() -> None:
    """The command with an MFA device comes first."""
    long_lived = replace(ALICE, is_temporary=False)
    step = check(Iam(MissingContextValues=["aws:MultiFactorAuthPresent"]), long_lived)

    assert step.status == "problem"
    assert step.evidence[1:] == ("a policy of the caller has a condition on MFA",)
    assert step.next_commands[0] == (
        f"aws assume --role-arn {ROLE.arn} --serial-number ARN-OF-YOUR-DEVICE --profile dev"
    )
    assert step.next_commands[1].startswith("aws iam put-user-policy ")


def test_a_session_policy_is_not_simulated() -> None:
    """The evidence for a role session says so."""
    step = check(Iam(), SESSION)

    assert step.evidence[1:] == ("the simulation does not include a session policy of the caller",)


def test_the_worst_action_decides() -> None:
    """Only the sentences of the actions with the worst result are shown."""

    class TwoResults(Iam):
        def simulate_principal_policy(self, **parameters: Any) -> Any:
            found = super().simulate_principal_policy(**parameters)
            found["EvaluationResults"][0]["EvalDecision"] = "allowed"
            return found

    request = replace(REQUEST, tags=(("team", "red"),))
    step = check(TwoResults(), request=request)

    assert step.evidence == (f"no policy of the caller allows sts:TagSession on {ROLE.arn}",)
    assert '["sts:AssumeRole", "sts:TagSession"]' in step.next_commands[0]


@pytest.mark.parametrize(
    ("principal", "arn"),
    [
        (ALICE, ALICE.name),
        (SESSION, f"arn:aws:iam::{ACCOUNT}:role/dev"),
        (replace(SESSION, role_arn=f"arn:aws:iam::{ACCOUNT}:role/team/dev"),
         f"arn:aws:iam::{ACCOUNT}:role/team/dev"),
    ],
)  # fmt: skip
def test_the_simulated_principal(principal: Caller, arn: str) -> None:
    """IAM simulates the policies of the user, or of the role of a session."""
    iam = Iam()
    check(iam, principal)

    assert iam.call["PolicySourceArn"] == arn


@pytest.mark.parametrize("arn", [ROOT, f"arn:aws:sts::{ACCOUNT}:federated-user/bob"])
def test_callers_without_policies(arn: str) -> None:
    """The root user and federated users cannot call AssumeRole, and IAM is not called."""
    step = check(None, caller_of(arn))

    assert (step.status, step.evidence) == (
        "not applicable", (f"{arn} cannot call AssumeRole, whatever its policies say",),
    )  # fmt: skip


def test_no_result() -> None:
    """A response without results is unknown."""

    class NoResult:
        def simulate_principal_policy(self, **parameters: Any) -> Any:
            return {"EvaluationResults": []}

    step = check(NoResult())

    assert (step.status, step.evidence) == (
        "unknown", ("iam:SimulatePrincipalPolicy returned no result",),
    )  # fmt: skip


def test_without_the_permission_to_simulate() -> None:
    """The command that an administrator may run is suggested."""

    class Broken:
        def simulate_principal_policy(self, **parameters: Any) -> Any:
            raise ValueError

    step = check(Broken(), request=replace(REQUEST, source_identity="alice"))

    assert step.status == "unknown"
    assert step.evidence[0].startswith(
        "cannot tell whether the caller may call sts:AssumeRole and sts:SetSourceIdentity: "
    )
    assert step.next_commands == (
        f"aws iam simulate-principal-policy --policy-source-arn {ALICE.name} --action-names "
        f"sts:AssumeRole --resource-arns {ROLE.arn} --profile ADMINISTRATOR",
    )


def test_the_call_is_none_of_the_mcp_server() -> None:
    """IAM gets a value for the key, so that a policy which denies the MCP server decides."""
    iam = Iam(EvalDecision="allowed")
    check(iam)

    (entry,) = (one for one in iam.call["ContextEntries"] if "mcp" in one["ContextKeyName"])
    assert entry == {
        "ContextKeyName": "aws:viaawsmcpservice", "ContextKeyValues": ["false"],
        "ContextKeyType": "boolean",
    }  # fmt: skip
