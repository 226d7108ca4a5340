"""Accounts and roles that the profiles know, and by which names.

A profile's account is that of its ``role_arn``, else its ``sso_account_id``, else
its ``aws_account_id``, each its own or inherited (include_profile.py). Its names are its
own and the values of its own ``account_name`` and ``sso_account_name``: an inherited
name is that of another profile's account. A profile that we wrote gives no name to an account: it
is another's at the next run.
"""

from __future__ import annotations

from typing import Mapping, Optional

from awscli_assume.errors import InvalidRequest, configured_in
from awscli_assume.host.protocols import Profile
from awscli_assume.model.accounts import ACCOUNT_ID, check_account_id
from awscli_assume.model.arns import Role, parse_role_arn
from awscli_assume.model.printable import option_words
from awscli_assume.model.request.role_specifier import KnownNames, similar_names
from awscli_assume.profiles.include_profile import all_with_inherited
from awscli_assume.profiles.record import read_record

Profiles = Mapping[str, Profile]
_NAME_KEYS = ("account_name", "sso_account_name")


def known_in(profiles: Profiles) -> KnownNames:
    """Return what a word may mean by the profiles."""
    by_profile = {name: _role(profile.get("role_arn")) for name, profile in profiles.items()}
    roles = {name: role.path_and_name for name, role in by_profile.items() if role is not None}
    records = (read_record(profile) for profile in profiles.values())
    ours = (_role(record.role_arn) for record in records if record is not None)
    return KnownNames(
        role_profiles=roles,
        accounts=frozenset(name.casefold() for name in account_names(profiles)),
        roles=frozenset([*roles.values(), *(one.path_and_name for one in ours if one)]),
    )


def accounts_with_role(profiles: Profiles, name: str) -> list[str]:
    """Return the accounts in which profiles, ours included, name the IAM role PATH/NAME."""
    records = (read_record(profile) for profile in profiles.values())
    arns = [*(profile.get("role_arn") for profile in profiles.values())]
    arns += [record.role_arn for record in records if record is not None]
    roles = (_role(arn) for arn in arns)
    return [str(one.account_id) for one in roles if one and one.path_and_name == name]


def profile_in_other_case(word: str, profiles: Profiles) -> Optional[str]:
    """Return the profile with a role whose name differs from a word in case only, if one does.

    A role of this name that a profile knows is what the word means.
    """
    lower = word.lower()
    found = [name for name in profiles if name.lower() == lower and name != word]
    if not found or word in known_in(profiles).roles:
        return None
    return next((name for name in found if _names_a_role(profiles[name])), None)


def words_of_profile(name: str, profile: Profile) -> tuple[str, ...]:
    """Return the options that name exactly the role of a profile."""
    values = (
        profile.get("sso_session") or profile.get("sso_start_url"),
        profile.get("sso_account_id"),
        profile.get("sso_role_name"),
    )
    if "role_arn" in profile or not all(values):
        return tuple(option_words("--profile", name))
    options = ("--sso-session", "--account-id", "--role-name")
    words = (option_words(option, str(value)) for option, value in zip(options, values))
    return tuple(word for pair in words for word in pair)


def _names_a_role(profile: Profile) -> bool:
    """Return whether a profile names a role, of IAM or of IAM Identity Center."""
    return "role_arn" in profile or "sso_role_name" in profile


def similar_roles_known(name: str, profiles: Profiles) -> list[tuple[str, ...]]:
    """Return the words after ``aws assume`` for roles that a mistyped role name may mean.

    These are profiles with a role, roles that were assumed before, and profiles that we wrote,
    with a similar name. There are none for a role that a profile knows.
    """
    known = known_in(profiles)
    last = {role.rpartition("/")[2] for role in known.roles}
    if name in last or name.rpartition("/")[2] in last:
        return []
    choices: dict[str, tuple[str, ...]] = {}
    for own, profile in profiles.items():
        record = read_record(profile)
        if record is None:
            continue
        choices[own] = ("refresh", *option_words("--update-profile", own))
        role = _role(record.role_arn)
        if role is not None:
            choices[role.name] = ("--role-arn", role.arn)
    choices.update(
        {
            own: words_of_profile(own, profile)
            for own, profile in profiles.items()
            if own in known.role_profiles or "sso_role_name" in profile
        }
    )
    exact = [choices[name]] if name in choices else []
    return [*exact, *(choices[one] for one in similar_names(name, choices))]


def account_ids(profiles: Profiles, name: str) -> list[str]:
    """Return the accounts of a name, whatever its case.

    Where profiles say it by a key of its own, their own names don't count. Raises
    InvalidConfiguration for an ID that is not 12 digits.
    """
    wanted, inherited = name.casefold(), all_with_inherited(profiles)
    for names_of in (_configured_names, _own_name):
        found = {
            _account_id(inherited[own], own, is_checked=True)
            for own, profile in profiles.items()
            if any(one.casefold() == wanted for one in names_of(own, profile))
        }
        ids = sorted(one for one in found if one is not None)
        if ids:
            return ids
    return []


def account_names(profiles: Profiles) -> list[str]:
    """Return all names of accounts."""
    inherited = all_with_inherited(profiles)
    return [
        name
        for own, profile in profiles.items()
        if _account_id(inherited[own], own) is not None
        for name in (*_configured_names(own, profile), *_own_name(own, profile))
    ]


def _configured_names(_: str, profile: Profile) -> list[str]:
    return [str(profile[key]) for key in _NAME_KEYS if profile.get(key)]


def _own_name(own: str, profile: Profile) -> list[str]:
    return [own] if read_record(profile) is None else []


def _account_id(profile: Profile, own: str, is_checked: bool = False) -> Optional[str]:
    """Return the account of a profile, given with what it inherits."""
    role = _role(profile.get("role_arn"))
    if role is not None:
        return role.account_id
    for key in ("sso_account_id", "aws_account_id"):
        text = str(profile.get(key, ""))
        if is_checked and text:
            with configured_in(f"{key} of the profile '{own}'"):
                check_account_id(text)
        if ACCOUNT_ID.fullmatch(text):
            return text
    return None


def _role(arn: object) -> Optional[Role]:
    try:
        return parse_role_arn(str(arn)) if arn else None
    except InvalidRequest:
        # An unrelated profile: not an error of this command.
        return None
