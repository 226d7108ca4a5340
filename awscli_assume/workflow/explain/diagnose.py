"""All checks of ``aws assume explain``, in their order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Mapping, Optional, Union

from awscli_assume.aws.caller_identity import CallerCache
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import Profile
from awscli_assume.model.diagnosis import CALLER, OK, PERMISSIONS, UNKNOWN, Diagnosis, Step
from awscli_assume.model.request.request import AssumeRoleRequest, requests_in_order
from awscli_assume.model.trust.context import Circumstances
from awscli_assume.workflow.credentials.account_lookup import with_account_found
from awscli_assume.workflow.credentials.assume_role import caller_name
from awscli_assume.workflow.explain.caller import (
    CallerCheck,
    IdentifiedCaller,
    SuggestedCommands,
    check_caller,
)
from awscli_assume.workflow.explain.caller_permissions import check_permissions
from awscli_assume.workflow.explain.environment import check_machine, check_request, check_sts
from awscli_assume.workflow.explain.role import (
    NO_PRINCIPAL,
    RoleLookup,
    check_duration,
    check_role,
    find_role_lookup,
)
from awscli_assume.workflow.explain.trust_policy import (
    check_trust_policy,
    find_organization,
    find_principal,
)
from awscli_assume.workflow.planning.plan import AssumePlan


def diagnose(
    context: CommandContext, plan: AssumePlan, role_account_profile: Optional[str]
) -> Diagnosis:
    """Run all checks, for each role of a chain until one cannot be assumed.

    AssumeRole is not called, and nothing is written.
    """
    machine = check_machine(context, plan)
    check = check_caller(context, plan)
    if check.caller is not None and check.client is not None:
        plan = with_account_found(context, check.client, plan, CallerCache())
        if plan.is_named_by_caller:
            name = caller_name(context, plan, check.caller.identity.caller, check.client)
            plan = plan.with_caller(name, context.environment)
    now = context.environment.now()
    checks = _RequestChecks(
        role_lookup=find_role_lookup(context, check.caller, role_account_profile),
        profiles=context.session.full_config["profiles"],
        circumstances=_circumstances(check, now),
        commands=SuggestedCommands(
            plan.profile_pair.source, role_account_profile, plan.identity_center_role
        ),
        is_duration_explicit=plan.has_flag,
        narrowed_because=None if plan.agent is None else plan.agent.reason,
    )
    sts = check_sts(check, now, checks.commands)
    for request in requests_in_order(_completed(plan, check)):
        role, caller = request.role, check.caller
        diagnosis = Diagnosis(
            role.arn if role.is_complete else role.name,
            None if caller is None else caller.identity.arn,
            (*checks.run(check, request), sts, machine),
        )
        if caller is None or diagnosis.outcome != OK:
            break
        check = _as_session_of(request, check, caller)
    return diagnosis


@dataclass(frozen=True)
class _RequestChecks:
    """The checks of one request, with what the requests of a chain have in common."""

    role_lookup: Union[RoleLookup, Step, None]
    profiles: Mapping[str, Profile]
    circumstances: Circumstances
    commands: SuggestedCommands
    is_duration_explicit: bool
    narrowed_because: Optional[str]

    def run(self, check: CallerCheck, request: AssumeRoleRequest) -> tuple[Step, ...]:
        """Return the steps of a request."""
        caller, circumstances, commands = check.caller, self.circumstances, self.commands
        role_step, role = check_role(
            request.role, self.role_lookup, self.profiles, commands, _trusted_arn(caller)
        )
        principal = None
        if caller is not None:
            organization = find_organization(caller, role)
            principal = find_principal(caller, role, organization)
            if organization == "":
                absent = {**circumstances.others, "aws:PrincipalOrgID": ()}
                circumstances = replace(circumstances, others=absent)
        trust, verdict = check_trust_policy(principal, request, role, circumstances, commands)
        if caller is None or principal is None:
            evidence = "the caller is unknown, so its policies cannot be checked"
            permissions = Step(PERMISSIONS, UNKNOWN, (evidence,))
        else:
            permissions = check_permissions(
                caller.iam, principal, request, circumstances, verdict, commands
            )
        return (
            _with_accounts_compared(check, request),
            check_request(request, check.partition, self.narrowed_because),
            permissions,
            role_step,
            trust,
            check_duration(request, role, commands, self.is_duration_explicit),
        )


def _as_session_of(
    request: AssumeRoleRequest, check: CallerCheck, caller: IdentifiedCaller
) -> CallerCheck:
    caller = caller.as_session_of(request)
    evidence = (f"the caller would be {caller.identity.arn}, a session of a role of --via",)
    return replace(check, step=Step(CALLER, OK, evidence), caller=caller)


def _with_accounts_compared(check: CallerCheck, request: AssumeRoleRequest) -> Step:
    """Return the caller's step, which then also says whose account the role is in."""
    if check.caller is None:
        return check.step
    account_id = request.role.account_id
    if account_id == check.caller.identity.caller.account_id:
        sentence = "the role is in the caller's account"
    else:
        sentence = (
            f"the role is in another account, {account_id}, so the trust policy and the caller's "
            "policies must both allow the call"
        )
    return replace(check.step, evidence=(*check.step.evidence, sentence))


def _completed(plan: AssumePlan, check: CallerCheck) -> AssumeRoleRequest:
    if check.caller is None:
        return plan.request
    caller = check.caller.identity.caller
    request = plan.request.completed(caller.partition, caller.account_id)
    # check_duration reports a duration that is too long for role chaining; it is no error here.
    return request.chained(False) if caller.is_role_session else request


def _circumstances(check: CallerCheck, now: datetime) -> Circumstances:
    if check.client is None:
        return Circumstances(now)
    meta = check.client.meta
    return Circumstances(now, meta.region_name, meta.endpoint_url.startswith("https:"))


def _trusted_arn(caller: Optional[IdentifiedCaller]) -> Optional[str]:
    """Return the principal that a new role should trust: the user, or a session's account."""
    if caller is None:
        return None
    arn = caller.identity.arn
    if arn.endswith(":root"):
        return NO_PRINCIPAL
    return arn if ":user/" in arn else caller.identity.caller.account_arn
