"""The command in the CLI's own driver: how often STS is called, settings, MFA, region."""

from __future__ import annotations

import json

import pytest

from support.environment import NO_TERMINAL, PromptedUser
from support.sts_stub import ACCOUNT, MFA_SERIAL, ROLE_ARN


def test_the_account_is_looked_up_in_the_first_run_only(aws) -> None:
    """A role name costs one GetCallerIdentity per access key, ever."""
    first = aws("assume", "--role-name", "my-iam-role")
    actions = list(aws.stub.actions)
    second = aws("assume", "--role-name", "another-role")

    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert actions == ["GetCallerIdentity", "AssumeRole"]
    assert aws.stub.actions[2:] == ["AssumeRole"]
    assert aws.stub.requests[2]["RoleArn"] == f"arn:aws:iam::{ACCOUNT}:role/another-role"


def test_another_access_key_is_looked_up_anew(aws) -> None:
    """What is cached belongs to one access key, not to the profile."""
    aws("assume", "--role-name", "my-iam-role")
    aws.add_key("bob", "AKIABOBBOBBOBBOBBOB1", "secret")
    aws.stub.caller = "arn:aws:iam::210987654321:user/bob"
    done = aws("assume", "--role-name", "my-iam-role", "--profile", "bob",
               "--region", "us-east-1")  # fmt: skip

    assert done.code == 0, done.err
    assert aws.stub.actions[2:] == ["GetCallerIdentity", "AssumeRole"]
    assert aws.stub.requests[3]["RoleArn"] == "arn:aws:iam::210987654321:role/my-iam-role"


def test_a_role_arn_costs_one_call(aws) -> None:
    """An ARN names its account, so no prompt is shown for it."""
    done = aws("assume", "--role-arn", ROLE_ARN)

    assert done.code == 0, done.err
    assert aws.stub.actions == ["AssumeRole"]
    assert aws.stub.requests[0]["RoleArn"] == ROLE_ARN


def test_an_account_id_costs_one_call(aws) -> None:
    """With --account-id the partition is the region's, and no prompt is shown."""
    done = aws("assume", "--role-name", "r1", "--account-id", "210987654321",
               "--region", "cn-north-1")  # fmt: skip

    assert done.code == 0, done.err
    assert aws.stub.actions == ["AssumeRole"]
    assert aws.stub.requests[0]["RoleArn"] == "arn:aws-cn:iam::210987654321:role/r1"


def test_the_partition_is_the_callers(aws) -> None:
    """A caller of another partition gets a role ARN of that partition."""
    aws.stub.caller = f"arn:aws-us-gov:iam::{ACCOUNT}:user/alice"
    done = aws("assume", "--role-name", "r1", "--region", "us-gov-west-1")

    assert done.code == 0, done.err
    assert aws.stub.requests[1]["RoleArn"] == f"arn:aws-us-gov:iam::{ACCOUNT}:role/r1"


def test_the_plain_request_holds_nothing_else(aws) -> None:
    """Without options STS gets role and session name, and decides the rest itself."""
    aws("assume", "--role-arn", ROLE_ARN)

    assert sorted(aws.stub.requests[0]) == ["Action", "RoleArn", "RoleSessionName", "Version"]


def test_the_target_is_usable_by_the_driver(aws) -> None:
    """What was written signs the next command, session token included."""
    aws("assume", "--role-arn", ROLE_ARN)
    kept = aws.section(aws.credentials, "assumed-role")
    done = aws("sts", "get-caller-identity", "--profile", "assumed-role")

    assert done.code == 0, done.err
    assert aws.signers()[1] == kept["aws_access_key_id"]
    assert aws.stub.headers[1]["X-Amz-Security-Token"] == kept["aws_session_token"]


# Settings of the source profile: a flag beats the block, the block beats the default.


def test_settings_stand_between_flag_and_default(aws) -> None:
    """`aws configure set assume.NAME` holds until an option says something else."""
    for name, value in [
        ("duration_seconds", "28800"),
        ("role_session_name", "{role}-by-{user}"),
        ("update_profile", "admin"),
        ("external_id", "set-external"),
    ]:
        done = aws("configure", "set", f"assume.{name}", value)
        assert done.code == 0, done.err

    done = aws("assume", "--role-arn", ROLE_ARN, "--query", "Profile")
    flagged = aws(
        "assume", "--role-arn", ROLE_ARN, "--duration-seconds", "900", "--update-profile", "other",
        "--role-session-name", "by-hand", "--external-id", "by-flag", "--query", "Profile",
    )  # fmt: skip

    assert (done.code, flagged.code) == (0, 0), done.err + flagged.err
    assert (done.out, flagged.out) == ('"admin"\n', '"other"\n')
    first, second = aws.stub.requests
    assert first["DurationSeconds"] == "28800"
    assert first["RoleSessionName"] == "my-iam-role-by-alice"
    assert first["ExternalId"] == "set-external"
    assert second["DurationSeconds"] == "900"
    assert second["RoleSessionName"] == "by-hand"
    assert second["ExternalId"] == "by-flag"


def test_settings_are_the_source_profiles_own(aws) -> None:
    """The block of another profile has no say."""
    aws.add_config("[profile other]\nassume =\n    duration_seconds = 28800\n")
    aws("assume", "--role-arn", ROLE_ARN)

    assert "DurationSeconds" not in aws.stub.requests[0]


# MFA: the code is prompted for once, on the terminal, after everything else is known.


def test_serial_without_terminal_ends_before_any_request(aws) -> None:
    """Nobody to ask: the option to give is named, and STS hears nothing."""
    before = aws.files()
    user = PromptedUser()
    done = aws("assume", "--role-name", "r1", "--serial-number", MFA_SERIAL,
               environment=NO_TERMINAL)  # fmt: skip

    assert done.code == 255
    assert MFA_SERIAL in done.err
    assert "--token-code" in done.err
    assert aws.stub.requests == []
    assert user.questions == []
    assert aws.files() == before


def test_serial_with_a_terminal_asks_once_and_sends_the_code(aws) -> None:
    """The code typed goes to STS beside the serial number."""
    user = PromptedUser("918273")
    done = aws("assume", "--role-name", "r1", "--serial-number", MFA_SERIAL,
               environment=user.environment)  # fmt: skip

    assert done.code == 0, done.err
    assert len(user.questions) == 1
    assert MFA_SERIAL in user.questions[0]
    assert aws.stub.actions == ["GetCallerIdentity", "GetSessionToken", "AssumeRole"]
    assert aws.stub.requests[1]["SerialNumber"] == MFA_SERIAL
    assert aws.stub.requests[1]["TokenCode"] == "918273"
    assert "918273" not in done.out + done.err + aws.config.read_text()


def test_a_code_on_the_command_line_is_not_prompted_for(aws) -> None:
    """With --token-code no prompt is shown."""
    user = PromptedUser()
    done = aws("assume", "--role-arn", ROLE_ARN, "--serial-number", MFA_SERIAL, "--token-code",
               "654321", environment=user.environment)  # fmt: skip

    assert done.code == 0, done.err
    assert user.questions == []
    assert aws.stub.requests[0]["TokenCode"] == "654321"


def test_a_mistyped_code_never_reaches_sts(aws) -> None:
    """Five digits typed, three times, end with the reason, and the code is not repeated."""
    user = PromptedUser(*["12345"] * 3)
    done = aws("assume", "--role-arn", ROLE_ARN, "--serial-number", MFA_SERIAL,
               environment=user.environment)  # fmt: skip

    assert done.code == 255
    assert "six digits" in done.err
    assert len(user.questions) == 3
    assert "12345" not in done.err
    assert aws.stub.requests == []


def test_the_serial_of_the_settings_prompts_for_a_code(aws) -> None:
    """`assume.serial_number` of the source profile is as good as the option."""
    aws.add_config(f"assume =\n    serial_number = {MFA_SERIAL}\n")
    user = PromptedUser("918273")
    done = aws("assume", "--role-arn", ROLE_ARN, environment=user.environment)

    assert done.code == 0, done.err
    assert len(user.questions) == 1
    assert aws.stub.requests[0]["SerialNumber"] == MFA_SERIAL


# The region of the target: --region, else what the target has, else the source's.


@pytest.mark.parametrize(
    ("existing", "words", "expected"),
    [
        ("", (), "us-east-1"),
        ("", ("--region", "eu-west-1"), "eu-west-1"),
        ("ap-south-1", (), "ap-south-1"),
        ("ap-south-1", ("--region", "eu-west-1"), "eu-west-1"),
    ],
    ids=["source", "flag", "existing", "flag-over-existing"],
)
def test_region_of_the_target(aws, existing: str, words: tuple[str, ...], expected: str) -> None:
    """Flag, existing and source, in this order, in the file and in what is printed."""
    if existing:
        aws.add_config(f"[profile assumed-role]\nregion = {existing}\n")
    done = aws("assume", "--role-arn", ROLE_ARN, *words)

    assert done.code == 0, done.err
    assert json.loads(done.out)["Region"] == expected
    assert aws.section(aws.config, "profile assumed-role")["region"] == expected


def test_a_region_of_the_environment_is_the_sources(aws) -> None:
    """AWS_DEFAULT_REGION is the source's region and yields to what the target has."""
    aws.set_variable("AWS_DEFAULT_REGION", "sa-east-1")
    aws("assume", "--role-arn", ROLE_ARN, "--update-profile", "fresh")

    assert aws.section(aws.config, "profile fresh")["region"] == "sa-east-1"
