"""Users and roles in the local AWS, and stubs of the other sources of credentials."""

from __future__ import annotations

import base64
import contextlib
import json
from dataclasses import dataclass, field
from typing import Any, Iterator, Mapping

import boto3
from botocore.config import Config

from awscli_assume.install.local_aws import LocalAws
from support.loopback import Journal, Keys
from support.metadata_stub import ContainerStub, InstanceStub
from support.signin_stub import SigninStub
from support.sso_stub import SsoStub
from support.sts_stub import StsRecorder

ACCOUNT = "000000000000"
REGION = "us-east-1"
ISSUER = "oidc.example.org"
ROLES = ("target", "first", "second", "dev", "instance", "task")
_DIRECT = Config(proxies={})
_ASSUMING = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]


def role_arn(name: str) -> str:
    """Return the ARN of a role of the local AWS."""
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def client(endpoint_url: str, keys: Keys, service: str = "sts") -> Any:
    """Return a client of boto3, an SDK without the plugin."""
    session = boto3.Session(keys.id, keys.secret, keys.token or None, region_name=REGION)
    return session.client(service, endpoint_url=endpoint_url, config=_DIRECT)


def web_identity_token() -> str:
    """Return an unsigned JWT of an identity provider."""
    claims = {"iss": f"https://{ISSUER}", "aud": "sts.amazonaws.com", "sub": "job"}
    header, payload = (_encoded(part) for part in ({"alg": "none", "typ": "JWT"}, claims))
    return f"{header}.{payload}.c2lnbmF0dXJl"


@dataclass(frozen=True)
class Principals:
    """Long-lived keys of two users, and the temporary keys of the other sources.

    The local AWS issued all of them, so it verifies their signatures.
    """

    carol: Keys
    dave: Keys
    sessions: Mapping[str, Keys] = field(default_factory=dict)

    @property
    def all(self) -> dict[str, Keys]:
        """All of them by name."""
        return {"carol": self.carol, "dave": self.dave, **self.sessions}


def make_principals(local_aws: LocalAws) -> Principals:
    """Create users, roles, an identity provider and sessions in the local AWS."""
    url, administrator = local_aws.endpoint_url, local_aws.administrator
    iam = client(url, Keys("administrator", administrator.id, administrator.secret), "iam")
    users = []
    for name in ("carol", "dave"):
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="sts", PolicyDocument=_document(["sts:*"]))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        users.append(Keys(name, key["AccessKeyId"], key["SecretAccessKey"]))
    _make_roles(iam)
    carol = users[0]
    sts = client(url, carol)
    sessions = {
        role: _keys(role, sts.assume_role(RoleArn=role_arn(role), RoleSessionName="s0"))
        for role in ("first", "dev", "instance", "task")
    }
    for name in ("session", "login", "renewed"):
        sessions[name] = _keys(name, sts.get_session_token())
    return Principals(carol, users[1], sessions)


def _make_roles(iam: Any) -> None:
    own = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    provider = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"}
    iam.create_open_id_connect_provider(
        Url=f"https://{ISSUER}", ClientIDList=["sts.amazonaws.com"], ThumbprintList=["a" * 40]
    )
    trusts = {name: _document(_ASSUMING, own) for name in ROLES}
    trusts["web"] = _document(["sts:AssumeRoleWithWebIdentity"], provider)
    for name, trust in trusts.items():
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
        iam.put_role_policy(RoleName=name, PolicyName="sts", PolicyDocument=_document(["sts:*"]))


def _document(actions: list[str], principal: Any = None) -> str:
    whom = {"Resource": "*"} if principal is None else {"Principal": principal}
    statement = {"Effect": "Allow", "Action": actions, **whom}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _keys(name: str, answer: Mapping[str, Any]) -> Keys:
    found = answer["Credentials"]
    return Keys(name, found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])


def _encoded(part: Mapping[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


@dataclass(frozen=True)
class Stubs:
    """The stubs of one test, which share a journal."""

    journal: Journal
    sts: StsRecorder
    sso: SsoStub
    signin: SigninStub
    instance: InstanceStub
    container: ContainerStub

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables that direct each service to its stub."""
        return {
            "AWS_ENDPOINT_URL": self.sts.url,
            **self.sso.variables(),
            "AWS_ENDPOINT_URL_SIGNIN": self.signin.url,
        }


@contextlib.contextmanager
def run_stubs(local_aws: LocalAws, principals: Principals) -> Iterator[Stubs]:
    """Run all stubs inside a ``with`` statement."""
    sessions = principals.sessions
    journal = Journal(names={keys.id: name for name, keys in principals.all.items()})
    with contextlib.ExitStack() as stack:
        enter = stack.enter_context
        yield Stubs(
            journal,
            enter(StsRecorder(journal, local_aws.endpoint_url)),
            enter(SsoStub(journal, sessions["dev"])),
            enter(SigninStub(journal, sessions["renewed"])),
            enter(InstanceStub(journal, sessions["instance"])),
            enter(ContainerStub(journal, sessions["task"])),
        )
