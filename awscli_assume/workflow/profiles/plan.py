"""Plan which profiles to write, to leave unchanged and to remove. Makes no call."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Collection, Mapping, Optional, Sequence

from awscli_assume.errors import UnexpectedAnswer
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import Profile
from awscli_assume.model.accounts import ACCOUNT_ID
from awscli_assume.model.arns import iam_arn
from awscli_assume.model.assumable_role import AssumableRole
from awscli_assume.model.identity_center import IdentityCenterRole, SsoSession
from awscli_assume.profiles.provisioned.edits import ProfileEdit
from awscli_assume.profiles.provisioned.mark import (
    AUTO_REFRESH,
    ROLE,
    Mark,
    is_intact,
    marked_profiles,
    read_mark,
)
from awscli_assume.profiles.record import BLOCK as RECORD
from awscli_assume.profiles.record import Record, read_record
from awscli_assume.profiles.state import CREDENTIAL_PROCESS
from awscli_assume.profiles.writer.scratch_file import Value
from awscli_assume.workflow.profiles.names import Grant, Naming
from awscli_assume.workflow.profiles.request import ProfilesRequest
from awscli_assume.workflow.profiles.selection import select
from awscli_assume.workflow.refresh.credential_process import process_lines

CREATED, UPDATED, UNCHANGED, REMOVED = "created", "updated", "unchanged", "removed"
# A profile that we did not write and that already has the role.
EXISTING = "existing"
TAKEN = "taken"
_OTHER_NAME = "choose another name with --name-template, or remove that profile"
_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)


@dataclass(frozen=True)
class Outcome:
    """A profile, its role and its state, with the edit to make or an error."""

    name: str
    grant: Grant
    state: str
    edit: Optional[ProfileEdit] = None
    error: Optional[str] = None


def plan_profiles(
    context: CommandContext,
    request: ProfilesRequest,
    session: SsoSession,
    roles: Sequence[AssumableRole],
) -> list[Outcome]:
    """Return the planned outcome for each profile of a session.

    Raises InvalidRequest if the request matches no granted role.
    """
    planner = _Planner(context, request, session, context.session.full_config["profiles"])
    granted = [_checked(role) for role in roles]
    chosen = planner.grants(select(granted, request.words, request.accounts, request.roles))
    stale = planner.stale_profiles(granted)
    names = planner.naming(granted, stale).unique_names(chosen)
    wanted = {name: grant for grant, name in names.items()}
    stale = stale if request.prune else {}
    return [
        *planner.outcomes(wanted, stale),
        *(planner.removal(name, mark) for name, mark in stale.items() if name not in wanted),
    ]


@dataclass(frozen=True)
class _Planner:
    """Decides on the profiles of one run."""

    context: CommandContext
    request: ProfilesRequest
    session: SsoSession
    profiles: Mapping[str, Profile]

    def grants(self, roles: Sequence[AssumableRole]) -> list[Grant]:
        """Return the grants that get a profile: each role, or with ROLE each account once."""
        name = self.request.role_name
        found = (
            Grant(role.account_id or "", role.account_name or "", name or role.role_name)
            for role in roles
        )
        return list(dict.fromkeys(found))

    def naming(self, granted: Sequence[AssumableRole], stale: Collection[str]) -> Naming:
        """Return how profiles are named. The names of ``stale`` profiles are free."""
        is_role = self.request.kind == ROLE
        existing = {
            name: (mark.account_id, mark.role_name)
            for name, mark in marked_profiles(self.profiles).items()
            if mark.sso_session == self.session.name
            and is_role == (mark.kind == ROLE)
            and name not in stale
        }
        accounts = {role.account_id or "": role.account_name or "" for role in granted}
        return Naming(self.request.template, self.session.name, accounts, existing)

    def outcomes(self, grants: Mapping[str, Grant], stale: Mapping[str, Mark]) -> list[Outcome]:
        """Return the outcome for each named grant. ``stale`` profiles are replaced."""
        marks = {name: self._mark(name, grant) for name, grant in grants.items()}
        obstacles = {
            name: self._obstacle(name, stale.get(name, mark)) for name, mark in marks.items()
        }
        records = {
            name: _record(mark)
            for name, mark in marks.items()
            if mark.kind == AUTO_REFRESH and obstacles[name] is None
        }
        lines = process_lines(records, self.context.environment)
        outcomes = []
        for name, mark in marks.items():
            obstacle, before = obstacles[name], self.profiles.get(name, {})
            if obstacle is not None:
                outcomes.append(Outcome(name, grants[name], *obstacle))
                continue
            edit = ProfileEdit(name, before, mark, self._keys(mark, before, lines.get(name)))
            state = UNCHANGED if edit.is_void else UPDATED if before else CREATED
            outcomes.append(Outcome(name, grants[name], state, edit))
        return outcomes

    def stale_profiles(self, granted: Sequence[AssumableRole]) -> dict[str, Mark]:
        """Return the profiles that we wrote for a role or an account that is no longer granted."""
        keys = {(role.account_id, role.role_name) for role in granted}
        accounts = {role.account_id for role in granted}
        return {
            name: mark
            for name, mark in marked_profiles(self.profiles).items()
            if mark.sso_session == self.session.name
            and (mark.account_id, mark.role_name) not in keys
            and (mark.kind != ROLE or mark.account_id not in accounts)
        }

    def removal(self, name: str, mark: Mark) -> Outcome:
        """Return the removal of a profile, unless somebody has changed it."""
        before, grant = self.profiles[name], Grant(mark.account_id, "", mark.role_name)
        if is_intact(before, mark):
            return Outcome(name, grant, REMOVED, ProfileEdit(name, before))
        return Outcome(name, grant, TAKEN, error=_changed(name))

    def _mark(self, name: str, grant: Grant) -> Mark:
        request, role_arn = self.request, None
        if request.kind == ROLE:
            role_arn = iam_arn(request.partition, grant.account_id, f"role/{grant.role_name}")
        return Mark(
            request.kind,
            self.session.name,
            *grant.key,
            role_arn=role_arn,
            source_profile=request.source,
            region=self._region(name),
        )

    def _region(self, name: str) -> Optional[str]:
        """Return the region for the mark. If the user changed the region, the mark keeps ours."""
        before, mark = self.profiles.get(name, {}), read_mark(self.profiles.get(name))
        given = self.context.parsed_globals.region
        if given is not None or mark is None or "region" not in before:
            return given or self.request.region or self.session.region
        return mark.region

    def _keys(self, mark: Mark, before: Profile, process: Optional[str]) -> dict[str, Value]:
        """Return the keys of a profile. A region that the user has set stays."""
        region = self.context.parsed_globals.region or str(before.get("region") or mark.region)
        if mark.kind == ROLE:
            role = {"role_arn": mark.role_arn or "", "source_profile": mark.source_profile or ""}
            return {**role, "region": region}
        if mark.kind == AUTO_REFRESH:
            block = _record(mark).to_block()
            return {"region": region, CREDENTIAL_PROCESS: process or "", RECORD: block}
        role = {"sso_account_id": mark.account_id, "sso_role_name": mark.role_name}
        return {**self.session.settings, **role, "region": region}

    def _obstacle(self, name: str, mark: Mark) -> Optional[tuple[str, None, Optional[str]]]:
        """Return the state and the error of a profile that we must not write, or None."""
        before = self.profiles.get(name)
        if before is None:
            return None
        found = read_mark(before)
        if found is not None and found.is_for(mark):
            return None if is_intact(before, found) else (TAKEN, None, _changed(name))
        if found is not None:
            reason = f"was written for {found.account_id}/{found.role_name}"
        elif read_record(before) is not None:
            reason = "was written by another aws assume command"
        elif self._is_role(before, mark):
            return EXISTING, None, None
        else:
            reason = "exists, and was not written by aws assume profiles"
        return TAKEN, None, f"The profile '{name}' {reason}: {_OTHER_NAME}"

    def _is_role(self, profile: Profile, mark: Mark) -> bool:
        """Return whether a profile that we did not write has the same role."""
        session = profile.get("sso_session") or profile.get("sso_start_url")
        found = (profile.get("sso_account_id"), profile.get("sso_role_name"))
        return (
            mark.kind != ROLE
            and session in (self.session.name, self.session.start_url)
            and found == (mark.account_id, mark.role_name)
            and "role_arn" not in profile
        )


def _record(mark: Mark) -> Record:
    """Return the record of a profile that renews its credentials."""
    role = IdentityCenterRole(mark.sso_session, mark.account_id, mark.role_name)
    return Record(None, "", role.profile, mark.region, auto_refresh=True, identity_center=role)


def _checked(role: AssumableRole) -> AssumableRole:
    """Return a role if its values are valid. Raises UnexpectedAnswer."""
    if not (ACCOUNT_ID.fullmatch(role.account_id or "") and _NAME.fullmatch(role.role_name)):
        raise UnexpectedAnswer(
            f"IAM Identity Center has listed a role that can't exist: {role.account_id!r}, "
            f"{role.role_name!r}. Nothing was written"
        )
    return role


def _changed(name: str) -> str:
    return (
        f"The profile '{name}' was written by aws assume profiles, and its credentials have been "
        "changed since. To keep it as it is, remove its block 'provisioned'. To write it again, "
        "remove the profile"
    )
