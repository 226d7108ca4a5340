"""The trust policy of a new role: whom it names, and what they have to bring.

Sources: IAM User Guide, "AWS JSON policy elements: Principal", "Create a role for
OpenID Connect federation" and "Available keys for AWS OIDC federation".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Mapping, Optional, Sequence

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.role_creation.oidc_subjects import has_wildcard
from awscli_assume.model.role_creation.trust_terms import AWS, OIDC, SERVICE, Term

# What the provider has to be asked for where the token is for AWS.
_AUDIENCE = "sts.amazonaws.com"
_VERSION = "2012-10-17"
_OF_A_ROLE = re.compile(r"arn:[^:]+:(?:iam::\d{12}:role|sts::\d{12}:assumed-role)/", re.ASCII)


@dataclass(frozen=True)
class TrustConditions:
    """What a caller has to bring besides being named."""

    require_mfa: bool = False
    external_id: Optional[str] = None


def check_trust_conditions(terms: Sequence[Term], conditions: TrustConditions) -> None:
    """Raise InvalidRequest for a condition that a service or an OIDC token can't meet."""
    asked = [
        ("--require-mfa", conditions.require_mfa),
        ("--external-id", bool(conditions.external_id)),
    ]
    for option, is_asked in asked:
        for term in terms:
            if is_asked and term.kind != AWS:
                prefix = "service:" if term.kind == SERVICE else "oidc:"
                raise InvalidRequest(
                    f"{option} goes with users, roles and accounts: {prefix}{term.who} of --trust "
                    "can never bring it, so nobody could assume the role by it. Leave one of "
                    "them out, or make two roles"
                )


def without_mfa(
    terms: Sequence[Term], conditions: TrustConditions, known: Mapping[str, str]
) -> tuple[str, ...]:
    """Return those who can't bring the MFA that is asked for: roles, and sessions of roles.

    ``known`` has the ARNs of ``me`` and ``account``, as far as they are known. Raises
    InvalidRequest where nobody else is named. Source: IAM User Guide, "Secure API access
    with MFA": credentials of AssumeRole have no MFA information.
    """
    if not conditions.require_mfa:
        return ()
    named = tuple(dict.fromkeys(known.get(term.who, term.who) for term in terms))
    found = tuple(arn for arn in named if _OF_A_ROLE.match(arn))
    if found and found == named:
        raise InvalidRequest(
            f"--require-mfa asks for what {found[0]} can't bring: the session of a role carries "
            "no MFA, so nobody could assume the new role. Leave --require-mfa out, or name a user "
            "or the account: --trust account"
        )
    return found


def trust_policy(
    terms: Sequence[Term],
    conditions: TrustConditions,
    known: Mapping[str, str],
    partition: str,
    account_id: str,
) -> dict[str, Any]:
    """Return the trust policy of terms; ``known`` has the ARNs of ``me`` and ``account``.

    Raises InvalidRequest for an ARN of another partition, which no role can trust.
    """
    statements = []
    for kind in (AWS, SERVICE):
        found = [known.get(term.who, term.who) for term in terms if term.kind == kind]
        if found:
            statements.append(_statement(kind, _single(list(dict.fromkeys(found)))))
    for arn in (term.who for term in terms if term.who.startswith("arn:")):
        if arn.split(":")[1] != partition:
            raise InvalidRequest(
                f"Invalid --trust '{arn}': the caller is of the partition {partition}, and a role "
                "trusts its own partition only"
            )
    condition = _condition(conditions)
    if condition:
        statements[0]["Condition"] = condition
    for term in terms:
        if term.kind == OIDC:
            statements.append(_oidc_statement(term, partition, account_id))
    return {"Version": _VERSION, "Statement": statements}


def _statement(kind: str, who: Any, action: str = "sts:AssumeRole") -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {kind: who}, "Action": action}


def _condition(conditions: TrustConditions) -> dict[str, Any]:
    condition: dict[str, Any] = {}
    if conditions.external_id is not None:
        condition["StringEquals"] = {"sts:ExternalId": conditions.external_id}
    if conditions.require_mfa:
        # Not BoolIfExists: a long-lived key carries no such key, and would pass.
        condition["Bool"] = {"aws:MultiFactorAuthPresent": "true"}
    return condition


def _oidc_statement(term: Term, partition: str, account_id: str) -> dict[str, Any]:
    arn = f"arn:{partition}:iam::{account_id}:oidc-provider/{term.who}"
    statement = _statement(OIDC, arn, "sts:AssumeRoleWithWebIdentity")
    condition: dict[str, Any] = {"StringEquals": {f"{term.who}:aud": _AUDIENCE}}
    operator = "StringLike" if has_wildcard(term.subject or "") else "StringEquals"
    condition.setdefault(operator, {})[f"{term.who}:sub"] = term.subject
    return {**statement, "Condition": condition}


def _single(values: list[str]) -> Any:
    return values[0] if len(values) == 1 else values
