"""Where the credentials come from, where they go, and what is never overwritten."""

from __future__ import annotations

import json

import pytest

from support.sts_stub import ACCOUNT, MFA_SERIAL, ROLE_ARN, USER_KEY_ID, assume_role_answer

BOB = "AKIABOBBOBBOBBOBBOB1"
PROFILE_OF_BOB = "[profile bob]\nregion = eu-west-1\n"


@pytest.fixture
def with_bob(aws):
    """Return the driver of a user with a second profile that holds a key."""
    aws.add_config(PROFILE_OF_BOB)
    aws.add_key("bob", BOB, "secret")
    return aws


def recorded(aws, profile: str = "profile assumed-role") -> dict[str, str]:
    """Return our record in a target profile."""
    lines = aws.section(aws.config, profile)["assumed"].strip().splitlines()
    return dict(line.split(" = ", 1) for line in lines)


def test_the_default_profile_is_the_source(with_bob) -> None:
    """Without a word about the source it is the default profile, and recorded as such."""
    with_bob("assume", "--role-arn", ROLE_ARN)

    assert with_bob.signers() == [USER_KEY_ID]
    assert recorded(with_bob)["source-profile"] == "default"


def test_an_explicit_profile_is_the_source(with_bob) -> None:
    """--profile names the source, whose region the target gets."""
    done = with_bob("assume", "--role-arn", ROLE_ARN, "--profile", "bob")

    assert done.code == 0, done.err
    assert with_bob.signers() == [BOB]
    assert recorded(with_bob)["source-profile"] == "bob"
    assert json.loads(done.out)["Region"] == "eu-west-1"


@pytest.mark.parametrize("variable", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
def test_a_profile_of_the_environment_is_the_source(with_bob, variable: str) -> None:
    """Either variable that the CLI reads names the source, where it isn't the target."""
    with_bob.set_variable(variable, "bob")
    done = with_bob("assume", "--role-arn", ROLE_ARN)

    assert done.code == 0, done.err
    assert with_bob.signers() == [BOB]


@pytest.mark.parametrize("variable", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
def test_a_shell_of_the_target_uses_the_recorded_source(with_bob, variable: str) -> None:
    """With AWS_PROFILE on the target, bob's key signs again and not the role's own."""
    with_bob("assume", "--role-arn", ROLE_ARN, "--profile", "bob")
    with_bob.set_variable(variable, "assumed-role")
    done = with_bob("assume", "--role-arn", ROLE_ARN)

    assert done.code == 0, done.err
    assert with_bob.signers() == [BOB, BOB]
    assert recorded(with_bob)["source-profile"] == "bob"


def test_a_shell_of_a_target_that_is_not_there_yet(with_bob) -> None:
    """AWS_PROFILE may name the target before it exists: the default profile is the source."""
    with_bob.set_variable("AWS_PROFILE", "assumed-role")
    done = with_bob("assume", "--role-arn", ROLE_ARN)

    assert done.code == 0, done.err
    assert with_bob.signers() == [USER_KEY_ID]


def test_the_target_as_explicit_source_is_role_chaining(with_bob) -> None:
    """An explicit --profile on an earlier target signs with the role's keys."""
    with_bob("assume", "--role-arn", ROLE_ARN)
    done = with_bob("assume", "--role-arn", ROLE_ARN, "--profile", "assumed-role",
                    "--update-profile", "second")  # fmt: skip

    assert done.code == 0, done.err
    session = with_bob.section(with_bob.credentials, "assumed-role")
    assert with_bob.signers() == [USER_KEY_ID, session["aws_access_key_id"]]
    assert recorded(with_bob, "profile second")["source-profile"] == "assumed-role"


def test_keys_of_the_environment_are_the_source_and_warn(with_bob) -> None:
    """AWS_ACCESS_KEY_ID beats the profile, as everywhere, and would beat AWS_PROFILE later."""
    with_bob.set_variable("AWS_ACCESS_KEY_ID", "AKIAENVENVENVENVENV1")
    with_bob.set_variable("AWS_SECRET_ACCESS_KEY", "EnvironmentSecret")
    done = with_bob("assume", "--role-arn", ROLE_ARN)

    assert done.code == 0, done.err
    assert with_bob.signers() == ["AKIAENVENVENVENVENV1"]
    assert recorded(with_bob)["credential-source"] == "Environment"
    assert "WARNING" in done.err
    assert "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY" in done.err


def test_an_explicit_profile_beats_keys_of_the_environment(with_bob) -> None:
    """--profile is the source even with keys in the environment, as in the CLI itself."""
    with_bob.set_variable("AWS_ACCESS_KEY_ID", "AKIAENVENVENVENVENV1")
    with_bob.set_variable("AWS_SECRET_ACCESS_KEY", "EnvironmentSecret")
    done = with_bob("assume", "--role-arn", ROLE_ARN, "--profile", "bob")

    assert done.code == 0, done.err
    assert with_bob.signers() == [BOB]


def test_a_role_profile_needs_no_role_options(with_bob) -> None:
    """A profile's role_arn is assumed with its source_profile's keys, as the CLI would."""
    with_bob.add_config(
        f"[profile deploy]\nrole_arn = {ROLE_ARN}\nsource_profile = bob\n"
        "role_session_name = by-profile\nduration_seconds = 1800\nexternal_id = partner\n"
        "region = us-east-1\n"
    )
    done = with_bob("assume", "--profile", "deploy")

    assert done.code == 0, done.err
    assert with_bob.stub.actions == ["AssumeRole"]
    assert with_bob.signers() == [BOB]
    request = with_bob.stub.requests[0]
    assert request["RoleArn"] == ROLE_ARN
    assert request["RoleSessionName"] == "by-profile"
    assert request["DurationSeconds"] == "1800"
    assert request["ExternalId"] == "partner"
    assert recorded(with_bob)["source-profile"] == "bob"


def test_a_role_profile_is_a_source_too(with_bob) -> None:
    """With a role of its own on the command line, the profile's role is the first of two."""
    first = f"arn:aws:iam::{ACCOUNT}:role/first"
    with_bob.add_config(f"[profile deploy]\nrole_arn = {first}\nsource_profile = bob\n")
    with_bob.stub.script = lambda request: (
        assume_role_answer(first, "s1", access_key_id="ASIAFIRSTFIRSTFIRST1")
        if request["RoleArn"] == first
        else None
    )
    done = with_bob("assume", "--role-arn", ROLE_ARN, "--profile", "deploy", "--region",
                    "us-east-1")  # fmt: skip

    assert done.code == 0, done.err
    assert [request["RoleArn"] for request in with_bob.stub.requests] == [first, ROLE_ARN]
    assert with_bob.signers() == [BOB, "ASIAFIRSTFIRSTFIRST1"]
    assert recorded(with_bob)["source-profile"] == "deploy"


# What is never overwritten: refused before STS hears anything.

FOREIGN = {
    "role_arn": f"role_arn = {ROLE_ARN}\nsource_profile = default\n",
    "sso_session": "sso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Dev\n",
    "sso_start_url": "sso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\n",
    "web_identity_token_file": f"role_arn = {ROLE_ARN}\nweb_identity_token_file = /tmp/token\n",
    "web_identity_token_file alone": "web_identity_token_file = /tmp/token\n",
    "login_session": f"login_session = arn:aws:iam::{ACCOUNT}:user/alice\n",
    "credential_process": "credential_process = /bin/true\n",
    "keys in the config file": f"aws_access_key_id = {BOB}\naws_secret_access_key = secret\n",
}


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN)
def test_a_foreign_profile_is_refused_before_any_request(aws, content: str) -> None:
    """Other ways to credentials stay as they are; another target is proposed."""
    aws.add_config(f"[profile theirs]\n{content}")
    before = aws.files()
    done = aws("assume", "--role-name", "my-iam-role", "--update-profile", "theirs")

    assert done.code == 255
    assert "'theirs'" in done.err
    assert "--update-profile" in done.err
    assert aws.stub.requests == []
    assert aws.files() == before


@pytest.mark.parametrize(
    ("key_id", "token"), [(BOB, ""), (BOB, "pasted"), ("ASIATEMPTEMPTEMPTEM1", "")]
)
def test_long_lived_keys_are_refused_before_any_request(aws, key_id: str, token: str) -> None:
    """Keys that are long-lived, or have no token, stay; only their last four are shown."""
    aws.add_key("theirs", key_id, "LongLivedSecret", token)
    before = aws.files()
    done = aws("assume", "--role-name", "my-iam-role", "--update-profile", "theirs")

    assert done.code == 255
    assert "long-lived" in done.err
    assert key_id[-4:] in done.err
    assert key_id not in done.err
    assert "LongLivedSecret" not in done.err
    assert aws.stub.requests == []
    assert aws.files() == before


def test_temporary_keys_of_others_may_be_replaced(aws) -> None:
    """A profile with nothing but temporary keys is a target like a new one."""
    aws.add_key("theirs", "ASIATEMPTEMPTEMPTEM1", "secret", "token")
    done = aws("assume", "--role-arn", ROLE_ARN, "--update-profile", "theirs")

    assert done.code == 0, done.err
    assert "ASIATEMPTEMPTEMPTEM1" not in aws.credentials.read_text()


@pytest.mark.parametrize(
    "words", [("--update-profile", "default"), ("--profile", "bob", "--update-profile", "bob")]
)
def test_the_source_is_refused_before_any_request(with_bob, words: tuple[str, ...]) -> None:
    """Source and target are never one profile."""
    before = with_bob.files()
    done = with_bob("assume", "--role-name", "my-iam-role", *words)

    assert done.code == 255
    assert "source" in done.err
    assert "--update-profile" in done.err
    assert with_bob.stub.requests == []
    assert with_bob.files() == before


def test_a_temporary_source_is_refused_as_well(aws) -> None:
    """A source of temporary keys could be ours to replace, were it not the source."""
    aws.add_key("session", "ASIATEMPTEMPTEMPTEM1", "secret", "token")
    done = aws("assume", "--role-arn", ROLE_ARN, "--profile", "session", "--update-profile",
               "session")  # fmt: skip

    assert done.code == 255
    assert "source" in done.err
    assert aws.stub.requests == []


def test_the_serial_of_a_role_profile_needs_a_code(with_bob) -> None:
    """mfa_serial of the role's profile is AssumeRole's serial number."""
    with_bob.add_config(
        f"[profile deploy]\nrole_arn = {ROLE_ARN}\nsource_profile = bob\n"
        f"mfa_serial = {MFA_SERIAL}\nregion = us-east-1\n"
    )
    done = with_bob("assume", "--profile", "deploy", "--token-code", "918273")

    assert done.code == 0, done.err
    assert with_bob.stub.requests[0]["SerialNumber"] == MFA_SERIAL
    assert with_bob.stub.requests[0]["TokenCode"] == "918273"
