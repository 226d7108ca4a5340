"""The sessions of IAM Identity Center in the config file."""

from __future__ import annotations

from typing import Optional

import pytest

from awscli_assume.errors import InvalidConfiguration, InvalidRequest
from awscli_assume.model.identity_center import IdentityCenterRole
from awscli_assume.profiles.identity_center import (
    SsoSession,
    add_source,
    choose_session,
    find_session,
    known_roles,
    role_of_profile,
    session_of,
    sso_sessions,
)
from awscli_assume.profiles.include_profile import ResolvedProfiles

URL, OTHER = "https://corp.awsapps.com/start", "https://other.awsapps.com/start"
CORP = SsoSession("corp", URL, "us-east-1")
OLD = SsoSession(OTHER, OTHER, "eu-west-1", "old")


def test_sections_then_old_profiles_by_start_url() -> None:
    """A start URL is listed once, by its section; an incomplete section is left out."""
    config = {
        "sso_sessions": {
            "corp": {"sso_start_url": URL, "sso_region": "us-east-1"},
            "again": {"sso_start_url": f"{URL}/#", "sso_region": "us-east-1"},
            "broken": {"sso_start_url": "https://x"},
        },
        "profiles": {
            "dev": {"sso_session": "corp", "sso_start_url": "https://ignored", "sso_region": "x"},
            "same": {"sso_start_url": URL, "sso_region": "us-east-1"},
            "old": {"sso_start_url": OTHER, "sso_region": "eu-west-1"},
        },
    }

    assert sso_sessions(config) == [CORP, OLD]


@pytest.mark.parametrize("name", ["corp", URL, f"{URL}/"])
def test_session_is_chosen_by_name_or_url(name: str) -> None:
    """Both the name and the start URL name a session."""
    assert choose_session([OLD, CORP], name) == CORP


def test_one_session_is_the_default() -> None:
    """Without a name the only session is chosen."""
    assert choose_session([CORP], None) == CORP


def test_no_session() -> None:
    """Without a session, the error says how to configure one."""
    with pytest.raises(InvalidConfiguration, match="aws configure sso"):
        choose_session([], "corp")


@pytest.mark.parametrize(
    ("name", "message"), [(None, "--sso-session NAME.*corp, https://other"), ("x", "'x'.*corp")]
)
def test_sessions_are_listed(name: Optional[str], message: str) -> None:
    """Several sessions, and an unknown name, are errors with the names."""
    with pytest.raises(InvalidRequest, match=message):
        choose_session([CORP, OLD], name)


@pytest.mark.parametrize(
    ("session", "arguments"), [(CORP, ("--sso-session", "corp")), (OLD, ("--profile", "old"))]
)
def test_login_arguments(session: SsoSession, arguments: tuple[str, str]) -> None:
    """A section is logged in by its name, an old-style profile by the profile."""
    assert session.login_arguments == ("sso", "login", *arguments)


PROFILES = {
    "default": {"region": "us-east-1", "output": "json"},
    "base": {"sso_session": "again", "sso_account_id": "111111111111", "region": "eu-west-2"},
    "dev": {
        "include_profile": "base",
        "sso_role_name": "Dev",
        "services": "local",
        "sso_account_name": "develop\x1bment",
        "assume": {"update_profile": "x"},
    },
    "old": {
        "sso_start_url": URL,
        "sso_region": "us-east-1",
        "sso_account_id": "222222222222",
        "sso_role_name": "Old",
    },
    "role": {"role_arn": "arn:aws:iam::123456789012:role/x", "sso_account_id": "1",
             "sso_role_name": "x", "sso_session": "corp"},
    "lost": {"sso_session": "no", "sso_account_id": "1", "sso_role_name": "x"},
    "ours": {
        "assumed": {
            "sso-session": "corp",
            "sso-account-id": "333333333333",
            "sso-role-name": "Ours",
        }
    },
}  # fmt: skip
SECTION = {"sso_start_url": URL, "sso_region": "us-east-1"}


@pytest.fixture
def profiles() -> ResolvedProfiles:
    """Return profiles with two sections and an old-style profile of one start URL."""
    return ResolvedProfiles(
        PROFILES, ("config", "credentials"), {"corp": SECTION, "again": SECTION}
    )


@pytest.mark.parametrize(
    ("name", "session"),
    [
        ("corp", CORP),
        ("again", SsoSession("again", URL, "us-east-1")),
        (URL, SsoSession(URL, URL, "us-east-1", "old")),
        ("no", None),
    ],
)
def test_session_has_the_token_of_its_name(
    profiles: ResolvedProfiles, name: str, session: Optional[SsoSession]
) -> None:
    """Sections and old-style profiles of one start URL are different sign-ins."""
    assert find_session(profiles, name) == session


def test_session_by_the_url_of_a_section() -> None:
    """Without an old-style profile, the start URL is that of the section."""
    profiles = ResolvedProfiles({}, ("", ""), {"corp": SECTION})
    assert find_session(profiles, f"{URL}/") == CORP


def test_session_that_was_removed(profiles: ResolvedProfiles) -> None:
    """The error names the session, the role and the file."""
    with pytest.raises(InvalidConfiguration, match="which grants 1/x, is no longer in config"):
        session_of(profiles, IdentityCenterRole("no", "1", "x"))


def test_roles_that_the_profiles_know(profiles: ResolvedProfiles) -> None:
    """Of profiles and of our records, with the first session of the start URL."""
    assert known_roles(profiles) == [
        IdentityCenterRole("corp", "111111111111", "Dev"),
        IdentityCenterRole("corp", "222222222222", "Old"),
        IdentityCenterRole("corp", "333333333333", "Ours"),
    ]


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("dev", IdentityCenterRole("again", "111111111111", "Dev")),
        ("old", IdentityCenterRole(URL, "222222222222", "Old")),
        ("base", None),
        ("role", None),
        ("lost", None),
        ("ours", None),
        ("missing", None),
    ],
)
def test_role_of_a_profile(
    profiles: ResolvedProfiles, name: str, role: Optional[IdentityCenterRole]
) -> None:
    """It may be inherited. A profile that names a role of IAM, or that we wrote, has none."""
    found = role_of_profile(profiles, name)
    assert found == role
    assert found is None or (found.settings, found.account_name) in (
        ("dev", "develop\\x1bment"),
        ("old", None),
    )


def test_profile_of_a_role(profiles: ResolvedProfiles) -> None:
    """It has the settings of another profile, and nothing else of it; no file is changed."""
    role = role_of_profile(profiles, "dev")
    assert role is not None
    assert add_source(profiles, role) == "again/111111111111/Dev"
    assert profiles["again/111111111111/Dev"] == {
        "region": "eu-west-2",
        "services": "local",
        "assume": {"update_profile": "x"},
        "sso_session": "again",
        "sso_account_id": "111111111111",
        "sso_role_name": "Dev",
    }
    assert "again/111111111111/Dev" not in list(profiles)
    old = IdentityCenterRole(URL, "222222222222", "Old", settings="missing")
    assert profiles[add_source(profiles, old)] == {
        "region": "us-east-1",
        "sso_start_url": URL,
        "sso_region": "us-east-1",
        "sso_account_id": "222222222222",
        "sso_role_name": "Old",
    }
