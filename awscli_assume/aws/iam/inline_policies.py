"""Calls of IAM that put and remove an inline policy of a role.

Source: IAM API reference, "PutRolePolicy", "DeleteRolePolicy" and "ListRolePolicies".
"""

from __future__ import annotations

import json
import logging
from contextlib import contextmanager
from typing import Iterator

from awscli_assume.aws.optional_call import MISSING, error_code
from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sts.errors import add_hint
from awscli_assume.errors import UnexpectedAnswer
from awscli_assume.host import ClientError, ResponseParserError, xform_name
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
    with _errors():
        pages = iam.get_paginator("list_role_policies").paginate(RoleName=role_name)
        return [str(name) for page in pages for name in page["PolicyNames"]]


def send(iam: IamClient, call: Call) -> None:
    """Make a call. A policy that is gone already is as good as removed.

    Raises botocore's exceptions with a hint.
    """
    LOG.debug("Calling %s for %s", call.operation, call.parameters["PolicyName"])
    parameters = {
        name: json.dumps(value) if name == "PolicyDocument" else value
        for name, value in call.parameters.items()
    }
    try:
        with _errors():
            getattr(iam, xform_name(call.operation))(**parameters)
    except ClientError as error:
        if call.operation != "DeleteRolePolicy" or error_code(error) not in MISSING:
            raise


@contextmanager
def _errors() -> Iterator[None]:
    try:
        with credentials_redacted():
            yield
    except ClientError as error:
        code = error_code(error).replace("Exception", "")
        add_hint(error, _HINTS.get(code))
        raise
    except (ResponseParserError, KeyError):
        raise UnexpectedAnswer(
            "The response is not one of IAM. Check what is between this machine and IAM: "
            "--endpoint-url, AWS_ENDPOINT_URL, a proxy"
        ) from None
