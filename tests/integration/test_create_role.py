"""`aws assume create-role` on real AWS CLIs, with a local AWS that enforces trust policies."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import threading
from typing import Any, Callable

import boto3
import pytest

from awscli_assume.install.local_aws import LocalAws
from support.iam_roles_stub import IamRoles
from support.person import Person
from support.sts_stub import StsStub


@pytest.fixture(scope="session")
def maker(local_aws: LocalAws) -> tuple[str, str]:
    """Return the access key of a user who may create roles and assume them."""
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
    """Return a user with that key."""
    return make_person(local_aws.endpoint_url, maker)


def test_the_new_role_can_be_assumed(maker_person: Person, host: Any) -> None:
    """create-role and assume are all that is needed; nobody writes JSON."""
    name = f"made-by-{host.name.replace('.', '-')}"
    made = maker_person.aws(
        "assume", "create-role", "--role-name", name, "--trust", "me", "service:ec2.amazonaws.com",
        "--max-session-duration", "7200", "--wait", "--query", "Role.Arn", "--output", "text",
    )  # fmt: skip
    assumed = maker_person.aws("assume", "--role-name", name, "--query", "RoleArn")

    assert made.returncode == 0, made.stderr
    assert made.stdout == f"arn:aws:iam::000000000000:role/{name}\n"
    assert "The caller can assume" in made.stderr
    assert assumed.returncode == 0, assumed.stderr
    assert json.loads(assumed.stdout) == made.stdout.strip()


@pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
def test_exit_codes(maker_person: Person, alice: tuple[str, str]) -> None:
    """252 for invalid options, 0 for a new role, 1 for an existing role that differs.

    253 without a terminal for the source's MFA code, 254 for an error of IAM.
    """
    create = ("assume", "create-role", "--role-name", "twice")
    wrong = maker_person.aws(*create, "--trust", "service:ec2.amazonaws.com", "--require-mfa")
    first = maker_person.aws(*create)
    second = maker_person.aws(*create, "--trust", "account")
    variables = dict(zip(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), alice))
    denied = maker_person.aws("assume", "create-role", "--role-name", "denied", env=variables)
    with maker_person.config.open("a") as file:
        file.write(
            "[profile dev]\nrole_arn = arn:aws:iam::000000000000:role/dev\n"
            "source_profile = default\nmfa_serial = arn:aws:iam::000000000000:mfa/maker\n"
        )
    no_terminal = maker_person.aws(*create, "--profile", "dev")

    codes = [one.returncode for one in (wrong, first, second, denied, no_terminal)]
    assert codes == [252, 0, 1, 254, 253], denied.stderr + no_terminal.stderr
    assert "can never meet this condition, so it could not assume the role" in wrong.stderr
    assert [one["Item"] for one in json.loads(second.stdout)["Differences"]] == ["TrustPolicy"]
    assert "(AccessDenied) when calling the CreateRole operation" in denied.stderr
    assert "mfa/maker of the source profile needs a code" in no_terminal.stderr


@pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
@pytest.mark.parametrize(
    ("numbers", "left"),
    [
        ((signal.SIGTERM,), []),
        ((signal.SIGINT, signal.SIGTERM), ["detach-role-policy", "delete-role"]),
    ],
    ids=["cancelled", "twice"],
)
def test_signals(
    make_person: Callable, sts_stub: StsStub, host: Any, numbers: tuple, left: list[str]
) -> None:
    """A signal undoes the role; a second one leaves it, and prints the commands that remove it."""
    person = make_person(sts_stub.url, ("AKIAMAKERMAKERMAKER1", "s" * 40))
    words = person.words(
        "assume", "create-role", "--role-name", "r1",
        "--policy-arn", "arn:aws:iam::aws:policy/ReadOnlyAccess",
    )  # fmt: skip
    roles = IamRoles()
    signals = dict(zip(("AttachRolePolicy", "DetachRolePolicy"), numbers))
    # The response of a request is delayed until the signal has had its effect.
    is_over = {name: threading.Event() for name in signals}

    def script(parameters: dict[str, str]) -> Any:
        action = parameters["Action"]
        response = roles(parameters)
        if action == "DetachRolePolicy":
            is_over["AttachRolePolicy"].set()
        if action in signals:
            child.send_signal(signals[action])
            is_over[action].wait(60)
        return response

    sts_stub.script = script
    child = subprocess.Popen(
        words, executable=host.executable, env=person.variables(), cwd=person.home,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    with child:
        try:
            out, err = child.communicate(timeout=120)
        finally:
            for one in is_over.values():
                one.set()
            child.kill()

    # The AWS CLI itself prints the line.
    assert (child.returncode, out) == (130, "\n"), err
    assert ("r1" in roles.roles) == bool(left)
    assert re.findall(r"^  aws iam (\S+) .*--role-name r1", err, re.MULTILINE) == left
    assert ("Deleted again: the role r1\n" in err) != bool(left)
