"""The sessions of IAM Identity Center in the config file."""

from __future__ import annotations

from typing import Optional

import pytest

from awscli_assume.errors import InvalidConfiguration, InvalidRequest
from awscli_assume.profiles.identity_center import SsoSession, choose_session, sso_sessions

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
