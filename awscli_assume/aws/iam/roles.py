"""What IAM says of a role: whether it exists, whom it trusts, how long it lasts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Optional

from awscli_assume.aws.optional_call import MISSING, CallUnavailable, optional_call

# A page of ListRoles has 100; an account has at most 5,000 roles (IAM quotas).
_PAGES_MOST = 50


@dataclass(frozen=True)
class KnownRole:
    """A role as GetRole answers it; ``trust_policy`` is an object, or text."""

    arn: str
    trust_policy: Any = field(repr=False)
    maximum_seconds: Optional[int] = None
    tags: tuple[tuple[str, str], ...] = ()


def look_up_role(iam: Any, name: str, whom: str = "the caller") -> Optional[KnownRole]:
    """Ask IAM for a role of the asking account (GetRole); None where there is none.

    Raises NotAnswered.
    """
    try:
        with optional_call("iam:GetRole", whom):
            found = iam.get_role(RoleName=name)["Role"]
            maximum = found.get("MaxSessionDuration")
            return KnownRole(
                found["Arn"],
                found["AssumeRolePolicyDocument"],
                maximum if isinstance(maximum, int) else None,
                tuple((tag["Key"], tag["Value"]) for tag in found.get("Tags", ())),
            )
    except CallUnavailable as error:
        if error.code in MISSING:
            return None
        raise


def user_tags(iam: Any) -> tuple[tuple[str, str], ...]:
    """Ask IAM for the tags of the calling user (GetUser). Raises NotAnswered."""
    with optional_call("iam:GetUser"):
        found = iam.get_user()["User"]
        return tuple((tag["Key"], tag["Value"]) for tag in found.get("Tags", ()))


def role_arns(iam: Any, whom: str = "the caller") -> list[str]:
    """Ask IAM for the ARNs of all roles of the account (ListRoles). Raises NotAnswered."""
    found: list[str] = []
    with optional_call("iam:ListRoles", whom):
        for number, page in enumerate(iam.get_paginator("list_roles").paginate(), 1):
            found += [role["Arn"] for role in page["Roles"]]
            if number == _PAGES_MOST:
                break
    return found
