"""The trust policy of a new role: its principals and conditions.

Sources: IAM User Guide, "AWS JSON policy elements: Principal", "Create a role for
OpenID Connect federation" and "Available keys for AWS OIDC federation".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping, Optional, Sequence

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.arns import find_arn, iam_arn, parse_arn
from awscli_assume.model.role_creation.trust_terms import AWS, OIDC, SERVICE, Term, has_wildcard

# The audience of tokens for AWS.
_AUDIENCE = "sts.amazonaws.com"
_VERSION = "2012-10-17"


@dataclass(frozen=True)
class TrustConditions:
    """What a principal must bring to assume the role."""

    require_mfa: bool = False
    external_id: Optional[str] = None


def check_trust_conditions(terms: Sequence[Term], conditions: TrustConditions) -> None:
    """Raise InvalidRequest for a condition that a service or an OIDC token can't meet."""
    given = {
        "--require-mfa": conditions.require_mfa,
        "--external-id": bool(conditions.external_id),
    }
    for option in (name for name, is_given in given.items() if is_given):
        for term in terms:
            if term.kind != AWS:
                prefix = "service:" if term.kind == SERVICE else "oidc:"
                raise InvalidRequest(
                    f"{option} is for users, roles and accounts: {prefix}{term.who} of --trust "
                    "can never meet this condition, so it could not assume the role. Leave one "
                    "of them out, or create two roles"
                )


def without_mfa(
    terms: Sequence[Term], conditions: TrustConditions, known: Mapping[str, str]
) -> tuple[str, ...]:
    """Return the roles and role sessions that can't meet ``--require-mfa``.

    ``known`` has the ARNs of ``me`` and ``account``, if they are known. Raises
    InvalidRequest if no other principal is named. Source: IAM User Guide, "Secure API
    access with MFA": credentials of AssumeRole have no MFA information.
    """
    if not conditions.require_mfa:
        return ()
    named = tuple(dict.fromkeys(known.get(term.who, term.who) for term in terms))
    roles = tuple(arn for arn in named if _is_role(arn))
    if roles and roles == named:
        raise InvalidRequest(
            f"--require-mfa is a condition that {roles[0]} can't meet: the session of a role has "
            "no MFA information, so nobody could assume the new role. Leave --require-mfa out, or "
            "name a user or the account: --trust account"
        )
    return roles


def _is_role(text: str) -> bool:
    arn = find_arn(text)
    return arn is not None and arn.resource.startswith(("role/", "assumed-role/"))


def trust_policy(
    terms: Sequence[Term],
    conditions: TrustConditions,
    known: Mapping[str, str],
    partition: str,
    account_id: str,
) -> dict[str, object]:
    """Return the trust policy of terms; ``known`` has the ARNs of ``me`` and ``account``.

    Raises InvalidRequest for an ARN of another partition, which a role can't trust.
    """
    for arn in (term.who for term in terms if term.who.startswith("arn:")):
        if parse_arn(arn).partition != partition:
            raise InvalidRequest(
                f"Invalid --trust '{arn}': the caller is in the partition {partition}, and a role "
                "trusts its own partition only"
            )
    statements: list[dict[str, object]] = []
    for kind in (AWS, SERVICE):
        found = list(dict.fromkeys(known.get(t.who, t.who) for t in terms if t.kind == kind))
        if found:
            statements.append(_statement(kind, found[0] if len(found) == 1 else found))
    condition = _condition(conditions)
    if condition:
        statements[0]["Condition"] = condition
    for term in terms:
        if term.kind == OIDC:
            statements.append(_oidc_statement(term, partition, account_id))
    return {"Version": _VERSION, "Statement": statements}


def _statement(kind: str, who: object, action: str = "sts:AssumeRole") -> dict[str, object]:
    return {"Effect": "Allow", "Principal": {kind: who}, "Action": action}


def _condition(conditions: TrustConditions) -> dict[str, object]:
    condition: dict[str, object] = {}
    if conditions.external_id is not None:
        condition["StringEquals"] = {"sts:ExternalId": conditions.external_id}
    if conditions.require_mfa:
        # Not BoolIfExists, which a request with a user's access key would meet.
        condition["Bool"] = {"aws:MultiFactorAuthPresent": "true"}
    return condition


def _oidc_statement(term: Term, partition: str, account_id: str) -> dict[str, object]:
    arn = iam_arn(partition, account_id, f"oidc-provider/{term.who}")
    statement = _statement(OIDC, arn, "sts:AssumeRoleWithWebIdentity")
    condition: dict[str, dict[str, object]] = {"StringEquals": {f"{term.who}:aud": _AUDIENCE}}
    operator = "StringLike" if has_wildcard(term.subject or "") else "StringEquals"
    condition.setdefault(operator, {})[f"{term.who}:sub"] = term.subject
    return {**statement, "Condition": condition}
