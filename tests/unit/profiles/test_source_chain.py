"""The path from a role to its credentials, compared with botocore's own provider."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.credentials import (
    AssumeRoleProvider,
    CanonicalNameCredentialSourcer,
    CredentialProvider,
    Credentials,
)
from botocore.exceptions import InvalidConfigError, PartialCredentialsError
from hypothesis import event, example, given
from hypothesis import strategies as st

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.profiles.include_profile import ResolvedProfiles
from awscli_assume.profiles.source_chain import resolve_source_chain

ROLE_ARN = "arn:aws:iam::123456789012:role/r"
FILES = ("config", "credentials")
KEYS = {"aws_access_key_id": "AKIAX", "aws_secret_access_key": "x"}
NAMES = ["a", "b", "c", "d"]


class Answering(CredentialProvider):
    """A provider of botocore's that always has credentials, under a name of its own."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.METHOD = self.CANONICAL_NAME = name

    def load(self) -> Credentials:
        """Return credentials."""
        return Credentials("AKIAX", "x")


class Builder:
    """Providers for any profile, as botocore's ProfileProviderBuilder has them."""

    def providers(self, **options: Any) -> list[CredentialProvider]:
        """Return one provider that has credentials."""
        return [Answering("any")]


def accepted_by_botocore(profiles: dict[str, Any]) -> bool:
    """Return whether botocore finds its way from the profile ``a``; nothing is called."""
    names = ("Environment", "Ec2InstanceMetadata", "EcsContainer")
    provider = AssumeRoleProvider(
        load_config=lambda: {"profiles": profiles}, client_creator=None, cache={},
        profile_name="a", profile_provider_builder=Builder(),
        credential_sourcer=CanonicalNameCredentialSourcer([Answering(name) for name in names]),
    )  # fmt: skip
    try:
        provider.load()
    except Exception:
        return False
    return True


def accepted_by_us(profiles: dict[str, Any]) -> bool:
    """Return whether we do; every refusal is one of botocore's, with advice."""
    try:
        resolve_source_chain(ResolvedProfiles(profiles, FILES), "a")
    except (InvalidConfigError, PartialCredentialsError) as error:
        message = str(error)
        assert "\n" not in message
        event(message[:24])
        return False
    return True


@st.composite
def ways(draw: st.DrawFn) -> dict[str, dict[str, str]]:
    """Return profiles with roles, sources that may be missing or go in circles, and keys."""
    profiles = {}
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True)):
        profile = dict(draw(st.sampled_from([{}, KEYS])))
        if draw(st.integers(0, 3)):
            profile["role_arn"] = ROLE_ARN
        if draw(st.integers(0, 4)):
            profile["source_profile"] = draw(st.sampled_from(NAMES))
        if not draw(st.integers(0, 4)):
            names = ["Environment", "EcsContainer", "Ec2InstanceMetadata", "environment", "X"]
            profile["credential_source"] = draw(st.sampled_from(names))
        if not draw(st.integers(0, 5)):
            profile["web_identity_token_file"] = "/token"
        profiles[name] = profile
    return profiles


@given(ways())
@example({"a": {"role_arn": ROLE_ARN, "source_profile": "a", **KEYS}})
@example({"a": {"role_arn": ROLE_ARN, "source_profile": "a"}})
def test_any_way_is_taken_as_botocore_takes_it(profiles: dict[str, dict[str, str]]) -> None:
    """We refuse what botocore refuses, before any call, and nothing else; and never hang."""
    assert accepted_by_us(profiles) == accepted_by_botocore(profiles)


def test_a_block_is_no_source() -> None:
    """A block of its own keys names no profile."""
    profiles = {"a": {"role_arn": ROLE_ARN, "source_profile": {"b": "c"}}}

    with pytest.raises(InvalidConfiguration, match="the name of one profile"):
        resolve_source_chain(ResolvedProfiles(profiles, FILES), "a")
