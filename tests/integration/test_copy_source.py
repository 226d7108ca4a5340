"""Sessions of SSO and of ``aws login`` as plain credentials, with the real hosts."""

from __future__ import annotations

import json
import re
import shlex
from contextlib import ExitStack
from typing import Callable, Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit
from urllib.request import urlopen

import pytest

from support.loopback import Journal, Keys
from support.person import Person
from support.signin_stub import SigninStub, write_login
from support.sso_stub import (
    ACCESS_TOKEN,
    REFRESHED_TOKEN,
    SSO_KEYS,
    START_URL,
    SsoStub,
    write_sso_token,
)
from support.sts_stub import ACCOUNT, USER_ARN, StsStub
from support.terminal import Terminal, exit_code

LOGIN_KEYS = Keys("login", "ASIALOGINLOGINLOGIN1", "LoginSecret", "LoginToken")
PROFILES = (
    f"[sso-session corp]\nsso_start_url = {START_URL}\nsso_region = us-east-1\n"
    "sso_registration_scopes = sso:account:access\n"
    f"[profile dev]\nregion = us-east-1\nsso_session = corp\nsso_account_id = {ACCOUNT}\n"
    "sso_role_name = Developer\n"
    f"[profile console]\nregion = us-east-1\nlogin_session = {USER_ARN}\n"
)
newest = pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)


@pytest.fixture
def journal() -> Journal:
    """Return what the stubs were asked."""
    return Journal()


@pytest.fixture
def carol(make_person: Callable, sts_stub: StsStub, journal: Journal) -> Iterator[Person]:
    """Return a user with a profile of SSO and one of `aws login`."""
    person = make_person(sts_stub.url)
    with person.config.open("a") as file:
        file.write(PROFILES)
    with ExitStack() as stack:
        sso = stack.enter_context(SsoStub(journal))
        signin = stack.enter_context(SigninStub(journal, LOGIN_KEYS))
        person.environment.update(**sso.variables(), AWS_ENDPOINT_URL_SIGNIN=signin.url)
        yield person


@pytest.mark.parametrize("host", ["v2-2.38.5", "v1-newest"], indirect=True)
def test_a_session_of_sso_is_what_terraform_can_read(carol: Person, journal: Journal) -> None:
    """The target has keys, token, end, region and our record; the portal is asked once."""
    write_sso_token(carol.home, has_refresh_token=True)
    done = carol.aws("assume", "--copy-source", "--profile", "dev")

    assert done.returncode == 0, done.stderr
    assert [(one.operation, one.by) for one in journal.calls] == [
        ("sso:GetRoleCredentials", ACCESS_TOKEN)
    ]
    section = carol.sections(carol.credentials)["assumed-role"]
    assert (
        section["aws_access_key_id"],
        section["aws_secret_access_key"],
        section["aws_session_token"],
    ) == (SSO_KEYS.id, SSO_KEYS.secret, SSO_KEYS.token)
    assert section["x_security_token_expires"] == json.loads(done.stdout)["Expiration"]
    config = carol.sections(carol.config)["profile assumed-role"]
    assert set(config) == {"region", "assumed"}


@newest
def test_a_session_of_aws_login_is_copied(carol: Person, journal: Journal) -> None:
    """What `aws login` keeps is written, without a call while it lives."""
    write_login(carol.home, USER_ARN, LOGIN_KEYS)
    done = carol.aws("assume", "--copy-source", "--profile", "console")

    assert done.returncode == 0, done.stderr
    assert journal.calls == []
    section = carol.sections(carol.credentials)["assumed-role"]
    assert section["aws_access_key_id"] == LOGIN_KEYS.id


@newest
def test_the_command_that_signs_in_is_named(carol: Person, sts_stub: StsStub) -> None:
    """For SSO and for `aws login`, with the profile in it; nothing is written."""
    before = carol.credentials.read_bytes()
    for profile, command in (("dev", "aws sso login"), ("console", "aws login")):
        done = carol.aws("assume", "--copy-source", "--profile", profile)

        assert done.returncode == 255
        assert done.stderr.count(f"Renew it: {command} --profile {profile} ") == 1
    assert carol.credentials.read_bytes() == before
    assert sts_stub.requests == []


@newest
def test_long_lived_keys_and_a_role_are_wrong_options(carol: Person) -> None:
    """Both end as a wrong option does."""
    for words in ((), ("--profile", "dev", "--role-name", "r")):
        done = carol.aws("assume", "--copy-source", *words)

        assert done.returncode == 252, done.stderr


def confirm(url: str) -> None:
    """Do what a user does in the browser: the address has the way back in it."""
    request = dict(parse_qsl(urlsplit(url).query))
    answer = urlencode({"code": "the-code", "state": request["state"]})
    with urlopen(f"{request['redirect_uri']}?{answer}") as reply:
        reply.read()


@newest
def test_login_signs_in_and_goes_on(carol: Person, journal: Journal) -> None:
    """The CLI's own `aws sso login` runs on the terminal; stdout stays ours."""
    write_sso_token(carol.home, hours=-1)
    line = shlex.join(carol.words("assume", "--copy-source", "--profile", "dev", "--login"))
    terminal = Terminal(
        ["sh", "-c", f"{line} > answer"], carol.variables(BROWSER="true"), str(carol.home)
    )
    terminal.expect("/authorize?")
    terminal.expect("\r\n")
    confirm(re.findall(r"http://\S+/authorize\?\S+", terminal.seen)[0])
    code = exit_code(terminal.end())

    assert code == 0, terminal.seen
    assert json.loads((carol.home / "answer").read_text())["Profile"] == "assumed-role"
    assert "Successfully logged into" in terminal.seen
    assert [(one.operation, one.by) for one in journal.calls] == [
        ("sso-oidc:RegisterClient", None),
        ("sso-oidc:CreateToken", None),
        ("sso:GetRoleCredentials", REFRESHED_TOKEN),
    ]
    assert journal.calls[1].parameters["code"] == "the-code"
