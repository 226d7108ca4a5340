"""Roles on the way (`--via`) with the official CLI, where trust and permissions are checked."""

from __future__ import annotations

import json

import boto3
import pytest

from awscli_assume.install.local_aws import LocalAws
from support.person import Person

pytestmark = pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
HOPS = ("hop-one", "hop-two")
LAST = "behind-hops"


def policy(**more: object) -> str:
    """Return a policy document of one statement that allows something."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **more}]})


@pytest.fixture
def way(local_aws: LocalAws, alice: tuple[str, str]) -> list[str]:
    """Return the ARNs of three roles, of which each trusts nobody but the one before it."""
    administrator = boto3.Session(
        local_aws.administrator.id, local_aws.administrator.secret, region_name="us-east-1"
    )
    iam = administrator.client("iam", endpoint_url=local_aws.endpoint_url)
    arns = [iam.get_user(UserName="alice")["User"]["Arn"]]
    for name in (*HOPS, LAST):
        trust = policy(Action="sts:AssumeRole", Principal={"AWS": arns[-1]})
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]
        action = "s3:*" if name == LAST else "sts:AssumeRole"
        allowed = policy(Action=action, Resource="*")
        iam.put_role_policy(RoleName=name, PolicyName="next", PolicyDocument=allowed)
        arns.append(role["Arn"])
    return arns[1:]


def test_two_intermediate_roles(person: Person, way: list[str]) -> None:
    """A role that only the second intermediate role may assume is assumed and refreshed."""
    hops = [word for name in HOPS for word in ("--via", name)]
    direct = person.aws("assume", "--role-name", LAST)
    done = person.aws("assume", "--role-name", LAST, *hops)
    renewed = person.aws("assume", "refresh", "--query", "Profiles[].State")
    who = person.aws("sts", "get-caller-identity", "--profile", "assumed-role")

    assert direct.returncode == 254
    assert "AccessDenied" in direct.stderr
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["RoleArn"] == way[-1]
    assert renewed.returncode == 0, renewed.stderr
    assert f"assumed-role/{LAST}/" in json.loads(who.stdout)["Arn"]
    record = person.sections(person.config)["profile assumed-role"]["assumed"]
    assert f"via = {json.dumps(way[:-1])}" in record
