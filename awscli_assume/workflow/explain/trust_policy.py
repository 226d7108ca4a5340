"""The role's trust policy, evaluated for the caller and the request."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Callable, Optional, TypeVar

from awscli_assume.aws.accounts import get_organization_id
from awscli_assume.aws.iam.roles import KnownRole, find_role, get_user_tags
from awscli_assume.aws.optional_call import CallUnavailable
from awscli_assume.errors import InvalidRequest, MalformedPolicy
from awscli_assume.model.diagnosis import OK, PROBLEM, TRUST, UNKNOWN, Step
from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.model.trust.callers import ROLE_SESSION, USER, Caller, caller_of
from awscli_assume.model.trust.context import Circumstances
from awscli_assume.model.trust.document import ALLOW, read_policy
from awscli_assume.model.trust.evaluation import ALLOWED, DENIED, Verdict, evaluate
from awscli_assume.model.trust.evaluation import UNKNOWN as UNKNOWN_VERDICT
from awscli_assume.workflow.explain.caller import IdentifiedCaller, SuggestedCommands

# The options that meet conditions, by the prefixes of the condition keys.
_OPTIONS = {
    ("sts:externalid",): ("--external-id", "ID"),
    ("aws:multifactorauth",): ("--serial-number", "ARN-OF-YOUR-DEVICE"),
    ("sts:rolesessionname",): ("--role-session-name", "NAME"),
    ("sts:sourceidentity",): ("--source-identity", "NAME"),
    ("sts:transitivetagkeys",): ("--transitive-tag-keys", "KEY"),
    ("aws:requesttag", "aws:tagkeys"): ("--tags", "Key=KEY,Value=VALUE"),
}
_CONDITION_KEY = re.compile(r"\b(?:aws|sts):[A-Za-z]+")
_T = TypeVar("_T")


def find_principal(
    caller: IdentifiedCaller, role: Optional[KnownRole], organization: Optional[str]
) -> Optional[Caller]:
    """Return the caller as the trust policy sees it; None for an ARN that STS does not document.

    The tags of the caller are looked up only if the trust policy mentions them.
    """
    identity = caller.identity
    role_arn, tags = caller.role_arn, None
    try:
        principal = caller_of(identity.arn)
    except InvalidRequest:
        return None
    if principal.kind == ROLE_SESSION and role_arn is None:
        own_role = _optional(lambda: find_role(caller.iam, str(principal.role_name)))
        role_arn = None if own_role is None else own_role.arn
    elif principal.kind == USER and _mentions(role, "principaltag"):
        tags = _optional(lambda: get_user_tags(caller.iam))
    return replace(
        principal,
        user_id=identity.user_id or None,
        role_arn=role_arn,
        is_temporary=principal.is_temporary or caller.is_temporary,
        tags=tags,
        organization_id=organization or None,
        source_identity=caller.source_identity,
    )


def find_organization(caller: IdentifiedCaller, role: Optional[KnownRole]) -> Optional[str]:
    """Return the caller's organization ID if the trust policy mentions one.

    It is empty if the account is in no organization, and None if it is unknown:
    Organizations describes only the organization of the source's account.
    """
    if not _mentions(role, "principalorgid") or not caller.is_in_source_account:
        return None
    return _optional(lambda: get_organization_id(caller.create_organizations_client()))


def _mentions(role: Optional[KnownRole], key: str) -> bool:
    return role is not None and key in str(role.trust_policy).lower()


def _optional(call: Callable[[], _T]) -> Optional[_T]:
    try:
        return call()
    except CallUnavailable:
        return None


def check_trust_policy(
    principal: Optional[Caller],
    request: AssumeRoleRequest,
    role: Optional[KnownRole],
    circumstances: Circumstances,
    commands: SuggestedCommands,
) -> tuple[Step, Optional[Verdict]]:
    """Return what the trust policy says, and its verdict if it could be evaluated."""
    if role is None:
        return Step(TRUST, UNKNOWN, ("the trust policy is unknown",)), None
    if principal is None:
        evidence = "the caller is unknown, so the trust policy cannot be evaluated"
        return Step(TRUST, UNKNOWN, (evidence,)), None
    try:
        verdict = evaluate(read_policy(role.trust_policy), principal, request, circumstances)
    except MalformedPolicy as error:
        return Step(TRUST, UNKNOWN, (str(error),), (_show(request, commands),)), None
    return _step(verdict, principal, request, commands), verdict


def _step(
    verdict: Verdict, principal: Caller, request: AssumeRoleRequest, commands: SuggestedCommands
) -> Step:
    if verdict.outcome == ALLOWED:
        statement = next(e.statement for e in verdict.evidence if e.holds and e.effect == ALLOW)
        evidence = [f"the trust policy allows {verdict.action} for the caller ({statement})"]
        if verdict.needs_identity_policy:
            evidence.append("the caller's own policies must also allow it")
        return Step(TRUST, OK, (*evidence, *verdict.provisos))
    show = _show(request, commands)
    if verdict.outcome == UNKNOWN_VERDICT:
        first = f"cannot tell whether the trust policy allows {verdict.action} for the caller"
        return Step(TRUST, UNKNOWN, (first, *verdict.reasons), (show,))
    verb = "denies" if verdict.outcome == DENIED else "does not allow"
    first = f"the trust policy {verb} {verdict.action} for {principal.name}"
    suggested = (*_with_options(verdict, principal, request, commands), show)
    return Step(TRUST, PROBLEM, (first, *verdict.reasons), suggested)


def _with_options(
    verdict: Verdict, principal: Caller, request: AssumeRoleRequest, commands: SuggestedCommands
) -> list[str]:
    """Return the command with the options that may meet the conditions."""
    keys = {key.lower() for reason in verdict.reasons for key in _CONDITION_KEY.findall(reason)}
    if principal.kind == ROLE_SESSION:
        # A role session has no MFA device.
        keys = {key for key in keys if not key.startswith("aws:multifactorauth")}
    options = [
        word
        for prefixes, option in _OPTIONS.items()
        if any(key.startswith(prefixes) for key in keys)
        for word in option
    ]
    command = commands.as_caller("assume", "--role-arn", request.role.arn, *options)
    return [command] if options else []


def _show(request: AssumeRoleRequest, commands: SuggestedCommands) -> str:
    query = ("--query", "Role.AssumeRolePolicyDocument")
    return commands.in_role_account("iam", "get-role", "--role-name", request.role.name, *query)
