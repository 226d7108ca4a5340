"""Names of profiles for roles of IAM Identity Center: from a template, safe and unique."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping, Sequence

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.request.session_names import fit
from awscli_assume.profiles.ownership import check_profile_name, name_from_template

# The fields of a template. Unlike those of --update-profile, they do not depend on the day or
# the machine: the names have to be the same in every run.
FIELDS = ("account", "account_id", "role", "session")
# How much a name has: the template, the account ID, the role as well; account ID and role alone,
# which is unique.
_LEVELS = (0, 1, 2, 3)


@dataclass(frozen=True)
class Grant:
    """A role in an account that gets a profile; ``account_name`` is empty if there is none.

    ``role_name`` has the role's path.
    """

    account_id: str
    account_name: str
    role_name: str

    @property
    def key(self) -> tuple[str, str]:
        """What tells two grants apart."""
        return (self.account_id, self.role_name)


def unique_names(
    template: str, grants: Sequence[Grant], session: str, existing: Mapping[str, tuple[str, str]]
) -> dict[Grant, str]:
    """Return a name for each grant, which no other one has.

    Of grants whose names would be equal, each gets its account ID, if need be also its role
    name. ``existing`` are the keys of the grants that have a profile: one keeps its name, if the
    template makes that name, so an account that is added later changes no name.
    """
    own: dict[tuple[str, str], list[str]] = {}
    for name, key in existing.items():
        own.setdefault(key, []).append(name)
    names: dict[Grant, str] = {}
    for grant in grants:
        possible = [
            _name(template, grant, session, level) for level in _LEVELS if grant.key in own
        ]
        kept = next((name for name in possible if name in own[grant.key]), None)
        if kept is not None:
            names[grant] = kept
    taken = set(names.values())
    levels = {grant: 0 for grant in grants if grant not in names}
    made = {grant: _name(template, grant, session, 0) for grant in levels}
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
            made[grant] = _name(template, grant, session, levels[grant])


def _name(template: str, grant: Grant, session: str, level: int) -> str:
    """Return a name that the files can carry."""
    # A name without letters, or of another script, is no name that can be typed.
    account = fit(grant.account_name).strip("-") or grant.account_id
    role = fit(grant.role_name.rpartition("/")[2])
    has_id = level > 0 and account != grant.account_id
    values = {
        "account": f"{account}-{grant.account_id}" if has_id else account,
        "account_id": grant.account_id,
        "role": role,
        "session": fit(session).strip("-"),
    }
    try:
        name = name_from_template(template, values)
        if level > 0 and "{account" not in template:
            name = check_profile_name(f"{name}-{grant.account_id}")
        if level > 1 and "{role}" not in template:
            name = check_profile_name(f"{name}-{role}")
    except InvalidRequest:
        level = _LEVELS[-1]
    # Every command without --profile uses "default".
    return name if level < _LEVELS[-1] and name != "default" else f"{grant.account_id}-{role}"
