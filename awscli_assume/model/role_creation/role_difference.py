"""What distinguishes a role that is there from one that was asked for."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Mapping, Optional

from awscli_assume.model.role_creation.new_role import MAXIMUM_DEFAULT, NewRole

# Stands for what the caller may not look at.
UNKNOWN = "(unknown)"


@dataclass(frozen=True)
class ExistingRole:
    """A role as IAM answers it (``found`` is GetRole's ``Role``).

    ``policy_arns`` and ``inline_policies`` (documents by name) are None where the
    caller may not read them.
    """

    found: Mapping[str, Any] = field(repr=False)
    policy_arns: Optional[tuple[str, ...]] = None
    inline_policies: Optional[Mapping[str, Any]] = None


def differences(wanted: NewRole, existing: ExistingRole) -> list[dict[str, Any]]:
    """Return what differs, each with ``Item``, ``Existing`` and ``Wanted``; nothing: the same.

    What may not be looked at differs. Tags and description count only where they
    were asked for.
    """
    found = existing.found
    name, inline = wanted.role.name, wanted.inline_policy
    attached = None if existing.policy_arns is None else sorted(existing.policy_arns)
    boundary = found.get("PermissionsBoundary") or {}
    rows = [
        ("TrustPolicy", found.get("AssumeRolePolicyDocument"), dict(wanted.trust_policy)),
        ("Path", found.get("Path", "/"), wanted.role.path),
        (
            "MaxSessionDuration",
            found.get("MaxSessionDuration", MAXIMUM_DEFAULT),
            wanted.maximum_seconds or MAXIMUM_DEFAULT,
        ),
        (
            "PermissionsBoundary",
            boundary.get("PermissionsBoundaryArn"),
            wanted.permissions_boundary,
        ),
        ("ManagedPolicies", _or_unknown(attached), sorted(wanted.policy_arns)),
        (
            "InlinePolicies",
            _or_unknown(existing.inline_policies),
            {} if inline is None else {name: inline},
        ),
    ]
    if wanted.description is not None:
        rows.append(("Description", found.get("Description"), wanted.description))
    if wanted.tags:
        pairs = {tag["Key"]: tag["Value"] for tag in found.get("Tags") or ()}
        rows.append(("Tags", pairs, dict(wanted.tags)))
    return [
        {"Item": item, "Existing": before, "Wanted": after}
        for item, before, after in rows
        if _plain(before) != _plain(after)
    ]


def external_id_of(trust_policy: Any) -> Optional[str]:
    """Return the external ID that a trust policy asks for; None where it is not exactly one."""
    statements = trust_policy.get("Statement") if isinstance(trust_policy, Mapping) else None
    found: set[str] = set()
    for one in statements if isinstance(statements, list) else [statements]:
        condition = one.get("Condition") if isinstance(one, Mapping) else None
        equal = condition.get("StringEquals") if isinstance(condition, Mapping) else None
        value = equal.get("sts:ExternalId") if isinstance(equal, Mapping) else None
        values = value if isinstance(value, list) else [value]
        found.update(each for each in values if isinstance(each, str))
    return found.pop() if len(found) == 1 else None


def _or_unknown(value: Any) -> Any:
    return UNKNOWN if value is None else value


def _plain(value: Any) -> Any:
    """Return a policy, or a part of one, in a form in which equal ones are equal.

    A list of one is that one, the order of a list does not count, nor does a Sid.
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
