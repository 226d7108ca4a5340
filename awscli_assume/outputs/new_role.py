"""What ``create-role`` prints: documents, differences, and what was created or deleted."""

from __future__ import annotations

import json
import shlex
from typing import Any, Iterable, Mapping, Optional, Sequence

from awscli_assume.model.printable import option, option_words
from awscli_assume.model.role_creation.new_role import Call

# An object with the types of the result, to try a query on.
ROLE_EXAMPLE: Mapping[str, object] = {
    "Role": {
        **dict.fromkeys(("Path", "RoleName", "RoleId", "Arn", "CreateDate"), "text"),
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{}]},
        "MaxSessionDuration": 3600,
        "Tags": [{"Key": "text", "Value": "text"}],
    }
}


def requests(calls: Iterable[Call]) -> dict[str, Any]:
    """Return the requests to IAM, with documents as objects."""
    return {
        "Requests": [
            {"Operation": call.operation, "Parameters": dict(call.parameters)} for call in calls
        ]
    }


def requests_text(calls: Iterable[Call]) -> str:
    """Return the requests to IAM as JSON text."""
    return json.dumps(requests(calls), indent=4) + "\n"


def existing_line(role_arn: str, count: int) -> str:
    """Return the line for an existing role, with the number of differences."""
    if not count:
        return f"{role_arn} already exists, exactly as requested. Nothing was changed\n"
    return (
        f"{role_arn} already exists, with {count} difference{'' if count == 1 else 's'}. An "
        "existing role is never changed: choose another --role-name, or change it with aws iam\n"
    )


def created_line(role_arn: str, assume_line: Optional[str]) -> str:
    """Return the line for a role that was created, and the command that assumes it."""
    how = "" if assume_line is None else f". To assume it: {assume_line}"
    return f"Created the role {role_arn}{how}\n"


def assume_line(name: str, external_id: Optional[str], profile: Optional[str]) -> str:
    """Return the command that assumes the role; ``name`` includes the path."""
    words = ["aws", "assume", *option_words("--role-name", name)]
    words += [] if external_id is None else option_words("--external-id", external_id)
    words += [] if profile is None else option_words("--profile", profile)
    return shlex.join(words)


def without_mfa_warning(arn: str) -> str:
    """Return the warning for a role of ``--trust`` that can't meet ``--require-mfa``."""
    return (
        f"aws: [WARNING]: {arn} can't assume the role: the session of a role has no MFA "
        "information, which --require-mfa requires. To trust it, create another role without "
        "--require-mfa\n"
    )


def provider_warning(provider: str, profile: Optional[str]) -> str:
    """Return the warning for an OIDC provider that the account lacks."""
    words = ["aws", "iam", "create-open-id-connect-provider", "--url", f"https://{provider}"]
    words += ["--client-id-list", "sts.amazonaws.com"]
    words += [] if profile is None else option_words("--profile", profile)
    return (
        f"aws: [WARNING]: the account has no OIDC provider {provider}, so its tokens can't "
        f"assume the role yet. To create it: {shlex.join(words)}\n"
    )


def external_id_line(external_id: str) -> str:
    """Return the line with the external ID of the role."""
    return f"The external ID is {external_id}. To assume the role, give it as --external-id\n"


def waited_line(is_assumable: bool, role_arn: str) -> str:
    """Return the line with the result of ``--wait``."""
    if is_assumable:
        return f"The caller can assume {role_arn}\n"
    return (
        f"{role_arn} was created, but the caller can't assume it after a minute. Do the "
        "caller's own policies allow sts:AssumeRole on it? To try again: aws assume "
        f"--role-arn {role_arn}\n"
    )


def remains_text(
    taken_back: Sequence[Call], left: Sequence[str], is_doubtful: bool, profile: Optional[str]
) -> str:
    """Return what was deleted again, and the commands that delete the rest; else nothing."""
    more = "" if profile is None else f" {option('--profile', profile)}"
    lines = [f"Deleted again: {_named(call)}\n" for call in taken_back]
    if is_doubtful:
        lines.append(
            "IAM did not respond, so the role may exist. If it does and it is yours, delete it:\n"
        )
    elif left:
        lines.append("Not everything could be deleted again. Delete the rest, in this order:\n")
    return "".join([*lines, *(f"  {command}{more}\n" for command in left)])


def difference(rows: Sequence[Mapping[str, Any]], role_arn: str) -> dict[str, Any]:
    """Return the object for an existing role with differences."""
    return {"RoleArn": role_arn, "Differences": list(rows)}


def _named(call: Call) -> str:
    parameters = call.parameters
    if call.operation == "AttachRolePolicy":
        return f"the policy {parameters['PolicyArn']}"
    if call.operation == "PutRolePolicy":
        return f"the inline policy {parameters['PolicyName']}"
    return f"the role {parameters['RoleName']}"
