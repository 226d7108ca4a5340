"""The partition of a role that was named without one: the caller's, or the region's."""

from __future__ import annotations

import json

import pytest

from support.sts_stub import ACCOUNT

REGIONS = {
    "aws": "eu-west-1",
    "aws-cn": "cn-north-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-iso-b": "us-isob-east-1",
}
# No AWS CLI knows this one, nor its region: it takes the region for one of aws.
FUTURE, FUTURE_REGION = "aws-iso-z", "us-isoz-north-1"
EVERY = [*REGIONS.items(), (FUTURE, FUTURE_REGION)]
CALLERS = ("iam::{}:user/alice", "iam::{}:root", "sts::{}:assumed-role/first/alice")


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize(("partition", "region"), EVERY)
def test_the_callers_partition(aws, partition: str, region: str, caller: str) -> None:
    """--role-name is of the partition in GetCallerIdentity's answer, whoever the caller is."""
    aws.stub.caller = f"arn:{partition}:{caller.format(ACCOUNT)}"
    done = aws("assume", "--role-name", "team/r1", "--region", region)

    assert done.code == 0, done.err
    assert aws.stub.actions == ["GetCallerIdentity", "AssumeRole"]
    assert aws.stub.requests[1]["RoleArn"] == f"arn:{partition}:iam::{ACCOUNT}:role/team/r1"
    assert json.loads(done.out)["Arn"].startswith(f"arn:{partition}:sts::{ACCOUNT}:assumed-role/")
    assert aws.section(aws.config, "profile assumed-role")["region"] == region


@pytest.mark.parametrize(("partition", "region"), EVERY)
def test_the_partition_of_the_caller_is_cached(aws, partition: str, region: str) -> None:
    """A second run, and `refresh`, know the partition without a call."""
    aws.stub.caller = f"arn:{partition}:iam::{ACCOUNT}:user/alice"
    for words in (("--role-name", "r1"), ("--role-name", "r2"), ("refresh",)):
        done = aws("assume", *words, "--region", region)
        assert done.code == 0, done.err

    assert aws.stub.actions == ["GetCallerIdentity", *["AssumeRole"] * 3]
    assert [one["RoleArn"] for one in aws.stub.requests[2:]] == [
        f"arn:{partition}:iam::{ACCOUNT}:role/r2"
    ] * 2


@pytest.mark.parametrize("by", ["--region", "AWS_DEFAULT_REGION", "profile"])
@pytest.mark.parametrize(("partition", "region"), REGIONS.items())
def test_the_regions_partition(aws, partition: str, region: str, by: str) -> None:
    """With --account-id it is the partition of the region, and no prompt is shown."""
    words = ("--region", region) if by == "--region" else ()
    if by == "AWS_DEFAULT_REGION":
        aws.set_variable(by, region)
    elif by == "profile":
        aws.config.write_text(aws.config.read_text().replace("us-east-1", region))
    done = aws("assume", "--role-name", "r1", "--account-id", "210987654321", *words)

    assert done.code == 0, done.err
    assert aws.stub.actions == ["AssumeRole"]
    assert aws.stub.requests[0]["RoleArn"] == f"arn:{partition}:iam::210987654321:role/r1"


def test_a_region_that_the_cli_does_not_know(aws) -> None:
    """Of a newer region only the caller knows the partition: one call, once per access key."""
    aws.stub.caller = f"arn:{FUTURE}:iam::{ACCOUNT}:user/alice"
    words = ("assume", "--role-name", "r1", "--account-id", "210987654321")
    for _ in range(2):
        done = aws(*words, "--region", FUTURE_REGION)
        assert done.code == 0, done.err

    assert aws.stub.actions == ["GetCallerIdentity", "AssumeRole", "AssumeRole"]
    assert {one["RoleArn"] for one in aws.stub.requests[1:]} == {
        f"arn:{FUTURE}:iam::210987654321:role/r1"
    }


def test_a_role_arn_of_a_newer_partition(aws) -> None:
    """A role ARN in a region that the AWS CLI does not know is STS's to judge."""
    arn = f"arn:{FUTURE}:iam::{ACCOUNT}:role/r1"
    done = aws("assume", "--role-arn", arn, "--region", FUTURE_REGION)

    assert done.code == 0, done.err
    assert [one["RoleArn"] for one in aws.stub.requests] == [arn]


@pytest.mark.parametrize("partition", ["aws-cn", FUTURE])
def test_a_role_arn_of_another_partition_than_the_regions(aws, partition: str) -> None:
    """A role of another partition than that of a region that is known is refused before a call."""
    done = aws("assume", "--role-arn", f"arn:{partition}:iam::{ACCOUNT}:role/r1")

    assert done.code != 0
    assert f"it is in the partition {partition}, and the region us-east-1 is in aws." in done.err
    assert aws.stub.requests == []
