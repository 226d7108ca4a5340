"""The roles in the caller's account whose trust policy allows the caller."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Mapping, Optional, Sequence

from awscli_assume.aws.caller_identity import get_caller_identity
from awscli_assume.aws.iam.policy_simulation import Decision, simulate_roles
from awscli_assume.aws.iam.roles import KnownRole, list_known_roles
from awscli_assume.aws.optional_call import CallUnavailable
from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sso.login import login_hint_added
from awscli_assume.aws.sts.client import create_sts_client
from awscli_assume.aws.sts.errors import error_hints_added
from awscli_assume.errors import InvalidRequest, MalformedPolicy
from awscli_assume.host import NoCredentialsError, overridden_profiles
from awscli_assume.host.context import CommandContext
from awscli_assume.model.arns import parse_role_arn
from awscli_assume.model.assumable_role import TRUST_POLICY, AssumableRole
from awscli_assume.model.diagnosis import OK, PROBLEM
from awscli_assume.model.request.request import AssumeRoleRequest, build_request
from awscli_assume.model.request.session_names import DEFAULT_SESSION_NAME
from awscli_assume.model.trust.callers import USER, Caller
from awscli_assume.model.trust.context import Circumstances, context_of
from awscli_assume.model.trust.evaluation import ALLOWED, NOT_ALLOWED, UNKNOWN, Verdict, evaluate
from awscli_assume.workflow.explain.caller import IdentifiedCaller, identified
from awscli_assume.workflow.explain.caller_permissions import combined_result, simulated_arn
from awscli_assume.workflow.explain.trust_policy import find_organization, find_principal
from awscli_assume.workflow.planning.attribution import render_session_name
from awscli_assume.workflow.planning.source_profile import choose_source, read_profiles, use_source

_ACTION = "sts:AssumeRole"
# A trust policy can't tell one MFA device from another.
_ANY_DEVICE = "any"


@dataclass(frozen=True)
class _Candidate:
    """A role whose trust policy allows or may allow the caller, and the request for it."""

    request: AssumeRoleRequest
    verdict: Verdict

    @property
    def arn(self) -> str:
        """The role's ARN."""
        return self.request.role.arn


@dataclass(frozen=True)
class _Source:
    """The caller, its source profile (None for the environment), and where it calls STS."""

    caller: IdentifiedCaller
    profile: Optional[str]
    circumstances: Circumstances


def trusting_roles(context: CommandContext) -> tuple[list[AssumableRole], list[str]]:
    """Return the roles that trust the caller, and a sentence for each failure.

    Calls GetCallerIdentity, ListRoles and SimulatePrincipalPolicy. If a trust policy mentions the
    caller's tags or organization, these are looked up. Raises botocore's exceptions if the caller
    can't be determined.
    """
    source = _find_source(context)
    try:
        roles = list_known_roles(source.caller.iam)
    except CallUnavailable as error:
        return [], [f"Roles that trust the caller: {error}"]
    # The caller is looked up once, for all conditions of all roles.
    every = KnownRole("", [role.trust_policy for role in roles])
    organization = find_organization(source.caller, every)
    if organization == "":
        absent = replace(source.circumstances, others={"aws:PrincipalOrgID": ()})
        source = replace(source, circumstances=absent)
    principal = find_principal(source.caller, every, organization)
    arn = None if principal is None else simulated_arn(principal)
    if principal is None or arn is None:
        return [], [f"{source.caller.identity.arn} can't call AssumeRole, even if roles trust it"]
    candidates = _candidates(context, roles, principal, source)
    if not candidates:
        return [], []
    try:
        decisions, failure = _simulated(source, principal, arn, candidates), ""
    except CallUnavailable as error:
        decisions, failure = {}, str(error)
    found = (_role(one, decisions.get(one.arn), principal, source, failure) for one in candidates)
    return [role for role in found if role is not None], []


def _find_source(context: CommandContext) -> _Source:
    """Return the caller: STS identifies the source credentials."""
    session, profiles = context.session, read_profiles(context)
    pair = choose_source(context, profiles, context.parsed_globals.profile is not None)
    with overridden_profiles(session, profiles.resolved):
        use_source(session, pair)
        client = create_sts_client(context)
        with login_hint_added(session), credentials_redacted(), error_hints_added():
            credentials = session.get_credentials()
            if credentials is None:
                raise NoCredentialsError()
            frozen = credentials.get_frozen_credentials()
        identity = get_caller_identity(client)
        caller = identified(context, client, frozen, identity)
    meta = client.meta
    is_https = meta.endpoint_url.startswith("https:")
    now = context.environment.now()
    return _Source(caller, pair.source, Circumstances(now, meta.region_name, is_https))


def _candidates(
    context: CommandContext, roles: Sequence[KnownRole], principal: Caller, source: _Source
) -> list[_Candidate]:
    """Return the roles whose trust policy allows the caller, or may allow it.

    For a user, the policy is also evaluated with an MFA code, which ``aws assume`` asks for.
    """
    found = []
    for role in roles:
        try:
            parsed = parse_role_arn(role.arn)
            name = render_session_name(DEFAULT_SESSION_NAME, parsed, context.environment)
            request = build_request(parsed, name, {})
            verdict = evaluate(role.trust_policy, principal, request, source.circumstances)
            if verdict.outcome == NOT_ALLOWED and principal.kind == USER:
                request = replace(request, serial_number=_ANY_DEVICE)
                verdict = evaluate(role.trust_policy, principal, request, source.circumstances)
        except (InvalidRequest, MalformedPolicy):
            continue
        if verdict.outcome in (ALLOWED, UNKNOWN):
            found.append(_Candidate(request, verdict))
    return found


def _simulated(
    source: _Source, principal: Caller, arn: str, candidates: Sequence[_Candidate]
) -> Mapping[str, Decision]:
    """Return IAM's decision on each role, based on the caller's own policies."""
    context = context_of(principal, candidates[0].request, source.circumstances).values
    known = {key: value for key, value in context.items() if isinstance(value, tuple)}
    return simulate_roles(source.caller.iam, arn, _ACTION, [one.arn for one in candidates], known)


def _role(
    candidate: _Candidate,
    decision: Optional[Decision],
    principal: Caller,
    source: _Source,
    failure: str,
) -> Optional[AssumableRole]:
    """Return the role with a note on what is unknown; None if the caller can't assume it."""
    request, verdict = candidate.request, candidate.verdict
    notes = []
    if verdict.outcome == UNKNOWN:
        notes.append("cannot tell whether the trust policy allows the caller")
    elif request.serial_number is not None:
        notes.append("the trust policy requires a code of your MFA device")
    if decision is not None:
        context = context_of(principal, request, source.circumstances).values
        result = combined_result(decision, context, principal, request, verdict)
        if result.status == PROBLEM:
            return None
        if result.status != OK:
            notes.append(result.sentence)
    else:
        reason = failure or "iam:SimulatePrincipalPolicy returned no result"
        verb = "allow" if verdict.needs_identity_policy else "deny"
        notes.append(f"cannot tell whether the caller's policies {verb} it: {reason}")
    role = request.role
    return AssumableRole(
        role_name=role.path_and_name,
        account_id=role.account_id,
        account_name=None,
        source=TRUST_POLICY,
        role_arn=role.arn,
        source_profile=source.profile,
        note="; ".join(notes),
    )
