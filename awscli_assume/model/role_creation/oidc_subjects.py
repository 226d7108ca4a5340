"""Which OIDC tokens a trust policy may let in: those of one owner, never all of a provider.

Sources: IAM User Guide, "Create a role for OpenID Connect federation", "Identity-provider
controls for shared OIDC providers" and "AWS JSON policy elements: Principal"; GitHub Docs,
"OpenID Connect reference".
"""

from __future__ import annotations

import re
from typing import Optional

_EVERYBODY = "everybody whom the provider knows could assume the role"
# These need no provider in the account: a policy names them without an ARN, and the
# audience is the application's own.
_BUILT_IN = re.compile(
    r"accounts\.google\.com|www\.amazon\.com|graph\.facebook\.com"
    r"|cognito-identity[a-z0-9.-]*\.amazonaws\.com(?:\.cn)?"
)
_GITHUB = "token.actions.githubusercontent.com"
# Each repository chooses which claims its subject has, and in which order: only those that
# GitHub itself fills in by the owner keep others out.
_OF_A_GITHUB_OWNER = re.compile(
    r"(?:repo|repository):[^*?/:]+/|repository_owner:[^*?/:]+(?::|$)"
    r"|(?:repository_owner_id|repository_id):\d+(?::|$)",
    re.ASCII,
)
# The first two words of a service account in Kubernetes are the same in every cluster.
_KUBERNETES = "system:serviceaccount:"
_NAMESPACE = re.compile(re.escape(_KUBERNETES) + r"[^*?:]+:")
# As project_path:my-group/… of GitLab; Bitbucket begins with a repository's UUID in braces.
_TWO_SEGMENTS = re.compile(r"[^*?:/|]+[:/|]+[^*?:/|]+[:/|]|\{[0-9a-f-]{36}\}:")


def has_wildcard(text: str) -> bool:
    """Return whether a text is a pattern to StringLike."""
    return "*" in text or "?" in text


def why_refused(provider: str, subject: str) -> Optional[str]:
    """Return why a role must not trust a subject of a provider; None where it may."""
    host = provider.lower().partition("/")[0]
    if _BUILT_IN.fullmatch(host):
        return (
            f"{host} is a provider that IAM knows by itself: a trust policy names it without an "
            "ARN, and the audience is the id of your application. Write that policy yourself: "
            "aws iam create-role --assume-role-policy-document file://trust.json"
        )
    if "${" in subject:
        return "IAM would take ${ for the beginning of a policy variable"
    if has_wildcard(subject[0]):
        return _EVERYBODY
    if host == _GITHUB:
        if not _OF_A_GITHUB_OWNER.match(subject):
            return (
                "repositories of others at GitHub could assume the role. The subject has to begin "
                "with an owner, without wildcards: repo:OWNER/REPOSITORY:ref:refs/heads/main, or "
                "repo:OWNER/*"
            )
    elif has_wildcard(subject) and not _names_somebody(subject):
        return (
            f"{_EVERYBODY}, or others than you mean. A wildcard has to come after two parts "
            "without one, as in project_path:my-group/*"
        )
    return None


def _names_somebody(subject: str) -> bool:
    if subject.startswith(_KUBERNETES):
        return _NAMESPACE.match(subject) is not None
    return _TWO_SEGMENTS.match(subject) is not None
