"""Who assumes a role: what GetCallerIdentity returns, and what else is known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.arns import PARTITION, iam_arn, parse_arn

# The values of aws:PrincipalType for principals of AWS (IAM User Guide, "IAM policy
# elements: Variables and tags", the table of principal key values).
USER, ROLE_SESSION, ROOT, FEDERATED_USER = "User", "AssumedRole", "Account", "FederatedUser"
SERVICE, PROVIDER = "AWS service", "identity provider"
OF_AN_ACCOUNT = frozenset({USER, ROLE_SESSION, ROOT, FEDERATED_USER})

# IAM User Guide, "IAM identifiers", and AWS STS API reference, "GetCallerIdentity".
_ARN = re.compile(
    rf"arn:{PARTITION}:(?:iam|sts)::\d{{12}}:"
    r"(?:root|user/.+|federated-user/.+|assumed-role/[^/]+/[^/]+)",
    re.ASCII,
)
_KINDS = {
    "root": ROOT, "user": USER, "assumed-role": ROLE_SESSION, "federated-user": FEDERATED_USER,
}  # fmt: skip


@dataclass(frozen=True)
class Caller:
    """The principal of a request; None is what is not known.

    ``name`` is the ARN that GetCallerIdentity returns, a service principal, or an
    identity provider as a trust policy names it. ``role_arn`` is the ARN of the role
    of a session, with its path. ``tags`` are all principal tags. ``is_temporary`` and
    ``has_mfa`` describe the credentials, ``source_identity`` their session.
    """

    kind: str
    name: str
    partition: Optional[str] = None
    account_id: Optional[str] = None
    user_id: Optional[str] = None
    role_arn: Optional[str] = None
    is_temporary: Optional[bool] = None
    has_mfa: Optional[bool] = None
    tags: Optional[tuple[tuple[str, str], ...]] = None
    organization_id: Optional[str] = None
    source_identity: Optional[str] = None

    @property
    def account_arn(self) -> str:
        """The ARN of the caller's whole account."""
        return iam_arn(self.partition, self.account_id, "root")

    @property
    def user_name(self) -> Optional[str]:
        """The name of an IAM user, without its path."""
        return self.name.rpartition("/")[2] if self.kind == USER else None

    @property
    def role_name(self) -> Optional[str]:
        """The name of the role of a session, without its path."""
        return parse_arn(self.name).assumed_role_name if self.kind == ROLE_SESSION else None

    @property
    def is_of_saml(self) -> bool:
        """Return whether the identity provider is a SAML provider, not an OIDC provider."""
        return self.kind == PROVIDER and ":saml-provider/" in self.name

    def is_role(self, arn: str) -> bool:
        """Return whether an ARN is the ARN of the role of this session.

        If the role's path is not known, the role's name decides: it is unique in its
        account, whatever the path (IAM User Guide, "IAM and AWS STS quotas").
        """
        if self.kind != ROLE_SESSION:
            return False
        if self.role_arn is not None:
            return arn == self.role_arn
        roles = iam_arn(self.partition, self.account_id, "role/")
        return arn.startswith(roles) and arn.rpartition("/")[2] == self.role_name


def caller_of(arn: str) -> Caller:
    """Return the caller that GetCallerIdentity names. Raises InvalidRequest."""
    if not _ARN.fullmatch(arn):
        raise InvalidRequest(
            f"Invalid caller {arn!r}: it is not the ARN of a user or of a session"
        )
    parts = parse_arn(arn)
    kind = _KINDS[parts.resource.partition("/")[0]]
    # A role session or a federated user has temporary credentials only.
    is_temporary = True if kind in (ROLE_SESSION, FEDERATED_USER) else None
    return Caller(kind, arn, parts.partition, parts.account_id, is_temporary=is_temporary)


def refused_by_sts(caller: Caller) -> str:
    """Return why STS refuses AssumeRole to the caller under any policy; empty if it doesn't.

    Source: AWS STS API reference, "AssumeRole" and "GetFederationToken".
    """
    if caller.kind == ROOT:
        return "credentials of the account root user can't call AssumeRole"
    if caller.kind == FEDERATED_USER:
        return "credentials of a federated user (GetFederationToken) can't call AssumeRole"
    return ""
