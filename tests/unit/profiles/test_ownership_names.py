"""Profile names: which ones the CLI's two files can carry."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from awscli_assume.errors import InvalidRequest
from awscli_assume.host import (
    ConfigFileWriter,
    build_profile_map,
    profile_to_section,
    raw_config_parse,
)
from awscli_assume.profiles.ownership import check_profile_name

# Mostly names that are accepted, with all that may be a blank or an end of a line among them.
names = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cn", "Co", "Cs")), min_size=1, max_size=20
)


@pytest.mark.parametrize(
    "name",
    [
        "assumed-role",
        "default",
        "Default",
        "a",
        "x y",
        "x  y",
        "größe",
        "prod 東京",
        "a=b",
        "a:b",
        "#x",
        ";x",
        "$(id)",
        "a%b",
        "profile",
        "plugins",
        "n" * 128,
    ],
)
def test_name_that_the_files_can_carry(name: str) -> None:
    """A name that is read back as it was written is answered as it is."""
    assert check_profile_name(name) == name


@pytest.mark.parametrize("name", ["", " ", " x", "x ", "\tx", "x\n", "\u00a0x"])
def test_empty_name_or_blank_at_an_end(name: str) -> None:
    """An empty name and one with a blank at an end are refused with one to use."""
    with pytest.raises(InvalidRequest, match="--update-profile assumed-role"):
        check_profile_name(name)


@pytest.mark.parametrize(
    "name", ["a'b", 'a"b', "a\\b", "a[b", "a]b", "a\nb", "a\rb", "a\x00b", "a\x1bb", "a\u2028b"]
)
def test_name_that_is_not_read_back(name: str) -> None:
    """Quotes, brackets, backslashes and control characters are refused, shown harmlessly."""
    with pytest.raises(InvalidRequest) as refusal:
        check_profile_name(name)

    assert repr(name) in str(refusal.value)
    assert str(refusal.value).isprintable()


def test_name_that_leaks_into_every_profile() -> None:
    """DEFAULT is refused, with the default profile's own name as the next step."""
    with pytest.raises(InvalidRequest, match=r"--update-profile default$"):
        check_profile_name("DEFAULT")


def test_name_that_is_too_long() -> None:
    """A name of more than 128 characters is refused with its length and its beginning only."""
    with pytest.raises(InvalidRequest) as refusal:
        check_profile_name("n" * 129)

    assert "129 characters" in str(refusal.value)
    assert "n" * 21 not in str(refusal.value)


@given(names)
@example("x  y")
@example("#;=:%$`*?!&|<>~")
@example("profile x")
@example("DEFAULT x")
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_accepted_name_is_read_back(name: str) -> None:
    """What the CLI's writer writes for an accepted name, its parser reads as that profile."""
    try:
        check_profile_name(name)
    except InvalidRequest:
        assume(False)
    with TemporaryDirectory() as folder:
        config, credentials = str(Path(folder, "config")), str(Path(folder, "credentials"))
        writer = ConfigFileWriter()
        writer.update_config({"__section__": profile_to_section(name), "region": "x"}, config)
        writer.update_config({"__section__": name, "aws_access_key_id": "y"}, credentials)

        assert build_profile_map(raw_config_parse(config))["profiles"] == {name: {"region": "x"}}
        assert raw_config_parse(credentials) == {name: {"aws_access_key_id": "y"}}
