"""The block `assume =` that a user set for a source profile."""

from __future__ import annotations

from typing import Any, Optional

import pytest

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.profiles.settings import NAMES, read_settings


@pytest.mark.parametrize("profile", [None, {}, {"region": "x"}, {"assume": {}}])
def test_profile_without_settings(profile: Optional[dict[str, Any]]) -> None:
    """A profile without the block has no settings."""
    assert read_settings(profile) == {}


def test_every_setting() -> None:
    """Every setting is answered as the text that stands in the file."""
    block = dict.fromkeys(NAMES, "1")

    assert read_settings({"assume": block, "region": "x"}) == block


def test_setting_that_is_empty() -> None:
    """A setting without a value is as good as none."""
    assert read_settings({"assume": {"update_profile": "", "external_id": "abc"}}) == {
        "external_id": "abc"
    }


@pytest.mark.parametrize(
    "name", ["duration", "Duration_Seconds", "role-session-name", "token_code"]
)
def test_setting_that_does_not_exist(name: str) -> None:
    """An unknown setting is refused by name, with those that there are."""
    with pytest.raises(InvalidConfiguration) as refusal:
        read_settings({"assume": {name: "secret-value"}})

    assert f"'assume.{name}'" in str(refusal.value)
    assert all(known in str(refusal.value) for known in NAMES)
    assert "secret-value" not in str(refusal.value)


def test_settings_that_are_no_block() -> None:
    """A plain value where the block belongs is refused with the command that sets one."""
    with pytest.raises(InvalidConfiguration, match="aws configure set assume"):
        read_settings({"assume": "3600"})


def test_an_empty_block_has_no_settings() -> None:
    """A line ``assume =`` with nothing below it."""
    assert read_settings({"assume": ""}) == {}
