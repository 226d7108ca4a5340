"""What ``create-role`` prints: the documents, the difference, what was made and taken back."""

from __future__ import annotations

import json
import shlex
from typing import Any, Iterable, Mapping, Optional, Sequence

from awscli_assume.model.role_creation.new_role import Call


def requests(calls: Iterable[Call]) -> dict[str, Any]:
    """Return what IAM is going to be asked, the documents as objects."""
    return {
        "Requests": [
            {"Operation": call.operation, "Parameters": dict(call.parameters)} for call in calls
        ]
    }


def requests_text(calls: Iterable[Call]) -> str:
    """Return the same as JSON for people."""
    return json.dumps(requests(calls), indent=4) + "\n"


def existing_line(role_arn: str, count: int) -> str:
    """Say that a role is there already, and in how many things it differs."""
    if not count:
        return f"{role_arn} exists already, as asked for. Nothing was changed\n"
    things = "1 thing" if count == 1 else f"{count} things"
    return (
        f"{role_arn} exists already and differs in {things}. An existing role is never changed: "
        "choose another --role-name, or change it by aws iam yourself\n"
    )


def created_line(role_arn: str, assume_line: Optional[str]) -> str:
    """Say that the role is made, and how the caller assumes it, where that is meant."""
    how = "" if assume_line is None else f". To assume it: {assume_line}"
    return f"Created the role {role_arn}{how}\n"


def assume_line(name: str, external_id: Optional[str], profile: Optional[str]) -> str:
    """Return the command that assumes the role; ``name`` has the path in it."""
    words = ["aws", "assume", "--role-name", name]
    words += [] if external_id is None else ["--external-id", external_id]
    words += [] if profile is None else ["--profile", profile]
    return shlex.join(words)


def without_mfa_warning(arn: str) -> str:
    """Say who of --trust can't assume a role that asks for MFA."""
    return (
        f"aws: [WARNING]: {arn} can't assume the role: the session of a role carries no MFA, and "
        "--require-mfa asks for it. To let it in, make a second role without --require-mfa\n"
    )


def provider_warning(provider: str, profile: Optional[str]) -> str:
    """Say that no token of a provider gets in yet, and by which command the account has it."""
    words = ["aws", "iam", "create-open-id-connect-provider", "--url", f"https://{provider}"]
    words += ["--client-id-list", "sts.amazonaws.com"]
    words += [] if profile is None else ["--profile", profile]
    return (
        f"aws: [WARNING]: the account has no OIDC provider {provider}, so none of its tokens "
        f"gets in yet. To make it: {shlex.join(words)}\n"
    )


def external_id_line(external_id: str) -> str:
    """Show the external ID that the role was made with."""
    return f"The external ID is {external_id}. Whoever assumes the role gives it: --external-id\n"


def waited_line(is_assumable: bool, role_arn: str) -> str:
    """Say how the waiting ended."""
    if is_assumable:
        return f"STS grants {role_arn} to the caller\n"
    return (
        f"{role_arn} is created, and STS still denies it to the caller after a minute. Does the "
        "caller's own policy allow sts:AssumeRole on it? To try again: aws assume "
        f"--role-arn {role_arn}\n"
    )


def remains_text(
    taken_back: Sequence[Call], left: Sequence[str], is_doubtful: bool, profile: Optional[str]
) -> str:
    """Say what was taken back, and by which commands the rest goes; else nothing."""
    more = "" if profile is None else f" --profile {shlex.quote(profile)}"
    lines = [f"Took back: {_named(call)}\n" for call in taken_back]
    if is_doubtful:
        lines.append(
            "Nobody knows whether IAM made the role, for its answer is missing. If it is there "
            "and yours, remove it:\n"
        )
    elif left:
        lines.append("Not everything could be taken back. Remove the rest, in this order:\n")
    return "".join([*lines, *(f"  {command}{more}\n" for command in left)])


def difference(rows: Sequence[Mapping[str, Any]], role_arn: str) -> dict[str, Any]:
    """Return the object of a role that is there and differs."""
    return {"RoleArn": role_arn, "Differences": list(rows)}


def _named(call: Call) -> str:
    parameters = call.parameters
    if call.operation == "AttachRolePolicy":
        return f"the policy {parameters['PolicyArn']}"
    if call.operation == "PutRolePolicy":
        return f"the inline policy {parameters['PolicyName']}"
    return f"the role {parameters['RoleName']}"
