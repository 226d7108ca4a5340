"""A role of each trust form on a local AWS that enforces trust: who gets in, and nobody else.

The command runs in the CLI's own driver; who tries the role is an SDK that knows nothing of us.
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


class World:
    """Callers of one account: users by name, and sessions of the roles dev and other."""

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
        """Return an SDK's client with somebody's keys."""
        session = boto3.Session(*key, region_name="us-east-1")
        return session.client(service, endpoint_url=self.url, config=Config(proxies={}))

    def getting_in(self, role: str, **more: str) -> set[str]:
        """Return who of all can assume a role."""
        arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
        return {name for name in self.keys if self.is_granted(name, arn, **more)}

    def is_granted(self, name: str, arn: str, **more: str) -> bool:
        """Return whether STS grants the role to somebody; only a denial counts as one."""
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
def world() -> Iterator[World]:
    with LocalAws() as running:
        yield World(running)


@pytest.fixture
def create(aws, world: World):
    """Return a maker of roles as somebody: the name of the role out."""
    aws.set_variable("AWS_ENDPOINT_URL", world.url)

    def make(by: str, *options: str) -> tuple[str, Any]:
        key = world.keys[by]
        aws.credentials.write_text("")
        aws.add_key("default", key[0], key[1], *key[2:])
        name = f"role-{next(world.numbers)}"
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
def test_who_is_named_gets_in_and_nobody_else(create, world: World, form: str) -> None:
    """Each of five callers tries the role at once: those whom --trust names are granted it."""
    by, terms, expected = FORMS[form]
    name, _ = create(by, "--trust", *terms)

    assert world.getting_in(name) == expected


def test_the_external_id_is_asked_for(create, world: World) -> None:
    """Without the generated external ID, and with another, nobody gets in."""
    name, done = create("alice", "--external-id", "generate", "--wait")
    external_id = re.search(r"The external ID is (\w+)\.", done.err)[1]

    assert world.getting_in(name) == set()
    assert world.getting_in(name, ExternalId="0" * 32) == set()
    assert world.getting_in(name, ExternalId=external_id) == {"alice"}


def test_without_mfa_nobody_gets_in(create, world: World) -> None:
    """--require-mfa keeps out long-lived keys and sessions that had no code."""
    name, _ = create("alice", "--trust", "me", "account", "--require-mfa")

    assert world.getting_in(name) == set()


def token(subject: str, audience: str = "sts.amazonaws.com", issuer: str = GITHUB) -> str:
    """Return a token of a provider; the local AWS reads its claims, and looks at no signature."""
    claims = {"iss": f"https://{issuer}", "sub": subject, "aud": audience, "exp": 4102444800}
    parts = [json.dumps(one).encode() for one in ({"alg": "RS256", "typ": "JWT"}, claims)]
    return ".".join(base64.urlsafe_b64encode(p).decode().rstrip("=") for p in (*parts, b"x"))


@pytest.mark.parametrize(
    ("term", "subject", "audience", "is_let_in"),
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
def test_a_token_gets_in_by_its_subject_and_audience(
    create, world: World, term: str, subject: str, audience: Optional[str], is_let_in: bool
) -> None:
    """A web identity is granted the role whose trust names its subject, for AWS's audience."""
    name, _ = create("alice", "--trust", term)
    sts = boto3.client("sts", endpoint_url=world.url, region_name="us-east-1",
                       config=Config(proxies={}))  # fmt: skip
    given = token(subject, audience or "sts.amazonaws.com")
    try:
        sts.assume_role_with_web_identity(
            RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{name}", RoleSessionName="s1",
            WebIdentityToken=given,
        )  # fmt: skip
        granted = True
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDenied":
            raise
        granted = False

    assert granted is is_let_in
