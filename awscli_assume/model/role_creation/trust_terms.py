"""The principals of ``--trust``, and which OIDC subjects a role may trust.

Sources: IAM User Guide, "AWS JSON policy elements: Principal", "Create a role for OpenID
Connect federation" and "Identity-provider controls for shared OIDC providers"; GitHub
Docs, "OpenID Connect reference".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional, Sequence

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.accounts import ACCOUNT_ID
from awscli_assume.model.arns import PARTITION, iam_arn

ME = "me"
ACCOUNT = "account"
_FORMS = (
    "me, account, an ARN of a user, role or account (arn:aws:iam::123456789012:root), "
    "service:ec2.amazonaws.com, or oidc:PROVIDER:SUBJECT"
)
AWS, SERVICE, OIDC = "AWS", "Service", "Federated"

_IAM_PRINCIPAL = re.compile(
    rf"arn:{PARTITION}:iam::\d{{12}}:(?:root|(?:user|role)/[\x21-\x7e]+)", re.ASCII
)
_STS_PRINCIPAL = re.compile(
    rf"arn:{PARTITION}:sts::\d{{12}}:"
    r"(?:assumed-role/[\w+=,.@-]+/[\w+=,.@-]+|federated-user/[\w+=,.@-]+)",
    re.ASCII,
)
_SERVICE = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?")
_PROVIDER = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/[\w./~-]+)?", re.ASCII | re.IGNORECASE)
_SUBJECT = re.compile(r"[\x21-\x7e]{1,1024}")

_EVERYBODY = "every user of the provider could assume the role"
# These need no provider in the account: a policy names them without an ARN, and the
# audience is an application's ID.
_BUILT_IN = re.compile(
    r"accounts\.google\.com|www\.amazon\.com|graph\.facebook\.com"
    r"|cognito-identity[a-z0-9.-]*\.amazonaws\.com(?:\.cn)?"
)
_GITHUB = "token.actions.githubusercontent.com"
# Each repository chooses the claims of its subject and their order. Only the claims that
# GitHub sets from the owner exclude other repositories.
_OF_A_GITHUB_OWNER = re.compile(
    r"(?:repo|repository):[^*?/:]+/|repository_owner:[^*?/:]+(?::|$)"
    r"|(?:repository_owner_id|repository_id):\d+(?::|$)",
    re.ASCII,
)
# A service account begins with these two words in every Kubernetes cluster.
_KUBERNETES = "system:serviceaccount:"
_NAMESPACE = re.compile(re.escape(_KUBERNETES) + r"[^*?:]+:")
# As project_path:my-group/… of GitLab. Bitbucket begins with the UUID of a repository.
_TWO_SEGMENTS = re.compile(r"[^*?:/|]+[:/|]+[^*?:/|]+[:/|]|\{[0-9a-f-]{36}\}:")


@dataclass(frozen=True)
class Term:
    """One value of ``--trust``: a principal, and the subject of an OIDC token.

    ``who`` is ``me``, ``account`` or an ARN if the kind is AWS.
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
            raise _invalid(value, "a service has the form service:NAME.amazonaws.com")
        return Term(SERVICE, rest)
    if kind == "oidc":
        return _parse_oidc(value, rest)
    if kind == "arn":
        return _parse_arn(value)
    if value == "*":
        raise _invalid(value, "every principal in every account could assume the role")
    if ACCOUNT_ID.fullmatch(value):
        raise _invalid(value, f"name an account by its ARN: {iam_arn('aws', value, 'root')}")
    raise _invalid(value, f"it must be {_FORMS}")


def _parse_arn(value: str) -> Term:
    if has_wildcard(value) or "$" in value:
        raise _invalid(value, "a principal must be one user, role or account, without wildcards")
    if not (_IAM_PRINCIPAL.fullmatch(value) or _STS_PRINCIPAL.fullmatch(value)):
        raise _invalid(value, "the ARN must name a user, role, session or account (…:root)")
    return Term(AWS, value)


def _parse_oidc(value: str, rest: str) -> Term:
    provider, _, subject = rest.partition(":")
    if provider.lower() in ("http", "https"):
        raise _invalid(value, "write the provider without https://")
    if not _PROVIDER.fullmatch(provider) or not _SUBJECT.fullmatch(subject):
        raise _invalid(
            value,
            "it must have the form oidc:PROVIDER:SUBJECT, such as "
            "oidc:token.actions.githubusercontent.com:repo:my-org/my-repo:ref:refs/heads/main",
        )
    reason = why_refused(provider, subject)
    if reason is not None:
        raise _invalid(value, reason)
    return Term(OIDC, provider, subject)


def _invalid(value: str, reason: str) -> InvalidRequest:
    return InvalidRequest(f"Invalid --trust '{value}': {reason}")


def has_wildcard(text: str) -> bool:
    """Return whether StringLike takes a text for a pattern."""
    return "*" in text or "?" in text


def why_refused(provider: str, subject: str) -> Optional[str]:
    """Return why a role must not trust a subject of a provider; None if it may."""
    host = provider.lower().partition("/")[0]
    if _BUILT_IN.fullmatch(host):
        return (
            f"{host} is a provider that is built into IAM: a trust policy names it without an "
            "ARN, and the audience is the ID of your application. Write that policy yourself: "
            "aws iam create-role --role-name NAME --assume-role-policy-document file://trust.json"
        )
    if "${" in subject:
        return "${ begins a policy variable"
    if has_wildcard(subject[0]):
        return _EVERYBODY
    if host == _GITHUB:
        if not _OF_A_GITHUB_OWNER.match(subject):
            return (
                "other owners' repositories on GitHub could assume the role. The subject must "
                "begin with an owner, without wildcards: "
                "repo:OWNER/REPOSITORY:ref:refs/heads/main, or repo:OWNER/*"
            )
    elif has_wildcard(subject) and not _names_owner(subject):
        return (
            f"{_EVERYBODY}, or more than you mean. A wildcard must come after two parts "
            "without one, as in project_path:my-group/*"
        )
    return None


def _names_owner(subject: str) -> bool:
    if subject.startswith(_KUBERNETES):
        return _NAMESPACE.match(subject) is not None
    return _TWO_SEGMENTS.match(subject) is not None
