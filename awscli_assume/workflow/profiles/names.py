"""Make the names of profiles for roles of IAM Identity Center from a template."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Mapping, Sequence

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.accounts import ACCOUNT_ID
from awscli_assume.model.request.session_names import fit
from awscli_assume.profiles.ownership import check_profile_name, name_from_template

# The fields of a template. Unlike those of --update-profile, they do not depend on the day or
# the machine: the names have to be the same in every run.
FIELDS = ("account", "account_id", "role", "session")
# What a name contains: the template; also the account ID; also the role; or only account ID and
# role, which are unique, and which no template has to make.
_LEVELS = (0, 1, 2, 3)


@dataclass(frozen=True)
class Grant:
    """A role in an account that gets a profile. ``account_name`` may be empty.

    ``role_name`` includes the role's path.
    """

    account_id: str
    account_name: str
    role_name: str

    @property
    def key(self) -> tuple[str, str]:
        """The identity of the grant."""
        return (self.account_id, self.role_name)


@dataclass(frozen=True)
class Naming:
    """How profiles are named.

    ``accounts`` has the names of all accounts by ID. ``existing`` has the keys of the grants
    that already have a profile, by the profile's name.
    """

    template: str
    session: str
    accounts: Mapping[str, str]
    existing: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def unique_names(self, grants: Sequence[Grant]) -> dict[Grant, str]:
        """Return a unique name for each grant.

        If several accounts have the same name, the account IDs are added. If profile names are
        still equal, they get the account ID and, if necessary, the role name. A grant keeps the
        name of its existing profile if the template can make that name, so that a new account
        does not rename profiles.
        """
        shared = self._shared_names()
        names = self._existing_names(grants, shared)
        keys = {grant.key for grant in names}
        taken = {name for name, key in self.existing.items() if key not in keys}
        taken |= set(names.values())
        levels = {grant: 0 for grant in grants if grant not in names}
        made = {grant: self._name(grant, 0, shared) for grant in levels}
        while True:
            counts: dict[str, int] = {}
            for name in made.values():
                counts[name] = counts.get(name, 0) + 1
            equal = [
                grant
                for grant, name in made.items()
                if (counts[name] > 1 or name in taken) and levels[grant] < _LEVELS[-1]
            ]
            if not equal:
                return {**names, **made}
            for grant in equal:
                levels[grant] += 1
                made[grant] = self._name(grant, levels[grant], shared)

    def _shared_names(self) -> set[str]:
        """Return the safe names that several accounts have, or that look like another ID."""
        seen: set[str] = set()
        shared: set[str] = set()
        for account_id, name in self.accounts.items():
            safe = _safe_account(account_id, name)
            is_foreign_id = safe != account_id and ACCOUNT_ID.fullmatch(safe) is not None
            (shared if is_foreign_id or safe in seen else seen).add(safe)
        return shared

    def _existing_names(self, grants: Sequence[Grant], shared: set[str]) -> dict[Grant, str]:
        own: dict[tuple[str, str], list[str]] = {}
        for name, key in self.existing.items():
            own.setdefault(key, []).append(name)
        names = {}
        for grant in grants:
            if grant.key in own:
                # The name without the ID stays valid if another account gets the same name later.
                possible = [self._name(grant, 0, set())]
                possible += [self._name(grant, level, shared) for level in _LEVELS[:-1]]
                found = next((name for name in possible if name in own[grant.key]), None)
                if found is not None:
                    names[grant] = found
        return names

    def _name(self, grant: Grant, level: int, shared: set[str]) -> str:
        """Return a name that is valid in the files."""
        template, account_id = self.template, grant.account_id
        account = _safe_account(account_id, grant.account_name)
        role = fit(grant.role_name.rpartition("/")[2])
        has_id = account != account_id and (level > 0 or account in shared)
        values = {
            "account": f"{account}-{account_id}" if has_id else account,
            "account_id": account_id,
            "role": role,
            "session": fit(self.session).strip("-"),
        }
        try:
            name = name_from_template(template, values)
            if level > 0 and "{account" not in template:
                name = check_profile_name(f"{name}-{account_id}")
            if level > 1 and "{role}" not in template:
                name = check_profile_name(f"{name}-{role}")
        except InvalidRequest:
            level = _LEVELS[-1]
        # Not "default", which every command without --profile uses.
        return name if level < _LEVELS[-1] and name != "default" else f"{account_id}-{role}"


def _safe_account(account_id: str, name: str) -> str:
    """Return an account's name for use in a profile's name.

    A name without any allowed character is replaced by the account ID.
    """
    return fit(name).strip("-") or account_id
