"""The accounts that need no organization: of files, of profiles, of IAM Identity Center."""

from __future__ import annotations

import os
from typing import Iterable, Optional, Sequence

from awscli_assume.arguments.identity_provider import has_identity_token
from awscli_assume.errors import InvalidRequest
from awscli_assume.host.context import CommandContext
from awscli_assume.host.environment import Environment
from awscli_assume.host.protocols import ParsedArgs
from awscli_assume.model.accounts import ACCOUNT_ID
from awscli_assume.model.arns import find_arn
from awscli_assume.model.assumable_role import AssumableRole
from awscli_assume.model.identity_center import account_and_permission_set
from awscli_assume.model.printable import printable_line
from awscli_assume.model.request.role_specifier import similar_names
from awscli_assume.model.targets.account import TargetAccount
from awscli_assume.model.targets.expressions import (
    FILE,
    STDIN,
    Expression,
    matches,
    parse_expression,
    parse_list,
    split_ids,
)
from awscli_assume.profiles.identity_center import choose_session, role_of_profile, sso_sessions
from awscli_assume.workflow.planning.role_profile import via_of
from awscli_assume.workflow.planning.source_profile import read_profiles
from awscli_assume.workflow.roles.granted import granted_or_login_hint
from awscli_assume.workflow.roles.list_roles import roles_of_profiles


def read_expressions(
    values: Optional[Sequence[str]], environment: Environment
) -> list[Expression]:
    """Return the expressions of ``--accounts``, with those of files in place of the files.

    Raises InvalidRequest.
    """
    found: list[Expression] = []
    for value in values or ():
        for text in split_ids(value):
            expression = parse_expression(text)
            found += _of_file(expression, environment) if expression.kind == FILE else [expression]
    if not found or all(one.is_excluded for one in found):
        what = "only excludes accounts" if found else "names no account"
        raise InvalidRequest(
            f"--accounts {what}. To select all accounts of the organization: --accounts all"
        )
    return list(dict.fromkeys(found))


def _of_file(file: Expression, environment: Environment) -> list[Expression]:
    """Return the expressions in a file or in stdin. ``not:`` before it is before each of them."""
    place = "stdin" if file.value == STDIN else f"The file '{printable_line(file.value)}'"
    found = [parse_expression(text) for text in parse_list(_read(file, environment), place)]
    nested = next((one for one in found if one.kind == FILE), None)
    if nested is not None:
        raise InvalidRequest(
            f"{place} has the line {nested.text!r}: a list of accounts can't name another list"
        )
    if not found:
        raise InvalidRequest(f"{place} of --accounts has no accounts")
    if not file.is_excluded:
        return found
    twice = next((one for one in found if one.is_excluded), None)
    if twice is not None:
        raise InvalidRequest(
            f"{place} of '{file.text}' has the line {twice.text!r}: 'not:' may stand there only "
            "once"
        )
    return [Expression(one.kind, one.value, one.text, is_excluded=True) for one in found]


def _read(file: Expression, environment: Environment) -> str:
    try:
        if file.value == STDIN:
            stream = environment.stdin
            if stream is None or stream.isatty():
                raise InvalidRequest(
                    f"--accounts {file.text} reads accounts from stdin, and there is no pipe or "
                    "file"
                )
            return stream.read()
        with open(os.path.expanduser(file.value), encoding="utf-8-sig") as source:
            return source.read()
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise InvalidRequest(f"Cannot read the accounts of '{file.text}': {reason}") from None


def of_profiles(context: CommandContext, expression: Expression) -> list[TargetAccount]:
    """Return the accounts of the profiles that match a pattern and have a role.

    Raises InvalidRequest if there is none.
    """
    profiles = context.session.full_config["profiles"]
    found = [
        TargetAccount(
            role.account_id, printable_line(role.account_name or ""), profile=role.profile
        )
        for role in roles_of_profiles(profiles)
        if role.account_id and role.profile and matches(expression.value, role.profile)
    ]
    if found:
        return found
    if any(matches(expression.value, name) for name in profiles):
        reason = "none of the profiles that match names a role: role_arn, or sso_role_name with "
        reason += "sso_account_id"
    else:
        near = similar_names(expression.value, profiles)
        hint = f" Similar profiles: {', '.join(near)}." if near else ""
        reason = f"no profile matches.{hint} To see all: aws configure list-profiles"
    raise InvalidRequest(f"--accounts '{printable_line(expression.text)}': {reason}")


def of_identity_center(
    context: CommandContext, parsed_args: ParsedArgs, is_excluded: bool
) -> tuple[list[TargetAccount], list[str]]:
    """Return the accounts of an SSO session, and notes on what is missing.

    With a permission set as the role, only the accounts that grant it, unless they are excluded.
    Raises InvalidRequest if none does, and botocore's SIGN_IN_ERRORS.
    """
    name = getattr(parsed_args, "sso_session", None)
    session = choose_session(sso_sessions(context.session.full_config), name)
    login = bool(getattr(parsed_args, "login", False))
    granted = granted_or_login_hint(context, session, parsed_args.no_cache, login)
    notes = [f"SSO session {session.name}: {failure}" for failure in granted.failures]
    role_name = permission_set(context, parsed_args)
    if role_name is None and _names_a_role(context, parsed_args):
        return _accounts(granted.roles, None), notes
    accounts = _accounts(granted.roles, session.name)
    if role_name is None or is_excluded or not accounts:
        return accounts, notes
    chosen = _accounts((one for one in granted.roles if one.role_name == role_name), session.name)
    if not chosen:
        names = sorted({one.role_name for one in granted.roles})
        raise InvalidRequest(
            f"The SSO session '{printable_line(session.name)}' grants the permission set "
            f"'{printable_line(role_name)}' in no account. It grants: {', '.join(names)}. To "
            "assume a role of IAM in these accounts, name the profile that may: --profile NAME"
        )
    without = len(accounts) - len(chosen)
    if without:
        notes.append(
            f"{without} {'account' if without == 1 else 'accounts'} of the SSO session "
            f"{session.name} {'does' if without == 1 else 'do'} not grant {role_name} and "
            f"{'was' if without == 1 else 'were'} left out"
        )
    return chosen, notes


def permission_set(context: CommandContext, parsed_args: ParsedArgs) -> Optional[str]:
    """Return the name of the permission set if the role may be one, or None.

    It is none with another source than an SSO session: ``--profile`` or ``--via``.
    """
    if context.parsed_globals.profile is not None or via_of(parsed_args):
        return None
    word: Optional[str] = getattr(parsed_args, "role", None)
    if word is not None and word in context.session.full_config["profiles"]:
        granted = role_of_profile(read_profiles(context), word)
        return None if granted is None else granted.role_name
    return word or getattr(parsed_args, "role_name", None)


def account_before(parsed_args: ParsedArgs) -> tuple[Optional[str], bool]:
    """Return the account that the roles are assumed from, as far as the command line names it.

    The second value is whether it is the account of the source credentials. The portal of an SSO
    session and identity providers assume roles from no account.
    """
    via = via_of(parsed_args)
    if via:
        arn, granted = find_arn(via[-1]), account_and_permission_set(via[-1])
        account = arn.account_id if arn is not None else granted[0] if granted else None
        is_known = account is not None and ACCOUNT_ID.fullmatch(account) is not None
        return (account, False) if is_known else (None, arn is None and granted is None)
    is_source = getattr(parsed_args, "sso_session", None) is None
    return None, is_source and not has_identity_token(parsed_args)


def _names_a_role(context: CommandContext, parsed_args: ParsedArgs) -> bool:
    """Return whether the command line says which role, or which source."""
    given = (getattr(parsed_args, name, None) for name in ("role", "role_name", "role_arn", "via"))
    return context.parsed_globals.profile is not None or any(given)


def _accounts(roles: Iterable[AssumableRole], session: Optional[str]) -> list[TargetAccount]:
    """Return the accounts of roles, each once."""
    found = {
        one.account_id: TargetAccount(
            one.account_id, printable_line(one.account_name or ""), sso_session=session
        )
        for one in roles
        if one.account_id is not None
    }
    return list(found.values())
