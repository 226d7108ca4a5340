"""Whom ``--trust`` names.

Source: IAM User Guide, "AWS JSON policy elements: Principal".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional, Sequence

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.role_creation.oidc_subjects import has_wildcard, why_refused

ME = "me"
ACCOUNT = "account"
_FORMS = (
    "me, account, an ARN of a user, role or account (arn:aws:iam::123456789012:root), "
    "service:ec2.amazonaws.com, or oidc:PROVIDER:SUBJECT"
)
AWS, SERVICE, OIDC = "AWS", "Service", "Federated"

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


def parse_terms(values: Sequence[str]) -> tuple[Term, ...]:
    """Return the terms of ``--trust``, each once. Raises InvalidRequest."""
    return tuple(dict.fromkeys(_parse(value) for value in values))


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
    if has_wildcard(value) or "$" in value:
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
    reason = why_refused(provider, subject)
    if reason is not None:
        raise _invalid(value, reason)
    return Term(OIDC, provider, subject)


def _invalid(value: str, reason: str) -> InvalidRequest:
    return InvalidRequest(f"Invalid --trust '{value}': {reason}")
