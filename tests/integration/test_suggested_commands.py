"""The commands that messages suggest: each is executed as it is printed, and works."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from typing import Callable, Iterator, Mapping, Optional, Sequence

import pytest

from support.federation_stub import FederationStub
from support.hosts import REPOSITORY
from support.loopback import Reply, Request
from support.organization_stub import OrganizationStub, account_id
from support.person import Person
from support.saml import saml_response
from support.sso_stub import SsoStub, write_sso_token
from support.sts_stub import (
    ACCOUNT,
    ROLE_ARN,
    Answer,
    Directory,
    StsStub,
    query_answer,
    refusal,
    role_answer,
)
from support.suggestion_rows import (
    CORP,
    FAILING_ACCOUNT,
    FORBIDDEN_ROLE,
    GRANTED,
    LOGGED_OUT,
    NEEDS_USER,
    ROWS,
    Filled,
    Printed,
    Row,
    sso_session,
)
from support.suggestions import commands_in, texts_with
from support.terminal import Terminal, exit_code

pytestmark = pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
TEMPORARY = """[temporary]
aws_access_key_id = ASIATEMPTEMPTEMPTEMP
aws_secret_access_key = secret
aws_session_token = token
[wrong]
aws_access_key_id = AKIAWRONGWRONGWR9876
aws_secret_access_key = secret
"""
OTHER = """[other]
aws_access_key_id = AKIAOTHEROTHEROTHER1
aws_secret_access_key = secret
"""
# What a user puts in place of the words in capitals.
PLACEHOLDERS = {
    r"--sso-session NAME": "--sso-session corp",
    r"ACCOUNT/NAME": "production/Reader",
    r"--account-id ACCOUNT": "--account-id production",
    r"--source PROFILE": "--source other",
    r"--profile NAME": "--profile other",
    r"--organization-profile NAME": "--organization-profile default",
    r"--update-profile NAME": "--update-profile another",
    r"--(role-)?name NAME": r"--\1name my-iam-role",
    r"--account-id ID": f"--account-id {ACCOUNT}",
    r"mfa/NAME": "mfa/alice",
    r"::ACCOUNT:": f"::{ACCOUNT}:",
    r"ProviderArn=ARN": "ProviderArn=arn:aws:iam::aws:contextProvider/IdentityCenter",
    r"--principal-arn ARN": f"--principal-arn arn:aws:iam::{ACCOUNT}:saml-provider/idp",
    r"\bARN\b": ROLE_ARN,
    r"\bROLE\b": "my-iam-role",
    r"\bSOURCE\b": "other",
    r"\bTARGET\b": "assumed-role",
    r"\bCOMMAND\b": "true",
    r"\bCODE\b": "123456",
    r"\bSECONDS\b": "3600",
    r"file://PATH": "file://saml.b64",
    r"-file PATH": "-file token",
    r"\bFILE\b": "policy.json",
    r" OPTIONS": "",
    r"…": "x",
    r"/PATH/": "/path/",
}
# Without expansions, and without questions on standard input.
PLAIN_COMMAND = re.compile(r"aws (?!configure(?! (?:set|get|list)))[^$`|<>;&*?~(){}\[\]\\!#\n]+")
COMMAND = re.compile(r"(?:Try|To see [\w' ]+|To [\w' ]+): (aws [^.\n]+)")


@pytest.fixture
def bob(make_person: Callable, sts_stub: StsStub) -> Person:
    """Return a user with temporary and wrong keys, whose STS is scripted."""
    person = make_person(sts_stub.url)
    with person.credentials.open("a") as file:
        file.write(TEMPORARY)
    with person.config.open("a") as file:
        for name in ("temporary", "wrong"):
            file.write(f"[profile {name}]\nregion = us-east-1\n")
    return person


def suggested(text: str) -> list[list[str]]:
    """Return the words of each command of a message, after ``aws``."""
    return [shlex.split(found)[1:] for found in COMMAND.findall(text)]


@pytest.mark.parametrize("code", ["InvalidClientTokenId", "SignatureDoesNotMatch"])
def test_wrong_keys_are_those_of_the_profile(bob: Person, sts_stub: StsStub, code: str) -> None:
    """`aws configure list` is printed with the profile at fault, and shows its key."""
    sts_stub.script = lambda parameters: refusal(403, code, "The token is invalid")

    done = bob.aws("assume", "my-iam-role", "--profile", "wrong")

    assert suggested(done.stderr)[-1] == ["configure", "list", "--profile", "wrong"]
    again = bob.aws(*suggested(done.stderr)[-1])
    assert again.returncode == 0
    assert "9876" in again.stdout


def test_a_copy_is_suggested_where_there_is_one(bob: Person) -> None:
    """Long-lived keys can't be copied, and explain has no such option."""
    for words in (("assume",), ("assume", "explain", "--profile", "temporary")):
        done = bob.aws(*words)
        assert done.returncode == 252
        assert "No role was named" in done.stderr
        assert "--copy-source" not in done.stderr
    done = bob.aws("assume", "--profile", "temporary")
    assert done.stderr.rstrip().endswith("--copy-source")
    done = bob.aws("assume", "--profile", "temporary", "--copy-source")
    assert done.returncode == 0, done.stderr


def test_a_profile_that_is_not_ours(bob: Person, sts_stub: StsStub) -> None:
    """The commands about profiles work as printed."""
    for words in (
        ("assume", "refresh", "default"),
        ("assume", "clear", "nobody"),
        ("assume", "r", "--profile", "nobody"),
        ("assume", "refesh"),
    ):
        done = bob.aws(*words)
        assert done.returncode != 0
        for command in suggested(done.stderr):
            again = bob.aws(*command)
            # There is nothing yet that could be refreshed.
            assert again.returncode == 0 or command == ["assume", "refresh"], again.stderr


def test_a_denied_role(bob: Person, sts_stub: StsStub) -> None:
    """`explain` runs with what the message gives it."""
    sts_stub.script = deny
    done = bob.aws("assume", "team/dev/my-iam-role", "--account-id", "123456789012")
    sts_stub.script = lambda parameters: None

    explain = [command for command in suggested(done.stderr) if "explain" in command]
    assert len(explain) == 1, done.stderr
    assert bob.aws(*explain[0]).returncode in (0, 1, 3)


@pytest.mark.parametrize(
    ("words", "env", "named"),
    [
        ((), {}, ""),
        (("--profile", "wrong"), {}, "--profile wrong "),
        ((), {"AWS_PROFILE": "wrong"}, ""),
        # The source is recorded, and is not the profile of the shell.
        ((), {"AWS_PROFILE": "assumed-role"}, "--profile default "),
    ],
)
def test_iam_commands_are_for_the_source(
    bob: Person, sts_stub: StsStub, words: tuple[str, ...], env: dict[str, str], named: str
) -> None:
    """The suggested IAM commands name the source profile if it is not the default."""
    assert bob.aws("assume", "my-iam-role").returncode == 0
    sts_stub.script = deny

    done = bob.aws("assume", "another", "--account-id", ACCOUNT, *words, env=env)

    assert f"aws iam get-role {named}--role-name another" in done.stderr


def test_a_read_only_file_system(bob: Person, sts_stub: StsStub) -> None:
    """No chmod is suggested, which would fail there, but the verbs that write nothing."""
    folder = shlex.quote(str(bob.home / ".aws"))
    read_only = f"mount --bind {folder} {folder} && mount -o remount,bind,ro {folder}"

    def run(words: str) -> subprocess.CompletedProcess:
        script = f"{read_only} || exit 99; exec {shlex.join(bob.words('assume'))} {words}"
        return subprocess.run(
            ["unshare", "-m", "sh", "-c", script],
            env=bob.variables(), capture_output=True, text=True, check=False,
        )  # fmt: skip

    done = run("my-iam-role")
    if done.returncode in (1, 99) and "is read-only" not in done.stderr:
        pytest.skip(f"a read-only mount needs the rights of root: {done.stderr}")

    assert done.returncode == 253, done.stderr
    assert "chmod" not in done.stderr
    assert sts_stub.actions == []
    advice = done.stderr.partition("To use a role without writing files: ")[2]
    suggested = advice.strip().split(", or ")
    assert suggested == ["aws assume exec ROLE -- COMMAND", "aws assume export ROLE"]
    for words in ("exec my-iam-role -- true", "export my-iam-role"):
        done = run(words)
        assert done.returncode == 0, done.stderr


def deny(parameters: dict[str, str]) -> Optional[Answer]:
    """Deny AssumeRole."""
    if parameters["Action"] != "AssumeRole":
        return None
    return refusal(403, "AccessDenied", "User is not authorized to perform: sts:AssumeRole")


class Portal(SsoStub):
    """A portal of IAM Identity Center, for whose last role STS returns the caller."""

    def __init__(self, sts_stub: StsStub) -> None:
        super().__init__(accounts=GRANTED)
        self._sts_stub = sts_stub

    def reply(self, request: Request) -> Reply:
        """Return the reply of the portal."""
        account, role = (request.query.get(key) for key in ("account_id", "role_name"))
        if role is not None:
            self._sts_stub.caller = (
                f"arn:aws:sts::{account}:assumed-role/AWSReservedSSO_{role}_0123456789abcdef/bob"
            )
        return super().reply(request)


@pytest.fixture
def portal(sts_stub: StsStub) -> Iterator[SsoStub]:
    """Return the portal of IAM Identity Center."""
    with Portal(sts_stub) as stub:
        stub.failing, stub.forbidden = {FAILING_ACCOUNT}, {FORBIDDEN_ROLE}
        yield stub


@pytest.fixture
def federation() -> Iterator[FederationStub]:
    """Return the federation endpoint of the console."""
    with FederationStub() as stub:
        yield stub


@pytest.fixture
def everything(
    bob: Person, sts_stub: StsStub, portal: SsoStub, federation: FederationStub
) -> Person:
    """Return the user with another profile and files to name; IAM answers each call."""
    sts_stub.script = iam
    bob.environment.update(portal.variables(), AWS_ENDPOINT_URL_SIGNIN=federation.url)
    for name in ("corp", "lab", "-x", "my profile"):
        write_sso_token(bob.home, name)
    with bob.credentials.open("a") as file:
        file.write(OTHER)
    with bob.config.open("a") as file:
        file.write("[profile other]\nregion = us-east-1\n")
    for name in ("policy.json", "trust.json"):
        (bob.home / name).write_text('{"Version": "2012-10-17", "Statement": []}')
    provider = f"arn:aws:iam::{ACCOUNT}:saml-provider/idp"
    (bob.home / "saml.b64").write_text(saml_response(f"{ROLE_ARN},{provider}"))
    (bob.home / "saml.xml").write_text("<Response/>")
    (bob.home / "token").write_text("header.payload.signature")
    (bob.home / "broken").write_text("#!/nowhere/python\n")
    (bob.home / "broken").chmod(0o755)
    program = bob.home / "awscli-assume"
    program.write_text(
        f"#!/bin/sh\nPYTHONPATH={shlex.quote(str(REPOSITORY))} exec "
        f'{shlex.quote(sys.executable)} -m awscli_assume.install "$@"\n'
    )
    program.chmod(0o755)
    return bob


def iam(parameters: dict[str, str]) -> Optional[Answer]:
    """Answer each call to IAM; the roles and providers called new do not exist yet."""
    action, name = parameters["Action"], parameters.get("RoleName", "")
    if action == "GetOpenIDConnectProvider" or (action == "GetRole" and name == "new"):
        return refusal(404, "NoSuchEntity", "not found")
    if action in ("ListAccounts", "ListAccountAliases"):
        return Directory()(parameters)
    if action in ("GetRole", "CreateRole"):
        arn = f"arn:aws:iam::{ACCOUNT}:role{parameters.get('Path', '/')}{name}"
        status, kind, body = role_answer(arn, 3600)
        body = body.replace("<Path>/<", f"<Path>{parameters.get('Path', '/')}<")
        return status, kind, body.replace("GetRole", action)
    if "2010-05-08" in parameters.get("Version", ""):
        return query_answer(
            action,
            "<IsTruncated>false</IsTruncated><PolicyNames/><AttachedPolicies/><Roles/><Tags/>",
        )
    return None


def test_explain_of_a_role_of_identity_center(everything: Person) -> None:
    """What is granted under a similar name is assumed, and the login is that of the session."""
    with everything.config.open("a") as file:
        file.write(CORP + sso_session(LOGGED_OUT, LOGGED_OUT))
    role = ("--account-id", ACCOUNT, "--role-name", "Readr", "--sso-session")
    done = everything.aws("assume", "explain", *role, "corp")
    commands = re.findall("Try: (aws .+)", done.stdout)

    # Two sessions are configured, so an account and a role are not enough.
    granted = f"aws assume --sso-session corp --account-id {ACCOUNT} --role-name Reader"
    assert commands == [granted, "aws assume roles"]
    # The roles of the other session can't be listed.
    assert [shell(everything, command).returncode for command in commands] == [0, 1]
    done = everything.aws("assume", "explain", *role, LOGGED_OUT)
    assert f"Try: aws sso login --sso-session {LOGGED_OUT}\n" in done.stdout


def shell(person: Person, command: str, **more: str) -> subprocess.CompletedProcess:
    """Run a command as it is printed, in a shell of the user."""
    if PLAIN_COMMAND.fullmatch(command):
        # What a shell does with these words is known, and a CLI that has started is faster.
        ignored = {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": ""}
        return person.aws(*shlex.split(command)[1:], env={**ignored, **more})
    variables = person.forked_variables(**more)
    # The console script.
    variables["PATH"] += f"{os.pathsep}{person.home}"
    if person.host.knows_endpoint_variable:
        variables.setdefault("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "")
    return subprocess.run(
        ["bash", "-c", command],
        env=variables,
        cwd=person.home,
        input="\n" * 4,  # for the prompts of aws configure
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        start_new_session=True,
    )


def typed(command: str, base: str, executable: object = "aws") -> str:
    """Return what the user types: placeholders filled, and an option after its command."""
    for pattern, value in PLACEHOLDERS.items():
        command = re.sub(pattern, value, command)
    command = command.replace("PATH-OF-AWS", str(executable))
    if not command.startswith("--"):
        return command
    names_role = re.match("--role-(arn|name)|--account-id .* --role-name", command)
    return f"{base.replace(' my-iam-role', '') if names_role else base} {command}"


@pytest.fixture
def organization() -> Iterator[OrganizationStub]:
    """Return an organization, which the profile ``other`` may not list."""
    with OrganizationStub(count=30) as stub:
        stub.callers["AKIAOTHEROTHEROTHER1"] = f"arn:aws:iam::{account_id(0)}:user/other"
        yield stub


def printed_rows() -> list[object]:
    """Return each row, once for each profile name that it has."""
    rows = []
    for row in ROWS:
        is_named = isinstance(row, Printed) and "{name}" in row.config + row.words
        for name in row.names if is_named else ("other",):
            rows.append(pytest.param(row, name, id=f"{row.part[:40]}-{name}"))
    return rows


@pytest.mark.parametrize(("row", "name"), printed_rows())
def test_each_suggested_command(
    everything: Person, sts_stub: StsStub, organization: OrganizationStub, row: Row, name: str
) -> None:
    """The message is printed (or filled with values), and each of its commands runs."""
    if isinstance(row, Printed) and row.words.startswith("assume each "):
        everything.environment["AWS_ENDPOINT_URL_ORGANIZATIONS"] = organization.url
    if row.before:
        done = shell(everything, row.before)
        assert done.returncode == 0, done.stderr
    text, env = message_of(everything, sts_stub, row, name)
    commands = commands_in(text)

    assert commands, text
    for command in commands:
        if command.partition(" --")[0] in NEEDS_USER:
            continue
        sts_stub.script = iam
        wanted = typed(command, row.base, everything.host.executable)
        done = shell(everything, wanted, **(env if command.startswith("unset") else {}))
        assert done.returncode in row.codes, (command, wanted, done.stderr)


def message_of(
    person: Person, sts_stub: StsStub, row: Row, name: str
) -> tuple[str, Mapping[str, str]]:
    """Return what is printed, from the part of the row on, and the variables of the command."""
    (template,) = texts_with(row.part)
    if isinstance(row, Filled):
        for expression, value in row.values.items():
            assert expression in template, expression
            template = template.replace(expression, value)
        return template, {}
    section = f"'{name}'" if " " in name else name
    typo = {"-x": "-xx", "my profile": "my-profile"}.get(name, name)
    with person.config.open("a") as file:
        file.write(row.config.format(name=section, plain=name))
    with person.credentials.open("a") as file:
        file.write(row.credentials.format(name=name, plain=name))
    if row.error:
        error = refusal(403, row.error, "User is not authorized to perform: sts:AssumeRole")
        sts_stub.script = lambda parameters: (
            error if parameters["Action"] == "AssumeRole" else iam(parameters)
        )
    words = row.words.format(name=shlex.quote(name), plain=name, typo=typo)
    printed = _printed(person, row, shlex.split(words))
    static = max(re.split(r"\{[^}]*\}", row.part), key=len)
    assert static in printed, printed
    return printed, row.env


def _printed(person: Person, row: Printed, words: Sequence[str]) -> str:
    if not row.needs_terminal:
        done = person.aws(*words, env=dict(row.env))
        return done.stderr + done.stdout
    command = [str(person.host.executable), *words]
    terminal = Terminal(command, person.variables(NO_COLOR="1", **row.env), str(person.home))
    assert exit_code(terminal.end()) == 0, terminal.seen
    return terminal.seen.replace("\r\n", "\n")
