"""Roles on a local AWS that enforces trust policies and permissions.

An SDK without the plugin calls AssumeRole first. If explain reports a problem, the call was
denied; if explain reports none, it succeeded.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Callable, Iterator, Optional

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from awscli_assume.install.local_aws import LocalAws

ACCOUNT = "000000000000"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
LOOK = ["iam:GetRole", "iam:ListRoles", "iam:GetUser", "iam:SimulatePrincipalPolicy"]


def client(endpoint_url: str, service: str, key: str, secret: str, token: Any = None) -> Any:
    session = boto3.Session(key, secret, token, region_name="us-east-1")
    return session.client(service, endpoint_url=endpoint_url, config=Config(proxies={}))


@pytest.fixture(scope="module")
def local() -> Iterator[LocalAws]:
    with LocalAws() as running:
        yield running


@pytest.fixture(scope="module")
def iam(local: LocalAws) -> Any:
    key = local.administrator
    return client(local.endpoint_url, "iam", key.id, key.secret)


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(principal: Any, *actions: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal,
            "Action": list(actions) or "sts:AssumeRole", **more}  # fmt: skip


def deny(principal: Any) -> dict[str, Any]:
    return {**allow(principal), "Effect": "Deny"}


@dataclass(frozen=True)
class Case:
    """The step of the cause (None: no problem), the trust policy (None: no role), and the rest.

    ``actions`` are those that alice's policy allows. ``caller`` is alice or a session of the
    role dev.
    """

    step: Optional[str]
    trust: Optional[str]
    actions: tuple[str, ...] = ("sts:*", *LOOK)
    options: tuple[str, ...] = ()
    request: Callable[[], dict[str, Any]] = dict
    caller: str = "alice"
    role: str = "wanted"
    status: str = "problem"


EXTERNAL = {"Condition": {"StringEquals": {"sts:ExternalId": "p42"}}}
NAMED = {"Condition": {"StringEquals": {"sts:RoleSessionName": "alice"}}}
TAGGED = {"Condition": {"StringEquals": {"aws:RequestTag/team": "blue"}}}
BOTH = ("sts:AssumeRole", "sts:TagSession")
TAGS = {"Tags": [{"Key": "team", "Value": "red"}]}
TAG = ("--tags", "Key=team,Value=red")
CASES = {
    "a trust policy for alice": Case(None, policy(allow({"AWS": ALICE}))),
    "a trust policy for the account": Case(None, policy(allow(ROOT))),
    "a trust policy for the account by its ID": Case(None, policy(allow({"AWS": ACCOUNT}))),
    "the right external ID": Case(
        None, policy(allow({"AWS": ALICE}, **EXTERNAL)), options=("--external-id", "p42"),
        request=lambda: {"ExternalId": "p42"},
    ),
    "allowed tags": Case(None, policy(allow(ROOT, *BOTH)), options=TAG, request=lambda: TAGS),
    "a trust policy for the role of the session": Case(
        None, policy(allow({"AWS": f"arn:aws:iam::{ACCOUNT}:role/dev"})), caller="dev",
    ),
    "no role": Case("Role", None),
    "a trust policy for bob": Case("TrustPolicy", policy(allow({"AWS": ALICE[:-5] + "bob"}))),
    "a trust policy for another account": Case(
        "TrustPolicy", policy(allow({"AWS": "arn:aws:iam::111111111111:root"}))
    ),
    "a trust policy for a service": Case(
        "TrustPolicy", policy(allow({"Service": "ec2.amazonaws.com"}))
    ),
    "a Deny for alice": Case("TrustPolicy", policy(allow(ROOT), deny({"AWS": ALICE}))),
    "a Deny for everyone": Case("TrustPolicy", policy(allow(ROOT), deny({"AWS": "*"}))),
    "no external ID": Case("TrustPolicy", policy(allow({"AWS": ALICE}, **EXTERNAL))),
    "another external ID": Case(
        "TrustPolicy", policy(allow({"AWS": ALICE}, **EXTERNAL)),
        options=("--external-id", "p43"), request=lambda: {"ExternalId": "p43"},
    ),
    "another session name": Case("TrustPolicy", policy(allow({"AWS": ALICE}, **NAMED))),
    "MFA": Case(
        "TrustPolicy",
        policy(allow(ROOT, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})),
    ),
    "tags without sts:TagSession": Case(
        "TrustPolicy", policy(allow({"AWS": ALICE})), options=TAG, request=lambda: TAGS
    ),
    "another tag": Case(
        "TrustPolicy", policy(allow({"AWS": ALICE}, *BOTH, **TAGGED)), options=TAG,
        request=lambda: TAGS,
    ),
    "a trust policy for the user of a session": Case(
        "TrustPolicy", policy(allow({"AWS": ALICE})), caller="dev"
    ),
    "no permission for alice": Case("CallerPermissions", policy(allow(ROOT)), actions=(*LOOK,)),
    "no permissions": Case("Role", policy(allow(ROOT)), actions=(), status="unknown"),
}  # fmt: skip


@dataclass(frozen=True)
class Keys:
    id: str
    secret: str
    token: Optional[str] = None


@pytest.fixture
def make(iam: Any, local: LocalAws) -> Iterator[Callable[[Case], Keys]]:
    """Create the role and the caller of a case; delete them after the test."""
    undo: list[Callable[[], Any]] = []

    def make_case(case: Case) -> Keys:
        iam.create_user(UserName="alice")
        undo.append(lambda: iam.delete_user(UserName="alice"))
        key = iam.create_access_key(UserName="alice")["AccessKey"]
        key_id = key["AccessKeyId"]
        undo.append(lambda: iam.delete_access_key(UserName="alice", AccessKeyId=key_id))
        if case.actions:
            rights = {"Effect": "Allow", "Action": list(case.actions), "Resource": "*"}
            where = {"UserName": "alice", "PolicyName": "rights"}
            iam.put_user_policy(**where, PolicyDocument=policy(rights))
            undo.append(lambda: iam.delete_user_policy(**where))
        if case.trust is not None:
            iam.create_role(RoleName=case.role, AssumeRolePolicyDocument=case.trust)
            undo.append(lambda: iam.delete_role(RoleName=case.role))
        if case.caller == "alice":
            return Keys(key_id, key["SecretAccessKey"])
        return session_of_dev(key_id, key["SecretAccessKey"])

    def session_of_dev(key_id: str, secret: str) -> Keys:
        iam.create_role(RoleName="dev", AssumeRolePolicyDocument=policy(allow(ROOT)))
        undo.append(lambda: iam.delete_role(RoleName="dev"))
        rights = policy({"Effect": "Allow", "Action": ["sts:*", *LOOK], "Resource": "*"})
        iam.put_role_policy(RoleName="dev", PolicyName="rights", PolicyDocument=rights)
        undo.append(lambda: iam.delete_role_policy(RoleName="dev", PolicyName="rights"))
        sts = client(local.endpoint_url, "sts", key_id, secret)
        arn = f"arn:aws:iam::{ACCOUNT}:role/dev"
        found = sts.assume_role(RoleArn=arn, RoleSessionName="s0")["Credentials"]
        return Keys(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])

    yield make_case
    for step in reversed(undo):
        step()


def assume_role(sts: Any, **parameters: Any) -> str:
    """Return "granted", or the error code."""
    try:
        sts.assume_role(**parameters)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "granted"


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_verdict_agrees_with_the_local_aws(
    aws, case: Case, make: Callable[[Case], Keys], local: LocalAws
) -> None:
    """A denied call has one problem, at its cause; a granted call has none."""
    keys = make(case)
    sts = client(local.endpoint_url, "sts", keys.id, keys.secret, keys.token)
    arn = f"arn:aws:iam::{ACCOUNT}:role/{case.role}"
    result = assume_role(sts, RoleArn=arn, RoleSessionName="s1", **case.request())
    aws.add_key("caller", keys.id, keys.secret, keys.token or "")
    aws.add_config("[profile caller]\nregion = us-east-1\n")
    aws.set_variable("AWS_ENDPOINT_URL", local.endpoint_url)
    done = aws(
        "assume", "explain", "--role-name", case.role, "--role-session-name", "s1", "--profile",
        "caller", *case.options, "--output", "json",
    )  # fmt: skip
    found = json.loads(done.out)
    statuses = {step["Step"]: step["Status"] for step in found["Steps"]}

    problems = {name for name, status in statuses.items() if status == "problem"}
    if case.step is None:
        assert (result, done.code, problems) == ("granted", 0, set()), found
    elif case.status == "unknown":
        assert (statuses[case.step], done.code, problems) == ("unknown", 3, set()), found
    else:
        assert (result, done.code, problems) == ("AccessDenied", 1, {case.step}), found
