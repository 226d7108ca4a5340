"""Whom ``--trust`` names, and the trust policy that says so.

Sources: IAM User Guide, "AWS JSON policy elements: Principal", "Create a role for
OpenID Connect federation" and "Available keys for AWS OIDC federation".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Mapping, Optional, Sequence

from awscli_assume.errors import InvalidRequest

ME = "me"
ACCOUNT = "account"
_FORMS = (
    "me, account, an ARN of a user, role or account (arn:aws:iam::123456789012:root), "
    "service:ec2.amazonaws.com, or oidc:PROVIDER:SUBJECT"
)
AWS, SERVICE, OIDC = "AWS", "Service", "Federated"
# What the provider has to be asked for where the token is for AWS.
_AUDIENCE = "sts.amazonaws.com"
_VERSION = "2012-10-17"

_IAM_PRINCIPAL = re.compile(
    r"arn:aws(?:-[a-z]+)*:iam::\d{12}:(?:root|(?:user|role)/[\x21-\x7e]+)", re.ASCII
)
_STS_PRINCIPAL = re.compile(
    r"arn:aws(?:-[a-z]+)*:sts::\d{12}:"
    r"(?:assumed-role/[\w+=,.@-]+/[\w+=,.@-]+|federated-user/[\w+=,.@-]+)",
    re.ASCII,
)
_SERVICE = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?")
_PROVIDER = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/[\w./~-]+)?", re.ASCII | re.IGNORECASE)
_SUBJECT = re.compile(r"[\x21-\x7e]{1,1024}")


@dataclass(frozen=True)
class Term:
    """One value of ``--trust``: its kind of principal, who, and the subject of an OIDC token.

    ``who`` of the kind AWS is ``me``, ``account`` or an ARN.
    """

    kind: str
    who: str
    subject: Optional[str] = None


@dataclass(frozen=True)
class Proof:
    """What a caller has to bring besides being named."""

    require_mfa: bool = False
    external_id: Optional[str] = None


def parse_terms(values: Sequence[str]) -> tuple[Term, ...]:
    """Answer the terms of ``--trust``, each once. Raises InvalidRequest."""
    return tuple(dict.fromkeys(_parse(value) for value in values))


def check_proof(terms: Sequence[Term], proof: Proof) -> None:
    """Raise InvalidRequest for a proof that a service or an OIDC token can't bring."""
    asked = [("--require-mfa", proof.require_mfa), ("--external-id", bool(proof.external_id))]
    for option, is_asked in asked:
        for term in terms:
            if is_asked and term.kind != AWS:
                prefix = "service:" if term.kind == SERVICE else "oidc:"
                raise InvalidRequest(
                    f"{option} goes with users, roles and accounts: {prefix}{term.who} of --trust "
                    "can never bring it, so nobody could assume the role by it. Leave one of "
                    "them out, or make two roles"
                )


def trust_policy(
    terms: Sequence[Term], proof: Proof, known: Mapping[str, str], partition: str, account_id: str
) -> dict[str, Any]:
    """Answer the trust policy of terms; ``known`` has the ARNs of ``me`` and ``account``.

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
    condition = _condition(proof)
    if condition:
        statements[0]["Condition"] = condition
    for term in terms:
        if term.kind == OIDC:
            statements.append(_oidc_statement(term, partition, account_id))
    return {"Version": _VERSION, "Statement": statements}


def _statement(kind: str, who: Any, action: str = "sts:AssumeRole") -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {kind: who}, "Action": action}


def _condition(proof: Proof) -> dict[str, Any]:
    condition: dict[str, Any] = {}
    if proof.external_id is not None:
        condition["StringEquals"] = {"sts:ExternalId": proof.external_id}
    if proof.require_mfa:
        # Not BoolIfExists: a long-lived key carries no such key, and would pass.
        condition["Bool"] = {"aws:MultiFactorAuthPresent": "true"}
    return condition


def _oidc_statement(term: Term, partition: str, account_id: str) -> dict[str, Any]:
    arn = f"arn:{partition}:iam::{account_id}:oidc-provider/{term.who}"
    statement = _statement(OIDC, arn, "sts:AssumeRoleWithWebIdentity")
    condition: dict[str, Any] = {"StringEquals": {f"{term.who}:aud": _AUDIENCE}}
    operator = "StringLike" if _has_wildcard(term.subject or "") else "StringEquals"
    condition.setdefault(operator, {})[f"{term.who}:sub"] = term.subject
    return {**statement, "Condition": condition}


def _single(values: list[str]) -> Any:
    return values[0] if len(values) == 1 else values


def _has_wildcard(text: str) -> bool:
    return "*" in text or "?" in text


def _parse(value: str) -> Term:
    if value in (ME, ACCOUNT):
        return Term(AWS, value)
    kind, _, rest = value.partition(":")
    if kind == "service":
        if not _SERVICE.fullmatch(rest):
            raise _invalid(value, "a service reads service:NAME.amazonaws.com")
        return Term(SERVICE, rest)
    if kind == "oidc":
        return _parse_oidc(value, rest)
    if kind == "arn":
        return _parse_arn(value)
    if value == "*":
        raise _invalid(value, "everybody in every account could assume the role")
    if re.fullmatch(r"\d{12}", value, re.ASCII):
        raise _invalid(value, f"an account is named by its ARN, arn:aws:iam::{value}:root")
    raise InvalidRequest(f"Invalid --trust '{value}': it has to be {_FORMS}")


def _parse_arn(value: str) -> Term:
    if _has_wildcard(value) or "$" in value:
        raise _invalid(value, "a principal is one user, role or account, without wildcards")
    if not (_IAM_PRINCIPAL.fullmatch(value) or _STS_PRINCIPAL.fullmatch(value)):
        raise _invalid(
            value, "an ARN of --trust is that of a user, role, session or account (…:root)"
        )
    return Term(AWS, value)


def _parse_oidc(value: str, rest: str) -> Term:
    provider, _, subject = rest.partition(":")
    if provider.lower() in ("http", "https"):
        raise _invalid(value, "the provider stands there without https://")
    if not _PROVIDER.fullmatch(provider) or not _SUBJECT.fullmatch(subject):
        raise _invalid(
            value,
            "it reads oidc:PROVIDER:SUBJECT, as "
            "oidc:token.actions.githubusercontent.com:repo:my-org/my-repo:ref:refs/heads/main",
        )
    if _has_wildcard(subject[0]):
        raise _invalid(value, "everybody whom the provider knows could assume the role")
    if "${" in subject:
        raise _invalid(value, "IAM would take ${ for the beginning of a policy variable")
    return Term(OIDC, provider, subject)


def _invalid(value: str, reason: str) -> InvalidRequest:
    return InvalidRequest(f"Invalid --trust '{value}': {reason}")
