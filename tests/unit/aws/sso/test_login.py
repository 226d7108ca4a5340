"""The login command of a profile whose login session has expired."""

from __future__ import annotations

from typing import Any, Optional

import pytest
from pytest_mock import MockerFixture

from awscli_assume.aws.sso import login
from awscli_assume.aws.sso.login import login_arguments, login_command, login_hint_added
from awscli_assume.host import SIGN_IN_ERRORS, SSOTokenLoadError

PROFILES = {
    "dev": {"sso_session": "corp"},
    "old": {"sso_start_url": "https://x", "sso_region": "us-east-1"},
    "console": {"login_session": "me"},
    "keys": {"aws_access_key_id": "AKIAX"},
    "role": {"role_arn": "arn", "source_profile": "dev"},
    "own": {"role_arn": "arn", "source_profile": "own", "sso_session": "corp"},
    "web": {"role_arn": "arn", "web_identity_token_file": "x"},
    "a": {"role_arn": "arn", "source_profile": "b"},
    "b": {"role_arn": "arn", "source_profile": "a"},
    "including": {"sso_session": "corp", "include_profile": "dev"},
    # Of roles of IAM Identity Center (profiles/identity_center.py): the files don't have them.
    "corp/1/x": {"sso_session": "corp"},
    "https://x/1/x": {"sso_start_url": "https://x", "sso_region": "us-east-1"},
}


@pytest.fixture
def session_of(mocker: MockerFixture, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a factory of sessions with a profile."""
    written = {name: one for name, one in PROFILES.items() if "/" not in name}
    written["including"] = {"include_profile": "dev"}
    monkeypatch.setattr(login, "profiles_as_written", lambda session: written)

    def create(profile: Optional[str]) -> Any:
        session = mocker.Mock(full_config={"profiles": PROFILES})
        session.get_config_variable.return_value = profile
        return session

    return create


@pytest.mark.parametrize(
    ("profile", "command"),
    [
        ("dev", "aws sso login --profile dev"),
        ("old", "aws sso login --profile old"),
        ("console", "aws login --profile console"),
        ("role", "aws sso login --profile dev"),
        ("own", "aws sso login --profile own"),
        ("including", "aws sso login --profile dev"),
        ("corp/1/x", "aws sso login --sso-session corp"),
        ("https://x/1/x", "aws sso login --profile old"),
        ("keys", None),
        ("web", None),
        ("a", None),
        ("missing", None),
        (None, None),
    ],
)
def test_login_command(session_of: Any, profile: Optional[str], command: Optional[str]) -> None:
    """The command is that of the profile, its source or the profile it includes."""
    arguments = login_arguments(session_of(profile))

    assert (None if arguments is None else login_command(arguments)) == command


@pytest.mark.skipif(not SIGN_IN_ERRORS, reason="this AWS CLI has no login sessions")
def test_hint_is_added_once(session_of: Any) -> None:
    """botocore's exception gets the command, and gets it once."""
    error = SIGN_IN_ERRORS[0]()
    session = session_of("dev")
    named = pytest.raises(type(error), match="aws sso login --profile dev")
    with named, login_hint_added(session), login_hint_added(session):
        raise error

    assert str(error).count("aws sso login --profile dev") == 1


@pytest.mark.skipif(not SIGN_IN_ERRORS, reason="this AWS CLI has no login sessions")
def test_profile_without_a_login(session_of: Any) -> None:
    """Without a login command the exception is unchanged."""
    error = SIGN_IN_ERRORS[0]()
    before = str(error)
    with pytest.raises(type(error)), login_hint_added(session_of("keys")):
        raise error

    assert str(error) == before


def test_token_file_that_is_no_json(session_of: Any) -> None:
    """botocore's KeyError becomes an error that says what to do; other KeyErrors stay."""
    named = pytest.raises(SSOTokenLoadError, match="can't be read\n.*aws sso login --profile dev")
    with named, login_hint_added(session_of("dev")):
        raise KeyError("ee0bfd2552fbd840c02cc48b6e823320543c450f")
    with pytest.raises(KeyError, match="AssumeRoleResult"), login_hint_added(session_of("dev")):
        raise KeyError("AssumeRoleResult")
