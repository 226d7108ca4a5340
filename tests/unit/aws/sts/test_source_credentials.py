"""Whether the source is known to be a role session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Optional

import pytest
from pytest_mock import MockerFixture

from awscli_assume.aws.caller_identity import Caller, CallerCache
from awscli_assume.aws.sts.source_credentials import (
    account_place,
    is_known_role_session,
    known_account,
    no_credentials,
    source_credentials,
    use_role_source,
)
from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host import (
    CredentialRetrievalError,
    InvalidConfigError,
    NoCredentialsError,
    ReadOnlyCredentials,
)

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


@pytest.mark.parametrize(
    ("provider", "place"),
    [
        (providers.EnvProvider, "AWS_ACCOUNT_ID in the environment"),
        (
            providers.SharedCredentialProvider,
            "aws_account_id of the profile 'B' in /the/credentials_file",
        ),
        (providers.ConfigProvider, "aws_account_id of the profile 'B' in /the/config_file"),
        (providers.ProcessProvider, "AccountId of the credential_process of the profile 'B'"),
        (providers.SSOProvider, "sso_account_id of the profile 'B'"),
        (providers.ContainerProvider, "AccountId of the provider container-role"),
    ],
)
def test_account_id_of_other_than_12_digits(
    mocker: MockerFixture, provider: Any, place: str
) -> None:
    """The error names the place and the value, wherever the account ID comes from."""
    session = mocker.Mock(full_config={"profiles": {"B": {}}})
    session.get_config_variable.side_effect = lambda name: f"/the/{name}"
    found = account_place(session, Found(provider.METHOD), "B")
    frozen = mocker.Mock(account_id="my-alias")

    with pytest.raises(InvalidConfiguration, match=f"^{place}: Invalid account ID 'my-alias'"):
        known_account(frozen, found)
    assert known_account(mocker.Mock(account_id="1" * 12), found) == "1" * 12
    assert known_account(mocker.Mock(account_id=None), found) is None


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (
            InvalidConfigError(error_msg='The source profile "b c" must have credentials.'),
            "aws configure --profile 'b c'",
        ),
        (
            CredentialRetrievalError(provider="Environment", error_msg="none"),
            "Export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        ),
    ],
)
def test_advice_on_a_source_without_credentials(
    mocker: MockerFixture, error: Exception, advice: str
) -> None:
    """The error is botocore's own, with a further sentence on the same line."""
    first = str(error)
    use = "awscli_assume.aws.sts.source_credentials"
    mocker.patch(f"{use}.use_profile")
    mocker.patch(f"{use}.role_source_loader", return_value=mocker.Mock(side_effect=error))
    session = mocker.Mock()
    use_role_source(session, "X")
    (_, resolver), _ = session.register_component.call_args

    with pytest.raises(type(error)) as refusal:
        resolver.load_credentials()

    assert str(refusal.value).startswith(first)
    assert "\n" not in str(refusal.value)
    assert advice in str(refusal.value)
