"""The differences between an existing role and a new role of the same name."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Mapping, Optional, Sequence, cast

from awscli_assume.model.role_creation.new_role import MAX_SESSION_DEFAULT, NewRole

# In place of what the caller is not allowed to read.
UNKNOWN = "(unknown)"


@dataclass(frozen=True)
class ExistingRole:
    """A role of IAM; ``found`` is the ``Role`` of GetRole.

    ``policy_arns`` and ``inline_policies`` (documents by name) are None if the caller
    is not allowed to read them.
    """

    found: Mapping[str, object] = field(repr=False)
    policy_arns: Optional[tuple[str, ...]] = None
    inline_policies: Optional[Mapping[str, object]] = None


def differences(wanted: NewRole, existing: ExistingRole) -> list[dict[str, object]]:
    """Return the differences, each with ``Item``, ``Existing`` and ``Wanted``.

    What the caller is not allowed to read differs. Tags and description are compared
    only if the new role has them.
    """
    found = existing.found
    inline = {} if wanted.inline_policy is None else {wanted.role.name: wanted.inline_policy}
    attached = None if existing.policy_arns is None else sorted(existing.policy_arns)
    maximum = found.get("MaxSessionDuration", MAX_SESSION_DEFAULT)
    boundary = cast(Mapping[str, object], found.get("PermissionsBoundary") or {})
    rows: list[tuple[str, object, object]] = [
        ("TrustPolicy", found.get("AssumeRolePolicyDocument"), dict(wanted.trust_policy)),
        ("Path", found.get("Path", "/"), wanted.role.path),
        ("MaxSessionDuration", maximum, wanted.maximum_seconds or MAX_SESSION_DEFAULT),
        (
            "PermissionsBoundary",
            boundary.get("PermissionsBoundaryArn"),
            wanted.permissions_boundary,
        ),
        ("ManagedPolicies", _or_unknown(attached), sorted(wanted.policy_arns)),
        ("InlinePolicies", _or_unknown(existing.inline_policies), inline),
    ]
    if wanted.description is not None:
        rows.append(("Description", found.get("Description"), wanted.description))
    if wanted.tags:
        tags = cast(Sequence[Mapping[str, str]], found.get("Tags") or ())
        pairs = {tag["Key"]: tag["Value"] for tag in tags}
        rows.append(("Tags", pairs, dict(wanted.tags)))
    return [
        {"Item": item, "Existing": before, "Wanted": after}
        for item, before, after in rows
        if _plain(before) != _plain(after)
    ]


def external_id_of(trust_policy: object) -> Optional[str]:
    """Return the external ID that a trust policy requires; None unless it is exactly one."""
    statements = trust_policy.get("Statement") if isinstance(trust_policy, Mapping) else None
    found: set[str] = set()
    for one in statements if isinstance(statements, list) else [statements]:
        condition = one.get("Condition") if isinstance(one, Mapping) else None
        equal = condition.get("StringEquals") if isinstance(condition, Mapping) else None
        value = equal.get("sts:ExternalId") if isinstance(equal, Mapping) else None
        values = value if isinstance(value, list) else [value]
        found.update(each for each in values if isinstance(each, str))
    return found.pop() if len(found) == 1 else None


def _or_unknown(value: object) -> object:
    return UNKNOWN if value is None else value


def _plain(value: object) -> object:
    """Return a part of a policy in a form that makes equivalent policies equal.

    A list of one value is that value. The order of a list and a Sid don't matter.
    """
    if isinstance(value, Mapping):
        is_statement = "Effect" in value
        return {
            key: _plain(inner)
            for key, inner in value.items()
            if not (is_statement and key == "Sid")
        }
    if isinstance(value, (list, tuple)):
        items = sorted(map(_plain, value), key=lambda one: json.dumps(one, sort_keys=True))
        return items[0] if len(items) == 1 else items
    return value
