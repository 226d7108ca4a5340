"""Whether a source is known to be a role session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from awscli_assume.aws.callers import Caller, CallerCache
from awscli_assume.aws.sts.role_chaining import is_role_session
from awscli_assume.host import ReadOnlyCredentials

# The CLI's own botocore, which `import awscli` has put in place by now.
from botocore import credentials as providers  # isort: skip

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=timezone.utc)
KEY = "ASIAEXAMPLEEXAMPLE12"


@dataclass
class Found:
    """What botocore has found, and how; asked for its keys, it counts."""

    method: str
    asked: int = 0

    def get_frozen_credentials(self) -> Any:
        self.asked += 1
        return ReadOnlyCredentials(KEY, "secret", "token")


@pytest.fixture
def memory(tmp_path: Path) -> CallerCache:
    return CallerCache(str(tmp_path / "callers"))


def store(memory: CallerCache, arn: str) -> None:
    memory.store(KEY, Caller.from_arn(arn), NOW)


@pytest.mark.parametrize(
    "provider",
    [
        providers.AssumeRoleProvider,
        providers.AssumeRoleWithWebIdentityProvider,
        providers.SSOProvider,
    ],
)
def test_providers_that_answer_role_sessions(memory: CallerCache, provider: Any) -> None:
    """The way that the credentials came says it, without asking for them."""
    found = Found(provider.METHOD)

    assert is_role_session(found, memory)
    assert found.asked == 0


@pytest.mark.parametrize(
    "provider", [providers.InstanceMetadataProvider, providers.ContainerProvider]
)
def test_instances_and_containers_are_left_to_sts(memory: CallerCache, provider: Any) -> None:
    """They are exempt from the hour, even where their ARN is remembered."""
    store(memory, "arn:aws:sts::123456789012:assumed-role/instance/i-1")

    assert not is_role_session(Found(provider.METHOD), memory)


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
def test_keys_whose_owner_is_remembered(
    memory: CallerCache, method: str, arn: str, expected: bool
) -> None:
    """Other keys are a role's where an earlier GetCallerIdentity has said so."""
    store(memory, arn)

    assert is_role_session(Found(method), memory) is expected


def test_keys_that_nobody_has_asked_for(memory: CallerCache) -> None:
    """What is not known is no role session."""
    assert not is_role_session(Found("env"), memory)
