"""Which profile the credentials come from, and which one they go to."""

from __future__ import annotations

import re
from typing import Any, Optional

import pytest

from awscli_assume.errors import InvalidConfiguration, InvalidRequest
from awscli_assume.host import ProfileNotFound
from awscli_assume.profiles.cache.process_command import slow_command_line
from awscli_assume.profiles.source import ProfilePair, choose_profile_pair, holds_role_session
from awscli_assume.profiles.state import WRITTEN_KEY_KEY

ROLE_ARN = "arn:aws:iam::123456789012:role/r"


def made_from(source: Optional[str]) -> dict[str, Any]:
    block = {"role-arn": ROLE_ARN, "role-session-name": "s"}
    block.update({"source-profile": source} if source else {"credential-source": "Environment"})
    return {"assumed": block, "region": "us-east-1"}


PROFILES: dict[str, Any] = {
    "default": {"region": "us-east-1"},
    "dev": {"assume": {"update_profile": "dev-role"}},
    "dev-role": made_from("dev"),
    "assumed-role": made_from("default"),
    "other-role": made_from("default"),
    "by-hand": {"aws_session_token": "x"},
    "from-environment": made_from(None),
}


def choose(
    current: Optional[str] = None,
    explicit: bool = False,
    keys: bool = False,
    target: Optional[str] = None,
    profiles: Optional[dict[str, Any]] = None,
) -> ProfilePair:
    return choose_profile_pair(
        PROFILES if profiles is None else profiles,
        current=current,
        is_explicit=explicit,
        has_environment_keys=keys,
        explicit_target=target,
    )


@pytest.mark.parametrize(
    ("given", "source", "target", "configuration"),
    [
        pytest.param({}, "default", "assumed-role", "default", id="nothing said"),
        pytest.param({"target": "x"}, "default", "x", "default", id="a target said"),
        pytest.param(
            {"current": "dev", "explicit": True}, "dev", "dev-role", "dev", id="--profile"
        ),
        pytest.param(
            {"current": "dev", "explicit": True, "target": "x"}, "dev", "x", "dev",
            id="--profile and a target, which beats the setting",
        ),
        pytest.param({"current": "dev"}, "dev", "dev-role", "dev", id="AWS_PROFILE"),
        pytest.param(
            {"current": "by-hand"}, "by-hand", "assumed-role", "by-hand",
            id="AWS_PROFILE without a record",
        ),
        pytest.param(
            {"current": "assumed-role"}, "default", "assumed-role", "default",
            id="AWS_PROFILE is the target: again from the recorded source",
        ),
        pytest.param(
            {"current": "dev-role"}, "dev", "dev-role", "dev",
            id="AWS_PROFILE is the target that the source's setting names",
        ),
        pytest.param(
            {"current": "assumed-role", "target": "assumed-role"},
            "default", "assumed-role", "default",
            id="AWS_PROFILE is the target that was said",
        ),
        pytest.param(
            {"current": "other-role"}, "other-role", "assumed-role", "other-role",
            id="AWS_PROFILE is another target: role chaining",
        ),
        pytest.param(
            {"current": "assumed-role", "target": "x"}, "assumed-role", "x", "assumed-role",
            id="AWS_PROFILE is a target and another is said: role chaining",
        ),
        pytest.param(
            {"current": "assumed-role", "explicit": True, "target": "x"},
            "assumed-role", "x", "assumed-role",
            id="--profile is a target and another is said: role chaining",
        ),
        pytest.param(
            {"current": "assumed-role", "explicit": True},
            "assumed-role", "assumed-role", "assumed-role",
            id="--profile is the target: left to check_not_source",
        ),
        pytest.param(
            {"current": "from-environment"},
            "from-environment", "assumed-role", "from-environment",
            id="AWS_PROFILE was made from keys, and another is the target: role chaining",
        ),
        pytest.param(
            {"keys": True, "current": "from-environment", "target": "from-environment"},
            None, "from-environment", "from-environment",
            id="AWS_PROFILE is the target that was made from keys, which are there",
        ),
        pytest.param({"keys": True}, None, "assumed-role", "default", id="environment keys"),
        pytest.param(
            {"keys": True, "current": "dev"}, None, "dev-role", "dev",
            id="environment keys beat AWS_PROFILE, whose settings hold",
        ),
        pytest.param(
            {"keys": True, "current": "dev", "explicit": True}, "dev", "dev-role", "dev",
            id="--profile beats environment keys",
        ),
        pytest.param(
            {"keys": True, "current": "assumed-role"}, None, "assumed-role", "assumed-role",
            id="environment keys in a shell whose AWS_PROFILE is the target",
        ),
    ],
)  # fmt: skip
def test_ends(
    given: dict[str, Any], source: Optional[str], target: str, configuration: str
) -> None:
    """Source, target and the profile of the settings follow from what was said where."""
    assert choose(**given) == ProfilePair(source, target, configuration)


@pytest.mark.parametrize(
    ("default", "current"), [({}, "assumed-role"), ({"assume": {"update_profile": "x"}}, "x")]
)
def test_target_that_is_not_there_yet(default: dict[str, Any], current: str) -> None:
    """AWS_PROFILE may name the target before the first run, which then comes from default."""
    profiles = {"default": default}

    assert choose(current, profiles=profiles) == ProfilePair("default", current, "default")


@pytest.mark.parametrize("name", ["typo", ""])
@pytest.mark.parametrize("is_explicit", [True, False])
def test_profile_that_does_not_exist(name: str, is_explicit: bool) -> None:
    """A profile that does not exist is the CLI's error; an empty --profile is none at all."""
    if not name and is_explicit:
        assert choose(name, explicit=True).source == "default"
        return

    with pytest.raises(ProfileNotFound, match=re.escape(f"({name})")):
        choose(name, explicit=is_explicit)


def test_no_files_at_all() -> None:
    """Without any profile the source is default, which may be an instance's role."""
    assert choose(profiles={}) == ProfilePair("default", "assumed-role", "default")


def test_recorded_source_that_is_gone() -> None:
    """A recorded source that is gone is named, with the option that names another."""
    with pytest.raises(InvalidConfiguration) as refusal:
        choose("assumed-role", profiles={"assumed-role": made_from("dev")})

    assert "'assumed-role' was made from the profile 'dev'" in str(refusal.value)
    assert "--profile NAME" in str(refusal.value)


def test_recorded_keys_that_are_gone() -> None:
    """A target that was made from keys in the environment says so when there are none."""
    with pytest.raises(InvalidConfiguration) as refusal:
        choose("from-environment", target="from-environment")

    assert "'from-environment' was made from keys in the environment" in str(refusal.value)
    assert "AWS_SECRET_ACCESS_KEY" in str(refusal.value)
    assert "--profile NAME" in str(refusal.value)


def test_recorded_source_that_never_was_a_profile() -> None:
    """A run from an instance's role can be run again: default need not be in the files."""
    profiles = {"assumed-role": made_from("default")}

    assert choose("assumed-role", profiles=profiles) == ProfilePair(
        "default", "assumed-role", "default"
    )


def test_recorded_source_that_is_not_needed() -> None:
    """Role chaining from a target does not ask for the source that it was made from."""
    profiles = {"assumed-role": made_from("gone")}

    profile_pair = choose("assumed-role", target="x", profiles=profiles)

    assert profile_pair == ProfilePair("assumed-role", "x", "assumed-role")


@pytest.mark.parametrize("target", ["", "a]b", "DEFAULT", "a\nb"])
def test_target_is_checked(target: str) -> None:
    """A target's name that the files can't carry is refused, said or configured."""
    with pytest.raises(InvalidRequest):
        choose(target=target)
    if target:
        with pytest.raises(InvalidConfiguration, match="assume.update_profile"):
            choose(profiles={"default": {"assume": {"update_profile": target}}})


def test_setting_of_the_source_is_checked() -> None:
    """An unknown setting of the source is refused before anything is asked."""
    with pytest.raises(InvalidConfiguration, match=r"assume\.target"):
        choose(profiles={"default": {"assume": {"target": "x"}}})


# Role chaining

OURS = made_from("default")["assumed"]
PROGRAM = slow_command_line("/usr/bin/aws", "assumed-role")


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        (None, False),
        ({}, False),
        ({"aws_access_key_id": "AKIAX"}, False),
        ({"role_arn": ROLE_ARN, "source_profile": "x"}, True),
        ({"assumed": OURS, "aws_access_key_id": "A", WRITTEN_KEY_KEY: "A"}, True),
        ({"assumed": OURS, "aws_access_key_id": "B", WRITTEN_KEY_KEY: "A"}, False),
        ({"assumed": OURS, "aws_access_key_id": "B"}, False),
        ({"assumed": OURS}, False),
        ({"assumed": OURS, "credential_process": PROGRAM}, True),
        ({"assumed": OURS, "credential_process": PROGRAM, "aws_access_key_id": "B"}, False),
        ({"assumed": OURS, "credential_process": "somebody-elses"}, False),
    ],
)
def test_profile_that_is_a_role_session(profile: object, expected: bool) -> None:
    """A profile is a role's where it names one, or where its keys are those that we wrote."""
    assert holds_role_session(profile) is expected
