"""What IAM returns about roles and users."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any, Callable, Mapping, Optional

from awscli_assume.aws.optional_call import MISSING, CallUnavailable, error_code, optional_call
from awscli_assume.host import ClientError
from awscli_assume.host.protocols import IamClient
from awscli_assume.model.arns import Role
from awscli_assume.model.request.limits import DURATION_MAX

LOG = logging.getLogger("awscli.assume.roles")

# A page of ListRoles has 100; an account has at most 5,000 roles (IAM quotas).
_PAGES_MAX = 50
# IAM API reference, "ListRoles", MaxItems.
_PAGE_MAX = 1000
# IAM API reference, "CreateRole": MaxSessionDuration is 3600 to 43200.
_MAX_DURATION_MIN = 3600


@dataclass(frozen=True)
class KnownRole:
    """A role as GetRole returns it; ``trust_policy`` is an object, or text."""

    arn: str
    trust_policy: Any = field(repr=False)
    max_duration: Optional[int] = None
    tags: tuple[tuple[str, str], ...] = ()


def get_role(iam: IamClient, name: str) -> Optional[Mapping[str, Any]]:
    """Return ``Role`` of GetRole for a role of the caller's account, None if it does not exist.

    Raises botocore's exceptions, and KeyError for a response that is not IAM's.
    """
    try:
        role: Mapping[str, Any] = iam.get_role(RoleName=name)["Role"]
    except ClientError as error:
        if error_code(error) in MISSING:
            return None
        raise
    return role


def find_role(iam: IamClient, name: str, caller: str = "the caller") -> Optional[KnownRole]:
    """Return a role of the caller's account, None if it does not exist.

    Raises CallUnavailable, with ``caller`` in its message.
    """
    with optional_call("iam:GetRole", caller):
        role = get_role(iam, name)
        if role is None:
            return None
        return _known(role)


def get_max_duration(iam: Callable[[], IamClient], role: Role) -> Optional[int]:
    """Return a role's MaxSessionDuration in seconds, None if IAM does not return it.

    The caller may lack iam:GetRole, or the role may be in another account, where IAM
    would find a role of the same name in the caller's account.
    """
    LOG.debug("Calling GetRole for the maximum session duration of %s", role.arn)
    try:
        with optional_call("iam:GetRole"):
            found = get_role(iam(), role.name) or {}
            seconds = found["MaxSessionDuration"] if found.get("Arn") == role.arn else None
    except CallUnavailable as error:
        LOG.debug("The maximum session duration is not known: %s", error)
        return None
    is_valid = isinstance(seconds, int) and _MAX_DURATION_MIN <= seconds <= DURATION_MAX
    return seconds if is_valid else None


def list_role_arns(iam: IamClient, caller: str = "the caller") -> list[str]:
    """Return the ARNs of all roles of the account (ListRoles). Raises CallUnavailable."""
    arns: list[str] = []
    with optional_call("iam:ListRoles", caller):
        for number, page in enumerate(iam.get_paginator("list_roles").paginate(), 1):
            arns += [role["Arn"] for role in page["Roles"]]
            if number == _PAGES_MAX:
                break
    return arns


def list_known_roles(iam: IamClient) -> list[KnownRole]:
    """Return all roles of the account with their trust policies (ListRoles), but no tags.

    A page has as many roles as IAM allows. Raises CallUnavailable.
    """
    with optional_call("iam:ListRoles"):
        pages = iam.get_paginator("list_roles").paginate(PaginationConfig={"PageSize": _PAGE_MAX})
        return [_known(role) for page in pages for role in page["Roles"]]


def _known(role: Mapping[str, Any]) -> KnownRole:
    maximum = role.get("MaxSessionDuration")
    return KnownRole(
        role["Arn"],
        role["AssumeRolePolicyDocument"],
        maximum if isinstance(maximum, int) else None,
        _tags(role),
    )


def get_user_tags(iam: IamClient) -> tuple[tuple[str, str], ...]:
    """Return the tags of the calling user (GetUser). Raises CallUnavailable."""
    with optional_call("iam:GetUser"):
        return _tags(iam.get_user()["User"])


def _tags(resource: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((tag["Key"], tag["Value"]) for tag in resource.get("Tags", ()))
