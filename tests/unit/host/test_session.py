"""Profiles that the CLI's session has to see other than the files have them."""

from __future__ import annotations

from pathlib import Path

import pytest
from awscli.clidriver import create_clidriver
from botocore.session import Session

from awscli_assume.host import overridden_profiles, profiles_as_written


@pytest.fixture
def session(home: Path, clean_env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Session:
    """Return the CLI's session of somebody with two profiles; it has read one already."""
    folder = home / ".aws"
    folder.mkdir()
    (folder / "config").write_text(
        "[default]\nregion = us-east-1\n[profile dev]\nregion = us-west-2\n"
    )
    for name, value in {**clean_env, "AWS_PROFILE": "dev"}.items():
        monkeypatch.setenv(name, value)
    session = create_clidriver().session
    assert session.get_scoped_config() == {"region": "us-west-2"}
    return session


def test_the_session_sees_the_profiles_and_gets_its_own_back(session: Session) -> None:
    """botocore reads what is handed over, in the block only; the original never changes."""
    original = session.full_config["profiles"]
    before = {name: dict(profile) for name, profile in original.items()}
    profiles = {"dev": {"region": "eu-west-1"}, "new": {"region": "eu-west-3"}}

    with overridden_profiles(session, profiles):
        assert session.get_scoped_config() == {"region": "eu-west-1"}
        assert session.get_config_variable("region") == "eu-west-1"
        assert "new" in session.available_profiles
        assert session.full_config["profiles"]["default"] == {"region": "us-east-1"}

    assert session.full_config["profiles"] is original
    assert original == before
    assert session.get_scoped_config() == {"region": "us-west-2"}
    assert "new" not in session.available_profiles


def test_an_error_gives_the_profiles_back_too(session: Session) -> None:
    """A call that fails in the block leaves the session as it was."""
    original = session.full_config["profiles"]

    with pytest.raises(ZeroDivisionError), overridden_profiles(session, {"dev": {}}):
        raise ZeroDivisionError

    assert session.full_config["profiles"] is original


def test_blocks_in_each_other(session: Session) -> None:
    """The inner block adds to the outer one, and both know what the files say."""
    original = session.full_config["profiles"]

    with overridden_profiles(session, {"dev": {"region": "eu-west-1"}}):
        with overridden_profiles(session, {"other": {}}):
            assert session.full_config["profiles"]["dev"] == {"region": "eu-west-1"}
            assert profiles_as_written(session) is original
        assert "other" not in session.full_config["profiles"]
        assert profiles_as_written(session) is original

    assert profiles_as_written(session) is original
