"""Finding the caller's MFA device in the CLI's own driver, where STS says that one is needed."""

from __future__ import annotations

import json
from typing import Any, Callable, Optional

import pytest

from support.environment import NO_TERMINAL, PromptedUser
from support.sts_stub import (
    ACCESS_KEY_ID,
    ACCOUNT,
    MFA_SERIAL,
    SESSION_KEY_ID,
    USER_KEY_ID,
    Answer,
    devices_answer,
    refusal,
)

PREFIX = f"arn:aws:iam::{ACCOUNT}:role"
ROLE_ARN = f"{PREFIX}/my-iam-role"
OTHER = f"arn:aws:iam::{ACCOUNT}:mfa/phone"
PASSKEY = f"arn:aws:iam::{ACCOUNT}:u2f/user/alice/key-EXAMPLE"
NAMED = ("assume", "--role-arn", ROLE_ARN, "--role-session-name", "s1")
# Word for word what STS answers, as in github.com/y13i/sgviz/issues/9.
TEXT = (
    "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."
)
NEEDED = refusal(403, "AccessDenied", TEXT)


def behind_mfa(
    aws: Any, devices: Answer, role_arn: str = ROLE_ARN
) -> Callable[[dict[str, str]], Optional[Answer]]:
    """Return a script: the role needs a device, by the call or by the session that signs."""

    def script(request: dict[str, str]) -> Optional[Answer]:
        if request["Action"] == "ListMFADevices":
            return devices
        if request["Action"] != "AssumeRole" or request["RoleArn"] != role_arn:
            return None
        is_by_session = SESSION_KEY_ID in aws.stub.headers[-1]["Authorization"]
        has_code = "SerialNumber" in request and "TokenCode" in request
        return None if is_by_session or has_code else NEEDED

    return script


def sent(aws: Any) -> list[tuple[str, str]]:
    """Return operation and signer of each request, in order."""
    return [(one["Action"], signer) for one, signer in zip(aws.stub.requests, aws.signers())]


FOUND = [
    ("AssumeRole", USER_KEY_ID),
    ("ListMFADevices", USER_KEY_ID),
    ("GetSessionToken", USER_KEY_ID),
    ("AssumeRole", SESSION_KEY_ID),
]


@pytest.mark.parametrize("devices", [(MFA_SERIAL,), (PASSKEY, MFA_SERIAL)])
def test_the_one_device_is_found(aws, devices: tuple[str, ...]) -> None:
    """It is told on stderr, its code is requested, and the call is made once more."""
    aws.stub.script = behind_mfa(aws, devices_answer(*devices))
    person = PromptedUser("918273")
    done = aws(*NAMED, environment=person.environment)

    assert done.code == 0, done.err
    assert sent(aws) == FOUND
    assert person.questions == [f"Enter MFA code for {MFA_SERIAL}: "]
    assert f"your MFA device is {MFA_SERIAL}" in done.err
    assert json.loads(done.out)["RoleArn"] == ROLE_ARN
    assert aws.stub.requests[2]["SerialNumber"] == MFA_SERIAL
    assert "UserName" not in aws.stub.requests[1]


def test_a_hardware_device_is_found(aws) -> None:
    """A serial number that is no ARN is one as well."""
    aws.stub.script = behind_mfa(aws, devices_answer("GAHT12345678"))
    done = aws(*NAMED, environment=PromptedUser("918273").environment)

    assert done.code == 0, done.err
    assert aws.stub.requests[2]["SerialNumber"] == "GAHT12345678"


def test_what_was_found_stays_in_the_record(aws) -> None:
    """A refresh knows the device, and goes by what the code has bought without a question."""
    aws.stub.script = behind_mfa(aws, devices_answer(MFA_SERIAL))
    aws(*NAMED, environment=PromptedUser("918273").environment)
    assert f"serial-number = {MFA_SERIAL}" in aws.config.read_text()
    aws.environment = NO_TERMINAL
    done = aws("assume", "refresh")

    assert done.code == 0, done.err
    assert sent(aws) == [*FOUND, ("AssumeRole", SESSION_KEY_ID)]


def test_what_was_found_is_enough_for_min_ttl(aws) -> None:
    """The same line again asks nothing; one that names another device does."""
    aws.stub.script = behind_mfa(aws, devices_answer(MFA_SERIAL))
    aws(*NAMED, environment=PromptedUser("918273").environment)
    calls = len(aws.stub.requests)
    done = aws(*NAMED, "--min-ttl", "900", environment=NO_TERMINAL)

    assert done.code == 0, done.err
    assert len(aws.stub.requests) == calls
    other = aws(*NAMED, "--min-ttl", "900", "--serial-number", OTHER, "--token-code", "111111")
    assert other.code == 0, other.err
    assert len(aws.stub.requests) == calls + 1


def test_a_command_answers_the_code_of_what_was_found(aws) -> None:
    """With mfa_process no terminal is needed."""
    aws.add_config("mfa_process = echo 918273\n")
    aws.stub.script = behind_mfa(aws, devices_answer(MFA_SERIAL))
    done = aws(*NAMED, environment=NO_TERMINAL)

    assert done.code == 0, done.err
    assert sent(aws) == FOUND
    assert aws.stub.requests[2]["TokenCode"] == "918273"


def test_a_given_code_gets_its_device(aws) -> None:
    """--token-code alone tells that a device is meant: it is looked up before the call."""
    aws.stub.script = behind_mfa(aws, devices_answer(MFA_SERIAL))
    done = aws(*NAMED, "--token-code", "918273", environment=NO_TERMINAL)

    assert done.code == 0, done.err
    assert sent(aws) == [("ListMFADevices", USER_KEY_ID), ("AssumeRole", USER_KEY_ID)]
    last = aws.stub.requests[-1]
    assert (last["SerialNumber"], last["TokenCode"]) == (MFA_SERIAL, "918273")
    assert "918273" not in done.out + done.err


@pytest.mark.parametrize(
    ("devices", "says"),
    [
        (devices_answer(), "You have no MFA device"),
        (devices_answer(PASSKEY), "no codes that STS takes"),
        (
            devices_answer(MFA_SERIAL, OTHER),
            f"--serial-number {MFA_SERIAL}, or --serial-number {OTHER}",
        ),
        (refusal(403, "AccessDenied", "not authorized: iam:ListMFADevices"), "iam:ListMFADevices"),
        ((200, "text/html", "<html>Welcome</html>"), "iam:ListMFADevices"),
        ((500, "text/plain", ""), "iam:ListMFADevices"),
    ],
    ids=["none", "passkey", "several", "refused", "strange", "broken"],
)
@pytest.mark.parametrize("code", [(), ("--token-code", "918273")], ids=["asked", "given"])
def test_nothing_is_guessed(aws, devices: Answer, says: str, code: tuple[str, ...]) -> None:
    """Without the one device STS's refusal stands, with what to type; IAM is called once."""
    aws.stub.script = behind_mfa(aws, devices)
    person = PromptedUser()
    before = aws.files()
    done = aws(*NAMED, *code, environment=person.environment)

    assert done.code != 0
    assert says in done.err
    assert person.questions == []
    assert aws.stub.actions == (["ListMFADevices"] if code else ["AssumeRole", "ListMFADevices"])
    assert ("AccessDenied" in done.err and TEXT in done.err) or code
    assert "--serial-number" in done.err or "create-virtual-mfa-device" in done.err
    assert "918273" not in done.err
    assert aws.files() == before


def test_without_a_terminal_the_refusal_stands(aws) -> None:
    """Nobody could type the code, so IAM is not asked; the refusal names the option."""
    aws.stub.script = behind_mfa(aws, devices_answer(MFA_SERIAL))
    done = aws(*NAMED, environment=NO_TERMINAL)

    assert done.code != 0
    assert aws.stub.actions == ["AssumeRole"]
    assert TEXT in done.err
    assert "Specify your device: --serial-number" in done.err


def test_another_refusal_is_not_about_a_device(aws) -> None:
    """What STS refuses for another reason, or for no stated reason, calls IAM for nothing."""
    denied = f"User: x is not authorized to perform: sts:AssumeRole on resource: {ROLE_ARN}"
    aws.stub.script = lambda request: refusal(403, "AccessDenied", denied)
    done = aws(*NAMED, environment=PromptedUser().environment)

    assert done.code != 0
    assert aws.stub.actions == ["AssumeRole"]


def test_a_named_device_is_not_replaced(aws) -> None:
    """Where a device was named, a refusal of it is the end."""
    aws.stub.script = lambda request: NEEDED if request["Action"] == "AssumeRole" else None
    done = aws(*NAMED, "--serial-number", OTHER, environment=PromptedUser("918273").environment)

    assert done.code != 0
    assert aws.stub.actions == ["GetSessionToken", "AssumeRole"]


def test_the_call_is_made_once_more_and_not_again(aws) -> None:
    """STS that refuses the device that was found, too, has the last word."""
    aws.stub.script = lambda request: {
        "AssumeRole": NEEDED, "ListMFADevices": devices_answer(MFA_SERIAL)
    }.get(request["Action"])  # fmt: skip
    done = aws(*NAMED, environment=PromptedUser("918273", "918273").environment)

    assert done.code != 0
    assert sent(aws) == FOUND
    assert TEXT in done.err


@pytest.mark.parametrize("code", [(), ("--token-code", "918273")], ids=["asked", "given"])
def test_a_temporary_source_has_no_device(aws, code: tuple[str, ...]) -> None:
    """A device is a user's: for the keys of a session IAM is not asked."""
    aws.add_config("[profile sso]\nregion = us-east-1\n")
    aws.add_key("sso", ACCESS_KEY_ID, "secret", "token")
    aws.stub.script = behind_mfa(aws, devices_answer(MFA_SERIAL))
    done = aws(*NAMED, *code, "--profile", "sso", environment=PromptedUser("918273").environment)

    assert done.code != 0
    assert aws.stub.actions == ([] if code else ["AssumeRole"])
    assert "--serial-number" in done.err


def test_the_device_is_for_the_first_role_of_a_chain(aws) -> None:
    """With --via the first role may need it; the others are asked without."""
    first = f"{PREFIX}/first"
    aws.stub.script = behind_mfa(aws, devices_answer(MFA_SERIAL), first)
    done = aws(*NAMED, "--via", first, environment=PromptedUser("918273").environment)

    assert done.code == 0, done.err
    assert sent(aws) == [*FOUND, ("AssumeRole", ACCESS_KEY_ID)]
    assert [one["RoleArn"] for one in aws.stub.requests[3:]] == [first, ROLE_ARN]
    assert f"serial-number = {MFA_SERIAL}" in aws.config.read_text()


def test_a_role_behind_another_role_has_no_device(aws) -> None:
    """Role sessions have no device: the refusal of the last role is told as it is."""
    aws.stub.script = behind_mfa(aws, devices_answer(MFA_SERIAL))
    done = aws(*NAMED, "--via", "first", environment=PromptedUser().environment)

    assert done.code != 0
    assert "ListMFADevices" not in aws.stub.actions
    assert TEXT in done.err


@pytest.mark.parametrize(
    "words", [("export", "--format", "process"), ("exec",), ("exec", "--auto-refresh")],
    ids=["export", "exec", "endpoint"],
)  # fmt: skip
def test_verbs_without_a_profile_find_it_too(aws, children, words: tuple[str, ...]) -> None:
    """The note is on stderr; stdout has the credentials alone."""
    aws.stub.script = behind_mfa(aws, devices_answer(MFA_SERIAL))
    command = ("--", "true") if words[0] == "exec" else ()
    aws.environment = PromptedUser("918273").environment
    done = aws("assume", *words, *NAMED[1:], *command)

    assert done.code == 0, done.err
    assert sent(aws) == FOUND
    assert MFA_SERIAL in done.err
    assert MFA_SERIAL not in done.out


def test_an_endpoint_renews_with_what_was_found(aws, endpoint_renews_once) -> None:
    """The device is looked up once: renewals go by what the code has bought."""
    aws.stub.script = behind_mfa(aws, devices_answer(MFA_SERIAL))
    aws.environment = PromptedUser("918273").environment
    done = aws("assume", "exec", "--auto-refresh", *NAMED[1:], "--", "true")

    assert sent(aws) == [*FOUND, ("AssumeRole", SESSION_KEY_ID)], done.err


@pytest.mark.parametrize("duration", ["7200", "max"])
def test_a_longer_session_is_found_the_device_of(aws, duration: str) -> None:
    """The refusal leads to the device as well, and the one code is AssumeRole's."""
    aws.stub.script = behind_mfa(aws, devices_answer(MFA_SERIAL))
    done = aws(
        *NAMED, "--duration-seconds", duration, environment=PromptedUser("918273").environment
    )

    assert done.code == 0, done.err
    calls = [one for one in sent(aws) if one[0] not in ("GetRole",)]
    assert calls[:2] == FOUND[:2]
    assert len([one for one in aws.stub.requests if one.get("TokenCode") == "918273"]) == 1


def test_a_refresh_prompts_for_nothing(aws) -> None:
    """Among many no device is looked for: the refusal is its profile's, and names the option."""
    aws(*NAMED)
    aws.stub.script = behind_mfa(aws, devices_answer(MFA_SERIAL))
    aws.environment = PromptedUser("918273").environment
    done = aws("assume", "refresh", "--all")

    assert done.code != 0
    assert aws.stub.actions == ["AssumeRole", "AssumeRole"]
    assert "--serial-number" in done.out + done.err


def test_the_lookup_goes_where_the_call_goes(aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """--endpoint-url and --region hold for IAM too, and no secret of it is in the log."""
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    aws.stub.script = behind_mfa(aws, devices_answer(MFA_SERIAL))
    done = aws(*NAMED, "--endpoint-url", aws.stub.url, "--region", "eu-west-1", "--debug",
               environment=PromptedUser("918273").environment)  # fmt: skip

    assert done.code == 0
    assert sent(aws) == FOUND
    secret = aws.section(aws.credentials, "default")["aws_secret_access_key"]
    assert [one for one in (secret, "918273") if one in done.out + done.err] == []


def test_a_dry_run_shows_a_code_without_its_device(aws) -> None:
    """What only IAM can tell stands there as MFA_SERIAL."""
    done = aws(*NAMED, "--token-code", "918273", "--dry-run", environment=NO_TERMINAL)

    assert done.code == 0, done.err
    (request,) = json.loads(done.out)["Requests"]
    assert request["Parameters"]["SerialNumber"] == "SERIAL"
    assert request["Parameters"]["TokenCode"] == "******"
    assert aws.stub.requests == []


def test_a_role_without_a_device_looks_nothing_up(aws) -> None:
    """A role that needs no device is assumed at once."""
    done = aws(*NAMED, environment=PromptedUser().environment)

    assert done.code == 0, done.err
    assert aws.stub.actions == ["AssumeRole"]


@pytest.mark.parametrize("key", ["aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"])
def test_a_policy_that_names_its_key_is_told_without_a_terminal(aws, key: str) -> None:
    """The refusal says what to name, and a session that is kept then needs no terminal."""
    denied = refusal(
        403, "AccessDenied",
        f"User: x is not authorized to perform: sts:AssumeRole on resource: {ROLE_ARN} with an "
        f"explicit deny in an identity-based policy: {key}",
    )  # fmt: skip
    needed = behind_mfa(aws, devices_answer(MFA_SERIAL))

    def script(request: dict[str, str]) -> Optional[Answer]:
        answer = needed(request)
        return denied if answer is NEEDED else answer

    aws.stub.script = script
    first = aws(*NAMED, environment=PromptedUser("918273").environment)
    assert first.code == 0, first.err
    unnamed = aws(*NAMED, "--update-profile", "b", environment=NO_TERMINAL)
    named = aws(
        *NAMED, "--update-profile", "b", "--serial-number", MFA_SERIAL, environment=NO_TERMINAL
    )

    assert unnamed.code != 0
    assert "multi-factor authentication" in unnamed.err
    assert "--serial-number arn:aws:iam::ACCOUNT:mfa/NAME" in unnamed.err
    assert "aws iam list-mfa-devices" in unnamed.err
    assert "STS says the same" not in unnamed.err
    assert named.code == 0, named.err
    assert sent(aws)[4:] == [("AssumeRole", USER_KEY_ID), ("AssumeRole", SESSION_KEY_ID)]
