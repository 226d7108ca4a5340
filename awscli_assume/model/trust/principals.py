"""The principals of a statement, and whether the caller is one of them.

Source: IAM User Guide, "AWS JSON policy elements: Principal" and "… NotPrincipal".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional

from awscli_assume.model.trust.callers import (
    OF_AN_ACCOUNT,
    PROVIDER,
    ROLE_SESSION,
    ROOT,
    SERVICE,
    Caller,
)
from awscli_assume.model.trust.document import EVERYONE, Statement
from awscli_assume.model.trust.values import Finding, any_holds

_ACCOUNT = re.compile(r"(?:arn:(?P<partition>aws[a-z-]*):iam::)?(?P<id>\d{12})(?P<root>:root)?")
# IAM User Guide, "IAM identifiers", unique ID prefixes.
_UNIQUE_ID = re.compile(r"(?P<prefix>A[A-Z]{3})[A-Z0-9]{10,}")
_DELETED = {"AIDA": "a deleted user", "AROA": "a deleted role"}
_NAMED = re.compile(
    r"arn:aws[a-z-]*:(?:iam::\d{12}:(?:user|role)|sts::\d{12}:(?:assumed-role|federated-user))/.+"
)


@dataclass(frozen=True)
class Match(Finding):
    """Whether a statement names the caller, and how.

    ``is_direct`` is False if it names the caller's account only. ``is_exact`` is True
    if it names the user or the session by its ARN, and None for everyone.
    """

    is_direct: bool = False
    is_exact: Optional[bool] = False


def match(statement: Statement, caller: Caller) -> Match:
    """Return whether a statement names the caller."""
    if not statement.principals:
        return Match(None, "what a statement without a principal means is not documented")
    if statement.is_not_principal:
        return _except(statement.principals, caller)
    found = [_one(kind, text, caller) for kind, text in statement.principals]
    for wanted in (True, None):
        same = [one for one in found if one.holds is wanted]
        if same:
            return Match(
                wanted,
                same[0].reason,
                any(one.is_direct for one in same),
                any_holds(one.is_exact for one in same),
            )
    names = ", ".join(text for _, text in statement.principals)
    reasons = "".join(f"; {one.reason}" for one in found if one.reason)
    return Match(False, f"its principal is {names} and not {caller.name}{reasons}")


def _one(kind: str, text: str, caller: Caller) -> Match:
    if (kind, text) == EVERYONE:
        return Match(True, is_direct=True, is_exact=None)
    if kind == "AWS":
        return _of_aws(text, caller)
    if kind not in ("Service", "Federated"):
        return Match(None, f"a principal of the kind {kind} is not known in a trust policy")
    is_kind = caller.kind == (SERVICE if kind == "Service" else PROVIDER)
    if text == "*" and is_kind:
        return Match(None, f"what * means as a principal of the kind {kind} is not documented")
    return Match(is_kind and text == caller.name, is_direct=True)


def _of_aws(text: str, caller: Caller) -> Match:
    if text == "*":
        if caller.kind in OF_AN_ACCOUNT:
            return Match(True, is_direct=True, is_exact=None)
        return Match(None, f"whether the AWS principal * is any {caller.kind} is not documented")
    if caller.kind not in OF_AN_ACCOUNT:
        return Match(False)
    account = _ACCOUNT.fullmatch(text)
    if account and (account["partition"] is None) == (account["root"] is None):
        in_partition = account["partition"] in (None, caller.partition)
        return Match(in_partition and account["id"] == caller.account_id)
    deleted = _UNIQUE_ID.fullmatch(text)
    if deleted:
        return _by_unique_id(text, deleted["prefix"], caller)
    if "*" in text or "?" in text:
        return Match(False, f"a wildcard inside a principal, as in {text}, matches nobody")
    if not _NAMED.fullmatch(text):
        return Match(None, f"the principal {text} has no form that IAM documents")
    is_exact = text == caller.name
    return Match(is_exact or caller.is_role(text), is_direct=True, is_exact=is_exact)


def _by_unique_id(text: str, prefix: str, caller: Caller) -> Match:
    """Compare with the caller's ID: IAM replaces the ARN of a deleted principal by its ID."""
    if caller.user_id is None:
        return Match(None, f"the caller's unique ID, to compare with {text}, is not known")
    is_caller = caller.user_id.partition(":")[0] == text
    what = _DELETED.get(prefix, "a deleted principal")
    return Match(is_caller, "" if is_caller else f"{text} is {what}", is_direct=True)


def _except(listed: tuple[tuple[str, str], ...], caller: Caller) -> Match:
    """Match a NotPrincipal, which is about everyone except the principals listed.

    To except a caller, the guide asks for the account, the role and the session. If
    only some of them are listed, the guide says "might": the result is not known.
    """
    if EVERYONE in listed or ("AWS", "*") in listed:
        return Match(False, "its NotPrincipal is everyone")
    found = [_one(kind, text, caller) for kind, text in listed]
    names = {text for (_, text), one in zip(listed, found) if one.holds}
    if any(one.holds is None for one in found):
        return Match(None, next(one.reason for one in found if one.holds is None))
    is_other = caller.kind in OF_AN_ACCOUNT and caller.kind != ROOT
    if not any(caller.name == name or caller.is_role(name) for name in names) and (
        not names or is_other
    ):
        # The account alone does not except its users, roles and sessions.
        return Match(True, is_direct=True, is_exact=None)
    accounts = names & {caller.account_arn, str(caller.account_id)}
    roles = {name for name in names if caller.is_role(name)}
    is_whole = caller.kind not in OF_AN_ACCOUNT or (
        bool(accounts)
        and (caller.kind == ROOT or caller.name in names)
        and (caller.kind != ROLE_SESSION or bool(roles))
    )
    if is_whole:
        return Match(False, f"its NotPrincipal is {', '.join(sorted(names))}")
    return Match(None, "its NotPrincipal names the caller, but not its account and role as well")
