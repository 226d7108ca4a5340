"""``aws assume explain`` on real AWS CLIs."""

from __future__ import annotations

import json
import shlex

import pytest

from support.person import Person

ACCOUNT = "000000000000"
NEWEST = ("v2-2.38.5", "v1-newest")


def test_a_caller_without_permissions_gets_unknown(person: Person) -> None:
    """Alice may assume the role but not call IAM: three steps are unknown."""
    before = person.snapshot()
    done = person.aws("assume", "explain", "--role-name", "my-iam-role", "--output", "json")

    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    found = json.loads(done.stdout)
    assert found["CallerArn"] == f"arn:aws:iam::{ACCOUNT}:user/alice"
    assert {step["Step"]: step["Status"] for step in found["Steps"]} == {
        "Caller": "ok",
        "Request": "ok",
        "CallerPermissions": "unknown",
        "Role": "unknown",
        "TrustPolicy": "unknown",
        "SessionDuration": "ok",
        "Sts": "ok",
        "Machine": "ok",
    }
    assert person.snapshot() == before


@pytest.mark.parametrize("host", NEWEST, indirect=True)
def test_an_access_denied_error_suggests_explain(person: Person) -> None:
    """The command that `aws assume` prints below the error of STS works."""
    denied = person.aws("assume", "--role-name", "no-such-role")
    assert denied.returncode == (254 if person.host.major == 2 else 255)
    line = denied.stderr.strip().splitlines()[-1]
    assert line.startswith("To find out why: aws assume explain --role-arn")

    words = shlex.split(line.partition(": aws ")[2])
    done = person.aws(*words)
    assert done.returncode in (1, 3)
    assert done.stdout.startswith(f"arn:aws:iam::{ACCOUNT}:role/no-such-role ")


@pytest.mark.parametrize("host", NEWEST, indirect=True)
def test_an_administrator_gets_the_cause(person: Person, local_aws) -> None:
    """The verdict names the misspelled role, and suggests the role with a similar name."""
    key = local_aws.administrator
    variables = {"AWS_ACCESS_KEY_ID": key.id, "AWS_SECRET_ACCESS_KEY": key.secret}
    done = person.aws("assume", "explain", "--role-name", "my-iam-rol", env=variables)

    assert done.returncode == 1, done.stderr
    first = done.stdout.splitlines()[0]
    assert "there is no role my-iam-rol in the account" in first
    assert f"Try: aws assume --role-arn arn:aws:iam::{ACCOUNT}:role/my-iam-role" in done.stdout
