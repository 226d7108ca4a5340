"""Web identity and SAML with the real hosts, without any key.

The local AWS takes a web identity and knows no AssumeRoleWithSAML: that one is scripted.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Callable

import boto3
import pytest

from awscli_assume.install.local_aws import LocalAws
from support.person import Person
from support.saml import MARK, saml_response
from support.sts_stub import ACCESS_KEY_ID, ACCOUNT, StsStub

TOKEN = (
    "eyJhbGciOiJSUzI1NiJ9."
    "eyJpc3MiOiJodHRwczovL2lkcC5leGFtcGxlLmNvbSIsInN1YiI6ImFsaWNlIiwiYXVkIjoic3RzLmFtYXpvbmF3cy5jb20ifQ."
    + "WebTokenMark"
    * 5
)
pytestmark = pytest.mark.parametrize("host", ["v2-2.38.5", "v1-newest"], indirect=True)


@pytest.fixture(scope="session")
def by_web_identity(local_aws: LocalAws) -> str:
    """Return the ARN of a role that trusts an identity provider."""
    administrator = boto3.Session(
        local_aws.administrator.id, local_aws.administrator.secret, region_name="us-east-1"
    )
    iam = administrator.client("iam", endpoint_url=local_aws.endpoint_url)
    sts = administrator.client("sts", endpoint_url=local_aws.endpoint_url)
    account = sts.get_caller_identity()["Account"]
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": f"arn:aws:iam::{account}:oidc-provider/idp.example.com"},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    role = iam.create_role(RoleName="by-web-identity", AssumeRolePolicyDocument=document)
    return role["Role"]["Arn"]


@pytest.fixture
def keyless(make_person: Callable) -> Person:
    """Return a user without a key, whose one profile turns the history on."""
    person = make_person("", ("", ""))
    person.credentials.unlink()
    lines = [line for line in person.config.read_text().splitlines() if "region" not in line]
    person.config.write_text("\n".join([*lines, ""]).replace(
        "[default]\n", "[default]\ncli_history = enabled\n"
    ))  # fmt: skip
    person.environment["AWS_DEFAULT_REGION"] = "us-east-1"
    return person


def history(person: Person) -> bytes:
    """Return everything that the CLI's history holds."""
    folder = person.home / ".aws" / "cli" / "history"
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_a_token_becomes_a_profile(
    keyless: Person, local_aws: LocalAws, by_web_identity: str
) -> None:
    """No key is there before; afterwards the profile is the role, and the token is nowhere."""
    keyless.endpoint_url = local_aws.endpoint_url
    token: Path = keyless.home / "token"
    token.write_text(TOKEN)
    done = keyless.aws("assume", "--role-arn", by_web_identity, "--role-session-name", "ci",
                      "--web-identity-token-file", "token", "--debug")  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["Arn"].endswith("assumed-role/by-web-identity/ci")
    written = keyless.sections(keyless.credentials)["assumed-role"]
    assert written["aws_access_key_id"].startswith("ASIA")
    secrets = ("WebTokenMark", written["aws_secret_access_key"], written["aws_session_token"])
    for secret in secrets:
        assert secret not in done.stdout + done.stderr
        assert secret.encode() not in history(keyless)
        assert secret not in keyless.config.read_text()


def test_an_assertion_becomes_a_commands_environment(keyless: Person, sts_stub: StsStub) -> None:
    """The role and its provider are found in the assertion; the command has the keys."""
    keyless.endpoint_url = sts_stub.url
    role, provider = f"arn:aws:iam::{ACCOUNT}:role/r", f"arn:aws:iam::{ACCOUNT}:saml-provider/idp"
    document = saml_response(f"{role},{provider}")
    (keyless.home / "response.b64").write_text(document)
    done = keyless.aws("assume", "exec", "--saml-assertion", "file://response.b64", "--debug",
                      "--", "sh", "-c", 'echo "$AWS_ASSUMED_ROLE $AWS_ACCESS_KEY_ID"')  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [role, ACCESS_KEY_ID]
    assert sts_stub.requests == [
        {
            "Action": "AssumeRoleWithSAML", "Version": "2011-06-15", "RoleArn": role,
            "PrincipalArn": provider, "SAMLAssertion": document,
        }
    ]  # fmt: skip
    assert "Authorization" not in sts_stub.headers[0]
    for secret in (document[100:150], MARK):
        assert secret not in done.stdout + done.stderr
        assert secret.encode() not in history(keyless)
