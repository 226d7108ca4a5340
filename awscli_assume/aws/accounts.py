"""Account IDs by account alias (IAM) or account name (AWS Organizations), with a cache."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Callable, Optional

from awscli_assume.aws.optional_call import CallUnavailable, error_code, optional_call
from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.files.private_folder import JsonCache, digest
from awscli_assume.host import (
    BotoCoreError,
    ClientError,
    NoRegionError,
    ResponseParserError,
    cache_folder,
)
from awscli_assume.host.protocols import IamClient, OrganizationsClient
from awscli_assume.model.accounts import ACCOUNT_ID

LOG = logging.getLogger("awscli.assume.accounts")

# IAM API reference, "CreateAccountAlias".
_ALIAS = re.compile(r"(?=.{3,63}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_ERRORS = (ClientError, BotoCoreError, ResponseParserError, KeyError, TypeError, ValueError)
# Accounts can be renamed: look a name up again after a day.
_FRESH_SECONDS = 24 * 3600


@dataclass(frozen=True)
class AccountLookup:
    """The result of looking up one account name.

    ``ids`` are the accounts of that name, ``other_names`` the names of all other
    accounts. ``failures`` has each operation that was called, with the reason of its
    failure ("was refused (AccessDenied)"), or None if it succeeded.
    """

    ids: tuple[str, ...]
    other_names: tuple[str, ...]
    failures: dict[str, Optional[str]]


@dataclass(frozen=True)
class AccountClients:
    """Makers of the clients that look names up, and of the caller's account ID."""

    iam: Callable[[], IamClient]
    organizations: Callable[[], OrganizationsClient]
    caller_account: Callable[[], str]


def look_up_account(name: str, clients: AccountClients) -> AccountLookup:
    """Look an account up by its alias, then by its name among all active accounts.

    The comparison ignores case. Calls iam:ListAccountAliases, and
    organizations:ListAccounts where that did not find the account. Raises
    NoRegionError, and what ``caller_account`` raises.
    """
    wanted = name.casefold()
    failures: dict[str, Optional[str]] = {}
    aliases: list[str] = []
    if _ALIAS.fullmatch(wanted):
        aliases, failures["iam:ListAccountAliases"] = _list(lambda: _aliases(clients.iam()))
        if wanted in aliases:
            return AccountLookup((clients.caller_account(),), (), failures)
    accounts, failures["organizations:ListAccounts"] = _list(
        lambda: _accounts(clients.organizations())
    )
    ids = {account_id for account_id, found in accounts if found.casefold() == wanted}
    names = (*aliases, *(found for _, found in accounts))
    return AccountLookup(tuple(sorted(ids)), names, failures)


def get_organization_id(client: OrganizationsClient) -> str:
    """Return the ID of the caller's organization (DescribeOrganization), empty without one.

    Any account of an organization may call it. Raises CallUnavailable.
    """
    try:
        with optional_call("organizations:DescribeOrganization"):
            return str(client.describe_organization()["Organization"]["Id"])
    except CallUnavailable as error:
        if error.code == "AWSOrganizationsNotInUseException":
            return ""
        raise


def _list(call: Callable[[], list[Any]]) -> tuple[list[Any], Optional[str]]:
    """Return the list of a call, or an empty list and the reason. Raises NoRegionError."""
    try:
        with credentials_redacted():
            return call(), None
    except NoRegionError:
        # No request was sent, and STS is going to need a region as well.
        raise
    except _ERRORS as error:
        LOG.debug("Account names could not be listed: %s", type(error).__name__)
        if isinstance(error, ClientError):
            return [], f"was refused ({error_code(error)})"
        return [], f"failed ({type(error).__name__})"


def _aliases(iam: IamClient) -> list[str]:
    # An account has at most one (IAM API reference, "ListAccountAliases").
    return [str(alias) for alias in iam.list_account_aliases()["AccountAliases"]]


def _accounts(organizations: OrganizationsClient) -> list[tuple[str, str]]:
    """Return ID and name of all active accounts."""
    return [
        (account["Id"], str(account["Name"]))
        for page in organizations.get_paginator("list_accounts").paginate()
        for account in page["Accounts"]
        # State replaces Status; an old AWS CLI may have neither (API reference, "Account").
        if account.get("State", account.get("Status")) in (None, "ACTIVE")
        and ACCOUNT_ID.fullmatch(account["Id"])
    ]


@dataclass(frozen=True)
class CachedAccount:
    """An account ID, and when its name was looked up (aware UTC)."""

    account_id: str
    at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Return whether the name need not be looked up again."""
        return 0 <= (now - self.at).total_seconds() < _FRESH_SECONDS


class AccountCache:
    """Account IDs by source and account name.

    Each name has a file of mode 0600 in the CLI's cache folder. The file's name is a
    digest of source and account name. It holds no credentials. Old entries stay, for
    use when a look-up fails.
    """

    def __init__(self, folder: Optional[str] = None) -> None:
        self._cache = JsonCache(folder or cache_folder("assume-accounts"))

    def load(self, scope: str, name: str) -> Optional[CachedAccount]:
        """Return the entry of a name, however old, or None."""
        found = self._cache.load(_file_name(scope, name))
        account_id, at = found.get("AccountId"), found.get("At")
        if not (isinstance(account_id, str) and ACCOUNT_ID.fullmatch(account_id)):
            return None
        if not isinstance(at, (int, float)):
            return None
        try:
            return CachedAccount(account_id, datetime.fromtimestamp(at, timezone.utc))
        except (ValueError, OverflowError, OSError):
            return None

    def store(self, scope: str, name: str, account_id: str, now: datetime) -> None:
        """Store the ID of a name. A file that can't be written is no error."""
        values = {"Name": name, "AccountId": account_id, "At": int(now.timestamp())}
        self._cache.store(_file_name(scope, name), values)

    def forget(self, scope: str, name: str) -> None:
        """Delete the entry of a name."""
        self._cache.remove(_file_name(scope, name))


def _file_name(scope: str, name: str) -> str:
    return digest(f"{scope}\n\n{name.casefold()}") + ".json"
