"""Select the accounts of ``--accounts``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Iterable, Optional, Sequence

from awscli_assume.errors import InvalidRequest
from awscli_assume.host import CLI_NAME
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import ParsedArgs
from awscli_assume.model.printable import printable_line
from awscli_assume.model.request.role_specifier import similar_names
from awscli_assume.model.targets.account import TargetAccount
from awscli_assume.model.targets.exclusions import Found, completed, select, shown
from awscli_assume.model.targets.expressions import (
    ALL,
    ID,
    IDENTITY_CENTER,
    NAME,
    PROFILES,
    TAG,
    UNIT,
    Expression,
    has_tag,
    matches,
    values_of_tag,
)
from awscli_assume.profiles.cache.organization import cached_names
from awscli_assume.profiles.known_names import account_ids
from awscli_assume.workflow.targets.organization import (
    Listing,
    organization_listing,
    source_account,
)
from awscli_assume.workflow.targets.sources import (
    account_before,
    of_identity_center,
    of_profiles,
    read_expressions,
)


@dataclass(frozen=True)
class SelectedAccounts:
    """The accounts in the order of their selection, and a sentence for each kind left out."""

    accounts: tuple[TargetAccount, ...]
    notes: tuple[str, ...] = ()


def select_accounts(context: CommandContext, parsed_args: ParsedArgs) -> SelectedAccounts:
    """Return the accounts that ``--accounts`` selects.

    Calls AWS only for expressions that need it: IDs need no call. Raises InvalidRequest for an
    unknown or ambiguous name, or if nothing is selected, InvalidConfiguration if the caller may
    not list the organization, and botocore's exceptions.
    """
    expressions = read_expressions(parsed_args.accounts, context.environment)
    notes: list[str] = []
    found = _without_organization(context, parsed_args, expressions, notes)
    own: Optional[str] = None
    if len(found) < len(expressions):
        profile = parsed_args.organization_profile
        own, is_source = account_before(parsed_args)
        if is_source and profile is not None:
            own = source_account(context)
        with organization_listing(context, profile, parsed_args.no_cache) as listing:
            found = _in_organization(listing, expressions, found, notes)
        if is_source and profile is None:
            own = listing.account_id
    else:
        found = _with_cached_names(found)
    accounts = select(expressions, found, own, notes)
    return SelectedAccounts(tuple(accounts), tuple(f"{note}." for note in notes))


def _without_organization(
    context: CommandContext,
    parsed_args: ParsedArgs,
    expressions: Sequence[Expression],
    notes: list[str],
) -> Found:
    """Return the accounts of the expressions that need no organization."""
    found: Found = {}
    for one in expressions:
        if one.kind == ID:
            found[one] = [TargetAccount(one.value)]
        elif one.kind == PROFILES:
            found[one] = of_profiles(context, one)
        elif one.kind == IDENTITY_CENTER:
            found[one], failures = of_identity_center(context, parsed_args, one.is_excluded)
            notes += failures
    known = [account for accounts in found.values() for account in accounts]
    profiles = context.session.full_config["profiles"]
    for one in expressions:
        if one.kind == NAME and not one.is_group:
            ids = account_ids(profiles, one.value)
            accounts = [TargetAccount(account_id, one.value) for account_id in ids]
            accounts += [account for account in known if _has_name(account, one)]
            if accounts:
                found[one] = accounts
                _check_unambiguous(one, accounts)
    return found


def _with_cached_names(found: Found) -> Found:
    """Return the accounts with the names that cached lists have: IDs need no call for that."""
    names = cached_names()
    return {
        one: [
            account
            if account.name
            else replace(account, name=printable_line(names.get(account.account_id, "")))
            for account in accounts
        ]
        for one, accounts in found.items()
    }


def _in_organization(
    listing: Listing, expressions: Sequence[Expression], known: Found, notes: list[str]
) -> Found:
    """Return the accounts of all expressions. What a cached list lacks is listed again."""
    before = list(notes)
    try:
        return _listed(listing, expressions, known, notes)
    except InvalidRequest:
        # A new account or unit is not in the cache.
        if not listing.refresh():
            raise
        notes[:] = before
        return _listed(listing, expressions, known, notes)


def _listed(
    listing: Listing, expressions: Sequence[Expression], known: Found, notes: list[str]
) -> Found:
    """Return the accounts of all expressions, with what the organization knows of them."""
    found = dict(known)
    # Names that are known are compared with everything that is listed. The tags of accounts that
    # are not selected need not be known to exclude some.
    for one in sorted(
        expressions, key=lambda one: (one.is_excluded and one.kind == TAG, one in known)
    ):
        if one.kind == ALL:
            found[one] = listing.all()
        elif one.kind == UNIT:
            found[one] = listing.below(one.value)
        elif one.kind == TAG:
            candidates = _selected(found) if one.is_excluded else listing.all()
            found[one] = _tagged(listing, one, candidates, notes)
        elif one.kind == NAME:
            found[one] = _named(listing, one, known.get(one, []))
    if not listing.knows_states:
        notes.append(
            f"{CLI_NAME} does not receive the states of accounts, so suspended accounts were not "
            "left out"
        )
    all_known = listing.found.accounts
    return {
        one: [
            completed(account, all_known.get(account.account_id))
            for account in (sorted(accounts, key=_order) if one.is_group else accounts)
        ]
        for one, accounts in found.items()
    }


def _order(account: TargetAccount) -> tuple[str, str]:
    """Return the order of accounts that are not named one by one, on all hosts."""
    return account.name.casefold(), account.account_id


def _selected(found: Found) -> list[TargetAccount]:
    """Return the accounts that are selected and not excluded so far, each once."""
    out = {
        account.account_id
        for one, accounts in found.items()
        if one.is_excluded and one.kind != PROFILES
        for account in accounts
    }
    selected = {
        account.account_id: account
        for one, accounts in found.items()
        if not one.is_excluded
        for account in accounts
    }
    return [account for account_id, account in selected.items() if account_id not in out]


def _tagged(
    listing: Listing, expression: Expression, candidates: Sequence[TargetAccount], notes: list[str]
) -> list[TargetAccount]:
    active = [one for one in candidates if one.is_usable]
    tags = listing.tags(active)
    chosen = [one for one in active if has_tag(expression.value, tags[one.account_id])]
    if not chosen:
        values = values_of_tag(expression.value, (tags[one.account_id] for one in active))
        key = expression.value.partition("=")[0]
        if values:
            notes.append(f"The values of the tag '{printable_line(key)}' are: {shown(values)}")
        else:
            notes.append(f"No account has the tag '{printable_line(key)}'")
    return chosen


def _named(
    listing: Listing, expression: Expression, known: Sequence[TargetAccount]
) -> list[TargetAccount]:
    """Return the accounts of a name. If it is known otherwise, only what was listed counts, too.

    Raises InvalidRequest for a name that no account has or, without ``*``, several have.
    """
    accounts = listing.found.accounts.values() if known else listing.all()
    found = [*known, *(one for one in accounts if _has_name(one, expression))]
    if not found:
        names = sorted({one.name for one in accounts if one.name})
        near = similar_names(expression.value, names)
        hint = f" Similar names: {', '.join(near)}." if near else ""
        raise InvalidRequest(
            f"No account of the organization has the name '{printable_line(expression.value)}'."
            f"{hint} To see all accounts: aws assume each --accounts all --list"
        )
    if not expression.is_group:
        _check_unambiguous(expression, found)
    return found


def _check_unambiguous(expression: Expression, accounts: Iterable[TargetAccount]) -> None:
    ids = sorted({one.account_id for one in accounts})
    if len(ids) > 1:
        prefix = "not:" if expression.is_excluded else ""
        options = "; or ".join(f"--accounts {prefix}{one}" for one in ids)
        raise InvalidRequest(
            f"Several accounts have the name '{printable_line(expression.value)}'. Type the ID in "
            f"place of it: {options}"
        )


def _has_name(account: TargetAccount, expression: Expression) -> bool:
    name, wanted = account.name.casefold(), expression.value.casefold()
    return matches(wanted, name) if expression.is_group else bool(name) and name == wanted
