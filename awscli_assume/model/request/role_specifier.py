"""ROLE: a role specifier, and the options that it means.

A specifier that is ambiguous is an error that lists all its meanings.
Sources for the switch-role URL: IAM User Guide, "Grant a user permissions to switch
roles" and "Switch from a user to an IAM role (console)".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Iterable, Mapping, Optional
from urllib.parse import SplitResult, parse_qsl, urlsplit

from awscli_assume.errors import AmbiguousRole, InvalidRequest
from awscli_assume.model.accounts import ACCOUNT_ID
from awscli_assume.model.arns import parse_role_arn, parse_role_name
from awscli_assume.model.printable import option

# A role ARN has at most 2048 characters.
_LENGTH_MAX = 4096
_SIMILAR_MAX = 3
# The ratio of difflib: one letter in six may differ, or two letters changed places.
_SIMILAR_RATIO = 0.75
SWITCH_ROLE_URL = "https://signin.aws.amazon.com/switchrole?roleName=NAME&account=ID"
# The partition of a domain of the console's sign-in.
_PARTITIONS = {
    "aws.amazon.com": "aws",
    "amazonaws.cn": "aws-cn",
    "amazonaws-us-gov.com": "aws-us-gov",
    "amazonaws-eusc.eu": "aws-eusc",
}


def similar_names(name: str, names: Iterable[str]) -> list[str]:
    """Return at most three names that are similar to a name, the most similar first."""
    by_name = {one.lower(): one for one in names if one != name}
    found = get_close_matches(name.lower(), by_name, _SIMILAR_MAX, _SIMILAR_RATIO)
    return [by_name[one] for one in found]


@dataclass(frozen=True)
class KnownNames:
    """The names in the configuration that a role specifier may refer to.

    ``role_profiles`` are the profiles that name a role, with the role's path and name
    (without a slash before it); ``accounts`` the names of accounts, casefolded;
    ``roles`` the names of all roles that profiles have.
    """

    role_profiles: Mapping[str, str] = field(default_factory=dict)
    accounts: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class RoleOptions:
    """One meaning of a role specifier, as options. ``account`` is an ID or a name."""

    role_arn: Optional[str] = None
    role_name: Optional[str] = None
    account: Optional[str] = None
    profile: Optional[str] = None

    def __str__(self) -> str:
        options = [
            ("--profile", self.profile),
            ("--role-arn", self.role_arn),
            ("--role-name", self.role_name),
            ("--account-id", self.account),
        ]
        return " ".join(option(name, value) for name, value in options if value)


def parse_role_specifier(
    text: str, known: KnownNames, account: Optional[str] = None
) -> RoleOptions:
    """Return the meaning of an ARN, ``ACCOUNT:role``, a URL, a profile or a role name.

    ``account`` is the value of ``--account-id``, which goes with a role name only.
    Raises InvalidRequest.
    """
    if not text.isprintable() or len(text) > _LENGTH_MAX:
        raise InvalidRequest(
            f"Invalid role {text[:64]!r}: it must be one line of at most {_LENGTH_MAX} characters "
            "without control characters. Try: --role-name my-iam-role"
        )
    if text.startswith("arn:") or "://" in text:
        return _of_arn_or_url(text, account)
    if account is not None:
        if _has_account(text):
            raise _two_accounts(text, account)
        found = [_named(text, account)]
    else:
        found = _meanings(text, known)
    if len(found) > 1:
        raise AmbiguousRole(text, [str(one) for one in found])
    if found[0].role_name is not None:
        parse_role_name(found[0].role_name, found[0].account)
    return found[0]


def _of_arn_or_url(text: str, account: Optional[str]) -> RoleOptions:
    if text.startswith("arn:"):
        parse_role_arn(text)
        found = RoleOptions(role_arn=text)
    else:
        name, owner, partition = parse_switch_role_url(text)
        role = parse_role_name(name, owner)
        found = RoleOptions(role_name=name, account=owner)
        if partition is not None and role.account_id is not None:
            found = RoleOptions(role_arn=role.completed(partition, role.account_id).arn)
    if account is not None:
        raise _two_accounts(str(found), account)
    return found


def _meanings(text: str, known: KnownNames) -> list[RoleOptions]:
    """Return the meanings that the configuration confirms, else those that are valid."""
    found = [RoleOptions(profile=text)] if text in known.role_profiles else []
    account, role = _account_and_role(text)
    if account and (_has_account(text) or account.casefold() in known.accounts):
        found.append(_named(role, account))
        if role.startswith("role/"):
            # Either the end of an ARN, or a role with the path /role/.
            found.append(_named(role[len("role/") :], account))
    if _is_known_role(text, known):
        found.append(_named(text))
    if not found:
        # It may be an account and a role, or a path and a name.
        both = [_named(role, account), _named(text)] if account else [_named(text)]
        found = [one for one in both if _is_valid(one)] or [_named(text)]
    return found


def confirmed_meanings(
    text: str, known: KnownNames, accounts: Iterable[str] = ()
) -> list[RoleOptions]:
    """Return the meanings as an IAM role that is in the configuration.

    ``accounts`` are the accounts of the specifier in which the configuration has the role.
    """
    found = [RoleOptions(profile=text)] if text in known.role_profiles else []
    _, role = _account_and_role(text)
    found += [_named(role, one) for one in accounts]
    return [*found, _named(text)] if _is_known_role(text, known) else found


def _account_and_role(text: str) -> tuple[str, str]:
    """Return the parts of ``ACCOUNT:role`` or ``ACCOUNT/role``, or two empty texts."""
    account, found, role = text.partition(":" if ":" in text else "/")
    return (account, role) if found and role else ("", "")


def _has_account(text: str) -> bool:
    """Return whether the specifier can't be a path and a name."""
    account, _ = _account_and_role(text)
    return ":" in text or ACCOUNT_ID.fullmatch(account) is not None


def _is_known_role(text: str, known: KnownNames) -> bool:
    """Return whether the configuration has the role, or another role with its path."""
    if _has_account(text):
        return False
    path, slash, _ = text.rpartition("/")
    if slash and any(role.startswith(f"{path}/") for role in known.roles):
        return True
    return text in known.roles and known.role_profiles.get(text) != text


def _is_valid(one: RoleOptions) -> bool:
    try:
        parse_role_name(one.role_name or "", one.account)
    except InvalidRequest:
        return False
    return True


def _named(name: str, account: Optional[str] = None) -> RoleOptions:
    return RoleOptions(role_name=name, account=account)


def _two_accounts(text: str, account: str) -> InvalidRequest:
    return InvalidRequest(
        f"--account-id '{account}' goes with a role name, and {text!r} already names an account: "
        "leave one of them out"
    )


def parse_switch_role_url(text: str) -> tuple[str, str, Optional[str]]:
    """Return the role name, account (ID or name) and partition of a URL. Raises InvalidRequest.

    The partition is None if the host does not determine it. The URL is never called. No
    message shows its query, which is a credential in other sign-in URLs.
    """
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        raise _url_error("(…)", "it is not a URL") from None
    shown = f"{parts.scheme}://{host}{parts.path}"
    is_switch = parts.path.rstrip("/") == "/switchrole" and "signin" in host.split(".")
    if parts.scheme != "https" or not is_switch:
        raise _url_error(shown, "it is not the switch-role URL of the console")
    role_name = _only(parts, "roleName", shown)
    account = _only(parts, "account", shown)
    partitions = [one for domain, one in _PARTITIONS.items() if host.endswith(f".{domain}")]
    return role_name, account, partitions[0] if partitions else None


def _only(parts: SplitResult, name: str, shown: str) -> str:
    found = [value for key, value in parse_qsl(parts.query, keep_blank_values=True) if key == name]
    if len(found) != 1 or not found[0]:
        raise _url_error(shown, f"it must have one {name}")
    return found[0]


def _url_error(shown: str, why: str) -> InvalidRequest:
    return InvalidRequest(
        f"Invalid role URL {shown!r}: {why}. It must have the form {SWITCH_ROLE_URL}"
    )
