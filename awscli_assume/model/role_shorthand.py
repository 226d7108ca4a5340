"""A role in one word, and the options that it stands for.

What is ambiguous is listed, never guessed: a word that what is configured gives
two meanings is an error with both of them spelled out.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import Mapping, Optional

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.accounts import ACCOUNT_ID
from awscli_assume.model.roles import parse_role_arn, parse_role_name
from awscli_assume.model.switch_role_url import read_switch_role_url

# A role ARN has 2048 characters at most.
_MOST = 4096


@dataclass(frozen=True)
class Known:
    """What is configured: what a word may mean beside the name of a role.

    ``role_profiles`` holds the profiles that name a role and its name, with its
    path and without a slash before it; ``accounts`` the profiles that have an
    account; ``roles`` the names of all roles that any profile holds.
    """

    role_profiles: Mapping[str, str] = field(default_factory=dict)
    accounts: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Spelling:
    """One meaning of a word, as the options that say the same. ``account`` is an id or a name."""

    role_arn: Optional[str] = None
    role_name: Optional[str] = None
    account: Optional[str] = None
    profile: Optional[str] = None

    def __str__(self) -> str:
        words = [
            ("--profile", self.profile),
            ("--role-arn", self.role_arn),
            ("--role-name", self.role_name),
            ("--account-id", self.account),
        ]
        return " ".join(f"{option} {shlex.quote(value)}" for option, value in words if value)


def read_shorthand(text: str, known: Known, account: Optional[str] = None) -> Spelling:
    """Answer the one meaning of a word: ARN, ``ACCOUNT:role``, URL, profile, role name.

    ``account`` is that of ``--account-id``, beside which only a role name has a
    meaning. Raises InvalidRequest.
    """
    if not text.isprintable() or len(text) > _MOST:
        raise InvalidRequest(
            f"Invalid role {text[:64]!r}: it has to be one line of at most {_MOST} characters "
            "without control characters. Try: --role-name my-iam-role"
        )
    if text.startswith("arn:") or "://" in text:
        return _of_arn_or_url(text, account)
    if account is not None:
        found = [_named(text, account)]
        if _account_and_role(text) is not None and not _is_path(text, known):
            raise _two_accounts(text, account)
    else:
        found = _readings(text, known)
    if len(found) > 1:
        ways = "; or ".join(str(one) for one in found)
        raise InvalidRequest(
            f"The role {text!r} is ambiguous, for more than one is known by it. Type the one that "
            f"is meant: {ways}"
        )
    if found[0].role_name is not None:
        parse_role_name(found[0].role_name, found[0].account)
    return found[0]


def _of_arn_or_url(text: str, account: Optional[str]) -> Spelling:
    if text.startswith("arn:"):
        parse_role_arn(text)
        found = Spelling(role_arn=text)
    else:
        name, owner, partition = read_switch_role_url(text)
        role = parse_role_name(name, owner)
        found = Spelling(role_name=name, account=owner)
        if partition is not None and role.account_id is not None:
            found = Spelling(role_arn=role.completed(partition, role.account_id).arn)
    if account is not None:
        raise _two_accounts(str(found), account)
    return found


def _readings(text: str, known: Known) -> list[Spelling]:
    """Answer all meanings, in the order in which they are tried where there is one alone."""
    found = []
    pair = _account_and_role(text)
    if pair is not None and (not _is_path(text, known) or pair[0] in known.accounts):
        found.append(_named(pair[1], pair[0]))
        if pair[1].startswith("role/"):
            # The end of an ARN, or a role with the path /role/.
            found.append(_named(pair[1][len("role/") :], pair[0]))
    if text in known.role_profiles:
        found.append(Spelling(profile=text))
    if not found or _is_a_role_too(text, known):
        found.append(_named(text))
    return found


def _account_and_role(text: str) -> Optional[tuple[str, str]]:
    """Answer the halves of ``ACCOUNT:role`` or ``ACCOUNT/role``; a slash in front begins a path."""
    if text.startswith("/"):
        return None
    for separator in (":", "/"):
        account, found, role = text.partition(separator)
        if found:
            return account, role
    return None


def _is_path(text: str, known: Known) -> bool:
    """Tell whether the halves of a word may be a role's path and name."""
    first = text.partition("/")[0]
    return ":" not in text and not ACCOUNT_ID.fullmatch(first)


def _is_a_role_too(text: str, known: Known) -> bool:
    """Tell whether a role is known that a word which means something else would name."""
    if ":" in text:
        return False
    first, slash, _ = text.partition("/")
    if slash and first in known.accounts and any(r.startswith(f"{first}/") for r in known.roles):
        return True
    own = known.role_profiles.get(text)
    return own is not None and own != text and text in known.roles


def _named(name: str, account: Optional[str] = None) -> Spelling:
    return Spelling(role_name=name, account=account)


def _two_accounts(text: str, account: str) -> InvalidRequest:
    return InvalidRequest(
        f"--account-id '{account}' goes with the name of a role, and {text!r} names its account "
        "itself: leave one of them out"
    )
