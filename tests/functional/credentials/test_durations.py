"""Durations in the CLI's own driver: the longest of a role, and the hour of role chaining."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from support.environment import NO_TERMINAL, PromptedUser
from support.sts_stub import (
    ACCOUNT,
    CHAINED,
    MFA_SERIAL,
    ROLE_ARN,
    TOO_LONG,
    USER_KEY_ID,
    RoleOfSeconds,
    assume_role_answer,
    refusal,
)

ROLE_SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/first/alice"
MAX = ("assume", "--role-arn", ROLE_ARN, "--duration-seconds", "max")
STEPS = ["43200", "28800", "14400", "7200", "3600"]


def calls(aws: Any, since: int = 0) -> list[str]:
    """Return what was asked, in order: GetRole's role, AssumeRole's seconds, else the action."""
    names = {"GetRole": "RoleName", "AssumeRole": "DurationSeconds"}
    return [
        f"{one['Action']} {one.get(names.get(one['Action'], ''), '-')}"
        for one in aws.stub.requests[since:]
    ]


def assumed(*seconds: str) -> list[str]:
    return [f"AssumeRole {one}" for one in seconds]


def recorded(aws: Any, profile: str = "profile assumed-role") -> dict[str, str]:
    """Return our record in a target profile."""
    lines = aws.section(aws.config, profile)["assumed"].strip().splitlines()
    return dict(line.split(" = ", 1) for line in lines)


def memory_of(aws: Any) -> Path:
    return aws.config.parent / "cli" / "cache" / "assume-durations"


def add_role_of_bob(aws: Any) -> None:
    """Append a profile whose keys are a role session, as another tool would leave it."""
    aws.add_key("roled", "ASIAROLEROLEROLEROL1", "secret", "token")
    aws.add_config("[profile roled]\nregion = us-east-1\n")


# The longest that the role allows.


def test_the_maximum_from_iam_is_cached(aws) -> None:
    """GetRole's MaxSessionDuration is requested, and the next run needs one call."""
    aws.stub.script = RoleOfSeconds(7200, ROLE_ARN)
    first = aws(*MAX)
    second = aws(*MAX)

    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert calls(aws) == ["GetRole my-iam-role", *assumed("7200", "7200")]
    assert recorded(aws)["duration-seconds"] == "max"


def test_without_iam_the_maximum_is_found_in_steps_and_cached(aws) -> None:
    """A source that may not call IAM finds the role's maximum by STS's refusals, once."""
    aws.stub.script = RoleOfSeconds(14400)
    first = aws(*MAX)
    second = aws(*MAX)

    assert (first.code, second.code) == (0, 0), first.err + second.err
    found = calls(aws)
    assert found == ["GetRole my-iam-role", *assumed("43200", "28800", "14400", "14400")]


def test_a_role_of_twelve_hours_is_had_at_once(aws) -> None:
    """The first step is the longest that any role allows."""
    aws.stub.script = RoleOfSeconds(43200)

    assert aws(*MAX).code == 0
    assert calls(aws) == ["GetRole my-iam-role", "AssumeRole 43200"]


def test_the_last_step_is_one_hour(aws) -> None:
    """A role that nobody has changed allows an hour, and all steps lead there."""
    aws.stub.script = RoleOfSeconds(3600)

    assert aws(*MAX).code == 0
    assert calls(aws)[1:] == assumed(*STEPS)


def test_a_maximum_that_was_lowered_is_found_anew(aws) -> None:
    """What is cached and refused is forgotten and stepped down from."""
    aws.stub.script = RoleOfSeconds(28800, ROLE_ARN)
    aws(*MAX)
    aws.stub.script = RoleOfSeconds(7200, ROLE_ARN)
    since = len(aws.stub.requests)
    lowered = aws(*MAX)
    again = aws(*MAX)

    assert (lowered.code, again.code) == (0, 0), lowered.err + again.err
    assert calls(aws, since) == assumed("28800", "14400", "7200", "7200")


def test_a_role_of_the_same_name_in_another_account_says_nothing(aws) -> None:
    """IAM finds the caller's own role by name, which need not be the one that was meant."""
    aws.stub.script = RoleOfSeconds(3600, "arn:aws:iam::999999999999:role/my-iam-role")

    assert aws(*MAX).code == 0
    assert calls(aws)[1:] == assumed(*STEPS)


@pytest.mark.parametrize(
    "answer",
    [(200, "text/html", "<html>Welcome</html>"), (200, "text/xml", "<a/>"), (503, "text/xml", "")],
    ids=["html", "foreign xml", "no service"],
)
def test_a_strange_answer_of_iam_is_as_none(aws, answer: Any) -> None:
    """Whatever IAM says in place of the role, the credentials arrive; it is asked once."""
    role = RoleOfSeconds(43200)
    aws.stub.script = lambda request: answer if request["Action"] == "GetRole" else role(request)
    done = aws(*MAX)

    assert done.code == 0, done.err
    assert calls(aws) == ["GetRole my-iam-role", "AssumeRole 43200"]


def test_another_refusal_ends_the_steps(aws) -> None:
    """Only a refusal of the duration is a reason to ask for less."""
    aws.stub.script = lambda request: refusal(403, "AccessDenied", "not authorized")
    done = aws(*MAX)

    assert done.code != 0
    assert calls(aws) == ["GetRole my-iam-role", "AssumeRole 43200"]
    assert not memory_of(aws).exists()


def test_the_setting_may_be_max(aws) -> None:
    """`aws configure set assume.duration_seconds max` is as the option."""
    aws.stub.script = RoleOfSeconds(7200, ROLE_ARN)
    aws("configure", "set", "assume.duration_seconds", "max")
    done = aws("assume", "--role-name", "my-iam-role")

    assert done.code == 0, done.err
    assert calls(aws) == ["GetCallerIdentity -", "GetRole my-iam-role", "AssumeRole 7200"]


def test_a_profiles_own_duration_may_not_be_max(aws) -> None:
    """duration_seconds of a profile is the CLI's own key, which has no such word."""
    aws.add_config(
        f"[profile admin]\nrole_arn = {ROLE_ARN}\nsource_profile = default\n"
        "duration_seconds = max\n"
    )
    done = aws("assume", "--profile", "admin")

    assert done.code != 0
    assert "duration_seconds of the profile 'admin'" in done.err
    assert "'max'" in done.err
    assert aws.stub.actions == []


def test_refresh_finds_it_out_again(aws) -> None:
    """The record holds what was asked for, and the role's new maximum counts."""
    aws.stub.script = RoleOfSeconds(7200, ROLE_ARN)
    aws(*MAX)
    for file in memory_of(aws).iterdir():
        file.unlink()
    aws.stub.script = RoleOfSeconds(43200, ROLE_ARN)
    since = len(aws.stub.requests)
    done = aws("assume", "refresh")

    assert done.code == 0, done.err
    assert calls(aws, since) == ["GetRole my-iam-role", "AssumeRole 43200"]
    assert recorded(aws)["duration-seconds"] == "max"


def test_refresh_of_many_signs_for_each_source(aws) -> None:
    """Each profile's calls to IAM and STS are signed by its own source."""
    aws.add_key("bob", "AKIABOBBOBBOBBOBBOB1", "secret")
    aws.add_config("[profile bob]\nregion = us-east-1\n")
    aws.stub.script = RoleOfSeconds(7200)
    aws(*MAX, "--update-profile", "one")
    # Another role: what is found out of one would spare the other its calls.
    aws("--profile", "bob", "assume", "--role-arn", f"{ROLE_ARN}-2", *MAX[3:],
        "--update-profile", "two")  # fmt: skip
    for file in memory_of(aws).iterdir():
        file.unlink()
    since = len(aws.stub.requests)
    done = aws("assume", "refresh", "--all")

    assert done.code == 0, done.err
    signed = {
        (one.get("RoleName") or one["RoleArn"].rpartition("/")[2], one["Action"], signer)
        for one, signer in list(zip(aws.stub.requests, aws.signers()))[since:]
    }
    roles = {"my-iam-role": USER_KEY_ID, "my-iam-role-2": "AKIABOBBOBBOBBOBBOB1"}
    actions = ("GetRole", "AssumeRole")
    assert signed == {(role, one, key) for role, key in roles.items() for one in actions}


def test_refresh_of_many_keeps_each_sources_settings(aws) -> None:
    """A client of IAM has the region of its own source, whichever profile came last."""
    aws.add_key("bob", "AKIABOBBOBBOBBOBBOB1", "secret")
    aws.add_config("[profile bob]\nregion = cn-north-1\n")
    aws.stub.script = RoleOfSeconds(43200)
    aws(*MAX, "--update-profile", "one")
    done = aws("--profile", "bob", "assume", "--role-arn",
               ROLE_ARN.replace("aws", "aws-cn"), *MAX[3:], "--update-profile", "two")  # fmt: skip
    assert done.code == 0, done.err
    for file in memory_of(aws).iterdir():
        file.unlink()
    since = len(aws.stub.requests)
    done = aws("assume", "refresh", "--all")

    assert done.code == 0, done.err
    scopes = {
        (one["Action"], *headers["Authorization"].partition("Credential=")[2].split("/")[0:3:2])
        for one, headers in list(zip(aws.stub.requests, aws.stub.headers))[since:]
    }
    regions = {USER_KEY_ID: "us-east-1", "AKIABOBBOBBOBBOBBOB1": "cn-north-1"}
    actions = ("GetRole", "AssumeRole")
    assert scopes == {(action, *pair) for action in actions for pair in regions.items()}


def test_export_takes_the_longest(aws) -> None:
    """A verb that writes no profile follows the same steps."""
    aws.stub.script = RoleOfSeconds(7200, ROLE_ARN)
    done = aws("assume", "export", "--format", "process", *MAX[1:])

    assert done.code == 0, done.err
    assert json.loads(done.out)["Version"] == 1
    assert calls(aws) == ["GetRole my-iam-role", "AssumeRole 7200"]


def test_the_program_of_a_profile_takes_the_longest(aws) -> None:
    """A profile that refreshes by itself keeps `max`, and its program asks for it."""
    aws.stub.script = RoleOfSeconds(7200, ROLE_ARN)
    done = aws(*MAX, "--auto-refresh")
    sessions = aws.config.parent / "cli" / "cache" / "assume-sessions"
    for file in sessions.iterdir():
        file.unlink()
    again = aws("assume", "export", "--format", "process", "--update-profile", "assumed-role")

    assert (done.code, again.code) == (0, 0), done.err + again.err
    assert calls(aws) == ["GetRole my-iam-role", *assumed("7200", "7200")]


def test_enough_time_left_calls_nothing(aws) -> None:
    """--min-ttl compares what was asked for, not what it came to."""
    aws.stub.script = RoleOfSeconds(7200, ROLE_ARN)
    aws(*MAX)
    since = len(aws.stub.requests)
    done = aws(*MAX, "--min-ttl", "60")

    assert done.code == 0, done.err
    assert calls(aws, since) == []


def test_dry_run_shows_max(aws) -> None:
    """What is not known before the calls stands there as it was asked for."""
    done = aws(*MAX, "--dry-run")

    assert done.code == 0, done.err
    answer = json.loads(done.out)
    assert answer["Requests"][0]["Parameters"]["DurationSeconds"] == "max"
    assert "duration-seconds = max" in done.out
    assert aws.stub.actions == []
    assert not memory_of(aws).exists()


def test_the_cache_is_private_and_has_no_credential(aws) -> None:
    """The note of a role is 0600 in a folder of 0700, and holds ARN, seconds and time."""
    aws.stub.script = RoleOfSeconds(7200, ROLE_ARN)
    aws(*MAX)
    (note,) = memory_of(aws).iterdir()

    assert stat.S_IMODE(os.stat(note).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(memory_of(aws)).st_mode) == 0o700
    kept = json.loads(note.read_text())
    assert sorted(kept) == ["At", "RoleArn", "Seconds"]
    assert (kept["RoleArn"], kept["Seconds"]) == (ROLE_ARN, 7200)


def test_no_secret_of_the_calls_is_in_the_log(aws) -> None:
    """--debug shows neither the token that signs GetRole nor what STS returns."""
    aws.add_key("roled", "ASIAROLEROLEROLEROL1", "roled/secret", "roled/session/token")
    aws.stub.script = RoleOfSeconds(7200, ROLE_ARN)
    done = aws("--profile", "roled", "--region", "us-east-1", *MAX, "--debug")

    assert done.code == 0
    assert calls(aws) == ["GetRole my-iam-role", "AssumeRole 7200"]
    kept = aws.section(aws.credentials, "assumed-role")
    secrets = ("roled/secret", "roled/session/token", kept["aws_secret_access_key"])
    assert [one for one in secrets if one in done.err] == []


# The longest, with a device.


def test_with_a_device_iam_is_called_and_one_code_is_needed(aws) -> None:
    """Where IAM says how long, one attempt is all it takes."""
    aws.stub.script = RoleOfSeconds(7200, ROLE_ARN)
    user = PromptedUser("123456")
    done = aws(*MAX, "--serial-number", MFA_SERIAL, environment=user.environment)

    assert done.code == 0, done.err
    assert calls(aws) == ["GetRole my-iam-role", "AssumeRole 7200"]
    assert len(user.questions) == 1


def test_with_a_device_and_without_iam_it_is_one_hour(aws) -> None:
    """A token code works once: an hour is taken, said, and not cached."""
    aws.stub.script = RoleOfSeconds(7200)
    done = aws(*MAX, "--serial-number", MFA_SERIAL, "--token-code", "123456")

    assert done.code == 0, done.err
    assert calls(aws) == ["GetRole my-iam-role", "AssumeRole 3600"]
    assert done.err.count("[NOTE]") == 1
    assert "a token code works once: 3600 seconds" in done.err
    assert not memory_of(aws).exists()


def test_with_a_device_a_lowered_maximum_is_an_error_once(aws) -> None:
    """The code is spent: the refusal is shown, and the next run calls IAM anew."""
    words = (*MAX, "--serial-number", MFA_SERIAL, "--token-code")
    aws.stub.script = RoleOfSeconds(28800, ROLE_ARN)
    aws(*words, "123456")
    aws.stub.script = RoleOfSeconds(7200, ROLE_ARN)
    since = len(aws.stub.requests)
    refused = aws(*words, "234567")
    again = aws(*words, "345678")

    assert refused.code != 0
    assert TOO_LONG in refused.err
    assert again.code == 0, again.err
    assert calls(aws, since) == ["AssumeRole 28800", "GetRole my-iam-role", "AssumeRole 7200"]


def test_with_a_device_an_hour_uses_the_mfa_session(aws) -> None:
    """A role that allows an hour takes the kept session, and so does the next, without a code."""
    aws.stub.script = RoleOfSeconds(3600, ROLE_ARN)
    user = PromptedUser("123456")
    first = aws(*MAX, "--serial-number", MFA_SERIAL, environment=user.environment)
    again = aws(*MAX, "--serial-number", MFA_SERIAL, environment=NO_TERMINAL)

    assert (first.code, again.code) == (0, 0), first.err + again.err
    assert calls(aws) == ["GetRole my-iam-role", "GetSessionToken -", *assumed("3600", "3600")]
    assert len(user.questions) == 1


def test_with_a_device_more_than_an_hour_is_worth_a_code(aws) -> None:
    """A kept session gives an hour at most: for more the code is requested, and why is said."""
    user = PromptedUser("123456", "123456")
    aws(
        "assume",
        "--role-arn",
        ROLE_ARN,
        "--serial-number",
        MFA_SERIAL,
        environment=user.environment,
    )
    since = len(aws.stub.requests)
    aws.stub.script = RoleOfSeconds(7200, ROLE_ARN)
    done = aws(*MAX, "--serial-number", MFA_SERIAL, environment=user.environment)

    assert done.code == 0, done.err
    assert calls(aws, since) == ["GetRole my-iam-role", "AssumeRole 7200"]
    assert aws.stub.requests[-1]["TokenCode"] == "123456"
    assert "a session of 7200 seconds needs an MFA code of its own" in done.err


# Role chaining.

ROLE_PROFILE = (
    f"[profile first]\nrole_arn = arn:aws:iam::{ACCOUNT}:role/first\nsource_profile = default\n"
    "region = us-east-1\n"
)


def assume_first(aws: Any) -> None:
    """Make the profile `first` of ours, a role session."""
    done = aws("assume", "--role-name", "first", "--update-profile", "first")
    assert done.code == 0, done.err


def name_first(aws: Any) -> None:
    """Make the profile `first` one that names a role."""
    aws.add_config(ROLE_PROFILE)


def know_first(aws: Any) -> None:
    """Make the profile `first` one of keys that GetCallerIdentity has named a role session."""
    aws.add_key("first", "ASIAFIRSTFIRSTFIRST1", "secret", "token")
    aws.add_config("[profile first]\nregion = us-east-1\n")
    aws.stub.caller = ROLE_SESSION
    done = aws("assume", "--role-name", "my-iam-role", "--profile", "first")
    assert done.code == 0, done.err


WAYS = pytest.mark.parametrize("make", [assume_first, name_first, know_first])


def set_default(aws: Any, value: str) -> None:
    done = aws("configure", "set", "assume.duration_seconds", value, "--profile", "first")
    assert done.code == 0, done.err


@WAYS
def test_a_longer_duration_by_option_is_refused_before_any_call(aws, make: Any) -> None:
    """Who asks for more than role chaining gives is told why, and what to type."""
    make(aws)
    since = len(aws.stub.requests)
    done = aws("assume", "--role-arn", ROLE_ARN, "--profile", "first", "--update-profile", "two",
               "--duration-seconds", "7200")  # fmt: skip

    assert done.code != 0
    assert "Invalid duration 7200: the source is itself a role session" in done.err
    assert "--duration-seconds 3600" in done.err
    assert "--profile" in done.err
    assert aws.stub.actions[since:] == []


@WAYS
def test_a_longer_default_is_shortened_with_a_note(aws, make: Any) -> None:
    """A default that is too long for this source is an hour, and the record keeps the default."""
    make(aws)
    set_default(aws, "28800")
    done = aws("assume", "--role-arn", ROLE_ARN, "--profile", "first", "--update-profile", "two")

    assert done.code == 0, done.err
    assert calls(aws)[-1:] == assumed("3600")
    assert aws.stub.requests[-1]["RoleArn"] == ROLE_ARN
    assert done.err.count("[NOTE]") == 1
    assert "at most one hour: 3600 seconds instead of the configured 28800" in done.err
    assert recorded(aws, "profile two")["duration-seconds"] == "28800"


@WAYS
def test_an_hour_needs_no_note(aws, make: Any) -> None:
    """What role chaining gives is requested as it is, with nothing said."""
    make(aws)
    done = aws("assume", "--role-arn", ROLE_ARN, "--profile", "first", "--update-profile", "two",
               "--duration-seconds", "3600")  # fmt: skip

    assert done.code == 0, done.err
    assert calls(aws)[-1:] == assumed("3600")
    assert "[NOTE]" not in done.err


@WAYS
def test_the_longest_of_a_chain_is_an_hour_at_once(aws, make: Any) -> None:
    """`max` from a role asks for an hour, of STS alone, and says nothing about the role."""
    make(aws)
    done = aws("--profile", "first", *MAX, "--update-profile", "two")

    assert done.code == 0, done.err
    assert calls(aws)[-1:] == assumed("3600")
    assert "GetRole" not in aws.stub.actions
    assert not memory_of(aws).exists()
    assert recorded(aws, "profile two")["duration-seconds"] == "max"


@WAYS
def test_refresh_shortens_the_default_again(aws, make: Any) -> None:
    """`refresh` of what a default made is no error: it is shortened as before."""
    make(aws)
    set_default(aws, "28800")
    aws("assume", "--role-arn", ROLE_ARN, "--profile", "first", "--update-profile", "two")
    since = len(aws.stub.requests)
    done = aws("assume", "refresh", "--update-profile", "two")

    assert done.code == 0, done.err
    assert calls(aws, since)[-1:] == assumed("3600")
    assert recorded(aws, "profile two")["duration-seconds"] == "28800"


def test_the_caller_identity_of_this_very_run_counts(aws) -> None:
    """With a role name GetCallerIdentity says that the source is a role, before AssumeRole."""
    add_role_of_bob(aws)
    aws.stub.caller = ROLE_SESSION
    done = aws("assume", "--role-name", "my-iam-role", "--profile", "roled",
               "--duration-seconds", "7200")  # fmt: skip

    assert done.code != 0
    assert "the source is itself a role session" in done.err
    assert aws.stub.actions == ["GetCallerIdentity"]


@pytest.fixture
def job(aws, tmp_path: Path):
    """Return the driver of a job whose variables name a role and a token file, and no profile."""
    (tmp_path / "token").write_text("a.web.identity")
    aws.set_variable("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "token"))
    aws.set_variable("AWS_ROLE_ARN", f"arn:aws:iam::{ACCOUNT}:role/first")

    def script(request: dict[str, str]) -> Any:
        if request["Action"] != "AssumeRoleWithWebIdentity":
            return None
        # API reference, "AssumeRoleWithWebIdentity": AssumeRole's shape by another name.
        status, kind, body = assume_role_answer(request["RoleArn"], request["RoleSessionName"])
        for end in ("Response>", "Response ", "Result>"):
            body = body.replace(f"AssumeRole{end}", f"AssumeRoleWithWebIdentity{end}")
        return status, kind, body

    aws.stub.script = script
    return aws


def test_a_role_by_web_identity_is_known_by_the_way_it_came(job) -> None:
    """botocore says how it found the credentials; no profile has to, and no prompt is shown."""
    refused = job("assume", "--role-arn", ROLE_ARN, "--duration-seconds", "7200")
    request = list(job.stub.actions)
    longest = job(*MAX)

    assert refused.code != 0
    assert "the source is itself a role session" in refused.err
    assert "AssumeRole" not in request
    assert longest.code == 0, longest.err
    assert "GetRole" not in job.stub.actions
    assert calls(job)[-1:] == assumed("3600")


def test_what_is_not_known_stays_the_refusal_of_sts(aws) -> None:
    """Keys of a role whose owner nobody has asked for: STS says no, the cause is added."""
    add_role_of_bob(aws)
    aws.stub.script = RoleOfSeconds(43200, chained=True)
    done = aws("assume", "--role-arn", ROLE_ARN, "--profile", "roled",
               "--duration-seconds", "7200")  # fmt: skip

    assert done.code != 0
    assert CHAINED in done.err
    assert "role chaining gives at most one hour" in done.err
    assert calls(aws) == ["AssumeRole 7200"]


def test_max_in_an_unknown_chain_is_an_hour_without_a_hint(aws) -> None:
    """STS's refusal of chaining leads to the hour; the role's own maximum is not touched."""
    add_role_of_bob(aws)
    aws.stub.script = RoleOfSeconds(43200, chained=True)
    done = aws("--profile", "roled", *MAX)

    assert done.code == 0, done.err
    assert calls(aws) == ["GetRole my-iam-role", *assumed("43200", "3600")]
    assert not memory_of(aws).exists()


def test_keys_that_another_tool_has_set_are_no_chain(aws) -> None:
    """A profile of ours with another's keys in it may be a user's: STS decides."""
    assume_first(aws)
    aws("configure", "set", "aws_access_key_id", "AKIABOBBOBBOBBOBBOB1", "--profile", "first")
    since = len(aws.stub.requests)
    done = aws("assume", "--role-arn", ROLE_ARN, "--profile", "first", "--update-profile", "two",
               "--duration-seconds", "7200")  # fmt: skip

    assert done.code == 0, done.err
    assert calls(aws, since) == assumed("7200")


@WAYS
def test_dry_run_shows_the_hour_of_a_chain(aws, make: Any) -> None:
    """The dry run shows what would be asked for, and the same note."""
    make(aws)
    set_default(aws, "28800")
    since = len(aws.stub.requests)
    done = aws("assume", "--role-arn", ROLE_ARN, "--profile", "first", "--update-profile", "two",
               "--dry-run")  # fmt: skip

    assert done.code == 0, done.err
    assert json.loads(done.out)["Requests"][0]["Parameters"]["DurationSeconds"] == 3600
    assert "instead of the configured 28800" in done.err
    assert calls(aws, since) == []


# A duration that the role does not allow.


def test_the_refusal_says_what_the_role_allows(aws) -> None:
    """Where IAM may be asked, the cause names the role's maximum and the option to type."""
    aws.stub.script = RoleOfSeconds(7200, ROLE_ARN)
    done = aws("assume", "--role-arn", ROLE_ARN, "--duration-seconds", "28800")

    assert done.code != 0
    assert calls(aws) == ["AssumeRole 28800", "GetRole my-iam-role"]
    assert TOO_LONG in done.err
    assert (
        "at most 7200 seconds. Try: --duration-seconds 7200, or --duration-seconds max" in done.err
    )


def test_the_refusal_without_iam_is_as_before(aws) -> None:
    """Where IAM may not be asked, one call is lost and nothing said of it."""
    aws.stub.script = RoleOfSeconds(7200)
    done = aws("assume", "--role-arn", ROLE_ARN, "--duration-seconds", "28800")

    assert done.code != 0
    assert calls(aws) == ["AssumeRole 28800", "GetRole my-iam-role"]
    assert TOO_LONG in done.err
    assert "--duration-seconds 3600 always works" in done.err
    assert "--duration-seconds max" in done.err
    assert "GetRole" not in done.err


def test_the_endpoint_of_the_command_line_is_that_of_iam_too(aws, monkeypatch) -> None:
    """Nothing goes anywhere but to --endpoint-url, of STS and of IAM."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    aws.stub.script = RoleOfSeconds(7200, ROLE_ARN)
    done = aws("--endpoint-url", aws.stub.url, *MAX)

    assert done.code == 0, done.err
    assert calls(aws) == ["GetRole my-iam-role", "AssumeRole 7200"]


# As long as the role allows, up to a number, and configured durations.

UP_TO = ("assume", "--role-arn", ROLE_ARN, "--duration-seconds")


@pytest.mark.parametrize(
    ("maximum", "known_to_iam", "words", "found"),
    [
        (43200, True, "up-to:8h", assumed("28800")),
        (43200, True, "up-to:28800", assumed("28800")),
        (7200, True, "up-to:8h", [*assumed("28800"), "GetRole my-iam-role", *assumed("7200")]),
        (
            7200, False, "up-to:8h",
            [*assumed("28800"), "GetRole my-iam-role", *assumed("14400", "7200")],
        ),
        (3600, True, "up-to:1800", assumed("1800")),
    ],
)  # fmt: skip
def test_up_to(aws, maximum: int, known_to_iam: bool, words: str, found: list[str]) -> None:
    """The number is tried first; a smaller maximum is found and cached, without a note."""
    aws.stub.script = RoleOfSeconds(maximum, ROLE_ARN if known_to_iam else None)
    done = aws(*UP_TO, words)
    since = len(aws.stub.requests)
    again = aws(*UP_TO, words)

    assert (done.code, again.code) == (0, 0), done.err + again.err
    assert calls(aws)[:since] == found
    assert calls(aws, since) == found[-1:]
    assert "[NOTE]" not in done.err
    assert recorded(aws)["duration-seconds"] in ("up-to:28800", "up-to:1800")


def test_up_to_in_a_role_chain(aws) -> None:
    """Role chaining gives an hour at most, whatever the number."""
    done = aws(*UP_TO, "up-to:8h", "--via", "one")

    assert done.code == 0, done.err
    assert calls(aws)[-1] == "AssumeRole 3600"


@pytest.mark.parametrize("value", ["up-to:", "up-to:max", "up-to:13h", "up-to:60", "up-to:-1"])
def test_an_invalid_limit(aws, value: str) -> None:
    """The number of a limit is a duration of STS."""
    done = aws(*UP_TO, value)

    assert done.code in (252, 255)
    assert "Invalid duration" in done.err
    assert aws.stub.requests == []


def test_a_setting_above_the_maximum_is_shortened(aws) -> None:
    """The note names both numbers; refresh shortens too; an option stays an error."""
    aws.stub.script = RoleOfSeconds(7200, ROLE_ARN)
    aws("configure", "set", "assume.duration_seconds", "28800")
    done = aws("assume", "--role-arn", ROLE_ARN)
    renewed = aws("assume", "refresh")
    given = aws(*UP_TO, "28800")

    assert (done.code, renewed.code) == (0, 0), done.err + renewed.err
    note = f"{ROLE_ARN} allows at most 7200 seconds: 7200 seconds instead of the configured 28800"
    assert note in done.err
    assert note in renewed.err
    assert calls(aws)[:4] == [*assumed("28800"), "GetRole my-iam-role", *assumed("7200", "7200")]
    assert given.code in (254, 255)
    assert "The role allows at most 7200 seconds. Try: --duration-seconds 7200" in given.err


# Profiles that renew themselves by a setting.


def test_auto_refresh_as_a_setting(aws) -> None:
    """The setting writes a self-renewing profile; the option for keys overrides it."""
    aws("configure", "set", "assume.auto_refresh", "true")
    renewing = aws("assume", "--role-arn", ROLE_ARN)
    is_renewing = "credential_process" in aws.section(aws.config, "profile assumed-role")
    keys = aws("assume", "--role-arn", ROLE_ARN, "--no-auto-refresh")
    exported = aws("assume", "export", "--role-arn", ROLE_ARN)
    both = aws("assume", "--role-arn", ROLE_ARN, "--auto-refresh", "--no-auto-refresh")
    copied = aws("assume", "--copy-source")

    assert (renewing.code, keys.code, exported.code) == (0, 0, 0), renewing.err + keys.err
    assert is_renewing
    assert "credential_process" not in aws.section(aws.config, "profile assumed-role")
    assert "exclude each other" in both.err
    assert "--auto-refresh" not in copied.err


def test_auto_refresh_needs_a_source_that_stays(aws) -> None:
    """The setting is a default: with keys of the environment, the profile gets keys."""
    aws("configure", "set", "assume.auto_refresh", "true")
    aws.set_variable("AWS_ACCESS_KEY_ID", USER_KEY_ID)
    aws.set_variable("AWS_SECRET_ACCESS_KEY", "secret")
    done = aws("assume", "--role-arn", ROLE_ARN)
    given = aws("assume", "--role-arn", ROLE_ARN, "--auto-refresh")

    assert done.code == 0, done.err
    assert "credential_process" not in aws.section(aws.config, "profile assumed-role")
    assert "the keys in this environment will not be there then" in given.err


def test_auto_refresh_is_true_or_false(aws) -> None:
    """Another value of the setting is refused, with the command that mends it."""
    aws("configure", "set", "assume.auto_refresh", "yes")
    done = aws("assume", "--role-arn", ROLE_ARN)

    assert done.code in (253, 255)
    assert "assume.auto_refresh of the profile 'default' is 'yes'" in done.err
    assert aws.stub.requests == []
