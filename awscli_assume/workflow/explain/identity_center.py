"""Why a role of IAM Identity Center can or can't be used: the sign-in, and what is granted."""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

from awscli_assume.aws.optional_call import CallUnavailable
from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sso.login import login_command
from awscli_assume.aws.sso.portal import Portal
from awscli_assume.host import SIGN_IN_ERRORS
from awscli_assume.host.context import CommandContext
from awscli_assume.model.credentials import format_time
from awscli_assume.model.diagnosis import CALLER, OK, PROBLEM, ROLE, UNKNOWN, Diagnosis, Step
from awscli_assume.model.identity_center import IdentityCenterRole, SsoSession
from awscli_assume.model.request.role_specifier import similar_names
from awscli_assume.profiles.identity_center import session_of
from awscli_assume.workflow.credentials.copy_source import CopyPlan
from awscli_assume.workflow.explain.environment import check_machine
from awscli_assume.workflow.planning.granted_account import NOT_GRANTED
from awscli_assume.workflow.planning.source_profile import use_source


def diagnose(context: CommandContext, plan: CopyPlan) -> Diagnosis:
    """Return the checks of a role. GetRoleCredentials is not called, and nothing is written."""
    role = plan.identity_center_role
    assert role is not None  # noqa: S101 - no other copy is explained
    machine = check_machine(context, plan)
    session = session_of(plan.profiles, role)
    use_source(context.session, plan.profile_pair)
    portal, signed_in = _check_sign_in(context, session)
    granted = _check_granted(portal, role)
    return Diagnosis(str(role), None, (signed_in, granted, machine))


def _check_sign_in(context: CommandContext, session: SsoSession) -> tuple[Optional[Portal], Step]:
    """Return the portal and whether the user is signed in; the token may be refreshed."""
    try:
        with credentials_redacted():
            portal = Portal(context, session)
            expiration = portal.expiration
    except SIGN_IN_ERRORS as error:
        evidence = f"not signed in to the SSO session '{session.name}': {error}"
        return None, Step(CALLER, PROBLEM, (evidence,), (login_command(session.login_arguments),))
    where = f"signed in to the SSO session '{session.name}' ({session.start_url})"
    return portal, Step(CALLER, OK, (f"{where} until {format_time(expiration)}",))


def _check_granted(portal: Optional[Portal], role: IdentityCenterRole) -> Step:
    """Return whether the portal lists the role in its account."""
    if portal is None:
        return Step(ROLE, UNKNOWN, ("what is granted is unknown without a sign-in",))
    try:
        with credentials_redacted():
            names = portal.role_names(role.account_id)
    except CallUnavailable as error:
        if error.code not in NOT_GRANTED:
            return Step(ROLE, UNKNOWN, (str(error),))
        names = []
    if role.role_name in names:
        return Step(ROLE, OK, (f"IAM Identity Center grants {role}",))
    others = f"it grants {', '.join(names)}" if names else "it grants no role in this account"
    near = similar_names(role.role_name, names)
    commands = [f"aws assume {replace(role, role_name=name).options}" for name in near]
    evidence = f"IAM Identity Center does not grant {role.role_name} in {role.account_id}"
    return Step(ROLE, PROBLEM, (evidence, others), (*commands, "aws assume roles"))
