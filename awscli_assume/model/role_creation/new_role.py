"""A role to be made: what IAM is asked for, checked before any call, and in which order.

Source: IAM API reference, "CreateRole", "PutRolePolicy", "AttachRolePolicy", and IAM
User Guide, "IAM and AWS STS quotas".
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Mapping, Optional, Sequence

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.arns import Role, parse_role_name
from awscli_assume.model.request.session_tags import tags as checked_tags

MAXIMUM_DEFAULT = 3600
_MAXIMUM_LEAST, _MAXIMUM_MOST = 3600, 43200
_DESCRIPTION_MOST = 1000
_INLINE_MOST = 10240
_POLICY_ARN = re.compile(r"arn:aws(?:-[a-z]+)*:iam::(?:\d{12}|aws):policy/[\x21-\x7e]+")
# IAM API reference, "CreateRole", Description.
_DESCRIPTION = re.compile("[\u0009\u000a\u000d\u0020-\u007e\u00a1-\u00ff]*")


@dataclass(frozen=True)
class Call:
    """One call of IAM: the operation's name and its parameters, documents as objects."""

    operation: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class NewRole:
    """A role with its permissions; ``trust_policy`` is empty until the caller is known."""

    role: Role
    trust_policy: Mapping[str, Any] = field(default_factory=dict)
    maximum_seconds: Optional[int] = None
    description: Optional[str] = None
    permissions_boundary: Optional[str] = None
    policy_arns: tuple[str, ...] = ()
    inline_policy: Optional[Mapping[str, Any]] = None
    tags: tuple[tuple[str, str], ...] = ()

    def calls(self) -> list[Call]:
        """Return the calls that make the role, in order: itself, then what it may do."""
        name = {"RoleName": self.role.name}
        calls = [Call("CreateRole", self._role_parameters())]
        if self.inline_policy is not None:
            # The role's name is a policy's name, too: the same letters, and shorter.
            inline = {"PolicyName": self.role.name, "PolicyDocument": self.inline_policy}
            calls.append(Call("PutRolePolicy", {**name, **inline}))
        for arn in self.policy_arns:
            calls.append(Call("AttachRolePolicy", {**name, "PolicyArn": arn}))
        return calls

    def _role_parameters(self) -> dict[str, Any]:
        parameters: dict[str, Any] = {
            "Path": self.role.path,
            "RoleName": self.role.name,
            "AssumeRolePolicyDocument": self.trust_policy,
            "Description": self.description,
            "MaxSessionDuration": self.maximum_seconds,
            "PermissionsBoundary": self.permissions_boundary,
            "Tags": [{"Key": key, "Value": value} for key, value in self.tags] or None,
        }
        return {name: value for name, value in parameters.items() if value is not None}


def build_new_role(options: Mapping[str, Any]) -> NewRole:
    """Return the role of the command's options, by name. Raises InvalidRequest."""
    maximum, inline = options["max_session_duration"], options["inline_policy"]
    boundary = options["permissions_boundary"]
    return NewRole(
        role=_role(options["role_name"], options["path"]),
        maximum_seconds=None if maximum is None else _maximum(maximum),
        description=_description(options["description"]),
        permissions_boundary=boundary and _policy_arn(boundary, "--permissions-boundary"),
        policy_arns=_policy_arns(options["policy_arn"] or ()),
        inline_policy=None if inline is None else _inline_policy(inline),
        tags=checked_tags(options["tags"] or ()),
    )


def _role(name: Optional[str], path: Optional[str]) -> Role:
    if not name:
        raise InvalidRequest("No role was named. Try: --role-name my-iam-role")
    if path is None:
        return parse_role_name(name)
    if "/" in name and not name.startswith("arn:"):
        raise InvalidRequest(
            f"--role-name '{name}' has a path already, beside --path '{path}': leave one out"
        )
    inner = path.strip("/")
    return parse_role_name(f"{inner}/{name}" if inner and not name.startswith("arn:") else name)


def _maximum(text: str) -> int:
    is_number = re.fullmatch(r"\d{1,9}", text, re.ASCII)
    if not is_number or not _MAXIMUM_LEAST <= int(text) <= _MAXIMUM_MOST:
        raise InvalidRequest(
            f"Invalid maximum session duration '{text}': IAM takes {_MAXIMUM_LEAST} to "
            f"{_MAXIMUM_MOST} seconds. Try: --max-session-duration 28800"
        )
    return int(text)


def _description(text: Optional[str]) -> Optional[str]:
    if text and (len(text) > _DESCRIPTION_MOST or not _DESCRIPTION.fullmatch(text)):
        raise InvalidRequest(
            f"Invalid description: IAM takes at most {_DESCRIPTION_MOST} characters, none above "
            "U+00FF and no control characters"
        )
    return text


def _policy_arn(text: str, option: str) -> str:
    if not _POLICY_ARN.fullmatch(text):
        raise InvalidRequest(
            f"Invalid policy ARN '{text}': it has to read arn:aws:iam::aws:policy/NAME or "
            f"arn:aws:iam::ACCOUNT:policy/NAME. Try: {option} "
            "arn:aws:iam::aws:policy/ReadOnlyAccess"
        )
    return text


def _policy_arns(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_policy_arn(value, "--policy-arn") for value in values))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    for name, value in pairs:
        if name in answer:
            # Python would keep the last one alone: a condition less than was written.
            raise InvalidRequest(
                f"Invalid inline policy: {name!r} stands twice in one object. Join the two"
            )
        answer[name] = value
    return answer


def _number(text: str) -> float:
    """Read a number. JSON has none that is infinite or NaN, and IAM takes JSON."""
    number = float(text)
    if abs(number) == float("inf") or number != number:
        raise InvalidRequest(f"Invalid inline policy: {text[:40]} is not a number that IAM takes")
    return number


def _inline_policy(text: str) -> Mapping[str, Any]:
    try:
        document = json.loads(
            text, object_pairs_hook=_once, parse_constant=_number, parse_float=_number
        )
    except (ValueError, RecursionError):
        raise InvalidRequest(
            "Invalid inline policy: it is not JSON. Try: --inline-policy file://policy.json"
        ) from None
    if not isinstance(document, dict) or "Statement" not in document:
        raise InvalidRequest(
            "Invalid inline policy: it has to be a JSON object with Version and Statement"
        )
    size = len(json.dumps(document, separators=(",", ":")))
    if size > _INLINE_MOST:
        raise InvalidRequest(
            f"Invalid inline policy: {size} characters, and IAM takes {_INLINE_MOST}. Shorten it, "
            "or make a managed policy of it and name that with --policy-arn"
        )
    return document
