"""The ARNs by which a trust policy names the caller."""

from __future__ import annotations

from typing import Any

from awscli_assume.aws.callers import Caller
from awscli_assume.aws.iam.role_creation import role_by_name
from awscli_assume.aws.optional_call import code_of
from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host import ClientError
from awscli_assume.model.arns import iam_arn


def principal_of(caller: Caller, iam: Any) -> str:
    """Return the ARN of a user, of the account for its root, of the role behind a session.

    A session's ARN lacks the role's path: IAM is asked for it. Raises
    InvalidConfiguration where it does not say.
    """
    name = caller.role_name
    if name is None:
        return caller.arn or ""
    try:
        found = role_by_name(iam, name)
    except ClientError as error:
        raise InvalidConfiguration(_unknown(caller, name, code_of(error))) from None
    if found is None:
        raise InvalidConfiguration(_unknown(caller, name, "there is none"))
    return str(found["Arn"])


def account_arn(caller: Caller) -> str:
    """Return the ARN that stands for everybody in the caller's account whom IAM allows."""
    return iam_arn(caller.partition, caller.account_id, "root")


def names_caller(arn: str, caller: Caller) -> bool:
    """Return whether an ARN of a trust policy is the caller's, their role's or their account's."""
    if arn in (caller.arn, account_arn(caller)):
        return True
    if not caller.is_role_session:
        return False
    # An account has one role of a name, whatever its path; IAM looks whether the path is right.
    roles = iam_arn(caller.partition, caller.account_id, "role/")
    return arn.startswith(roles) and arn.rpartition("/")[2] == caller.role_name


def _unknown(caller: Caller, name: str, reason: str) -> str:
    return (
        f"The caller is a session of the role {name}, and IAM does not tell its path "
        f"(iam:GetRole: {reason}), which a trust policy needs. Nothing was created. Name the "
        f"role: --trust {iam_arn(caller.partition, caller.account_id, f'role/PATH/{name}')}"
    )
