"""Roles of IAM Identity Center with real AWS CLIs: all outputs, and the exact calls."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from typing import Callable, Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit
from urllib.request import urlopen

import pytest

from support.loopback import Journal
from support.person import Person
from support.sso_stub import (
    ACCESS_TOKEN,
    REFRESHED_TOKEN,
    SSO_KEYS,
    START_URL,
    PortalAccount,
    SsoStub,
    write_sso_token,
)
from support.sts_stub import ACCOUNT, ROLE_ARN, StsStub
from support.terminal import Terminal, exit_code

STAGING = "222222222222"
SESSION = (
    f"[sso-session corp]\nsso_start_url = {START_URL}\nsso_region = eu-central-1\n"
    "sso_registration_scopes = sso:account:access\n"
)
ADMIN = "AWSReservedSSO_AdministratorAccess_0123456789abcdef"
LISTED = ["sso:ListAccounts", "sso:ListAccountRoles"]
CREDENTIALS, CALLER = "sso:GetRoleCredentials", "GetCallerIdentity"
# Reads an endpoint as an SDK does.
READ_ENDPOINT = (
    "import os, urllib.request as r\n"
    "e = os.environ\n"
    "print(r.urlopen(r.Request(e['AWS_CONTAINER_CREDENTIALS_FULL_URI'], headers="
    "{'Authorization': e['AWS_CONTAINER_AUTHORIZATION_TOKEN']})).read().decode())"
)
# AWS CLI 2.11.0 reads the endpoint not from a variable but from the customer's models.
RULES = {
    "version": "1.0",
    "parameters": {
        name: {"type": kind, "required": False, "documentation": "", "builtIn": f"AWS::{name}"}
        for name, kind in (
            ("Region", "String"),
            ("UseFIPS", "Boolean"),
            ("UseDualStack", "Boolean"),
        )
    },
}
newest = pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
everywhere = pytest.mark.parametrize(
    "host", ["v2-2.38.5", "v2-2.22.12", "v2-2.11.0", "v1-newest"], indirect=True
)


@pytest.fixture
def journal() -> Journal:
    """Return the requests to the portal."""
    return Journal()


@pytest.fixture
def sso(journal: Journal) -> Iterator[SsoStub]:
    """Return the portal of a user who has three roles in two accounts."""
    accounts = [
        PortalAccount(ACCOUNT, "production", ("AdministratorAccess", "ReadOnlyAccess")),
        PortalAccount(STAGING, "staging", ("AdministratorAccess",)),
    ]
    with SsoStub(journal, accounts=accounts) as stub:
        yield stub


@pytest.fixture
def carol(make_person: Callable, sts_stub: StsStub, sso: SsoStub) -> Person:
    """Return a user who is signed in to one session, and has no profile for a role of it."""
    person = make_person(sts_stub.url)
    with person.config.open("a") as file:
        file.write(SESSION)
    write_sso_token(person.home)
    sts_stub.caller = f"arn:aws:sts::{ACCOUNT}:assumed-role/{ADMIN}/carol"
    if person.host.knows_endpoint_variable:
        person.environment.update(sso.variables())
        return person
    folder = person.home / ".aws" / "models" / "sso" / "2019-06-10"
    folder.mkdir(parents=True)
    endpoint = {"url": sso.url, "properties": {}, "headers": {}}
    rules = {**RULES, "rules": [{"conditions": [], "endpoint": endpoint, "type": "endpoint"}]}
    (folder / "endpoint-rule-set-1.json").write_text(json.dumps(rules))
    return person


@pytest.fixture
def called(sts_stub: StsStub, journal: Journal) -> Callable[[], list[str]]:
    """Return a function that returns the calls since its last call."""

    def take() -> list[str]:
        found = [one.operation for one in journal.calls]
        found += [request["Action"] for request in sts_stub.requests]
        journal.calls.clear()
        sts_stub.requests.clear()
        return found

    return take


def run(person: Person, *words: str, **more: str) -> str:
    """Run a command that has to succeed, and return its output."""
    done = person.aws("assume", *words, env=more)
    assert done.returncode == 0, done.stderr
    assert ACCESS_TOKEN not in done.stderr + done.stdout
    return done.stdout


def use_only_for_sts(person: Person, sso: SsoStub) -> None:
    """Remove the endpoint of the portal from the variables."""
    for name in sso.variables():
        del person.environment[name]
    person.environment["AWS_ENDPOINT_URL_STS"] = person.endpoint_url
    person.environment["AWS_ENDPOINT_URL"] = None


@everywhere
def test_every_sink(carol: Person, sts_stub: StsStub, called: Callable) -> None:
    """All outputs get the credentials from the CLI's own cache, with the fewest calls."""
    before = carol.snapshot()
    word = "production/AdministratorAccess"
    shown = json.loads(run(carol, word, "--update-profile", "auto"))
    assert called() == [*LISTED, CREDENTIALS, CALLER]
    assert (shown["Profile"], shown["Account"]) == (f"{ACCOUNT}-AdministratorAccess", ACCOUNT)
    keys = carol.sections(carol.credentials)[shown["Profile"]]
    assert keys["aws_access_key_id"] == SSO_KEYS.id
    assert run(carol, word, "--update-profile", "auto", "--min-ttl", "15m")
    assert called() == []

    exported = json.loads(run(carol, "export", word, "--format", "process"))
    assert (exported["AccessKeyId"], exported["SessionToken"]) == (SSO_KEYS.id, SSO_KEYS.token)
    assert called() == []
    other = ("--sso-session", "corp", "--account-id", ACCOUNT, "--role-name", "ReadOnlyAccess")
    child = run(carol, "exec", *other, "--", "env")
    assert f"AWS_ACCESS_KEY_ID={SSO_KEYS.id}" in child
    assert f"AWS_ASSUMED_ROLE={ACCOUNT}/ReadOnlyAccess" in child
    assert called() == [CREDENTIALS]
    script = (sys.executable, "-c", READ_ENDPOINT)
    served = json.loads(run(carol, "exec", word, "--auto-refresh", "--", *script))
    assert served["AccessKeyId"] == SSO_KEYS.id
    assert called() == [CALLER]

    run(carol, word, "--auto-refresh", "--update-profile", "self")
    assert called() == [CALLER]
    process = shlex.split(carol.sections(carol.config)["profile self"]["credential_process"])
    answer = subprocess.run(
        process, env=carol.variables(), capture_output=True, text=True, check=True
    )
    assert json.loads(answer.stdout)["AccessKeyId"] == SSO_KEYS.id
    assert called() == []
    stored = json.loads(run(carol, "export", "--update-profile", "self", "--format", "process"))
    assert stored["AccessKeyId"] == SSO_KEYS.id

    run(carol, "--role-arn", ROLE_ARN, "--via", word, "--update-profile", "chain")
    assert called() == ["AssumeRole"]
    assert f"Credential={SSO_KEYS.id}/" in str(sts_stub.headers[-1])
    rows = json.loads(run(carol, "list", "--output", "json"))["Profiles"]
    assert [(row["Profile"], row["Account"]) for row in rows] == [
        (shown["Profile"], ACCOUNT), ("chain", ACCOUNT), ("self", ACCOUNT),
    ]  # fmt: skip
    run(carol, "refresh", "--all")
    assert sorted(called()) == ["AssumeRole", CALLER, CALLER, CREDENTIALS, CREDENTIALS]
    run(carol, "clear", "--all")
    after = carol.snapshot()
    # exec --auto-refresh writes this profile for SDKs (docs/how-it-works.md).
    config, _, _ = after[".aws/config"].partition(b"[profile assume-exec]")
    assert {**after, ".aws/config": config.rstrip() + b"\n"} == before


@pytest.mark.parametrize("host", ["v2-2.38.5", "v1-newest"], indirect=True)
def test_services_section(carol: Person, sso: SsoStub, called: Callable) -> None:
    """The endpoint of the portal comes from the current profile, also in a refresh."""
    use_only_for_sts(carol, sso)
    with carol.config.open("a") as file:
        file.write(
            "[profile local]\nregion = us-west-2\nservices = local\n"
            f"[services local]\nsso =\n  endpoint_url = {sso.url}\n"
            f"sso_oidc =\n  endpoint_url = {sso.url}\n"
        )
    shown = json.loads(run(carol, "staging/AdministratorAccess", AWS_PROFILE="local"))
    assert shown["Region"] == "us-west-2"
    assert called() == [*LISTED, CREDENTIALS, CALLER]
    for path in (carol.home / ".aws" / "cli" / "cache").glob("*.json"):
        path.unlink()
    run(carol, "refresh")
    assert called() == [CREDENTIALS, CALLER]


@pytest.mark.parametrize("host", ["v2-2.38.5", "v1-newest"], indirect=True)
def test_session_in_another_region(carol: Person, sso: SsoStub, journal: Journal) -> None:
    """The portal is called in the region of the session, not of the profile."""
    use_only_for_sts(carol, sso)
    for word in ("production/AdministratorAccess", "--sso-session=corp"):
        words = (word, "--account-id", ACCOUNT, "--role-name", "x")[: 1 if "/" in word else 5]
        done = carol.aws(
            "assume", *words,
            env={"HTTPS_PROXY": sso.url, "NO_PROXY": "127.0.0.1", "AWS_MAX_ATTEMPTS": "1"},
        )  # fmt: skip
        assert done.returncode != 0
    hosts = {one.operation for one in journal.calls}
    assert hosts == {"CONNECT portal.sso.eu-central-1.amazonaws.com:443"}


@pytest.mark.parametrize("host", ["v2-2.38.5", "v2-2.11.0", "v1-newest"], indirect=True)
def test_sign_in_that_has_expired(carol: Person, called: Callable) -> None:
    """For an expired, missing or damaged token, the error names the login command."""
    path = write_sso_token(carol.home, hours=-1)
    expired, before = path.read_text(), carol.snapshot()
    command = "aws sso login --sso-session corp"
    explicit = ("--sso-session", "corp", "--account-id", ACCOUNT, "--role-name", "ReadOnlyAccess")
    for content in (expired, None, '{"token": "of another tool"}', "no JSON"):
        if content is None:
            path.unlink()
        else:
            path.write_text(content)
        for words in (("production/AdministratorAccess",), explicit):
            done = carol.aws("assume", *words)
            assert done.returncode == 255, done.stderr
            assert command in done.stderr, (content, words, done.stderr)
            assert "Traceback" not in done.stderr
    assert called() == []
    path.write_text(expired)
    assert carol.snapshot() == before


@pytest.mark.parametrize("host", ["v2-2.38.5", "v2-2.22.12", "v1-newest"], indirect=True)
def test_token_is_refreshed(carol: Person, journal: Journal, called: Callable) -> None:
    """The AWS CLI renews an expired token once, for the list and the credentials."""
    write_sso_token(carol.home, hours=-1, has_refresh_token=True)
    run(carol, "production/AdministratorAccess")
    assert {one.by for one in journal.calls[1:]} == {REFRESHED_TOKEN}
    assert called() == ["sso-oidc:CreateToken", *LISTED, CREDENTIALS, CALLER]


@newest
def test_role_that_is_not_granted(carol: Person, sso: SsoStub, called: Callable) -> None:
    """The word then means an IAM role; with --sso-session, the portal refuses the role."""
    run(carol, f"{STAGING}/deploy")
    assert called() == ["sso:ListAccountRoles", "AssumeRole"]
    sso.tokens = set()
    done = carol.aws("assume", f"{STAGING}/AdministratorAccess")
    assert "aws sso login --sso-session corp" in done.stderr


@newest
def test_login_signs_in_and_goes_on(carol: Person, journal: Journal) -> None:
    """`aws sso login --sso-session` runs on the terminal if the portal has to be called."""
    write_sso_token(carol.home, hours=-1)
    line = shlex.join(carol.words("assume", "production/AdministratorAccess", "--login"))
    terminal = Terminal(
        ["sh", "-c", f"{line} > answer"], carol.variables(BROWSER="true"), str(carol.home)
    )
    terminal.expect("/authorize?")
    terminal.expect("\r\n")
    url = re.findall(r"http://\S+/authorize\?\S+", terminal.seen)[0]
    request = dict(parse_qsl(urlsplit(url).query))
    answer = urlencode({"code": "the-code", "state": request["state"]})
    with urlopen(f"{request['redirect_uri']}?{answer}") as reply:
        reply.read()
    code = exit_code(terminal.end())

    assert code == 0, terminal.seen
    assert json.loads((carol.home / "answer").read_text())["Profile"] == "assumed-role"
    assert [one.operation for one in journal.calls] == [
        "sso-oidc:RegisterClient", "sso-oidc:CreateToken", *LISTED, CREDENTIALS,
    ]  # fmt: skip


@pytest.mark.parametrize("host", ["v2-2.38.5", "v1-newest"], indirect=True)
def test_no_secret_is_shown(carol: Person) -> None:
    """Neither the access token nor the keys are in the log or in the CLI's history."""
    subprocess_done = carol.aws("configure", "set", "cli_history", "enabled")
    assert subprocess_done.returncode == 0
    done = carol.aws("assume", "production/AdministratorAccess", "--debug")
    assert done.returncode == 0, done.stderr[-2000:]
    history = b"".join(
        path.read_bytes() for path in (carol.home / ".aws" / "cli" / "history").glob("*")
    )
    for secret in (ACCESS_TOKEN, SSO_KEYS.secret, SSO_KEYS.token):
        assert secret not in done.stderr + done.stdout
        assert secret.encode() not in history
