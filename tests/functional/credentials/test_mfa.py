"""MFA in the CLI's own driver: one code for many roles, wrong codes, commands for codes."""

from __future__ import annotations

import os
import stat
import sys
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Optional

import pytest

from support.environment import NO_TERMINAL, PromptedUser
from support.sts_stub import (
    ACCESS_KEY_ID,
    ACCOUNT,
    MFA_SERIAL,
    ROLE_ARN,
    SECRET,
    SESSION_KEY_ID,
    SESSION_SECRET,
    SESSION_TOKEN,
    TOKEN,
    USER_KEY_ID,
    Answer,
    assume_role_answer,
    refusal,
    session_answer,
)

BEHIND_MFA = ("assume", "--role-arn", ROLE_ARN, "--serial-number", MFA_SERIAL)
# Word for word what STS answers to a wrong code.
WRONG = refusal(
    403, "AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code. "
)  # fmt: skip


def refusing(*codes: str) -> Callable[[dict[str, str]], Optional[Answer]]:
    """Return a script of STS that finds these codes wrong."""
    return lambda request: WRONG if request.get("TokenCode") in codes else None


def sent(aws) -> list[tuple[str, Optional[str], str]]:
    """Return operation, token code and signer of each request, in order."""
    return [
        (request["Action"], request.get("TokenCode"), signer)
        for request, signer in zip(aws.stub.requests, aws.signers())
    ]


def session_files(home: Any) -> list[Any]:
    """Return the files of sessions below a HOME."""
    folder = home / ".aws" / "cli" / "cache" / "assume-mfa"
    return [one for one in folder.iterdir() if one.suffix != ".lock"] if folder.exists() else []


def test_ten_roles_cost_one_code(aws) -> None:
    """One GetSessionToken by the user's key, then ten AssumeRole by the session's."""
    user = PromptedUser("918273")
    for number in range(10):
        done = aws("assume", "--role-arn", f"{ROLE_ARN}-{number}", "--serial-number", MFA_SERIAL,
                   "--update-profile", f"p{number}", environment=user.environment)  # fmt: skip
        assert done.code == 0, done.err

    assert len(user.questions) == 1
    assert sent(aws) == [
        ("GetSessionToken", "918273", USER_KEY_ID),
        *[("AssumeRole", None, SESSION_KEY_ID)] * 10,
    ]
    assert aws.stub.requests[0]["SerialNumber"] == MFA_SERIAL
    assert aws.stub.requests[0]["DurationSeconds"] == "43200"
    assert all("SerialNumber" not in one for one in aws.stub.requests[1:])


def test_a_cached_session_needs_no_terminal(aws) -> None:
    """What one code has created serves a script too, for a role name as well."""
    aws(*BEHIND_MFA, environment=PromptedUser("918273").environment)
    words = ("--role-name", "r2", "--serial-number", MFA_SERIAL, "--update-profile", "p2")
    done = aws("assume", *words, environment=NO_TERMINAL)

    assert done.code == 0, done.err
    assert sent(aws)[-1] == ("AssumeRole", None, SESSION_KEY_ID)


def test_the_device_stays_in_the_record(aws) -> None:
    """The request of the session has no device, the record has: a refresh needs it."""
    aws(*BEHIND_MFA, environment=PromptedUser("918273").environment)

    assert f"serial-number = {MFA_SERIAL}" in aws.config.read_text()


def test_the_session_is_private(aws, home) -> None:
    """The file is 0600 in a folder of 0700, and its name tells neither key nor device."""
    aws(*BEHIND_MFA, environment=PromptedUser("918273").environment)
    (file,) = session_files(home)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert len(file.name) == 64
    assert int(file.name, 16) > 0


def test_no_secret_of_the_session_is_shown(aws) -> None:
    """Neither stdout, nor stderr, nor --debug, nor the two files hold the session or the code."""
    done = aws(*BEHIND_MFA, "--debug", environment=PromptedUser("918273").environment)
    again = aws(*BEHIND_MFA, "--debug", environment=NO_TERMINAL)

    assert (done.code, again.code) == (0, 0), done.err
    files = b"".join(aws.files()).decode()
    shown = done.out + done.err + again.out + again.err + files
    assert [one for one in (SESSION_SECRET, SESSION_TOKEN, "918273") if one in shown] == []
    assert SECRET not in done.out + done.err
    assert TOKEN not in done.out + done.err


@pytest.mark.parametrize(("left", "questions"), [(301, 0), (299, 1)])
def test_a_session_that_nears_its_end_is_replaced(aws, left: int, questions: int) -> None:
    """With less than five minutes left a session is not used any more."""
    until = datetime(2030, 1, 1, 12, tzinfo=timezone.utc)
    first = PromptedUser("918273", now=lambda: until - timedelta(hours=12))
    profile_pair = {"GetSessionToken": until, "AssumeRole": until + timedelta(hours=1)}

    def script(one: dict[str, str]) -> Answer:
        end = f"{profile_pair[one['Action']]:%Y-%m-%dT%H:%M:%SZ}"
        if one["Action"] == "GetSessionToken":
            return session_answer(expiration=end)
        return assume_role_answer(one["RoleArn"], one["RoleSessionName"], end)

    aws.stub.script = script
    aws(*BEHIND_MFA, environment=first.environment)
    moment = until - timedelta(seconds=left)
    user = PromptedUser("111111", now=lambda: moment)
    done = aws(*BEHIND_MFA, environment=user.environment)

    assert done.code == 0, done.err
    assert len(first.questions) == 1
    assert len(user.questions) == questions


@pytest.mark.parametrize("code", ["ExpiredToken", "InvalidClientTokenId"])
def test_a_session_that_is_refused_is_replaced_once(aws, code: str) -> None:
    """A kept session that STS does not take is dropped, and another code is requested."""
    aws(*BEHIND_MFA, environment=PromptedUser("918273").environment)
    aws.stub.requests.clear()
    aws.stub.headers.clear()

    def script(one: dict[str, str]) -> Optional[Answer]:
        if one["Action"] == "GetSessionToken":
            return session_answer("ASIAMFASESSIONSTUB02")
        is_old = SESSION_KEY_ID in aws.stub.headers[-1]["Authorization"]
        return refusal(403, code, "The security token is not good") if is_old else None

    aws.stub.script = script
    user = PromptedUser("111111")
    done = aws(*BEHIND_MFA, environment=user.environment)

    assert done.code == 0, done.err
    assert sent(aws) == [
        ("AssumeRole", None, SESSION_KEY_ID),
        ("GetSessionToken", "111111", USER_KEY_ID),
        ("AssumeRole", None, "ASIAMFASESSIONSTUB02"),
    ]


def test_a_new_session_that_is_refused_is_the_error(aws) -> None:
    """There is no second beginning: what STS says of a session just made is told."""
    aws.stub.script = lambda one: (
        refusal(403, "ExpiredToken", "expired") if one["Action"] == "AssumeRole" else None
    )
    user = PromptedUser("918273")
    done = aws(*BEHIND_MFA, environment=user.environment)

    assert done.code != 0
    assert aws.stub.actions == ["GetSessionToken", "AssumeRole"]
    assert len(user.questions) == 1


def test_a_longer_session_goes_straight_to_assume_role(aws, home) -> None:
    """More than an hour can't be had by way of a session: the code is AssumeRole's, and why."""
    done = aws(*BEHIND_MFA, "--duration-seconds", "3601",
               environment=PromptedUser("918273").environment)  # fmt: skip

    assert done.code == 0, done.err
    assert sent(aws) == [("AssumeRole", "918273", USER_KEY_ID)]
    assert "3601 seconds needs an MFA code of its own" in done.err
    assert session_files(home) == []


def test_a_code_that_was_given_is_for_this_call(aws, home) -> None:
    """--token-code goes to AssumeRole; no session is bought with it, and none is used."""
    done = aws(*BEHIND_MFA, "--token-code", "918273", environment=NO_TERMINAL)

    assert done.code == 0, done.err
    assert sent(aws) == [("AssumeRole", "918273", USER_KEY_ID)]
    assert session_files(home) == []


def test_a_temporary_source_can_buy_no_session(aws, home) -> None:
    """GetSessionToken takes long-lived keys only: the code of a session goes to AssumeRole."""
    aws.add_config("[profile sso]\nregion = us-east-1\n")
    aws.add_key("sso", ACCESS_KEY_ID, "secret", "token")
    done = aws(*BEHIND_MFA, "--profile", "sso", environment=PromptedUser("918273").environment)

    assert done.code == 0, done.err
    assert sent(aws) == [("AssumeRole", "918273", ACCESS_KEY_ID)]
    assert session_files(home) == []


@pytest.mark.parametrize("words", [(), ("--duration-seconds", "7200")], ids=["session", "direct"])
def test_a_wrong_code_prompts_again(aws, words: tuple[str, ...]) -> None:
    """Two wrong codes, one of them by its form, then the right one; each is said on stderr."""
    user = PromptedUser("000000", "12345", "918273")
    aws.stub.script = refusing("000000")
    done = aws(*BEHIND_MFA, *words, environment=user.environment)

    assert done.code == 0, done.err
    assert len(user.questions) == 3
    codes = [one["TokenCode"] for one in aws.stub.requests if "TokenCode" in one]
    assert codes == ["000000", "918273"]
    assert "the code was refused, and no code works twice; 2 tries left" in done.err
    assert "the code is not six digits; 1 try left" in done.err
    assert "12345" not in done.err.replace(ACCOUNT, "")


def test_three_wrong_codes_are_enough(aws, home) -> None:
    """The third refusal is STS's own, and nothing is written or kept."""
    before = aws.files()
    user = PromptedUser("000000", "000001", "000002", "918273")
    aws.stub.script = refusing("000000", "000001", "000002")
    done = aws(*BEHIND_MFA, environment=user.environment)

    assert done.code != 0
    assert len(user.questions) == 3
    assert aws.stub.actions == ["GetSessionToken"] * 3
    assert "MultiFactorAuthentication failed" in done.err
    assert aws.files() == before
    assert session_files(home) == []


def test_another_error_does_not_prompt_again(aws) -> None:
    """A right that is missing is not a wrong code."""
    user = PromptedUser("918273", "918273")
    aws.stub.script = lambda one: refusal(403, "AccessDenied", "is not authorized to perform")
    done = aws(*BEHIND_MFA, environment=user.environment)

    assert done.code != 0
    assert len(user.questions) == 1


@pytest.mark.parametrize("by", ["option", "process"])
def test_a_wrong_code_of_an_option_is_final(aws, by: str) -> None:
    """What --token-code or mfa_process gave is not asked for again, terminal or not."""
    aws.stub.script = refusing("000000")
    words = ("--token-code", "000000") if by == "option" else ()
    if by == "process":
        aws.add_config("mfa_process = echo 000000\n")
    user = PromptedUser("918273")
    done = aws(*BEHIND_MFA, *words, environment=user.environment)

    assert done.code != 0
    assert user.questions == []
    assert len(aws.stub.requests) == 1


def test_a_command_answers_the_code(aws) -> None:
    """mfa_process of the source profile stands in for the user, without a terminal."""
    aws.add_config("mfa_process = echo 'Code: 918 273'\n")
    done = aws(*BEHIND_MFA, environment=NO_TERMINAL)

    assert done.code == 0, done.err
    assert sent(aws)[0] == ("GetSessionToken", "918273", USER_KEY_ID)


def test_the_command_of_the_role_profile_beats_the_sources(aws) -> None:
    """The profile that names the role is asked first."""
    aws.add_config(
        "mfa_process = echo 000000\n"
        f"[profile audit]\nrole_arn = {ROLE_ARN}\nsource_profile = default\n"
        f"mfa_serial = {MFA_SERIAL}\nmfa_process = echo 918273\nregion = us-east-1\n"
    )
    done = aws("assume", "--profile", "audit", environment=NO_TERMINAL)

    assert done.code == 0, done.err
    assert aws.stub.requests[0]["TokenCode"] == "918273"


@pytest.mark.parametrize(
    ("words", "of_source", "is_warned"),
    [
        (("--auto-refresh",), "", True),
        (("--auto-refresh", "--token-code", "918273"), "", True),
        (("--auto-refresh",), "mfa_process = echo 918273\n", False),
        ((), "", False),
    ],
)
def test_a_renewal_does_not_read_the_profile_that_names_the_role(
    aws, words: tuple[str, ...], of_source: str, is_warned: bool
) -> None:
    """Who makes a profile that renews itself is told where nobody will answer its next code."""
    aws.add_config(
        f"{of_source}[profile audit]\nrole_arn = {ROLE_ARN}\nsource_profile = default\n"
        f"mfa_serial = {MFA_SERIAL}\nmfa_process = echo 918273\nregion = us-east-1\n"
    )
    done = aws("assume", "--profile", "audit", *words, environment=NO_TERMINAL)

    assert done.code == 0, done.err
    warned = "reads mfa_process of the source profile only, not of the profile 'audit'" in done.err
    assert warned is is_warned, done.err
    assert ("Add mfa_process to the profile 'default'" in done.err) is is_warned


def test_the_command_is_run_only_for_a_code(aws, home) -> None:
    """Neither a given code, nor a kept session, nor a role without a device runs it."""
    script = home / "code.sh"
    script.write_text(f"#!{sys.executable}\nopen('ran', 'a').write('x')\nprint('918273')\n")
    script.chmod(0o700)
    aws.add_config(f"mfa_process = {script}\n")
    assert aws("assume", "--role-arn", ROLE_ARN, environment=NO_TERMINAL).code == 0
    assert aws(*BEHIND_MFA, "--token-code", "111111", environment=NO_TERMINAL).code == 0
    assert not os.path.exists(home / "ran")
    for _ in range(2):
        assert aws(*BEHIND_MFA, environment=NO_TERMINAL).code == 0

    assert (home / "ran").read_text() == "x"


def test_where_nothing_can_be_kept_the_code_goes_to_assume_role(aws, home) -> None:
    """A cache folder that can't be made costs the session, not the command."""
    folder = home / ".aws" / "cli"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cache").mkdir(exist_ok=True)
    (folder / "cache" / "assume-mfa").write_text("a file in its place")
    done = aws(*BEHIND_MFA, environment=PromptedUser("918273").environment)

    assert done.code == 0, done.err
    assert sent(aws) == [("AssumeRole", "918273", USER_KEY_ID)]


def test_the_session_is_used_at_the_endpoint_that_was_given(aws, monkeypatch) -> None:
    """Every call goes to --endpoint-url, also what the session signs for, in any region."""
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    for words in ((), ("--region", "eu-west-1")):
        done = aws(*BEHIND_MFA, "--endpoint-url", aws.stub.url, *words,
                   environment=PromptedUser("918273").environment)  # fmt: skip
        assert done.code == 0, done.err

    assert aws.stub.actions == ["GetSessionToken", "AssumeRole", "AssumeRole"]
    regions = [one["Authorization"].split("/")[2] for one in aws.stub.headers]
    assert regions == ["us-east-1", "us-east-1", "eu-west-1"]
