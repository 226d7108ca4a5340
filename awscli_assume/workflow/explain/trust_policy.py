"""The role's trust policy against this caller and this request."""

from __future__ import annotations

import re
from typing import Any, Callable, Optional, cast

from awscli_assume.aws.iam.roles import KnownRole, look_up_role, user_tags
from awscli_assume.aws.optional_call import CallUnavailable
from awscli_assume.aws.organization import organization_id
from awscli_assume.errors import MalformedPolicy
from awscli_assume.model.arns import parse_arn
from awscli_assume.model.diagnosis import OK, PROBLEM, TRUST, UNKNOWN, Step
from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.model.trust.callers import ROLE_SESSION, USER, Caller, caller_of
from awscli_assume.model.trust.context import Circumstances
from awscli_assume.model.trust.document import read_policy
from awscli_assume.model.trust.evaluation import (
    ALLOWED,
    DENIED,
    Verdict,
    evaluate,
)
from awscli_assume.model.trust.evaluation import UNKNOWN as NOT_KNOWN
from awscli_assume.workflow.explain.subject import Subject
from awscli_assume.workflow.explain.suggested_commands import Lines

# What a condition on a key asks for on the command line.
_OPTIONS = (
    ("sts:externalid", ("--external-id", "ID")),
    ("aws:multifactorauth", ("--serial-number", "ARN-OF-YOUR-DEVICE")),
    ("sts:rolesessionname", ("--role-session-name", "NAME")),
    ("sts:sourceidentity", ("--source-identity", "NAME")),
    ("sts:transitivetagkeys", ("--transitive-tag-keys", "KEY")),
    ("aws:requesttag", ("--tags", "Key=KEY,Value=VALUE")),
    ("aws:tagkeys", ("--tags", "Key=KEY,Value=VALUE")),
)
_KEY = re.compile(r"\b(?:aws|sts):[A-Za-z]+")


def trusted_caller(
    subject: Subject, found: Optional[KnownRole], organization: Optional[str]
) -> Caller:
    """Return the caller as a trust policy sees them, with what it takes to know.

    What the policy does not speak of is not asked for. Raises InvalidRequest for
    an ARN of no form that STS answers.
    """
    identity = subject.identity
    plain = caller_of(
        identity.arn, user_id=identity.user_id or None, is_temporary=subject.is_temporary
    )
    role_arn, tags = subject.role_arn, None
    if plain.kind == ROLE_SESSION and role_arn is None:
        own = _told(lambda: look_up_role(subject.iam(), str(plain.role_name)))
        is_own = own is not None and parse_arn(own.arn).account_id == plain.account_id
        role_arn = own.arn if own is not None and is_own else None
    elif plain.kind == USER and "principaltag" in _text(found):
        tags = _told(lambda: user_tags(subject.iam()))
    return caller_of(
        identity.arn,
        user_id=identity.user_id or None,
        role_arn=role_arn,
        is_temporary=subject.is_temporary,
        tags=tags,
        organization_id=organization or None,
        source_identity=subject.source_identity,
    )


def organization_of(subject: Subject, found: Optional[KnownRole]) -> Optional[str]:
    """Return the id of the caller's organization where the trust policy speaks of one.

    It is empty where the account is in none, and None where that is not known: the
    source is asked, which sees its own account's alone.
    """
    if "principalorgid" not in _text(found) or not subject.is_of_the_source:
        return None
    return cast(
        Optional[str],
        _told(lambda: organization_id(subject.make_client("organizations"))),
    )


def _text(found: Optional[KnownRole]) -> str:
    return "" if found is None else str(found.trust_policy).lower()


def _told(question: Callable[[], Any]) -> Any:
    try:
        return question()
    except CallUnavailable:
        return None


def look_at_trust(
    caller: Optional[Caller],
    request: AssumeRoleRequest,
    found: Optional[KnownRole],
    circumstances: Circumstances,
    lines: Lines,
) -> tuple[Step, Optional[Verdict]]:
    """Return what the trust policy says, and its verdict where it could be evaluated."""
    if found is None:
        evidence = "the trust policy is not known, so whether it allows the caller is open"
        return Step(TRUST, UNKNOWN, (evidence,)), None
    if caller is None:
        evidence = "whom the trust policy has to allow is not known"
        return Step(TRUST, UNKNOWN, (evidence,)), None
    try:
        verdict = evaluate(read_policy(found.trust_policy), caller, request, circumstances)
    except MalformedPolicy as error:
        return Step(TRUST, UNKNOWN, (str(error),), (_show(request, lines),)), None
    return _step(verdict, caller, request, lines), verdict


def _step(verdict: Verdict, caller: Caller, request: AssumeRoleRequest, lines: Lines) -> Step:
    if verdict.outcome == ALLOWED:
        allowing = next(e.statement for e in verdict.evidence if e.holds and e.effect == "Allow")
        evidence = [f"it allows {verdict.action} to the caller ({allowing})"]
        if verdict.needs_identity_policy:
            evidence.append("the caller's own policies have to allow it too")
        evidence += verdict.provisos
        return Step(TRUST, OK, tuple(evidence))
    if verdict.outcome == NOT_KNOWN:
        first = f"whether it allows {verdict.action} to the caller can't be told"
        return Step(TRUST, UNKNOWN, (first, *verdict.reasons), (_show(request, lines),))
    what = "denies" if verdict.outcome == DENIED else "does not allow"
    first = f"it {what} {verdict.action} to {caller.name}"
    commands = [*_again(verdict, caller, request, lines), _show(request, lines)]
    return Step(TRUST, PROBLEM, (first, *verdict.reasons), tuple(commands))


def _again(
    verdict: Verdict, caller: Caller, request: AssumeRoleRequest, lines: Lines
) -> list[str]:
    """Return the command with the options that would meet what the conditions ask for."""
    keys = {key.lower() for reason in verdict.reasons for key in _KEY.findall(reason)}
    if caller.kind == ROLE_SESSION:
        # A session of a role has no device of its own to bring.
        keys = {key for key in keys if not key.startswith("aws:multifactorauth")}
    options = dict.fromkeys(
        words for key, words in _OPTIONS if any(one.startswith(key) for one in keys)
    )
    if not options:
        return []
    words = [word for option in options for word in option]
    return [lines.by_caller("assume", "--role-arn", request.role.arn, *words)]


def _show(request: AssumeRoleRequest, lines: Lines) -> str:
    query = ("--query", "Role.AssumeRolePolicyDocument")
    return lines.by_witness("iam", "get-role", "--role-name", request.role.name, *query)
