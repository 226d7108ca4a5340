"""Calls of IAM that put and remove an inline policy of a role.

Source: IAM API reference, "PutRolePolicy", "DeleteRolePolicy" and "ListRolePolicies".
"""

from __future__ import annotations

import logging

from awscli_assume.aws.iam import role_creation
from awscli_assume.aws.optional_call import MISSING, error_code
from awscli_assume.host import ClientError
from awscli_assume.host.protocols import IamClient
from awscli_assume.model.role_creation.new_role import Call

LOG = logging.getLogger("awscli.assume.revoke")
_HINTS = {
    "AccessDenied": (
        "Revoking needs iam:PutRolePolicy on the role, and --undo iam:ListRolePolicies and "
        "iam:DeleteRolePolicy. With a profile that may: --profile NAME"
    ),
    "NoSuchEntity": "To see the roles of the account: aws iam list-roles",
    "LimitExceeded": (
        "The inline policies of a role have at most 10,240 characters. Those of earlier "
        "revocations are removed with --undo --all-sessions"
    ),
    "UnmodifiableEntity": "Only AWS changes the policies of this role",
}


def policy_names(iam: IamClient, role_name: str) -> list[str]:
    """Return the names of a role's inline policies. Raises botocore's exceptions with a hint."""
    with role_creation.iam_errors(role_name, _HINTS):
        pages = iam.get_paginator("list_role_policies").paginate(RoleName=role_name)
        return [str(name) for page in pages for name in page["PolicyNames"]]


def send(iam: IamClient, call: Call) -> None:
    """Make a call. A policy that is gone already is as good as removed.

    Raises botocore's exceptions with a hint.
    """
    LOG.debug("Calling %s for %s", call.operation, call.parameters["PolicyName"])
    try:
        role_creation.send(iam, call, _HINTS)
    except ClientError as error:
        if call.operation != "DeleteRolePolicy" or error_code(error) not in MISSING:
            raise
