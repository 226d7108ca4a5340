"""Refusals set up for real in a local AWS that checks trust and permissions, and explained.

Each is tried first by an SDK that knows nothing of us: what explain calls a problem was
refused, and what it calls ok was granted.
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
    """A role's trust policy (None: no role), a caller's rights, options; and the step to blame.

    ``step`` None says that nothing stands in the way. ``by`` is who calls: alice, or a
    session of the role dev.
    """

    step: Optional[str]
    trust: Optional[str]
    rights: tuple[str, ...] = ("sts:*", *LOOK)
    options: tuple[str, ...] = ()
    request: Callable[[], dict[str, Any]] = dict
    by: str = "alice"
    role: str = "wanted"
    status: str = "problem"


EXTERNAL = {"Condition": {"StringEquals": {"sts:ExternalId": "p42"}}}
NAMED = {"Condition": {"StringEquals": {"sts:RoleSessionName": "alice"}}}
TAGGED = {"Condition": {"StringEquals": {"aws:RequestTag/team": "blue"}}}
BOTH = ("sts:AssumeRole", "sts:TagSession")
TAGS = {"Tags": [{"Key": "team", "Value": "red"}]}
TAG = ("--tags", "Key=team,Value=red")
CASES = {
    "alice is named": Case(None, policy(allow({"AWS": ALICE}))),
    "the account is named": Case(None, policy(allow(ROOT))),
    "the account's bare id is named": Case(None, policy(allow({"AWS": ACCOUNT}))),
    "the external id is right": Case(
        None, policy(allow({"AWS": ALICE}, **EXTERNAL)), options=("--external-id", "p42"),
        request=lambda: {"ExternalId": "p42"},
    ),
    "tags are allowed": Case(None, policy(allow(ROOT, *BOTH)), options=TAG, request=lambda: TAGS),
    "a session of dev, which is named": Case(
        None, policy(allow({"AWS": f"arn:aws:iam::{ACCOUNT}:role/dev"})), by="dev",
    ),
    "no role": Case("Role", None),
    "another user is named": Case("TrustPolicy", policy(allow({"AWS": ALICE[:-5] + "bob"}))),
    "another account is named": Case(
        "TrustPolicy", policy(allow({"AWS": "arn:aws:iam::111111111111:root"}))
    ),
    "a service is named": Case("TrustPolicy", policy(allow({"Service": "ec2.amazonaws.com"}))),
    "alice is denied": Case("TrustPolicy", policy(allow(ROOT), deny({"AWS": ALICE}))),
    "everyone is denied": Case("TrustPolicy", policy(allow(ROOT), deny({"AWS": "*"}))),
    "no external id": Case("TrustPolicy", policy(allow({"AWS": ALICE}, **EXTERNAL))),
    "another external id": Case(
        "TrustPolicy", policy(allow({"AWS": ALICE}, **EXTERNAL)),
        options=("--external-id", "p43"), request=lambda: {"ExternalId": "p43"},
    ),
    "another session name": Case("TrustPolicy", policy(allow({"AWS": ALICE}, **NAMED))),
    "MFA": Case(
        "TrustPolicy",
        policy(allow(ROOT, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})),
    ),
    "tags that the role does not take": Case(
        "TrustPolicy", policy(allow({"AWS": ALICE})), options=TAG, request=lambda: TAGS
    ),
    "another tag": Case(
        "TrustPolicy", policy(allow({"AWS": ALICE}, *BOTH, **TAGGED)), options=TAG,
        request=lambda: TAGS,
    ),
    "the user behind a session of dev": Case(
        "TrustPolicy", policy(allow({"AWS": ALICE})), by="dev"
    ),
    "no right of alice's": Case("CallerPermissions", policy(allow(ROOT)), rights=(*LOOK,)),
    "no right at all": Case("Role", policy(allow(ROOT)), rights=(), status="unknown"),
}  # fmt: skip


@dataclass(frozen=True)
class Keys:
    id: str
    secret: str
    token: Optional[str] = None


@pytest.fixture
def make(iam: Any, local: LocalAws) -> Iterator[Callable[[Case], Keys]]:
    """Set a case up, and take it back."""
    undo: list[Callable[[], Any]] = []

    def make_case(case: Case) -> Keys:
        iam.create_user(UserName="alice")
        undo.append(lambda: iam.delete_user(UserName="alice"))
        key = iam.create_access_key(UserName="alice")["AccessKey"]
        key_id = key["AccessKeyId"]
        undo.append(lambda: iam.delete_access_key(UserName="alice", AccessKeyId=key_id))
        if case.rights:
            rights = {"Effect": "Allow", "Action": list(case.rights), "Resource": "*"}
            where = {"UserName": "alice", "PolicyName": "rights"}
            iam.put_user_policy(**where, PolicyDocument=policy(rights))
            undo.append(lambda: iam.delete_user_policy(**where))
        if case.trust is not None:
            iam.create_role(RoleName=case.role, AssumeRolePolicyDocument=case.trust)
            undo.append(lambda: iam.delete_role(RoleName=case.role))
        if case.by == "alice":
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


def answered(sts: Any, **parameters: Any) -> str:
    """Return "granted", or the code of the refusal."""
    try:
        sts.assume_role(**parameters)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "granted"


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_verdict_is_what_the_local_aws_does(
    aws, case: Case, make: Callable[[Case], Keys], local: LocalAws
) -> None:
    """What is refused has exactly one problem, at its cause; what is granted has none."""
    keys = make(case)
    sts = client(local.endpoint_url, "sts", keys.id, keys.secret, keys.token)
    arn = f"arn:aws:iam::{ACCOUNT}:role/{case.role}"
    answer = answered(sts, RoleArn=arn, RoleSessionName="s1", **case.request())
    aws.add_key("subject", keys.id, keys.secret, keys.token or "")
    aws.add_config("[profile subject]\nregion = us-east-1\n")
    aws.set_variable("AWS_ENDPOINT_URL", local.endpoint_url)
    done = aws(
        "assume", "explain", "--role-name", case.role, "--role-session-name", "s1", "--profile",
        "subject", *case.options, "--output", "json",
    )  # fmt: skip
    found = json.loads(done.out)
    statuses = {step["Step"]: step["Status"] for step in found["Steps"]}

    problems = {name for name, status in statuses.items() if status == "problem"}
    if case.step is None:
        assert (answer, done.code, problems) == ("granted", 0, set()), found
    elif case.status == "unknown":
        assert (statuses[case.step], done.code, problems) == ("unknown", 2, set()), found
    else:
        assert (answer, done.code, problems) == ("AccessDenied", 1, {case.step}), found
