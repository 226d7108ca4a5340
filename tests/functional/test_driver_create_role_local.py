"""Each form of --trust on a local AWS that enforces trust policies: who can assume the role.

The command runs in the CLI's own driver; an SDK without the plugin assumes the role.
"""

from __future__ import annotations

import base64
import json
import re
import sys
from itertools import count
from typing import Any, Iterator, Optional

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from awscli_assume.install.local_aws import LocalAws

pytestmark = pytest.mark.skipif(
    sys.version_info < (3, 10), reason="ministack needs Python 3.10; moto enforces no trust"
)
ACCOUNT = "000000000000"
GITHUB = "token.actions.githubusercontent.com"
SUBJECT = "repo:org/name:ref:refs/heads/main"
MAIN = f"oidc:{GITHUB}:{SUBJECT}"


class Account:
    """An account with callers: users, and sessions of the roles dev and other."""

    def __init__(self, local: LocalAws) -> None:
        self.url = local.endpoint_url
        self.numbers = count()
        key = local.administrator
        self.iam = self.client("iam", (key.id, key.secret))
        self.keys: dict[str, tuple[Any, ...]] = {}
        anything = policy(Effect="Allow", Action=["sts:*", "iam:*"], Resource="*")
        for name in ("alice", "bob"):
            self.iam.create_user(UserName=name, Path="/team/")
            self.iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=anything)
            made = self.iam.create_access_key(UserName=name)["AccessKey"]
            self.keys[name] = (made["AccessKeyId"], made["SecretAccessKey"])
        root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
        trust = policy(Effect="Allow", Principal=root, Action="sts:AssumeRole")
        for name in ("dev", "other"):
            self.iam.create_role(RoleName=name, Path="/p/", AssumeRolePolicyDocument=trust)
            self.iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=anything)
            found = self.client("sts", self.keys["alice"]).assume_role(
                RoleArn=f"arn:aws:iam::{ACCOUNT}:role/p/{name}", RoleSessionName="s1"
            )["Credentials"]
            self.keys[name] = tuple(
                found[one] for one in ("AccessKeyId", "SecretAccessKey", "SessionToken")
            )
        self.iam.create_user(UserName="weak")
        made = self.iam.create_access_key(UserName="weak")["AccessKey"]
        self.keys["weak"] = (made["AccessKeyId"], made["SecretAccessKey"])
        self.iam.create_open_id_connect_provider(
            Url=f"https://{GITHUB}", ClientIDList=["sts.amazonaws.com"], ThumbprintList=["0" * 40]
        )

    def client(self, service: str, key: tuple[Any, ...]) -> Any:
        """Return a client of an SDK with an access key."""
        session = boto3.Session(*key, region_name="us-east-1")
        return session.client(service, endpoint_url=self.url, config=Config(proxies={}))

    def callers_allowed(self, role: str, **more: str) -> set[str]:
        """Return the callers that can assume a role."""
        arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
        return {name for name in self.keys if self.can_assume(name, arn, **more)}

    def can_assume(self, name: str, arn: str, **more: str) -> bool:
        """Return whether a caller can assume the role. Raises errors other than AccessDenied."""
        try:
            sts = self.client("sts", self.keys[name])
            sts.assume_role(RoleArn=arn, RoleSessionName="s1", **more)
        except ClientError as error:
            if error.response["Error"]["Code"] != "AccessDenied":
                raise
            return False
        return True


def policy(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    with LocalAws() as running:
        yield Account(running)


@pytest.fixture
def create(aws, account: Account):
    """Return a function that creates a role as a caller and returns its name."""
    aws.set_variable("AWS_ENDPOINT_URL", account.url)

    def make(by: str, *options: str) -> tuple[str, Any]:
        key = account.keys[by]
        aws.credentials.write_text("")
        aws.add_key("default", key[0], key[1], *key[2:])
        name = f"role-{next(account.numbers)}"
        done = aws("assume", "create-role", "--role-name", name, *options)
        assert done.code == 0, done.err
        return name, done

    return make


FORMS = {
    "me": ("alice", ["me"], {"alice"}),
    "me of a session": ("dev", ["me"], {"dev"}),
    "account": ("alice", ["account"], {"alice", "bob", "dev", "other"}),
    "a user": ("alice", [f"arn:aws:iam::{ACCOUNT}:user/team/bob"], {"bob"}),
    "a role": ("alice", [f"arn:aws:iam::{ACCOUNT}:role/p/other"], {"other"}),
    "two": ("alice", ["me", f"arn:aws:iam::{ACCOUNT}:role/p/dev"], {"alice", "dev"}),
    "another account": ("alice", ["arn:aws:iam::210987654321:root"], set()),
    "a service": ("alice", ["service:ec2.amazonaws.com"], set()),
    "an OIDC token": ("alice", [MAIN], set()),
}


@pytest.mark.parametrize("form", FORMS)
def test_only_the_trusted_callers_can_assume_the_role(create, account: Account, form: str) -> None:
    """Of five callers, those that --trust names can assume the role."""
    by, terms, expected = FORMS[form]
    name, _ = create(by, "--trust", *terms)

    assert account.callers_allowed(name) == expected


def test_the_external_id_is_required(create, account: Account) -> None:
    """Nobody can assume the role without the generated external ID, or with another one."""
    name, done = create("alice", "--external-id", "generate", "--wait")
    external_id = re.search(r"The external ID is (\w+)\.", done.err)[1]

    assert account.callers_allowed(name) == set()
    assert account.callers_allowed(name, ExternalId="0" * 32) == set()
    assert account.callers_allowed(name, ExternalId=external_id) == {"alice"}


def test_mfa_is_required(create, account: Account) -> None:
    """With --require-mfa, long-lived keys and role sessions cannot assume the role."""
    name, _ = create("alice", "--trust", "me", "account", "--require-mfa")

    assert account.callers_allowed(name) == set()


def token(subject: str, audience: str = "sts.amazonaws.com", issuer: str = GITHUB) -> str:
    """Return a token of a provider; the local AWS checks its claims and not its signature."""
    claims = {"iss": f"https://{issuer}", "sub": subject, "aud": audience, "exp": 4102444800}
    parts = [json.dumps(one).encode() for one in ({"alg": "RS256", "typ": "JWT"}, claims)]
    return ".".join(base64.urlsafe_b64encode(p).decode().rstrip("=") for p in (*parts, b"x"))


@pytest.mark.parametrize(
    ("term", "subject", "audience", "is_allowed"),
    [
        (MAIN, SUBJECT, None, True),
        (MAIN, f"{SUBJECT}2", None, False),
        (MAIN, "repo:org/other:ref:refs/heads/main", None, False),
        (MAIN, SUBJECT, "somebody-else", False),
        (f"oidc:{GITHUB}:repo:org/name:*", SUBJECT, None, True),
        (f"oidc:{GITHUB}:repo:org/name:*", "repo:org/name2:x", None, False),
        (f"oidc:{GITHUB}:repo:org/*", "repo:org/other:ref:refs/heads/x", None, True),
        (f"oidc:{GITHUB}:repo:org/*", "repo:org2/name:ref:refs/heads/main", None, False),
        ("me", SUBJECT, None, False),
        ("account", SUBJECT, None, False),
    ],
)
def test_the_subject_and_audience_of_a_token(
    create, account: Account, term: str, subject: str, audience: Optional[str], is_allowed: bool
) -> None:
    """A token can assume the role if --trust has its subject, and its audience is AWS STS."""
    name, _ = create("alice", "--trust", term)
    sts = boto3.client("sts", endpoint_url=account.url, region_name="us-east-1",
                       config=Config(proxies={}))  # fmt: skip
    identity_token = token(subject, audience or "sts.amazonaws.com")
    try:
        sts.assume_role_with_web_identity(
            RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{name}", RoleSessionName="s1",
            WebIdentityToken=identity_token,
        )  # fmt: skip
        granted = True
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDenied":
            raise
        granted = False

    assert granted is is_allowed
