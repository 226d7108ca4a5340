"""The credentials endpoint, asked by SDKs that do not know the plugin, across a renewal."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from typing import Callable, Iterator

import pytest

from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.model.renewer import Renewer
from awscli_assume.outputs.endpoint import CredentialsEndpoint
from support.javascript import IDENTITY, run_javascript
from support.sts_stub import StsStub

FIRST, SECOND = "ASIAFIRSTFIRSTFIRST1", "ASIASECONDSECONDSEC2"
# One client and its calls. This SDK renews in the background and signs with
# what it has until then; a client that never saw new ones would run into the
# time limit of the process.
JAVASCRIPT = """
import { STSClient, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
const client = new STSClient({ credentials: fromNodeProviderChain() });
do {
  await client.send(new GetCallerIdentityCommand({}));
} while ((await client.config.credentials()).accessKeyId === 'ASIAFIRSTFIRSTFIRST1');
await client.send(new GetCallerIdentityCommand({}));
"""
PYTHON = """
import boto3
client = boto3.Session().client('sts')
client.get_caller_identity()
client.get_caller_identity()
"""


def run_python(program: str, env: dict[str, str]) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", program], env=env, capture_output=True, text=True, check=False
    )


class Life:
    """A session near its end, and the one that follows it.

    Two minutes are inside of the window in which an SDK asks again (five
    minutes in JavaScript, 15 in botocore). With the first signed call 100
    seconds pass for us, which leaves less than our own margin.
    """

    def __init__(self, sts_stub: StsStub) -> None:
        self.sts_stub = sts_stub
        self.start = datetime.now(timezone.utc)
        self.renewals = 0
        first = self.credentials(FIRST, timedelta(minutes=2))
        self.provide = Renewer(first, self.again, self.now).current

    def now(self) -> datetime:
        return self.start + timedelta(seconds=100 if self.sts_stub.requests else 0)

    def again(self) -> TemporaryCredentials:
        self.renewals += 1
        return self.credentials(SECOND, timedelta(hours=12))

    def credentials(self, key: str, lifetime: timedelta) -> TemporaryCredentials:
        arn = "arn:aws:sts::123456789012:assumed-role/r/alice"
        return TemporaryCredentials(key, "secret", "token", self.start + lifetime, arn, "AROA:a")


@pytest.fixture
def life(sts_stub: StsStub) -> Life:
    return Life(sts_stub)


@pytest.fixture
def endpoint(life: Life) -> Iterator[CredentialsEndpoint]:
    with CredentialsEndpoint(life.provide) as endpoint:
        yield endpoint


@pytest.fixture
def child_env(
    clean_env: dict[str, str], endpoint: CredentialsEndpoint, sts_stub: StsStub
) -> dict[str, str]:
    """Return the environment of a child that has nothing but the endpoint."""
    return {
        **clean_env,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": sts_stub.url,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": endpoint.url,
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": endpoint.token,
    }


def signing_keys(sts_stub: StsStub) -> list[str]:
    """Return the access keys that the calls were signed with, each once, in order."""
    signed = [
        value
        for headers in sts_stub.headers
        for name, value in headers.items()
        if name.lower() == "authorization"
    ]
    return list(dict.fromkeys(re.findall("Credential=([^/]+)/", " ".join(signed))))


@pytest.mark.parametrize(
    ("run", "program"),
    [(run_javascript, JAVASCRIPT), (run_python, PYTHON)],
    ids=["SDK for JavaScript v3", "boto3"],
)
def test_an_sdk_follows_a_renewal(
    run: Callable, program: str, life: Life, sts_stub: StsStub, child_env: dict[str, str]
) -> None:
    """One client signs its calls with the first session, then with the one that followed."""
    done = run(program, child_env)

    assert done.returncode == 0, done.stderr
    assert signing_keys(sts_stub) == [FIRST, SECOND]
    assert life.renewals == 1


def test_a_wrong_token_signs_nothing(
    endpoint: CredentialsEndpoint, sts_stub: StsStub, child_env: dict[str, str]
) -> None:
    """A process that knows the address and not the token has no credentials."""
    done = run_javascript(IDENTITY, {**child_env, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "wrong"})

    assert done.returncode != 0
    assert "Could not load credentials from any providers" in done.stderr
    assert endpoint.token not in done.stdout + done.stderr
    assert sts_stub.requests == []
