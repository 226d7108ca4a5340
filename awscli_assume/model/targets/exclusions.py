"""Choose from the accounts of all expressions those to run in, and say which are left out."""

from __future__ import annotations

from dataclasses import replace
from typing import Optional, Sequence

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.printable import printable_line
from awscli_assume.model.targets.account import TargetAccount
from awscli_assume.model.targets.expressions import PROFILES, Expression, matches

# How many accounts or values a sentence names.
_SHOWN_MAX = 5
Found = dict[Expression, list[TargetAccount]]


def completed(account: TargetAccount, known: Optional[TargetAccount]) -> TargetAccount:
    """Return an account with what is known of it elsewhere."""
    if known is None:
        return account
    return replace(
        account,
        name=known.name or account.name,
        state=account.state or known.state,
        ou_ids=account.ou_ids or known.ou_ids,
        sso_session=account.sso_session or known.sso_session,
    )


def select(
    expressions: Sequence[Expression], found: Found, own: Optional[str], notes: list[str]
) -> list[TargetAccount]:
    """Return the accounts of all expressions that are not excluded, each once.

    ``notes`` gets a sentence, without a full stop, for each kind left out. The caller's account
    ``own`` has to be named: the role that AWS Organizations creates in member accounts is not in
    the management account. Raises InvalidRequest if nothing is selected.
    """
    included = [one for one in expressions if not one.is_excluded]
    targets: dict[tuple[str, Optional[str]], TargetAccount] = {}
    for one in included:
        for account in found[one]:
            key = (account.account_id, account.profile)
            targets[key] = completed(account, targets.get(key))
    notes += [
        f"'{printable_line(one.text)}' has no accounts" for one in included if not found[one]
    ]
    accounts = _without_excluded(list(targets.values()), expressions, found, notes)
    named = {account.account_id for one in included if not one.is_group for account in found[one]}
    if own is not None and own not in named:
        accounts = _without_own(accounts, own, notes)
    accounts = _without_inactive(accounts, notes)
    if not accounts:
        texts = " ".join(one.label for one in expressions[:_SHOWN_MAX])
        raise InvalidRequest(". ".join([f"--accounts {texts} selects no account", *notes]))
    return accounts


def _without_excluded(
    accounts: Sequence[TargetAccount],
    expressions: Sequence[Expression],
    found: Found,
    notes: list[str],
) -> list[TargetAccount]:
    left = list(accounts)
    for expression in expressions:
        if not expression.is_excluded:
            continue
        ids = {one.account_id for one in found[expression]}
        if not any(_is_excluded(one, expression, ids) for one in accounts):
            notes.append(f"'{expression.label}' excludes no account")
        left = [one for one in left if not _is_excluded(one, expression, ids)]
    return left


def _is_excluded(account: TargetAccount, expression: Expression, ids: set[str]) -> bool:
    if expression.kind == PROFILES and account.profile is not None:
        return matches(expression.value, account.profile)
    return account.account_id in ids


def _without_own(
    accounts: Sequence[TargetAccount], own: str, notes: list[str]
) -> list[TargetAccount]:
    left = [one for one in accounts if one.account_id != own]
    if len(left) < len(accounts):
        account = next(one for one in accounts if one.account_id == own)
        notes.append(
            f"The caller's own account {account.label} was left out. To include it, add its ID to "
            "--accounts"
        )
    return left


def _without_inactive(accounts: Sequence[TargetAccount], notes: list[str]) -> list[TargetAccount]:
    out = [one for one in accounts if not one.is_usable]
    if out:
        what = (
            "account is not active and was left out"
            if len(out) == 1
            else "accounts are not active and were left out"
        )
        names = shown([f"{one.label} {one.state}" for one in out])
        notes.append(f"{len(out)} {what}: {names}")
    return [one for one in accounts if one.is_usable]


def shown(texts: Sequence[str]) -> str:
    """Return the first texts, and how many more there are."""
    more = len(texts) - _SHOWN_MAX
    end = f" and {more} more" if more > 0 else ""
    return ", ".join(map(printable_line, texts[:_SHOWN_MAX])) + end
