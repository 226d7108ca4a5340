"""The main story on every host: real ``aws``, real HTTP, real files."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from support.hosts import Host
from support.javascript import IDENTITY, run_javascript
from support.person import Person
from support.sts_stub import USER_KEY_ID, StsStub


def default_session_name() -> str:
    return f"alice-{datetime.now():%d%m%y}-session"  # noqa: DTZ005 - the local calendar is meant


# For what depends on the file that was written, or on our code alone.
one_host = pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
both_majors = pytest.mark.parametrize("host", ["v2-2.38.5", "v1-newest"], indirect=True)


def test_later_commands_work_as_the_role(person: Person) -> None:
    """After `aws assume`, every `aws … --profile assumed-role` is that role."""
    done = person.aws("assume", "--role-name", "my-iam-role")
    who = person.aws("sts", "get-caller-identity", "--profile", "assumed-role")
    listing = person.aws("s3", "ls", "--profile", "assumed-role")
    refused = person.aws("iam", "list-users", "--profile", "assumed-role")

    assert done.returncode == 0, done.stderr
    arn = json.loads(who.stdout)["Arn"]
    account = json.loads(who.stdout)["Account"]
    assert arn == f"arn:aws:sts::{account}:assumed-role/my-iam-role/{default_session_name()}"
    assert "reports" in listing.stdout
    assert refused.returncode != 0
    assert "AccessDenied" in refused.stderr


def test_enabled_by_the_clis_own_words(
    host: Host, home: Path, clean_env: dict[str, str], plugin_folder: Path, sts_stub: StsStub
) -> None:
    """`aws configure` and `aws configure set plugins.…` are all the set-up there is."""
    person = Person(host, home, sts_stub.url, clean_env)
    words = [
        ("aws_access_key_id", USER_KEY_ID),
        ("aws_secret_access_key", "secret"),
        ("region", "us-east-1"),
        ("plugins.assume", "awscli_assume"),
    ]
    if host.major == 2:
        words.append(("plugins.cli_legacy_plugin_path", str(plugin_folder)))
    for name, value in words:
        done = person.aws("configure", "set", name, value)
        assert done.returncode == 0, done.stderr

    done = person.aws("assume", "--role-name", "my-iam-role", "--query", "Profile")

    assert done.returncode == 0, done.stderr
    assert done.stdout == '"assumed-role"\n'
    assert sts_stub.actions == ["GetCallerIdentity", "AssumeRole"]


def test_prints_one_object_and_two_lines(person: Person) -> None:
    """Stdout holds the object of the design, stderr two lines, neither a secret."""
    done = person.aws("assume", "--role-name", "my-iam-role")

    answer = json.loads(done.stdout)
    assert list(answer) == [
        "UserId", "Account", "Arn", "Profile", "RoleArn", "Expiration", "Region",
    ]  # fmt: skip
    assert answer["Profile"] == "assumed-role"
    assert answer["RoleArn"] == f"arn:aws:iam::{answer['Account']}:role/my-iam-role"
    assert answer["Region"] == "us-east-1"
    left = datetime.fromisoformat(answer["Expiration"].replace("Z", "+00:00")) - datetime.now(
        timezone.utc
    )
    assert timedelta(minutes=55) < left <= timedelta(minutes=60)
    summary, shell = done.stderr.splitlines()
    assert summary.startswith("Role assumption has completed successfully, until ")
    assert summary.endswith("Use it: aws ... --profile assumed-role")
    assert shell == "Or in this shell: export AWS_PROFILE=assumed-role"
    kept = person.sections(person.credentials)["assumed-role"]
    for secret in (kept["aws_secret_access_key"], kept["aws_session_token"]):
        assert secret not in done.stdout + done.stderr


def test_writes_what_configure_set_would(person: Person) -> None:
    """The keys stand in the credentials file, the region and our record in the config file."""
    person.aws("assume", "--role-name", "my-iam-role", "--region", "eu-west-1")

    kept = person.sections(person.credentials)["assumed-role"]
    assert list(kept) == [
        "aws_access_key_id", "aws_secret_access_key", "aws_session_token",
        "x_security_token_expires", "x_principal_arn", "x_principal_id",
        "x_principal_access_key_id",
    ]  # fmt: skip
    assert kept["aws_access_key_id"].startswith("ASIA")
    section = person.sections(person.config)["profile assumed-role"]
    assert section["region"] == "eu-west-1"
    assert "role-arn = arn:aws:iam::" in section["assumed"]
    assert not any(value in person.config.read_text() for value in list(kept.values())[:3])
    assert person.credentials.stat().st_mode & 0o777 == 0o600


def test_output_and_query_hold(person: Person) -> None:
    """The CLI's own --output and --query shape what is printed."""
    done = person.aws(
        "assume", "--role-name", "my-iam-role", "--output", "text", "--query", "[Profile,Region]"
    )

    assert done.stdout == "assumed-role\tus-east-1\n"


def test_every_output_format_works(person: Person) -> None:
    """Each format that the host has prints the object."""
    formats = ["json", "text", "table"] + (["yaml"] if person.host.major == 2 else [])
    for name in formats:
        done = person.aws("assume", "--role-name", "my-iam-role", "--output", name)

        assert done.returncode == 0, done.stderr
        assert "assumed-role/my-iam-role/" in done.stdout, name


@one_host
def test_role_with_a_path(person: Person) -> None:
    """A path is part of the role's name and ARN, and not of the session's ARN."""
    done = person.aws("assume", "--role-name", "team/dev/pathed-role")

    answer = json.loads(done.stdout)
    assert answer["RoleArn"].endswith(":role/team/dev/pathed-role")
    assert answer["Arn"].endswith(f":assumed-role/pathed-role/{default_session_name()}")


@both_majors
def test_runs_again_in_a_shell_of_the_target(person: Person) -> None:
    """With AWS_PROFILE=assumed-role the recorded source is used, so expired keys do no harm."""
    person.aws("assume", "--role-name", "my-iam-role")
    person.aws("configure", "set", "aws_session_token", "spoiled", "--profile", "assumed-role")
    again = person.aws("assume", "--role-name", "my-iam-role", env={"AWS_PROFILE": "assumed-role"})
    who = person.aws("sts", "get-caller-identity", env={"AWS_PROFILE": "assumed-role"})

    assert again.returncode == 0, again.stderr
    assert "assumed-role/my-iam-role/" in who.stdout


@both_majors
def test_explicit_source_is_role_chaining(person: Person) -> None:
    """An explicit --profile on the target assumes from the role itself, which may not do that."""
    person.aws("assume", "--role-name", "my-iam-role")
    before = person.snapshot()
    chained = person.aws(
        "assume", "--role-name", "pathed-role", "--profile", "assumed-role",
        "--update-profile", "second",
    )  # fmt: skip

    assert chained.returncode == (254 if person.host.major == 2 else 255)
    assert "assumed-role/my-iam-role/" in chained.stderr
    assert person.snapshot() == before


def test_refusal_names_the_cause_and_writes_nothing(person: Person) -> None:
    """A role that does not exist ends with the CLI's code, one cause, and the files untouched."""
    before = person.snapshot()
    done = person.aws("assume", "--role-name", "no-such-role")

    assert done.returncode == (254 if person.host.major == 2 else 255)
    assert "AccessDenied" in done.stderr
    assert "Traceback" not in done.stderr
    assert person.snapshot() == before


@one_host
def test_boto3_reads_the_profile(person: Person) -> None:
    """boto3 of its own environment finds the role under the profile's name."""
    person.aws("assume", "--role-name", "my-iam-role")
    program = (
        "import boto3; s = boto3.Session(profile_name='assumed-role'); "
        f"print(s.client('sts', endpoint_url='{person.endpoint_url}')"
        ".get_caller_identity()['Arn'], s.region_name)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=person.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert f"assumed-role/my-iam-role/{default_session_name()} us-east-1" in done.stdout


@one_host
def test_the_sdk_for_javascript_reads_the_profile(person: Person) -> None:
    """The AWS SDK for JavaScript v3 finds the role under AWS_PROFILE."""
    person.aws("assume", "--role-name", "my-iam-role")
    done = run_javascript(
        IDENTITY,
        {
            **person.environment,
            "AWS_PROFILE": "assumed-role",
            "AWS_ENDPOINT_URL": person.endpoint_url,
        },
    )

    assert done.returncode == 0, done.stderr
    assert f"assumed-role/my-iam-role/{default_session_name()} us-east-1" in done.stdout
