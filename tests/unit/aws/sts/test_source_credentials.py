"""Whether the source is known to be a role session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Optional

import pytest
from pytest_mock import MockerFixture

from awscli_assume.aws.callers import Caller, CallerCache
from awscli_assume.aws.sts.source_credentials import (
    is_known_role_session,
    no_credentials,
    source_credentials,
)
from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host import NoCredentialsError, ReadOnlyCredentials

# The CLI's own botocore, which `import awscli` has put in place by now.
from botocore import credentials as providers  # isort: skip

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=timezone.utc)
KEY = "ASIAEXAMPLEEXAMPLE12"


@dataclass
class Found:
    """Credentials of a provider that count how often their keys are read."""

    method: str
    reads: int = 0

    def get_frozen_credentials(self) -> Any:
        self.reads += 1
        return ReadOnlyCredentials(KEY, "secret", "token")


@pytest.fixture
def cache(tmp_path: Path) -> CallerCache:
    return CallerCache(str(tmp_path / "callers"))


def store(cache: CallerCache, arn: str) -> None:
    cache.store(KEY, Caller.from_arn(arn), NOW)


@pytest.mark.parametrize(
    "provider",
    [
        providers.AssumeRoleProvider,
        providers.AssumeRoleWithWebIdentityProvider,
        providers.SSOProvider,
    ],
)
def test_providers_of_role_sessions(cache: CallerCache, provider: Any) -> None:
    """The provider decides, without reading the keys."""
    found = Found(provider.METHOD)

    assert is_known_role_session(found, cache)
    assert found.reads == 0


@pytest.mark.parametrize(
    "provider", [providers.InstanceMetadataProvider, providers.ContainerProvider]
)
def test_instances_and_containers_are_exempt(cache: CallerCache, provider: Any) -> None:
    """They are not limited to one hour, even if the cache knows their ARN."""
    store(cache, "arn:aws:sts::123456789012:assumed-role/instance/i-1")

    assert not is_known_role_session(Found(provider.METHOD), cache)


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        ("arn:aws:sts::123456789012:assumed-role/first/alice", True),
        ("arn:aws-cn:sts::123456789012:assumed-role/first/alice", True),
        ("arn:aws:iam::123456789012:user/alice", False),
        ("arn:aws:iam::123456789012:user/assumed-role/alice", False),
        ("arn:aws:sts::123456789012:federated-user/alice", False),
    ],
)
@pytest.mark.parametrize("method", ["env", "shared-credentials-file", "custom-process", "login"])
def test_keys_with_a_cached_owner(
    cache: CallerCache, method: str, arn: str, expected: bool
) -> None:
    """For other keys, the cached GetCallerIdentity decides."""
    store(cache, arn)

    assert is_known_role_session(Found(method), cache) is expected


def test_keys_without_a_cached_owner(cache: CallerCache) -> None:
    """Unknown keys are not a role session."""
    assert not is_known_role_session(Found("env"), cache)


@pytest.mark.parametrize("token", ["", None])
def test_long_lived_credentials(mocker: MockerFixture, token: Optional[str]) -> None:
    """Keys without a session token are long-lived."""
    found = mocker.Mock()
    found.get_frozen_credentials.return_value = ReadOnlyCredentials("AKIAX", "secret", token)

    assert source_credentials(mocker.Mock(), lambda: found) is None


def test_temporary_credentials(mocker: MockerFixture) -> None:
    """Temporary credentials have the provider's expiration."""
    found = mocker.Mock(_expiry_time=NOW)
    found.get_frozen_credentials.return_value = ReadOnlyCredentials(KEY, "secret", "token")
    session = mocker.Mock()
    session.get_credentials.return_value = found
    credentials = source_credentials(session)

    assert credentials is not None
    assert (credentials.access_key_id, credentials.expiration) == (KEY, NOW)


def test_source_without_credentials(mocker: MockerFixture) -> None:
    """No credentials are botocore's own error."""
    with pytest.raises(NoCredentialsError, match="Unable to locate credentials"):
        source_credentials(mocker.Mock(), lambda: None)


@pytest.mark.parametrize("name", [None, "SharedCredentials"])
def test_error_without_a_credential_source(name: Optional[str]) -> None:
    """Without a special place, the error is botocore's own."""
    assert isinstance(no_credentials("dev", name), NoCredentialsError)


@pytest.mark.parametrize("name", ["Environment", "Ec2InstanceMetadata", "EcsContainer"])
def test_error_of_a_credential_source(name: str) -> None:
    """The error names the profile, the place and what to do."""
    error = no_credentials("dev", name)

    assert isinstance(error, InvalidConfiguration)
    assert f"'dev' has credential_source = {name}, which has no credentials. " in str(error)
    assert "--profile NAME" in str(error)
