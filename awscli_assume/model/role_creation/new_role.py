"""A role to create: the calls of IAM, checked before the first one.

Source: IAM API reference, "CreateRole", "PutRolePolicy", "AttachRolePolicy", and IAM
User Guide, "IAM and AWS STS quotas".
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Mapping, Optional, Sequence, cast

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.arns import Role, parse_role_name
from awscli_assume.model.request import limits

MAX_SESSION_DEFAULT = 3600
_INLINE_POLICY_MAX = 10240


@dataclass(frozen=True)
class Call:
    """One call of IAM: the operation's name and its parameters, with documents as objects."""

    operation: str
    parameters: Mapping[str, object]


@dataclass(frozen=True)
class NewRole:
    """A role with its permissions; ``trust_policy`` is empty until the caller is known."""

    role: Role
    trust_policy: Mapping[str, object] = field(default_factory=dict)
    maximum_seconds: Optional[int] = None
    description: Optional[str] = None
    permissions_boundary: Optional[str] = None
    policy_arns: tuple[str, ...] = ()
    inline_policy: Optional[Mapping[str, object]] = None
    tags: tuple[tuple[str, str], ...] = ()

    def calls(self) -> list[Call]:
        """Return the calls that create the role and then its permissions, in order."""
        name = {"RoleName": self.role.name}
        parameters: dict[str, object] = {
            "Path": self.role.path,
            **name,
            "AssumeRolePolicyDocument": self.trust_policy,
            "Description": self.description,
            "MaxSessionDuration": self.maximum_seconds,
            "PermissionsBoundary": self.permissions_boundary,
            "Tags": [{"Key": key, "Value": value} for key, value in self.tags] or None,
        }
        given = {name: value for name, value in parameters.items() if value is not None}
        calls = [Call("CreateRole", given)]
        if self.inline_policy is not None:
            # Every role name is a valid policy name.
            inline = {"PolicyName": self.role.name, "PolicyDocument": self.inline_policy}
            calls.append(Call("PutRolePolicy", {**name, **inline}))
        for arn in self.policy_arns:
            calls.append(Call("AttachRolePolicy", {**name, "PolicyArn": arn}))
        return calls


def build_new_role(options: Mapping[str, object]) -> NewRole:
    """Return the role that the options of ``create-role`` describe. Raises InvalidRequest."""

    def text(name: str) -> Optional[str]:
        return cast(Optional[str], options[name])

    maximum, inline = text("max_session_duration"), text("inline_policy")
    boundary, description = text("permissions_boundary"), text("description")
    policy_arns = cast(Sequence[str], options["policy_arn"] or ())
    if boundary is not None:
        limits.check("policy_arn", boundary, of=" of --permissions-boundary")
    if description is not None:
        limits.check("description", description)
    return NewRole(
        role=_role(text("role_name"), text("path")),
        maximum_seconds=(
            None if maximum is None else limits.check_duration("max_session_duration", maximum)
        ),
        description=description,
        permissions_boundary=boundary,
        policy_arns=tuple(
            dict.fromkeys(
                limits.check("policy_arn", arn, " of --policy-arn") for arn in policy_arns
            )
        ),
        inline_policy=None if inline is None else _inline_policy(inline),
        tags=limits.tags(cast(Sequence[Mapping[str, str]], options["tags"] or ())),
    )


def _role(name: Optional[str], path: Optional[str]) -> Role:
    if not name:
        raise InvalidRequest("No role was named. Try: --role-name my-iam-role")
    if path is None or name.startswith("arn:"):
        return parse_role_name(name)
    if "/" in name:
        raise InvalidRequest(
            f"--role-name '{name}' already has a path, in addition to --path '{path}': leave one "
            "out"
        )
    inner = path.strip("/")
    return parse_role_name(f"{inner}/{name}" if inner else name)


def _inline_policy(text: str) -> Mapping[str, object]:
    try:
        document = json.loads(
            text, object_pairs_hook=_once, parse_constant=_number, parse_float=_number
        )
    except (ValueError, RecursionError):
        raise _invalid("it is not JSON. Try: --inline-policy file://policy.json") from None
    if not isinstance(document, dict) or "Statement" not in document:
        raise _invalid("it must be a JSON object with Version and Statement")
    size = len(json.dumps(document, separators=(",", ":")))
    if size > _INLINE_POLICY_MAX:
        raise _invalid(
            f"{size} characters, and the maximum is {_INLINE_POLICY_MAX}. Shorten it, or create a "
            "managed policy and name it with --policy-arn"
        )
    return document


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members: dict[str, object] = {}
    for name, value in pairs:
        if name in members:
            # Python would keep the last one only, and with it one condition less.
            raise _invalid(f"{name!r} is twice in one object. Join the two")
        members[name] = value
    return members


def _number(text: str) -> float:
    """Parse a number; IAM refuses infinity and NaN, which are not JSON."""
    number = float(text)
    if abs(number) == float("inf") or number != number:
        raise _invalid(f"{text[:40]} is not a number that IAM accepts")
    return number


def _invalid(reason: str) -> InvalidRequest:
    return InvalidRequest(f"Invalid inline policy: {reason}")
