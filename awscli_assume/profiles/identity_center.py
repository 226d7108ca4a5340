"""The sessions of IAM Identity Center in the config file."""

from __future__ import annotations

from typing import Mapping, Optional, Sequence

from awscli_assume.errors import InvalidConfiguration, InvalidRequest
from awscli_assume.host.protocols import Profile
from awscli_assume.model.identity_center import SsoSession
from awscli_assume.model.printable import printable

__all__ = ["SsoSession", "choose_session", "sso_sessions"]


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
    """Return the session of a name or start URL; without one, the only session.

    Raises InvalidConfiguration where there is none, and InvalidRequest for an unknown name
    and where several sessions could be meant.
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
