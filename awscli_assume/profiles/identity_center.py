"""The sessions of IAM Identity Center in the config file, and their roles as sources.

Such a role becomes a profile in the CLI's session that no file contains, so that botocore's own
provider and the CLI's caches for tokens and role credentials apply.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Callable, Mapping, Optional, Sequence

from awscli_assume.errors import InvalidConfiguration, InvalidRequest
from awscli_assume.host.protocols import Profile
from awscli_assume.model.identity_center import IdentityCenterRole, SsoSession
from awscli_assume.model.printable import printable
from awscli_assume.profiles.include_profile import ResolvedProfiles, all_with_inherited
from awscli_assume.profiles.record import read_record
from awscli_assume.profiles.settings import BLOCK, client_settings


def sso_sessions(full_config: Mapping[str, Mapping[str, Profile]]) -> list[SsoSession]:
    """Return the sessions of ``[sso-session]`` sections, then those of old-style profiles.

    Each start URL is listed once. A section without start URL or region is left out.
    """
    found: dict[str, SsoSession] = {}
    for name, section in full_config.get("sso_sessions", {}).items():
        url, region = section.get("sso_start_url"), section.get("sso_region")
        if url and region:
            found.setdefault(_key(url), SsoSession(name, url, region))
    for name, profile in full_config.get("profiles", {}).items():
        url, region = profile.get("sso_start_url"), profile.get("sso_region")
        if url and region and "sso_session" not in profile:
            found.setdefault(_key(url), SsoSession(url, url, region, name))
    return list(found.values())


def choose_session(sessions: Sequence[SsoSession], name: Optional[str]) -> SsoSession:
    """Return the session with a name or start URL, or the only session.

    Raises InvalidConfiguration if there is no session. Raises InvalidRequest if the name is
    unknown, or if there are several sessions and no name.
    """
    if not sessions:
        raise InvalidConfiguration(
            "No session of IAM Identity Center is configured. To configure one: aws configure sso"
        )
    names = ", ".join(printable(one.name) for one in sessions)
    if name is not None:
        for session in sessions:
            if name == session.name or _key(name) == _key(session.start_url):
                return session
        raise InvalidRequest(f"Unknown SSO session {name!r}. Configured sessions: {names}")
    if len(sessions) > 1:
        raise InvalidRequest(
            f"Several SSO sessions are configured. Name one of them: --sso-session NAME. "
            f"Sessions: {names}"
        )
    return sessions[0]


def _key(url: str) -> str:
    return url.rstrip("/#")


def sessions_of(profiles: ResolvedProfiles) -> list[SsoSession]:
    """Return the sessions in the files, each start URL once."""
    return sso_sessions({"profiles": profiles.written, "sso_sessions": profiles.sso_sessions})


def find_session(profiles: ResolvedProfiles, name: str) -> Optional[SsoSession]:
    """Return the session with a section name or a start URL, or None.

    A section and a profile with the same start URL have separate tokens, so the name matters. A
    start URL selects the session of profiles without a section first.
    """
    section = profiles.sso_sessions.get(name, {})
    if section.get("sso_start_url") and section.get("sso_region"):
        return SsoSession(name, section["sso_start_url"], section["sso_region"])
    old, named = (
        sso_sessions(config)
        for config in ({"profiles": profiles.written}, {"sso_sessions": profiles.sso_sessions})
    )
    return next((one for one in (*old, *named) if _key(one.start_url) == _key(name)), None)


def session_of(profiles: ResolvedProfiles, role: IdentityCenterRole) -> SsoSession:
    """Return the session of a role. Raises InvalidConfiguration if the files lack it."""
    session = find_session(profiles, role.sso_session)
    if session is None:
        raise InvalidConfiguration(
            f"The SSO session '{role.sso_session}', which grants {role}, is no longer in "
            f"{profiles.files[0]}. To configure it: aws configure sso-session"
        )
    return session


def add_source(profiles: ResolvedProfiles, role: IdentityCenterRole) -> str:
    """Add the profile of a role to the resolved profiles, and return the profile's name.

    Raises InvalidConfiguration if the files lack its session.
    """
    session = session_of(profiles, role)
    settings = profiles.resolve(role.settings or "default")
    profiles.add(role.profile, profile_of(role, session, settings), role)
    return role.profile


def known_roles(profiles: ResolvedProfiles) -> list[IdentityCenterRole]:
    """Return the roles of Identity Center that profiles name, those in our records included.

    If several sessions have the same start URL, the roles get the first one.
    """
    first = {_key(one.start_url): one.name for one in sessions_of(profiles)}
    # Thousands of profiles have few sessions, and to find one takes all profiles.
    sessions: dict[str, Optional[SsoSession]] = {}

    def find(name: str) -> Optional[SsoSession]:
        if name not in sessions:
            sessions[name] = find_session(profiles, name)
        return sessions[name]

    roles = []
    for profile in all_with_inherited(profiles.written).values():
        record = read_record(profile)
        role = _role_of(profile, find) if record is None else record.identity_center
        session = find(role.sso_session) if role is not None else None
        if role is not None and session is not None:
            roles.append(replace(role, sso_session=first[_key(session.start_url)]))
    return roles


def role_of_profile(profiles: ResolvedProfiles, name: str) -> Optional[IdentityCenterRole]:
    """Return the role that a profile names, with the profile's settings, or None."""
    if name not in profiles or read_record(profiles.written[name]) is not None:
        return None
    role = _role_of(profiles.resolve(name), partial(find_session, profiles))
    return None if role is None else replace(role, settings=name)


def _role_of(
    profile: Profile, find: Callable[[str], Optional[SsoSession]]
) -> Optional[IdentityCenterRole]:
    """Return the role that a profile names; ``find`` returns the session of a name."""
    account_id, role_name = profile.get("sso_account_id"), profile.get("sso_role_name")
    name = profile.get("sso_session") or profile.get("sso_start_url")
    # botocore uses role_arn (AssumeRole, web identity) before it uses Identity Center.
    if not (account_id and role_name and name) or "role_arn" in profile:
        return None
    session = find(str(name))
    if session is None:
        return None
    account = profile.get("sso_account_name") or profile.get("account_name")
    return IdentityCenterRole(
        session.name, str(account_id), str(role_name), printable(str(account)) if account else None
    )


def profile_of(role: IdentityCenterRole, session: SsoSession, settings: Profile) -> Profile:
    """Return the profile of a role, with the settings of another one."""
    # If the profile has no region, STS is called in the session's region.
    region = {"region": settings.get("region", session.region)}
    block = {BLOCK: settings[BLOCK]} if BLOCK in settings else {}
    return {
        **client_settings(settings),
        **region,
        **block,
        **session.settings,
        "sso_account_id": role.account_id,
        "sso_role_name": role.role_name,
    }
