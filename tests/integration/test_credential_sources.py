"""All sources of credentials: the calls for each source and role, and the resulting session."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping, Optional

import pytest

from awscli_assume.install.local_aws import LocalAws
from support.credential_sources import (
    ACCOUNT,
    REGION,
    Principals,
    Stubs,
    client,
    make_principals,
    role_arn,
    run_stubs,
    web_identity_token,
)
from support.loopback import Call, Keys
from support.metadata_stub import CONTAINER_TOKEN
from support.person import Person
from support.signin_stub import CLIENT_ID, write_login
from support.sso_stub import ACCESS_TOKEN, REFRESHED_TOKEN, START_URL, write_sso_token
from support.warm_host import run_warm

newest = pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
newest_of_each = pytest.mark.parametrize("host", ["v2-2.38.5", "v1-newest"], indirect=True)

TARGET = role_arn("target")
SERIAL = f"arn:aws:iam::{ACCOUNT}:mfa/carol"
USER = f"arn:aws:iam::{ACCOUNT}:user/carol"
BY_ARN = ("--role-arn", TARGET)
BY_NAME = ("--role-name", "target")
NAMED = ("--role-session-name", "s1")
CAROL = "[default]\naws_access_key_id = {carol.id}\naws_secret_access_key = {carol.secret}\n"
WORK = "[work]\naws_access_key_id = {dave.id}\naws_secret_access_key = {dave.secret}\n"
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "{dave.id}", "AWS_SECRET_ACCESS_KEY": "{dave.secret}"}
INSTANCE = {
    "AWS_EC2_METADATA_DISABLED": "false",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT": "{stubs.instance.url}",
}
CONTAINER = {
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "{stubs.container.url}/task",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN": CONTAINER_TOKEN,
}
SSO = f"""
[profile sso]
sso_session = corp
sso_account_id = {ACCOUNT}
sso_role_name = Dev
[sso-session corp]
sso_start_url = {START_URL}
sso_region = us-east-1
sso_registration_scopes = sso:account:access
"""
OLD_SSO = f"""
[profile sso]
sso_start_url = {START_URL}
sso_region = us-east-1
sso_account_id = {ACCOUNT}
sso_role_name = Dev
"""
LOGIN = f"[profile login]\nlogin_session = {USER}\n"
WEB = f"""
[profile web]
role_arn = {role_arn("web")}
web_identity_token_file = {{home}}/token
role_session_name = job
"""


def role_profile(name: str, role: str, *lines: str) -> str:
    """Return a profile that names a role."""
    return "\n".join((f"\n[profile {name}]", f"role_arn = {role_arn(role)}", *lines, ""))


def keys_profile(name: str, keys: str) -> str:
    """Return a profile of temporary keys in the credentials file."""
    return (
        f"[{name}]\naws_access_key_id = {{{keys}.id}}\n"
        f"aws_secret_access_key = {{{keys}.secret}}\naws_session_token = {{{keys}.token}}\n"
    )


# What the documentation says is called (docs/reference.md, "Calls to AWS").


def assumed(by: str, role: str = "target", name: str = "s1", **more: str) -> Call:
    return Call("AssumeRole", {"RoleArn": role_arn(role), "RoleSessionName": name, **more}, by)


def by_botocore(by: str, role: str, **more: str) -> Call:
    return assumed(by, role, "(by botocore)", **more)


def identity(by: str) -> Call:
    return Call("GetCallerIdentity", {}, by)


def from_web() -> Call:
    parameters = {
        "RoleArn": role_arn("web"),
        "RoleSessionName": "job",
        "WebIdentityToken": web_identity_token(),
    }
    return Call("AssumeRoleWithWebIdentity", parameters, "nobody")


def from_portal(token: str = ACCESS_TOKEN) -> Call:
    return Call("sso:GetRoleCredentials", {"role_name": "Dev", "account_id": ACCOUNT}, token)


REFRESHED = Call(
    "sso-oidc:CreateToken",
    {
        "grantType": "refresh_token",
        "clientId": "client",
        "clientSecret": "client-secret",
        "refreshToken": "the-refresh-token",
    },
)
RENEWED = Call(
    "signin:CreateOAuth2Token",
    {"clientId": CLIENT_ID, "grantType": "refresh_token", "refreshToken": "the-refresh-token"},
)
FROM_INSTANCE = (
    Call("imds:token", {}), Call("imds:role", {}), Call("imds:instance-profile", {})
)  # fmt: skip
FROM_CONTAINER = (Call("container:/task", {}, CONTAINER_TOKEN),)


@dataclass(frozen=True)
class Case:
    """A source and a role.

    ``calls`` are all calls of ``aws assume`` in their order. Words, file contents
    and variables may name keys (``{carol.id}``), ``{home}`` and the stubs.
    ``source`` is what the record says of the source. ``again`` are the variables
    of a second run. ``missing`` is what a version 1 lacks for it; ``calls_of_v1``
    are its calls where it makes more calls.
    """

    calls: tuple[Call, ...]
    words: tuple[str, ...] = BY_ARN
    config: str = ""
    credentials: str = CAROL
    variables: Mapping[str, str] = field(default_factory=dict)
    prepare: Optional[Callable[[Path, Principals], Any]] = None
    source: str = "source-profile = default"
    session: str = "target/s1"
    again: Optional[Mapping[str, str]] = None
    missing: str = ""
    calls_of_v1: Optional[tuple[Call, ...]] = None
    region: str = REGION

    def calls_on(self, major: int) -> list[Call]:
        """Return the calls on a major version of the AWS CLI."""
        more = self.calls_of_v1 if major == 1 else None
        return list(self.calls if more is None else more)


def write_process(home: Path, keys: Keys) -> None:
    """Write the output of a credential_process."""
    document = {"Version": 1, "AccessKeyId": keys.id, "SecretAccessKey": keys.secret}
    if keys.token:
        document["SessionToken"] = keys.token
        document["Expiration"] = "2036-11-23T10:00:00Z"
    (home / "process.json").write_text(json.dumps(document))


def write_renewable_token(home: Path, principals: Principals) -> None:
    """Write the token file of an sso-session, which has a refresh token."""
    write_sso_token(home, has_refresh_token=True)


def token_of(home: Path, principals: Principals) -> None:
    """Write the file of a web identity token."""
    (home / "token").write_text(web_identity_token())


PROCESS = "[profile process]\ncredential_process = cat {home}/process.json\n"
KEYS = {
    "keys of the default profile": Case((assumed("carol"),)),
    "keys of a named profile": Case(
        (assumed("dave"),), (*BY_ARN, "--profile", "work"), credentials=CAROL + WORK,
        source="source-profile = work",
    ),
    "keys in the config file": Case(
        (assumed("dave"),), (*BY_ARN, "--profile", "work"),
        config=WORK.replace("[work]", "[profile work]"), source="source-profile = work",
    ),
    "AWS_PROFILE": Case(
        (assumed("dave"),), credentials=CAROL + WORK, variables={"AWS_PROFILE": "work"},
        source="source-profile = work",
    ),
    "keys in the environment": Case(
        (assumed("dave"),), credentials="", variables=ENVIRONMENT,
        source="credential-source = Environment",
    ),
    "keys in the environment, and AWS_PROFILE": Case(
        (assumed("dave"),), config="[profile work]\nregion = us-west-2\n",
        credentials=CAROL + keys_profile("work", "session"),
        variables={**ENVIRONMENT, "AWS_PROFILE": "work"},
        source="credential-source = Environment", region="us-west-2",
    ),
    "temporary keys": Case(
        (assumed("session"),), (*BY_ARN, "--profile", "mfa"),
        credentials=keys_profile("mfa", "session"), source="source-profile = mfa",
    ),
    "temporary keys of a role: chaining": Case(
        (identity("first"), assumed("first")), (*BY_NAME, "--profile", "mfa"),
        credentials=keys_profile("mfa", "first"), source="source-profile = mfa",
    ),
    "credential_process": Case(
        (assumed("dave"),), (*BY_ARN, "--profile", "process"), PROCESS,
        prepare=lambda home, known: write_process(home, known.dave),
        source="source-profile = process",
    ),
    "credential_process with a session token": Case(
        (assumed("session"),), (*BY_ARN, "--profile", "process"), PROCESS,
        prepare=lambda home, known: write_process(home, known.sessions["session"]),
        source="source-profile = process",
    ),
    "a role by its name, twice": Case(
        (identity("carol"), assumed("carol"), assumed("carol")), BY_NAME, again={},
    ),
    "a role by name and account": Case(
        (assumed("carol"),), (*BY_NAME, "--account-id", ACCOUNT),
    ),
    "again in a shell of the target": Case(
        (assumed("dave"), assumed("dave")), (*BY_ARN, "--profile", "work"),
        credentials=CAROL + WORK, source="source-profile = work",
        again={"AWS_PROFILE": "assumed-role"},
    ),
    "options of the request": Case(
        (
            assumed(
                "carol", DurationSeconds="1800", ExternalId="partner", SourceIdentity="carol",
                **{"Tags.member.1.Key": "project", "Tags.member.1.Value": "blue"},
            ),
        ),
        (*BY_ARN, "--duration-seconds", "1800", "--external-id", "partner", "--source-identity",
         "carol", "--tags", "Key=project,Value=blue"),
    ),
    "a code": Case(
        (assumed("carol", SerialNumber=SERIAL, TokenCode="123456"),),
        (*BY_ARN, "--serial-number", SERIAL, "--token-code", "123456"),
    ),
}  # fmt: skip
ROLES = {
    "role_arn and source_profile": Case(
        (assumed("dave"),), ("--profile", "admin"),
        role_profile("admin", "target", "source_profile = work"), CAROL + WORK,
        source="source-profile = work",
    ),
    "role_arn with all of its keys": Case(
        (
            assumed("carol", name="by-profile", DurationSeconds="1800", ExternalId="partner",
                    SerialNumber=SERIAL, TokenCode="123456"),
        ),
        ("--profile", "admin", "--token-code", "123456"),
        role_profile(
            "admin", "target", "source_profile = default", "role_session_name = by-profile",
            "duration_seconds = 1800", "external_id = partner", f"mfa_serial = {SERIAL}",
            "region = eu-west-1",
        ),
        session="target/by-profile", region="eu-west-1",
    ),
    "roles on roles": Case(
        (by_botocore("carol", "first"), by_botocore("first", "second"), assumed("second")),
        ("--profile", "admin"),
        role_profile("hop1", "first", "source_profile = default")
        + role_profile("hop2", "second", "source_profile = hop1")
        + role_profile("admin", "target", "source_profile = hop2"),
        source="source-profile = hop2",
    ),
    "a role from a profile with another role": Case(
        (by_botocore("carol", "first"), assumed("first")), (*BY_ARN, "--profile", "hop1"),
        role_profile("hop1", "first", "source_profile = default"), source="source-profile = hop1",
    ),
    "roles on roles, --endpoint-url": Case(
        (by_botocore("carol", "first"), assumed("first")),
        ("--profile", "admin", "--endpoint-url", "{stubs.sts.url}"),
        role_profile("hop1", "first", "source_profile = default")
        + role_profile("admin", "target", "source_profile = hop1"),
        # Nothing listens there.
        variables={"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"},
        source="source-profile = hop1",
    ),
    "a web identity as the source profile": Case(
        (from_web(), assumed("web")), ("--profile", "admin"),
        WEB + role_profile("admin", "target", "source_profile = web"), prepare=token_of,
        source="source-profile = web",
    ),
    "a web identity of the environment": Case(
        (from_web(), assumed("web")), credentials="", prepare=token_of,
        variables={"AWS_ROLE_ARN": role_arn("web"), "AWS_ROLE_SESSION_NAME": "job",
                   "AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token"},
    ),
    "the instance": Case(
        (*FROM_INSTANCE, assumed("instance")), credentials="", variables=INSTANCE,
    ),
    "the container": Case(
        (*FROM_CONTAINER, assumed("task")), credentials="", variables=CONTAINER,
    ),
}  # fmt: skip
SIGNED_IN = {
    "SSO, legacy": Case(
        (from_portal(), assumed("dev")), (*BY_ARN, "--profile", "sso"), OLD_SSO,
        prepare=lambda home, known: write_sso_token(home, START_URL),
        source="source-profile = sso",
    ),
    "SSO": Case(
        (from_portal(), assumed("dev")), (*BY_ARN, "--profile", "sso"), SSO,
        prepare=write_renewable_token, source="source-profile = sso",
    ),
    "SSO and a role by its name": Case(
        (from_portal(), assumed("dev")), (*BY_NAME, "--profile", "sso"), SSO,
        prepare=write_renewable_token, source="source-profile = sso",
    ),
    "SSO, twice": Case(
        (from_portal(), assumed("dev"), assumed("dev")), (*BY_ARN, "--profile", "sso"), SSO,
        prepare=write_renewable_token, source="source-profile = sso",
        # Version 1 caches the credentials of roles, but not those of the portal.
        again={}, calls_of_v1=(from_portal(), assumed("dev")) * 2,
    ),
    "SSO, expired, with a refresh token": Case(
        (REFRESHED, from_portal(REFRESHED_TOKEN), assumed("dev")), (*BY_ARN, "--profile", "sso"),
        SSO, prepare=lambda home, known: write_sso_token(
            home, hours=-1, has_refresh_token=True
        ),
        source="source-profile = sso",
    ),
    "SSO as the source profile": Case(
        (from_portal(), assumed("dev")), ("--profile", "admin"),
        SSO + role_profile("admin", "target", "source_profile = sso"),
        prepare=write_renewable_token, source="source-profile = sso",
    ),
    "aws login": Case(
        (assumed("login"),), (*BY_ARN, "--profile", "login"), LOGIN,
        prepare=lambda home, known: write_login(home, USER, known.sessions["login"]),
        source="source-profile = login", missing="botocore[crt]",
    ),
    "aws login, expired, with a refresh token": Case(
        (RENEWED, assumed("renewed")), (*BY_NAME, "--profile", "login"), LOGIN,
        prepare=lambda home, known: write_login(home, USER, known.sessions["login"], True),
        source="source-profile = login", missing="botocore[crt]",
    ),
    "aws login as the source profile": Case(
        (assumed("login"),), ("--profile", "admin"),
        LOGIN + role_profile("admin", "target", "source_profile = login"),
        prepare=lambda home, known: write_login(home, USER, known.sessions["login"]),
        source="source-profile = login", missing="botocore[crt]",
    ),
}  # fmt: skip
CASES = {**KEYS, **ROLES, **SIGNED_IN}


@pytest.fixture(scope="session")
def principals(local_aws: LocalAws) -> Principals:
    return make_principals(local_aws)


@pytest.fixture
def stubs(local_aws: LocalAws, principals: Principals) -> Iterator[Stubs]:
    with run_stubs(local_aws, principals) as running:
        yield running


class User:
    """A user with the files and the variables of a case."""

    def __init__(self, person: Person, case: Case, stubs: Stubs, principals: Principals) -> None:
        self.person = person
        self._names = {**principals.all, "home": person.home, "stubs": stubs}
        with person.config.open("a") as file:
            file.write(case.config.format(**self._names))
        person.credentials.write_text(case.credentials.format(**self._names))
        if case.prepare is not None:
            case.prepare(person.home, principals)
        # A variable would take precedence over the profile's own region.
        region = {"AWS_DEFAULT_REGION": REGION} if case.region == REGION else {}
        self.variables = {**stubs.variables, **region, **self._filled(case.variables)}

    def aws(self, *words: str, variables: Optional[Mapping[str, str]] = None) -> Any:
        """Run ``aws`` with the variables of the case and others."""
        return self.person.aws(*words, env={**self.variables, **(variables or {})})

    def words(self, case: Case) -> tuple[str, ...]:
        """Return the words of ``aws assume`` for a case."""
        named = NAMED if case.session.endswith("/s1") else ()
        return ("assume", *(word.format(**self._names) for word in case.words), *named)

    def _filled(self, variables: Mapping[str, str]) -> dict[str, str]:
        return {name: value.format(**self._names) for name, value in variables.items()}


@pytest.fixture
def make_user(
    make_person: Callable, stubs: Stubs, principals: Principals
) -> Callable[[Case], User]:
    def make(case: Case) -> User:
        person = make_person(stubs.sts.url, (principals.carol.id, principals.carol.secret))
        return User(person, case, stubs, principals)

    return make


def who_is(local_aws: LocalAws, key_id: str, secret: str, token: str) -> str:
    """Return the session of some keys, as an SDK without the plugin sees it."""
    keys = Keys("target", key_id, secret, token)
    return client(local_aws.endpoint_url, keys).get_caller_identity()["Arn"]


def session_arn(session: str) -> str:
    return f"arn:aws:sts::{ACCOUNT}:assumed-role/{session}"


@newest_of_each
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_credentials_arrive_by_the_documented_calls(
    case: Case, make_user: Callable, stubs: Stubs, local_aws: LocalAws
) -> None:
    """The target profile is the role's, and exactly the documented calls were made, in order."""
    user = make_user(case)
    person = user.person
    words = user.words(case)
    before = person.snapshot()
    done = user.aws(*words)
    if case.missing and person.host.major == 1:
        assert done.returncode == 255
        assert case.missing in done.stderr
        assert "Traceback" not in done.stderr
        assert stubs.journal.calls == []
        assert person.snapshot() == before
        return
    assert done.returncode == 0, done.stderr
    if case.again is not None:
        again = user.aws(*words, variables=case.again)
        assert again.returncode == 0, again.stderr

    assert stubs.journal.calls == case.calls_on(person.host.major)
    kept = person.sections(person.credentials)["assumed-role"]
    keys = [kept[f"aws_{name}"] for name in ("access_key_id", "secret_access_key",
                                             "session_token")]  # fmt: skip
    assert who_is(local_aws, *keys) == session_arn(case.session)
    section = person.sections(person.config)["profile assumed-role"]
    assert case.source in section["assumed"].splitlines()
    assert section["region"] == case.region


# What the case below leaves of the environment.
BARE = ("HOME", "PATH", "LANG")


@newest
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_record_repeats_it_or_the_run_says_what_is_missing(
    case: Case, make_user: Callable, stubs: Stubs
) -> None:
    """A refresh with three variables works, or the first run named what it would miss."""
    user = make_user(case)
    person = user.person
    done = user.aws(*user.words(case))
    if case.missing and person.host.major == 1:
        assert done.returncode == 255
        return
    assert done.returncode == 0, done.stderr
    before = person.sections(person.config)["profile assumed-role"]

    environment = {name: person.environment[name] for name in BARE}
    command = [str(person.host.executable), "assume", "refresh", "--all"]
    again = run_warm(person.host, command, environment, person.home, timeout=120)
    if "NOTE]: this run used" in done.stderr or SERIAL in str(case.calls):
        return
    assert again.returncode == 0, again.stderr
    assert person.sections(person.config)["profile assumed-role"] == before
