"""Who assumes a role: what GetCallerIdentity answers of them, and what else is known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional

from awscli_assume.errors import InvalidRequest

# The values of aws:PrincipalType for principals of AWS (IAM User Guide, "IAM policy
# elements: Variables and tags", the table of principal key values).
USER, ROLE_SESSION, ROOT, FEDERATED_USER = "User", "AssumedRole", "Account", "FederatedUser"
SERVICE, PROVIDER = "AWS service", "identity provider"
OF_AN_ACCOUNT = frozenset({USER, ROLE_SESSION, ROOT, FEDERATED_USER})

# IAM User Guide, "IAM identifiers", and AWS STS API reference, "GetCallerIdentity".
_ARN = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):(?P<service>iam|sts)::(?P<account>\d{12}):"
    r"(?P<kind>root|user|assumed-role|federated-user)(?:/(?P<rest>.+))?",
    re.ASCII,
)
_KINDS = {
    "root": ROOT, "user": USER, "assumed-role": ROLE_SESSION, "federated-user": FEDERATED_USER,
}  # fmt: skip


@dataclass(frozen=True)
class Caller:
    """The principal of a request; None is what is not known.

    ``name`` is the ARN that GetCallerIdentity answers, a service principal, or an
    identity provider as a trust policy names it. ``role_arn`` is that of the role
    behind a session, with its path. ``tags`` are all principal tags.
    ``is_temporary`` tells of the credentials, ``has_mfa`` whether an MFA device
    vouched for them, ``source_identity`` what their session was given.
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
        """The ARN that stands for the caller's whole account."""
        return f"arn:{self.partition}:iam::{self.account_id}:root"

    @property
    def user_name(self) -> Optional[str]:
        """The name of an IAM user, without its path."""
        return self.name.rpartition("/")[2] if self.kind == USER else None

    @property
    def role_name(self) -> Optional[str]:
        """The name of the role behind a session; its path is not part of a session's ARN."""
        return self.name.split("/")[1] if self.kind == ROLE_SESSION else None

    @property
    def is_of_saml(self) -> bool:
        """Return whether a SAML provider vouches, and not an OpenID Connect one."""
        return self.kind == PROVIDER and ":saml-provider/" in self.name

    def is_role(self, arn: str) -> bool:
        """Return whether an ARN is that of the role behind this session.

        Where the role's path is not known its name decides: it is unique in its
        account whatever the path (IAM User Guide, "IAM and AWS STS quotas").
        """
        if self.kind != ROLE_SESSION:
            return False
        if self.role_arn is not None:
            return arn == self.role_arn
        begin, slash, rest = arn.partition(":role/")
        is_here = begin == f"arn:{self.partition}:iam::{self.account_id}"
        return bool(slash) and is_here and rest.rpartition("/")[2] == self.role_name


def caller_of(
    arn: str,
    user_id: Optional[str] = None,
    role_arn: Optional[str] = None,
    is_temporary: Optional[bool] = None,
    has_mfa: Optional[bool] = None,
    tags: Optional[tuple[tuple[str, str], ...]] = None,
    organization_id: Optional[str] = None,
    source_identity: Optional[str] = None,
) -> Caller:
    """Return the caller that GetCallerIdentity names. Raises InvalidRequest."""
    found = _ARN.fullmatch(arn)
    rest = found.group("rest") if found else None
    if not found or (found.group("kind") == "root") != (rest is None):
        raise InvalidRequest(f"Invalid caller {arn!r}: it is not an ARN of a user or a session")
    kind = _KINDS[found.group("kind")]
    if kind == ROLE_SESSION and not re.fullmatch(r"[^/]+/[^/]+", rest or ""):
        raise InvalidRequest(f"Invalid caller {arn!r}: it has to name a role and its session")
    return Caller(
        kind=kind,
        name=arn,
        partition=found.group("partition"),
        account_id=found.group("account"),
        user_id=user_id,
        role_arn=role_arn,
        # The session of a role or of a federated user has no other credentials.
        is_temporary=True if kind in (ROLE_SESSION, FEDERATED_USER) else is_temporary,
        has_mfa=has_mfa,
        tags=tags,
        organization_id=organization_id,
        source_identity=source_identity,
    )


def service(name: str) -> Caller:
    """Return an AWS service, by its service principal: ``ec2.amazonaws.com``."""
    return Caller(SERVICE, name)


def identity_provider(name: str) -> Caller:
    """Return somebody whom an identity provider vouches for, by its ARN or its name."""
    return Caller(PROVIDER, name)


def refused_by_sts(caller: Caller) -> str:
    """Name the credentials that STS takes for no AssumeRole, whatever the policy says.

    Source: AWS STS API reference, "AssumeRole" and "GetFederationToken".
    """
    if caller.kind == ROOT:
        return "credentials of the account root user can't call AssumeRole"
    if caller.kind == FEDERATED_USER:
        return "credentials of a federated user (GetFederationToken) can't call AssumeRole"
    return ""
