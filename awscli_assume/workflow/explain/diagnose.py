"""All steps of ``aws assume explain``: what is asked of whom, and in which order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Mapping, Optional

from awscli_assume.aws.callers import CallerCache
from awscli_assume.aws.iam.roles import KnownRole
from awscli_assume.errors import InvalidRequest
from awscli_assume.host.context import CommandContext
from awscli_assume.host.environment import Environment
from awscli_assume.model.diagnosis import (
    CALLER,
    OK,
    PERMISSIONS,
    UNKNOWN,
    Diagnosis,
    Step,
)
from awscli_assume.model.request.request import AssumeRoleRequest, requests_in_order
from awscli_assume.model.trust.callers import Caller
from awscli_assume.model.trust.context import Circumstances
from awscli_assume.workflow.credentials.account_lookup import with_account_found
from awscli_assume.workflow.explain.caller import identify_caller
from awscli_assume.workflow.explain.caller_permissions import look_at_permissions
from awscli_assume.workflow.explain.environment import (
    look_at_machine,
    look_at_request,
    look_at_sts,
)
from awscli_assume.workflow.explain.role import (
    look_at_duration,
    look_at_role,
)
from awscli_assume.workflow.explain.role_lookup import RoleLookup, find_role_lookup
from awscli_assume.workflow.explain.subject import IdentifiedCaller, Subject
from awscli_assume.workflow.explain.suggested_commands import Lines
from awscli_assume.workflow.explain.trust_policy import (
    look_at_trust,
    organization_of,
    trusted_caller,
)
from awscli_assume.workflow.planning.plan import AssumePlan


def diagnose(
    context: CommandContext, plan: AssumePlan, role_account_profile: Optional[str]
) -> Diagnosis:
    """Walk through all steps, for each role on the way until one can't be assumed.

    AssumeRole itself is not called, and nothing is written.
    """
    profiles = context.session.full_config["profiles"]
    machine = look_at_machine(context, plan)
    introduced = identify_caller(context, plan)
    if introduced.subject is not None:
        plan = with_account_found(context, introduced.client, plan, CallerCache())
    role_lookup, trouble = find_role_lookup(context, introduced.subject, role_account_profile)
    lines = Lines(plan.profile_pair.source, role_account_profile)
    circumstances = _circumstances(introduced, context.environment)
    sight = Visibility(role_lookup, trouble, profiles, circumstances, lines, plan.has_flag)
    last = (look_at_sts(introduced, context.environment.now(), lines), machine)
    requests = requests_in_order(_completed(plan, introduced))
    for number, request in enumerate(requests):
        steps = _steps(introduced, request, sight)
        subject = introduced.subject
        diagnosis = Diagnosis(
            request.role.arn if request.role.is_complete else request.role.name,
            None if subject is None else subject.identity.arn,
            (*steps, *last),
        )
        if diagnosis.outcome != OK or subject is None or number == len(requests) - 1:
            break
        introduced = _past(introduced, subject.with_credentials(request))
    return diagnosis


@dataclass(frozen=True)
class Visibility:
    """What each role on the way is looked at with; ``trouble`` tells why there is no witness."""

    role_lookup: Optional[RoleLookup]
    trouble: Optional[Step]
    profiles: Mapping[str, Any]
    circumstances: Circumstances
    lines: Lines
    has_flag: bool


def _steps(
    introduced: IdentifiedCaller, request: AssumeRoleRequest, sight: Visibility
) -> tuple[Step, ...]:
    """Return all steps that are about one request."""
    subject, lines, circumstances = introduced.subject, sight.lines, sight.circumstances
    trusted = None if subject is None else _to_trust(subject)
    role_step, found = look_at_role(
        request.role, sight.role_lookup, sight.profiles, lines, trusted
    )
    if sight.trouble is not None:
        role_step = sight.trouble
    caller = None
    if subject is not None:
        organization = organization_of(subject, found)
        caller = _caller(subject, found, organization)
        if organization == "":
            none = {**circumstances.others, "aws:PrincipalOrgID": ()}
            circumstances = replace(circumstances, others=none)
    trust_step, verdict = look_at_trust(caller, request, found, circumstances, lines)
    if subject is None or caller is None:
        permissions = Step(PERMISSIONS, UNKNOWN, ("whose policies count is not known",))
    else:
        permissions = look_at_permissions(subject, caller, request, circumstances, verdict, lines)
    return (
        _with_account(introduced, request),
        look_at_request(request, introduced.partition),
        permissions,
        role_step,
        trust_step,
        look_at_duration(request, found, lines, sight.has_flag),
    )


def _past(introduced: IdentifiedCaller, subject: Subject) -> IdentifiedCaller:
    evidence = (f"the caller would be {subject.identity.arn}, a role on the way (--via)",)
    return replace(introduced, step=Step(CALLER, OK, evidence), subject=subject)


def _with_account(introduced: IdentifiedCaller, request: AssumeRoleRequest) -> Step:
    """Return the caller's step with whose account the role is of: is it the one that was meant?"""
    step, role = introduced.step, request.role
    if introduced.subject is None:
        return step
    own = introduced.subject.identity.caller.account_id
    if role.account_id == own:
        told = "the role is of that account, too"
    else:
        told = f"the role is of another account, {role.account_id}: both sides have to allow it"
    return replace(step, evidence=(*step.evidence, told))


def _completed(plan: AssumePlan, introduced: IdentifiedCaller) -> AssumeRoleRequest:
    if introduced.subject is None:
        return plan.request
    caller = introduced.subject.identity.caller
    request = plan.request.completed(caller.partition, caller.account_id)
    # Whether too much was asked for is a step of its own here, not an error.
    return request.chained(False) if caller.is_role_session else request


def _circumstances(introduced: IdentifiedCaller, environment: Environment) -> Circumstances:
    client = introduced.client
    if client is None:
        return Circumstances(environment.now())
    is_https = str(client.meta.endpoint_url).startswith("https:")
    return Circumstances(environment.now(), client.meta.region_name, is_https)


def _caller(
    subject: Subject, found: Optional[KnownRole], organization: Optional[str]
) -> Optional[Caller]:
    try:
        return trusted_caller(subject, found, organization)
    except InvalidRequest:
        # An ARN of a form that STS is not documented to answer.
        return None


def _to_trust(subject: Subject) -> str:
    """Return the ARN for a new role's trust policy: the user, else the account of a session."""
    is_user = ":user/" in subject.identity.arn
    return subject.identity.arn if is_user else subject.identity.caller.account_arn
