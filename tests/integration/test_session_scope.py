"""Scopes and the sessions of coding agents with the official CLI, where policies are enforced."""

from __future__ import annotations

import json
import shlex
import subprocess
from typing import Any, Optional

import boto3
import pytest

from awscli_assume.install.local_aws import LocalAws
from support.person import Person

pytestmark = pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
ROLE, CHAIN = "my-iam-role", ("chain-one", "chain-two")
AGENT = {"CLAUDECODE": "1"}
KEYS = {
    "AccessKeyId": "AWS_ACCESS_KEY_ID",
    "SecretAccessKey": "AWS_SECRET_ACCESS_KEY",
    "SessionToken": "AWS_SESSION_TOKEN",
}


@pytest.fixture
def chain(local_aws: LocalAws, alice: tuple[str, str]) -> tuple[str, ...]:
    """Return options for two roles, of which only the second may be assumed by the first."""
    administrator = boto3.Session(
        local_aws.administrator.id, local_aws.administrator.secret, region_name="us-east-1"
    )
    iam = administrator.client("iam", endpoint_url=local_aws.endpoint_url)
    principal = iam.get_user(UserName="alice")["User"]["Arn"]
    for name, actions in zip(CHAIN, ("sts:*", "s3:*")):
        trust = allow("sts:AssumeRole", Principal={"AWS": principal})
        try:
            role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]
        except iam.exceptions.EntityAlreadyExistsException:
            role = iam.get_role(RoleName=name)["Role"]
        document = allow(actions, Resource="*")
        iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=document)
        principal = role["Arn"]
    return ("--role-name", CHAIN[1], "--via", CHAIN[0])


def allow(action: str, **more: Any) -> str:
    """Return a policy of one statement that allows an action."""
    statement = {"Effect": "Allow", "Action": action, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def can_write(person: Person, *words: str, env: Optional[dict[str, Optional[str]]] = None) -> bool:
    """Return whether credentials may make a bucket; they have to be able to list buckets."""
    listed = person.aws("s3", "ls", *words, env=env)
    made = person.aws("s3", "mb", "s3://made-by-test", *words, env=env)
    assert "reports" in listed.stdout, listed.stderr
    assert made.returncode == 0 or "AccessDenied" in made.stderr, made.stderr
    if made.returncode == 0:
        person.aws("s3", "rb", "s3://made-by-test", *words, env=env)
    return made.returncode == 0


def exported(text: str) -> dict[str, Optional[str]]:
    """Return the variables for credentials in the format ``process``."""
    found = json.loads(text)
    return {variable: found[key] for key, variable in KEYS.items()}


def test_read_only(person: Person, chain: tuple[str, ...]) -> None:
    """A read-only session lists and cannot write, also at the end of a chain."""
    plain = person.aws("assume", ROLE, "--update-profile", "plain")
    narrow = person.aws("assume", ROLE, "--read-only", "--update-profile", "narrow")
    chained = person.aws("assume", *chain, "--read-only", "--update-profile", "chained")
    file = person.home / "list.json"
    file.write_text(allow("s3:ListAllMyBuckets", Resource="*"))
    person.aws("configure", "set", "assume.scope_list", str(file))
    own = person.aws("assume", ROLE, "--scope", "list", "--update-profile", "own")

    for done in (plain, narrow, chained, own):
        assert done.returncode == 0, done.stderr
    names = ("plain", "narrow", "chained", "own")
    writers = [name for name in names if can_write(person, "--profile", name)]
    assert writers == ["plain"]
    scopes = person.aws("assume", "list", "--query", "Profiles[].Scope", "--output", "text")
    assert scopes.stdout.split() == ["read-only", "read-only", "list"]


def test_no_verb_and_no_cache_is_wider_for_an_agent(person: Person) -> None:
    """With an agent's variable and the setting, each verb's credentials list and cannot write.

    What a person had before (keys in a profile, the cache of a self-renewing one) is not handed
    out, and the person gets it as before.
    """
    person.aws("configure", "set", "assume.agent_scope", "read-only")
    person.aws("assume", ROLE, "--update-profile", "keys")
    renewing = person.aws("assume", ROLE, "--auto-refresh", "--update-profile", "renewing")
    assert renewing.returncode == 0, renewing.stderr

    def agent(*words: str) -> subprocess.CompletedProcess:
        return person.aws("assume", *words, env=dict(AGENT))

    # Verbs without a cache.
    for words in ((), ("--scope", "none"), ("--role-session-name", "alice")):
        done = agent("export", ROLE, *words, "--format", "process")
        assert done.returncode == 0, done.stderr
        assert "narrowed to read-only: CLAUDECODE is set" in done.stderr
        assert not can_write(person, env=exported(done.stdout))
    identity = agent("exec", ROLE, "--", str(person.host.executable), "sts", "get-caller-identity")
    assert ":assumed-role/my-iam-role/agent-" in identity.stdout, identity.stderr
    make = [str(person.host.executable), "s3", "mb", "s3://made-by-agent"]
    for more in ((), ("--auto-refresh",)):
        made = agent("exec", ROLE, *more, "--", *make)
        assert made.returncode != 0
        assert "AccessDenied" in made.stderr

    account = json.loads(identity.stdout)["Account"]
    each = ("each", ROLE, "--accounts", account, "--", "aws", "s3")
    assert "reports" in agent(*each, "ls").stdout
    made = agent(*each, "mb", "s3://made-by-each")
    assert "AccessDenied" in made.stdout + made.stderr

    # Profiles: new, written earlier, still valid for --min-ttl, refreshed.
    for words in (
        (ROLE, "--update-profile", "new"),
        (ROLE, "--update-profile", "keys", "--min-ttl", "60"),
        ("refresh", "keys"),
        ("refresh", "--all"),
    ):
        done = agent(*words)
        assert done.returncode == 0, done.stderr
        name = "new" if "new" in words else "keys"
        assert not can_write(person, "--profile", name)
    # The self-renewing profile, whose cache was filled earlier: the program and `export`.
    program = person.sections(person.config)["profile renewing"]["credential_process"]
    for variables, is_writer in ((AGENT, False), ({}, True), (AGENT, False)):
        env = person.variables(**variables)
        answered = subprocess.run(
            shlex.split(program), env=env, capture_output=True, text=True, check=False
        )
        assert answered.returncode == 0, answered.stderr
        assert can_write(person, env=exported(answered.stdout)) is is_writer
    stored = agent("export", "--update-profile", "renewing", "--format", "process")
    assert not can_write(person, env=exported(stored.stdout))
