"""A role's profile that inherits, on real executables, beside the CLI's own view of it."""

from __future__ import annotations

from typing import Callable

import pytest

from support.person import Person
from support.sts_stub import ROLE_ARN, USER_KEY_ID, USER_SECRET, StsStub

every_host = pytest.mark.parametrize(
    "host", ["v2-2.38.5", "v2-2.11.0", "v1-newest", "v1-1.32.0"], indirect=True
)

WRONG_ACCOUNTS = {
    "config file": ("aws_account_id = my-alias\n", "", {}, "aws_account_id of the profile 'B' in"),
    "credentials file": (
        "", "aws_account_id = my-alias\n", {}, "aws_account_id of the profile 'B' in",
    ),
    "variable": ("", "", {"AWS_ACCOUNT_ID": "my-alias"}, "AWS_ACCOUNT_ID in the environment"),
    "command": (
        """credential_process = echo '{"Version": 1, "AccessKeyId": "AKIAX", '"""
        """'"SecretAccessKey": "x", "AccountId": "my-alias"}'\n""",
        "", {}, "AccountId of the credential_process of the profile 'B'",
    ),
}  # fmt: skip
PROFILES = f"""
[profile base]
source_profile = user
region = eu-west-1
session_tags =
    team = storage
    cost = 1
[profile middle]
include_profile = base
source_identity = alice
duration_seconds = 1800
[profile prod]
include_profile = middle
role_arn = {ROLE_ARN}
role_session_name = s1
[profile user]
include_profile = region
credential_process = CREDENTIALS
[profile region]
region = eu-west-1
"""


@pytest.fixture
def person(make_person: Callable, sts_stub: StsStub) -> Person:
    """Return a user with four profiles that inherit, against the scripted STS."""
    found = make_person(sts_stub.url)
    answer = found.home / "answer.json"
    answer.write_text(
        f'{{"Version": 1, "AccessKeyId": "{USER_KEY_ID}", "SecretAccessKey": "{USER_SECRET}"}}'
    )
    found.config.write_text(
        found.config.read_text() + PROFILES.replace("CREDENTIALS", f"cat {answer}")
    )
    return found


@every_host
def test_three_levels_of_inclusion(person: Person, sts_stub: StsStub) -> None:
    """The request is that of all levels, and the same again at the refresh."""
    done = person.aws("assume", "--profile", "prod")
    again = person.aws("assume", "refresh")

    assert (done.returncode, again.returncode) == (0, 0), done.stderr + again.stderr
    assert sts_stub.requests == [
        {
            "Action": "AssumeRole", "Version": "2011-06-15", "RoleArn": ROLE_ARN,
            "RoleSessionName": "s1", "DurationSeconds": "1800", "SourceIdentity": "alice",
            "Tags.member.1.Key": "team", "Tags.member.1.Value": "storage",
            "Tags.member.2.Key": "cost", "Tags.member.2.Value": "1",
        }
    ] * 2  # fmt: skip
    assert all(USER_KEY_ID in one["Authorization"] for one in sts_stub.headers)
    section = person.sections(person.config)["profile assumed-role"]
    assert section["region"] == "eu-west-1"


@every_host
def test_the_cli_itself_inherits_nothing(person: Person, sts_stub: StsStub) -> None:
    """A command that is not ours sees the profile as before: a role without a source."""
    done = person.aws("sts", "get-caller-identity", "--profile", "prod", "--region", "us-east-1")

    assert done.returncode != 0
    assert "source_profile" in done.stderr
    assert sts_stub.requests == []


@pytest.mark.parametrize(
    ("config", "credentials", "variables", "place"), WRONG_ACCOUNTS.values(), ids=WRONG_ACCOUNTS
)
@pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
def test_account_id_of_other_than_12_digits(
    make_person: Callable, sts_stub: StsStub, config: str, credentials: str,
    variables: dict[str, str], place: str,
) -> None:  # fmt: skip
    """The error names the place and the value, nothing is called, and the advice works."""
    person = make_person(sts_stub.url)
    keys = "aws_access_key_id = AKIAX\naws_secret_access_key = x\n"
    profile = "[profile B]\nregion = us-east-1\n" + config
    if variables:
        variables = {**variables, "AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "x"}
    elif credentials:
        person.credentials.write_text(f"[B]\n{keys}{credentials}")
    elif "credential_process" not in config:
        profile += keys
    person.config.write_text(person.config.read_text() + profile)
    words = ("assume", "--role-name", "r", *(() if variables else ("--profile", "B")))
    refused = person.aws(*words, env=variables)
    done = person.aws(*words, "--account-id", "123456789012", env=variables)

    assert refused.returncode == 253
    assert place in refused.stderr
    assert "Invalid account ID 'my-alias': it must be 12 digits." in refused.stderr
    assert "--account-id" in refused.stderr
    assert done.returncode == 0, done.stderr
    assert sts_stub.actions == ["AssumeRole"]
