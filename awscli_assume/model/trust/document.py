"""A trust policy document, parsed into statements."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Mapping, Union
from urllib.parse import unquote

from awscli_assume.errors import MalformedPolicy

# IAM User Guide, "IAM JSON policy elements: Version". The older one is the default.
WITH_VARIABLES, WITHOUT_VARIABLES = "2012-10-17", "2008-10-17"
ALLOW, DENY = "Allow", "Deny"
EVERYONE = ("*", "*")
_OF_A_POLICY = {"Version", "Id", "Statement"}
_OF_A_STATEMENT = {
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Condition",
}  # fmt: skip


@dataclass(frozen=True)
class Condition:
    """One operator and key, with the values that the policy lists."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Statement:
    """One statement; ``name`` is its Sid or its number.

    ``principals`` are pairs such as ``("AWS", "arn:…")``, or EVERYONE alone.
    ``unknown_elements`` are names that the grammar of a trust policy doesn't have.
    """

    name: str
    effect: str
    principals: tuple[tuple[str, str], ...]
    is_not_principal: bool
    actions: tuple[str, ...]
    is_not_action: bool
    conditions: tuple[Condition, ...] = ()
    unknown_elements: tuple[str, ...] = ()


@dataclass(frozen=True)
class Policy:
    """A trust policy. With ``has_variables``, ``${…}`` is a policy variable."""

    statements: tuple[Statement, ...]
    has_variables: bool


def read_policy(document: Union[str, Mapping[str, object]]) -> Policy:
    """Parse the policy that iam:GetRole returns: an object, or JSON that may be URL-encoded.

    Source: IAM User Guide, "Grammar of the IAM JSON policy language". Raises
    MalformedPolicy.
    """
    policy = _from_text(document) if isinstance(document, str) else document
    if not isinstance(policy, Mapping):
        raise MalformedPolicy("The trust policy can't be read: it is not a JSON object")
    version = policy.get("Version", WITHOUT_VARIABLES)
    if version not in (WITH_VARIABLES, WITHOUT_VARIABLES):
        raise MalformedPolicy(
            f"The trust policy can't be read: its Version is {version!r} and must be "
            f"{WITH_VARIABLES} or {WITHOUT_VARIABLES}"
        )
    listed = policy.get("Statement")
    if not isinstance(listed, (list, tuple, Mapping)):
        raise MalformedPolicy("The trust policy can't be read: it has no Statement")
    statements = [listed] if isinstance(listed, Mapping) else listed
    unknown = _others(policy, _OF_A_POLICY)
    return Policy(
        tuple(_statement(one, number, unknown) for number, one in enumerate(statements, 1)),
        version == WITH_VARIABLES,
    )


def _from_text(text: str) -> object:
    try:
        text = text if text.lstrip().startswith("{") else unquote(text)
        policy: object = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        if isinstance(error, MalformedPolicy):
            raise
        raise MalformedPolicy("The trust policy can't be read: it is not JSON") from None
    return policy


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedPolicy("The trust policy can't be read: it has the same element twice")
    return members


def _statement(one: object, number: int, unknown: tuple[str, ...]) -> Statement:
    where = f"statement {number}"
    if not isinstance(one, Mapping):
        raise _malformed(where, "it is not a JSON object")
    effect = one.get("Effect")
    if effect not in (ALLOW, DENY):
        raise _malformed(where, f"its Effect is {effect!r} and must be Allow or Deny")
    principal = _one_of(one, "Principal", "NotPrincipal", where)
    action = _one_of(one, "Action", "NotAction", where)
    sid = one.get("Sid")
    return Statement(
        name=sid if isinstance(sid, str) and sid else where,
        effect=effect,
        principals=_principals(one[principal], where),
        is_not_principal=principal == "NotPrincipal",
        actions=_texts(one[action], where, action),
        is_not_action=action == "NotAction",
        conditions=_conditions(one.get("Condition", {}), where),
        unknown_elements=(*unknown, *_others(one, _OF_A_STATEMENT)),
    )


def _one_of(one: Mapping[str, object], name: str, other: str, where: str) -> str:
    if (name in one) == (other in one):
        raise _malformed(where, f"it needs either {name} or {other}")
    return name if name in one else other


def _principals(value: object, where: str) -> tuple[tuple[str, str], ...]:
    if value == "*":
        return (EVERYONE,)
    if not isinstance(value, Mapping) or not value:
        raise _malformed(where, "its principal must be * or an object such as {'AWS': '…'}")
    return tuple(
        (str(kind), text)
        for kind, texts in value.items()
        for text in _texts(texts, where, f"principal {kind}")
    )


def _conditions(value: object, where: str) -> tuple[Condition, ...]:
    found = []
    for operator, keys in _members(value, where, "Condition"):
        for key, values in _members(keys, where, f"Condition {operator}"):
            found.append(Condition(operator, key, _texts(values, where, f"value of {key}")))
    return tuple(found)


def _members(value: object, where: str, what: str) -> list[tuple[str, object]]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise _malformed(where, f"its {what} must be an object")
    return list(value.items())


def _texts(value: object, where: str, what: str) -> tuple[str, ...]:
    values = value if isinstance(value, (list, tuple)) else [value]
    return tuple(_text(one, where, what) for one in values)


def _text(value: object, where: str, what: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        try:
            return str(value)
        except ValueError:  # an integer with more digits than Python prints
            pass
    raise _malformed(where, f"its {what} must be text, a number, or a list of them")


def _others(one: Mapping[str, object], known: set[str]) -> tuple[str, ...]:
    return tuple(str(name) for name in one if name not in known)


def _malformed(where: str, reason: str) -> MalformedPolicy:
    # The CLI prints the message as it is, and the document may hold any characters.
    line = "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in reason
    )
    return MalformedPolicy(f"The trust policy can't be read: {where}: {line}")
