"""The id of an account by its name: from IAM by its alias, from AWS Organizations by its name."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import Any, Callable, Optional

from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.host import BotoCoreError, ClientError, NoRegionError, ResponseParserError
from awscli_assume.model.accounts import ACCOUNT_ID

LOG = logging.getLogger("awscli.assume.accounts")

# IAM API reference, "CreateAccountAlias".
_ALIAS = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_ALIAS_LEAST, _ALIAS_MOST = 3, 63
_ERRORS = (ClientError, BotoCoreError, ResponseParserError, KeyError, TypeError, ValueError)


@dataclass(frozen=True)
class Lookup:
    """What a look-up of one name brought.

    ``ids`` are the accounts of that name, ``names`` those of all others that were
    seen, ``refused`` says of each operation that was asked how it did not answer
    ("was refused (AccessDenied)"), None of one that did.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    refused: dict[str, Optional[str]]


@dataclass(frozen=True)
class Directory:
    """Where names are looked up: clients, made when they are needed, and the caller's account."""

    iam: Callable[[], Any]
    organizations: Callable[[], Any]
    caller_account: Callable[[], str]


def look_up(name: str, directory: Directory) -> Lookup:
    """Look an account up, whatever the case of its name: by alias, then among all active accounts.

    Calls iam:ListAccountAliases, and organizations:ListAccounts where that has
    not brought it. Raises what ``caller_account`` raises.
    """
    wanted = name.casefold()
    refused: dict[str, Optional[str]] = {}
    names: list[str] = []
    if _ALIAS.fullmatch(wanted) and _ALIAS_LEAST <= len(wanted) <= _ALIAS_MOST:
        aliases, why = _asked(lambda: _aliases(directory.iam()))
        refused["iam:ListAccountAliases"] = why
        if wanted in aliases:
            return Lookup((directory.caller_account(),), (), refused)
        names += aliases
    accounts, why = _asked(lambda: _accounts(directory.organizations()))
    refused["organizations:ListAccounts"] = why
    ids = {account_id for account_id, own in accounts if own.casefold() == wanted}
    names += [own for _, own in accounts]
    return Lookup(tuple(sorted(ids)), tuple(names), refused)


def _asked(ask: Callable[[], list[Any]]) -> tuple[list[Any], Optional[str]]:
    """Return what was answered, and why nothing was. Raises NoRegionError."""
    try:
        with credentials_redacted():
            return ask(), None
    except NoRegionError:
        # Nobody was asked, and STS is going to need a region as well.
        raise
    except _ERRORS as error:
        LOG.debug("An account name could not be looked up: %s", type(error).__name__)
        if isinstance(error, ClientError):
            code = error.response.get("Error", {}).get("Code", "")
            return [], f"was refused ({code})"
        return [], f"failed ({type(error).__name__})"


def _aliases(iam: Any) -> list[str]:
    # An account has one at most (IAM API reference, "ListAccountAliases").
    return [str(alias) for alias in iam.list_account_aliases()["AccountAliases"]]


def _accounts(organizations: Any) -> list[tuple[str, str]]:
    """Return id and name of all active accounts."""
    return [
        (account["Id"], str(account["Name"]))
        for page in organizations.get_paginator("list_accounts").paginate()
        for account in page["Accounts"]
        # State is the newer one; an older host may see neither (API reference, "Account").
        if account.get("State", account.get("Status")) in (None, "ACTIVE")
        and ACCOUNT_ID.fullmatch(account["Id"])
    ]
