"""`aws assume revoke` on a local AWS, which evaluates aws:TokenIssueTime and aws:userid."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from typing import Any

import boto3
import pytest

from awscli_assume.install.local_aws import LocalAws
from support.person import Person
from support.terminal import Terminal, exit_code

pytestmark = [
    pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True),
    pytest.mark.skipif(sys.version_info < (3, 10), reason="ministack needs Python 3.10"),
]
ROLE, POLICY = "revocable", "AWSRevokeOlderSessions"
ADMIN = ("--profile", "admin")
DONE = "It may take a few minutes until all services deny it."


class Account:
    """The account with the role, as its administrator sees it."""

    def __init__(self, local: LocalAws) -> None:
        key = local.administrator
        session = boto3.Session(key.id, key.secret, region_name="us-east-1")
        self.iam = session.client("iam", endpoint_url=local.endpoint_url)

    def make_role(self) -> None:
        """Create the role that alice may assume, which may do everything."""
        alice = self.iam.get_user(UserName="alice")["User"]["Arn"]
        trust = {"Effect": "Allow", "Principal": {"AWS": alice}, "Action": "sts:AssumeRole"}
        self.iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=document(trust))
        anything = document({"Effect": "Allow", "Action": "*", "Resource": "*"})
        self.iam.put_role_policy(RoleName=ROLE, PolicyName="all", PolicyDocument=anything)

    def policies(self) -> dict[str, Any]:
        """Return the inline policies of the role that revoke sessions."""
        names = self.iam.list_role_policies(RoleName=ROLE)["PolicyNames"]
        return {
            name: self.iam.get_role_policy(RoleName=ROLE, PolicyName=name)["PolicyDocument"]
            for name in names
            if name != "all"
        }


def document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def published(time: str, **conditions: Any) -> dict[str, Any]:
    """Return AWS's form (IAM User Guide, "Revoke IAM role temporary security credentials")."""
    return {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"DateLessThan": {"aws:TokenIssueTime": time}, **conditions},
        },
    }


@pytest.fixture(scope="module")
def account(local_aws: LocalAws, alice: tuple[str, str]) -> Account:
    made = Account(local_aws)
    made.make_role()
    return made


@pytest.fixture
def user(person: Person, local_aws: LocalAws) -> Person:
    """Return alice, who also has the administrator's profile."""
    key = local_aws.administrator
    with person.credentials.open("a") as file:
        file.write(f"[admin]\naws_access_key_id = {key.id}\n")
        file.write(f"aws_secret_access_key = {key.secret}\n")
    with person.config.open("a") as file:
        file.write("[profile admin]\nregion = us-east-1\n")
    return person


def assume(user: Person, *profiles: str) -> None:
    for name in profiles:
        done = user.aws("assume", ROLE, "--update-profile", name, "--role-session-name", name)
        assert done.returncode == 0, done.stderr


def works(user: Person, profile: str) -> bool:
    done = user.aws("s3", "ls", "--profile", profile)
    assert done.returncode == 0 or "AccessDenied" in done.stderr, done.stderr
    return done.returncode == 0


def passed(done: subprocess.CompletedProcess) -> subprocess.CompletedProcess:
    assert done.returncode == 0, done.stderr
    return done


def wait_for_next_second() -> None:
    """Wait: sessions that are issued within the second of the policy are denied, too."""
    time.sleep(1.1)


def test_one_session_is_refused_and_the_others_go_on(user: Person, account: Account) -> None:
    """The policy of one session is removed again; the profile's next session works before."""
    assume(user, "one", "two")
    refused = user.aws("assume", "revoke", "one", "--yes")
    assert (refused.returncode, account.policies()) == (254, {})
    assert "Revoking needs iam:PutRolePolicy on the role" in refused.stderr
    silent = user.aws("assume", "revoke", "one", *ADMIN)
    assert (silent.returncode, account.policies()) == (253, {})
    assert silent.stderr.rstrip().endswith("To do it without the question: --yes")

    done = passed(user.aws("assume", "revoke", "one", "--yes", *ADMIN))

    result = json.loads(done.stdout)
    user_id = user.sections(user.credentials)["one"]["x_principal_id"]
    assert (result["State"], result["UserId"]) == ("revoked", user_id)
    (name, policy), *others = account.policies().items()
    (moment,) = re.findall(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", json.dumps(policy))
    assert (name, others) == (f"{POLICY}-one", [])
    assert policy == published(moment, StringEquals={"aws:userid": user_id})
    assert DONE in done.stderr
    assert (works(user, "one"), works(user, "two")) == (False, True)
    wait_for_next_second()
    passed(user.aws("assume", "refresh", "one"))
    assert works(user, "one")

    undo = done.stderr.rpartition("To undo: aws ")[2].split()
    assert undo == ["assume", "revoke", "one", "--undo", *ADMIN]
    passed(user.aws(*undo, "--yes"))
    assert account.policies() == {}
    again = passed(user.aws(*undo, "--yes"))
    assert json.loads(again.stdout)["State"] == "unchanged"


def test_all_sessions_are_refused_by_the_policy_of_aws(user: Person, account: Account) -> None:
    """The role is named by its name; --undo removes the policies of single sessions, too."""
    assume(user, "one", "two")
    words = ("assume", "revoke", ROLE, "--all-sessions", "--yes", *ADMIN)
    preview = passed(user.aws(*words[:4], "--dry-run", *ADMIN))
    assert account.policies() == {}
    assert [one["Operation"] for one in json.loads(preview.stdout)["Requests"]] == [
        "PutRolePolicy"
    ]
    passed(user.aws("assume", "revoke", "one", "--yes", *ADMIN))
    export = ("assume", "export", ROLE, "--format", "process")
    cached, renewing = passed(user.aws(*export)).stdout, "renewing"
    passed(user.aws("assume", ROLE, "--update-profile", renewing, "--auto-refresh"))
    assert passed(user.aws(*export)).stdout == cached
    passed(user.aws(*words))

    policy = account.policies()[POLICY]
    moment = policy["Statement"]["Condition"]["DateLessThan"]["aws:TokenIssueTime"]
    assert policy == published(moment)
    assert (works(user, "one"), works(user, "two")) == (False, False)
    wait_for_next_second()
    assume(user, "three")
    assert works(user, "three")
    # No cache hands out a session that was revoked.
    assert passed(user.aws(*export)).stdout != cached
    assert works(user, renewing)
    passed(user.aws(*words, "--undo"))
    assert account.policies() == {}
    assert (works(user, "one"), works(user, "two")) == (True, True)


def test_clear_revokes_on_a_terminal(user: Person, account: Account) -> None:
    """No is no: the profile stays. After yes, a copy of its keys is worth nothing."""
    assume(user, "gone")
    keys = user.sections(user.credentials)["gone"]
    copy = f"[copy]\n{''.join(f'{name} = {keys[name]}' + chr(10) for name in list(keys)[:3])}"
    with user.credentials.open("a") as file:
        file.write(copy)
    assert works(user, "copy")
    for answer, code in (("n", 1), ("y", 0)):
        command = user.words("assume", "clear", "gone", "--revoke", *ADMIN)
        terminal = Terminal(command, user.forked_variables(), str(user.home))
        terminal.expect(f"Revoke the session gone of {ROLE}? [y/N] ")
        terminal.type(f"{answer}\n")
        assert exit_code(terminal.end()) == code, terminal.seen
        assert ("gone" in user.sections(user.credentials)) is (answer == "n")
    assert not works(user, "copy")

    undo = re.search(r"To undo: aws (iam delete-role-policy .*?)\r?\n", terminal.seen)
    assert undo is not None
    passed(user.aws(*undo.group(1).split()))
    assert account.policies() == {}
