"""All steps of ``aws assume explain``: what is asked of whom, and in which order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Mapping, Optional

from awscli_assume.aws.callers import CallerMemory
from awscli_assume.aws.identity import ask_identity
from awscli_assume.aws.sources import SourceClients
from awscli_assume.commands.account_lookup import with_account_found
from awscli_assume.commands.environment import Environment
from awscli_assume.commands.explaining.caller_side import look_at_permissions
from awscli_assume.commands.explaining.introduction import introduce
from awscli_assume.commands.explaining.role_side import (
    Witness,
    look_at_duration,
    look_at_role,
)
from awscli_assume.commands.explaining.subject import Introduced, Subject
from awscli_assume.commands.explaining.surroundings import (
    look_at_machine,
    look_at_request,
    look_at_sts,
)
from awscli_assume.commands.explaining.trust_side import look_at_trust, trusted_caller
from awscli_assume.commands.plan import Plan
from awscli_assume.errors import InvalidRequest, UnexpectedAnswer
from awscli_assume.host import BotoCoreError, ClientError
from awscli_assume.model.diagnosis import (
    CALLER,
    OK,
    PERMISSIONS,
    ROLE,
    UNKNOWN,
    Diagnosis,
    Step,
)
from awscli_assume.model.hops import requests_in_order
from awscli_assume.model.request import AssumeRoleRequest
from awscli_assume.model.trust.callers import Caller
from awscli_assume.model.trust.context import Circumstances


def diagnose(
    session: Any,
    parsed_globals: Any,
    plan: Plan,
    environment: Environment,
    role_account_profile: Optional[str],
) -> Diagnosis:
    """Walk through all steps, for each role on the way until one can't be assumed.

    AssumeRole itself is not called, and nothing is written.
    """
    profiles = session.full_config["profiles"]
    machine = look_at_machine(session, plan, parsed_globals, environment)
    introduced = introduce(session, parsed_globals, plan, environment)
    if introduced.subject is not None:
        plan = with_account_found(
            session, parsed_globals, introduced.client, plan, CallerMemory(), environment
        )
    witness, trouble = _witness(session, parsed_globals, introduced, role_account_profile)
    sight = Sight(witness, trouble, profiles, _circumstances(introduced, environment))
    last = (look_at_sts(introduced, environment.now()), machine)
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
        introduced = _past(introduced, subject.past(request))
    return diagnosis


@dataclass(frozen=True)
class Sight:
    """What each role on the way is looked at with; ``trouble`` tells why there is no witness."""

    witness: Optional[Witness]
    trouble: Optional[Step]
    profiles: Mapping[str, Any]
    circumstances: Circumstances


def _steps(introduced: Introduced, request: AssumeRoleRequest, sight: Sight) -> tuple[Step, ...]:
    """Answer all steps that are about one request."""
    role_step, found = look_at_role(request.role, sight.witness, sight.profiles)
    if sight.trouble is not None:
        role_step = sight.trouble
    caller = _caller(introduced, found)
    trust_step, verdict = look_at_trust(caller, request, found, sight.circumstances)
    if introduced.subject is None or caller is None:
        permissions = Step(PERMISSIONS, UNKNOWN, ("whose policies count is not known",))
    else:
        permissions = look_at_permissions(
            introduced.subject, caller, request, sight.circumstances, verdict
        )
    return (
        _with_account(introduced, request),
        look_at_request(request, introduced.partition),
        permissions,
        role_step,
        trust_step,
        look_at_duration(request, found),
    )


def _past(introduced: Introduced, subject: Subject) -> Introduced:
    evidence = (f"the caller would be {subject.identity.arn}, a role on the way (--via)",)
    return replace(introduced, step=Step(CALLER, OK, evidence), subject=subject)


def _with_account(introduced: Introduced, request: AssumeRoleRequest) -> Step:
    """Answer the caller's step with whose account the role is of: is it the one that was meant?"""
    step, role = introduced.step, request.role
    if introduced.subject is None:
        return step
    own = introduced.subject.identity.caller.account_id
    if role.account_id == own:
        told = "the role is of that account, too"
    else:
        told = f"the role is of another account, {role.account_id}: both sides have to allow it"
    return replace(step, evidence=(*step.evidence, told))


def _completed(plan: Plan, introduced: Introduced) -> AssumeRoleRequest:
    if introduced.subject is None:
        return plan.request
    caller = introduced.subject.identity.caller
    request = plan.request.completed(caller.partition, caller.account_id)
    # Whether too much was asked for is a step of its own here, not an error.
    return request.chained(False) if caller.is_role_session else request


def _witness(
    session: Any, parsed_globals: Any, introduced: Introduced, profile: Optional[str]
) -> tuple[Optional[Witness], Optional[Step]]:
    """Answer who asks IAM about the role; a step where another profile can't."""
    subject = introduced.subject
    if profile is None:
        if subject is None:
            return None, None
        own = subject.identity.caller
        return Witness(subject.iam(), own.partition, own.account_id), None
    try:
        signer = SourceClients(session, parsed_globals).get(profile)
        their = ask_identity(signer.client).caller
        iam = signer.iam() if signer.iam is not None else None
    except (ClientError, BotoCoreError, UnexpectedAnswer, EOFError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        evidence = f"the profile '{profile}' of --role-account-profile can't be used: {first}"
        command = f"aws sts get-caller-identity --profile {profile}"
        return None, Step(ROLE, UNKNOWN, (evidence,), (command,))
    return Witness(iam, their.partition, their.account_id, profile), None


def _circumstances(introduced: Introduced, environment: Environment) -> Circumstances:
    client = introduced.client
    if client is None:
        return Circumstances(environment.now())
    is_https = str(client.meta.endpoint_url).startswith("https:")
    return Circumstances(environment.now(), client.meta.region_name, is_https)


def _caller(introduced: Introduced, found: Any) -> Optional[Caller]:
    if introduced.subject is None:
        return None
    try:
        return trusted_caller(introduced.subject, found)
    except InvalidRequest:
        # An ARN of a form that STS is not documented to answer.
        return None
