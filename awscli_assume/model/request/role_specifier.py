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
from awscli_assume.model.arns import parse_role_arn, parse_role_name
from awscli_assume.model.switch_role_url import read_switch_role_url

# A role ARN has 2048 characters at most.
_MOST = 4096


@dataclass(frozen=True)
class Known:
    """What is configured: what a word may mean beside the name of a role.

    ``role_profiles`` holds the profiles that name a role and its name, with its
    path and without a slash before it; ``accounts`` the names of accounts, casefolded;
    ``roles`` the names of all roles that any profile holds.
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
    """Return the one meaning of a word: ARN, ``ACCOUNT:role``, URL, profile, role name.

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
        if _has_its_account(text):
            raise _two_accounts(text, account)
        found = [_named(text, account)]
    else:
        found = _readings(text, known)
    if len(found) > 1:
        ways = "; or ".join(str(one) for one in found)
        raise InvalidRequest(
            f"The role {text!r} is ambiguous. Type what is meant in place of it: {ways}"
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
    """Return all meanings that something speaks for; one that nothing speaks for is a name's."""
    found = [Spelling(profile=text)] if text in known.role_profiles else []
    account, role = _account_and_role(text)
    if account and (_has_its_account(text) or account.casefold() in known.accounts):
        found.append(_named(role, account))
        if role.startswith("role/"):
            # The end of an ARN, or a role with the path /role/.
            found.append(_named(role[len("role/") :], account))
    if _is_a_role_too(text, known):
        found.append(_named(text))
    if not found:
        # Account and role as well as path and name.
        both = [_named(role, account), _named(text)] if account else [_named(text)]
        found = [one for one in both if _is_valid(one)] or [_named(text)]
    return found


def _account_and_role(text: str) -> tuple[str, str]:
    """Return the halves of ``ACCOUNT:role`` or ``ACCOUNT/role``; a path begins with a slash."""
    account, found, role = text.partition(":" if ":" in text else "/")
    return (account, role) if found and role else ("", "")


def _has_its_account(text: str) -> bool:
    """Return whether a word can't be a path and a name."""
    account, _ = _account_and_role(text)
    return ":" in text or ACCOUNT_ID.fullmatch(account) is not None


def _is_a_role_too(text: str, known: Known) -> bool:
    """Return whether a role is known that the word names, alone or by its path."""
    if _has_its_account(text):
        return False
    path, slash, _ = text.rpartition("/")
    if slash and any(role.startswith(f"{path}/") for role in known.roles):
        return True
    return text in known.roles and known.role_profiles.get(text) != text


def _is_valid(one: Spelling) -> bool:
    try:
        parse_role_name(one.role_name or "", one.account)
    except InvalidRequest:
        return False
    return True


def _named(name: str, account: Optional[str] = None) -> Spelling:
    return Spelling(role_name=name, account=account)


def _two_accounts(text: str, account: str) -> InvalidRequest:
    return InvalidRequest(
        f"--account-id '{account}' goes with the name of a role, and {text!r} names its account "
        "itself: leave one of them out"
    )
