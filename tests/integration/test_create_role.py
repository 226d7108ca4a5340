"""`aws assume create-role` by the real CLIs, on a local AWS that enforces trust."""

from __future__ import annotations

import json
from typing import Any, Callable

import boto3
import pytest

from awscli_assume.install.local_aws import LocalAws
from support.person import Person


@pytest.fixture(scope="session")
def maker(local_aws: LocalAws) -> tuple[str, str]:
    """Answer the access key of a user who may make roles and assume them."""
    key = local_aws.administrator
    session = boto3.Session(key.id, key.secret, region_name="us-east-1")
    iam = session.client("iam", endpoint_url=local_aws.endpoint_url)
    iam.create_user(UserName="maker")
    statement = {"Effect": "Allow", "Action": ["iam:*", "sts:*"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="maker", PolicyName="all", PolicyDocument=document)
    made = iam.create_access_key(UserName="maker")["AccessKey"]
    return made["AccessKeyId"], made["SecretAccessKey"]


@pytest.fixture
def maker_person(make_person: Callable, local_aws: LocalAws, maker: tuple[str, str]) -> Person:
    """Answer somebody with that key."""
    return make_person(local_aws.endpoint_url, maker)


def test_a_role_that_was_made_is_assumed(maker_person: Person, host: Any) -> None:
    """Two commands, no JSON by hand: the role is made, and is the one that one is then."""
    name = f"made-by-{host.name.replace('.', '-')}"
    made = maker_person.aws(
        "assume", "create-role", "--role-name", name, "--trust", "me", "service:ec2.amazonaws.com",
        "--max-session-duration", "7200", "--wait", "--query", "Role.Arn", "--output", "text",
    )  # fmt: skip
    assumed = maker_person.aws("assume", "--role-name", name, "--query", "RoleArn")

    assert made.returncode == 0, made.stderr
    assert made.stdout == f"arn:aws:iam::000000000000:role/{name}\n"
    assert "STS grants" in made.stderr
    assert assumed.returncode == 0, assumed.stderr
    assert json.loads(assumed.stdout) == made.stdout.strip()


@pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
def test_exit_codes(maker_person: Person, local_aws: LocalAws) -> None:
    """252 for options that can't be, 0 for a role that is made, 1 for one that differs."""
    create = ("assume", "create-role", "--role-name", "twice")
    wrong = maker_person.aws(*create, "--trust", "service:ec2.amazonaws.com", "--require-mfa")
    first = maker_person.aws(*create)
    second = maker_person.aws(*create, "--trust", "account")

    assert [one.returncode for one in (wrong, first, second)] == [252, 0, 1]
    assert "nobody could assume the role" in wrong.stderr
    assert [one["Item"] for one in json.loads(second.stdout)["Differences"]] == ["TrustPolicy"]
