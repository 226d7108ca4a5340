"""A partition that no AWS CLI knows yet, on every AWS CLI."""

from __future__ import annotations

from typing import Callable

from support.sts_stub import ACCOUNT, StsStub


def test_a_partition_newer_than_the_cli(make_person: Callable, sts_stub: StsStub) -> None:
    """With an account in a region that the AWS CLI does not know, the caller's partition holds."""
    person = make_person(sts_stub.url)
    sts_stub.caller = f"arn:aws-iso-z:iam::{ACCOUNT}:user/alice"
    done = person.aws("assume", "--role-name", "r1", "--account-id", "210987654321",
                      "--region", "us-isoz-north-1")  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert sts_stub.actions == ["GetCallerIdentity", "AssumeRole"]
    assert sts_stub.requests[1]["RoleArn"] == "arn:aws-iso-z:iam::210987654321:role/r1"
    section = person.sections(person.config)["profile assumed-role"]
    assert section["region"] == "us-isoz-north-1"
