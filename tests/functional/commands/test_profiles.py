"""``aws assume profiles`` through the CLI's driver, against a portal of a few accounts."""

from __future__ import annotations

import io
import json
from contextlib import contextmanager
from typing import Any, Iterator

import pytest

from awscli_assume.host.environment import Environment
from awscli_assume.profiles.writer import store
from support.sso_stub import START_URL, PortalAccount, SsoStub, write_sso_token

PRODUCTION, STAGING = "123456789012", "222222222222"


@pytest.fixture
def portal(sso: SsoStub) -> SsoStub:
    """Return a portal of two accounts."""
    sso.accounts = [
        PortalAccount(PRODUCTION, "production", ("Admin", "Reader")),
        PortalAccount(STAGING, "staging", ("Admin",)),
    ]
    return sso


def states(done: Any) -> dict[str, str]:
    """Return the state of each profile in the output of a run."""
    return {one["Profile"]: one["State"] for one in json.loads(done.out)["Profiles"]}


def test_profiles_of_all_roles(aws, portal) -> None:
    """Each role gets a profile of Identity Center; a second run writes nothing."""
    before = aws.files()
    done = aws("assume", "profiles", "--region", "eu-west-1")

    assert done.code == 0, done.err
    assert states(done) == dict.fromkeys(
        ("production-Admin", "production-Reader", "staging-Admin"), "created"
    )
    assert aws.config.read_text() == before[0].decode() + "".join(
        f"[profile {name}]\nsso_session = corp\nsso_account_id = {account}\n"
        f"sso_role_name = {role}\nregion = eu-west-1\nprovisioned =\n    as = sso\n"
        f"    sso-session = corp\n    sso-account-id = {account}\n    sso-role-name = {role}\n"
        "    target-region = eu-west-1\n"
        for name, account, role in (
            ("production-Admin", PRODUCTION, "Admin"),
            ("production-Reader", PRODUCTION, "Reader"),
            ("staging-Admin", STAGING, "Admin"),
        )
    )
    after, status = aws.files(), aws.config.stat()

    again = aws("assume", "profiles")

    assert set(states(again).values()) == {"unchanged"}
    assert (aws.files(), aws.config.stat()) == (after, status)


def test_prune_and_clear_leave_the_files_as_they_were(aws, portal) -> None:
    """--prune removes roles that are no longer granted; clear --all restores the file exactly."""
    aws.add_config("# the end, without a line break")
    before = aws.files()
    assert aws("assume", "profiles").code == 0
    assert aws("assume", "profiles", "--as", "auto-refresh", "--name-template",
               "auto-{account}-{role}").code == 0  # fmt: skip
    portal.accounts = [PortalAccount(PRODUCTION, "production", ("Admin",))]

    pruned = aws("assume", "profiles", "--prune")

    assert states(pruned) == {
        "production-Admin": "unchanged",
        "production-Reader": "removed",
        "staging-Admin": "removed",
        "auto-production-Reader": "removed",
        "auto-staging-Admin": "removed",
    }
    assert pruned.err.endswith("Profiles: 0 created, 0 updated, 4 removed, 1 unchanged\n")
    assert b"staging" not in aws.files()[0]

    cleared = aws("assume", "clear", "--all")

    rows = json.loads(cleared.out)["Profiles"]
    assert [(one["Profile"], one["State"]) for one in rows] == [
        ("auto-production-Admin", "cleared"),
        ("production-Admin", "cleared"),
    ]
    assert aws.files() == (before[0] + b"\n", before[1])


def test_filters(aws, portal) -> None:
    """Accounts, roles and words select roles; a name that matches nothing is an error."""
    for words, expected in {
        ("--accounts", "PRODUCTION"): {"production-Admin", "production-Reader"},
        ("--accounts", STAGING, "prod*", "--roles", "admin"): {
            "production-Admin",
            "staging-Admin",
        },
        ("stag", "ADM"): {"staging-Admin"},
        ("--roles", "Read*"): {"production-Reader"},
    }.items():
        done = aws("assume", "profiles", *words, "--dry-run", "--query", "Changes[].Diff[]")
        headers = {line for line in json.loads(done.out) if line.startswith("+[")}
        assert headers == {f"+[profile {name}]" for name in expected}, done.err
    for words, message in {
        (
            "--accounts",
            "prodution",
        ): "'prodution' matches nothing that IAM Identity Center grants. Similar names: prod",
        ("--roles", "x"): "--roles: 'x' matches nothing that IAM Identity Center grants",
        ("nothing",): "No granted role matches all filters",
    }.items():
        done = aws("assume", "profiles", *words)
        assert (done.code, done.out) == (255, "")
        assert message in done.err
    assert b"provisioned" not in aws.files()[0]


def test_names_that_are_taken(aws, portal) -> None:
    """A profile that we did not write is unchanged and reported; the others are written."""
    aws.add_config(
        "[profile production-Admin]\nregion = x\n"
        f"[profile production-Reader]\nsso_session = corp\nsso_account_id = {PRODUCTION}\n"
        "sso_role_name = Reader\n"
    )
    before = aws.files()

    done = aws("assume", "profiles")

    assert done.code == 1
    assert states(done) == {
        "production-Admin": "taken",
        "production-Reader": "existing",
        "staging-Admin": "created",
    }
    assert (
        "aws: [ERROR]: The profile 'production-Admin' exists, and was not written by aws assume "
        "profiles: choose another name with --name-template, or remove that profile\n"
    ) in done.err
    assert aws.config.read_bytes().startswith(before[0] + b"[profile staging-Admin]\n")
    assert aws.files()[1] == before[1]


@pytest.mark.parametrize(
    "change", [("sso_role_name", "Other"), ("role_arn", "arn:aws:iam::123456789012:role/x")]
)
def test_profile_that_somebody_has_changed(aws, portal, change: tuple[str, str]) -> None:
    """A profile with changed credentials is not overwritten; clear keeps the changed keys."""
    aws("assume", "profiles", "--accounts", "staging")
    aws("configure", "set", *change, "--profile", "staging-Admin")
    aws("configure", "set", "region", "ap-south-1", "--profile", "staging-Admin")
    before = aws.files()
    portal.accounts = portal.accounts[:1]

    for words in ((), ("--prune",)):
        done = aws("assume", "profiles", "--accounts", "production", *words)
        assert done.code == len(words), done.err
    assert "its credentials have been changed since" in done.err
    assert aws.config.read_bytes().startswith(before[0])

    aws("assume", "clear", "--all")
    key, value = change
    assert aws.section(aws.config, "profile staging-Admin") == {key: value, "region": "ap-south-1"}


def test_region_of_somebody_else_stays(aws, portal) -> None:
    """A profile with another region or more settings remains ours, and a run keeps them."""
    aws("assume", "profiles", "--accounts", "staging")
    aws("configure", "set", "region", "ap-south-1", "--profile", "staging-Admin")
    aws("configure", "set", "output", "text", "--profile", "staging-Admin")
    before = aws.files()

    assert states(aws("assume", "profiles", "--accounts", "staging")) == {
        "staging-Admin": "unchanged"
    }
    assert aws.files() == before
    done = aws("assume", "profiles", "--accounts", "staging", "--region", "eu-north-1")
    assert states(done) == {"staging-Admin": "updated"}
    assert aws.section(aws.config, "profile staging-Admin")["region"] == "eu-north-1"

    aws("assume", "clear", "staging-Admin")
    assert aws.section(aws.config, "profile staging-Admin") == {"output": "text"}


def test_self_renewing_profiles(aws, portal) -> None:
    """--as auto-refresh writes profiles for list and export, without a call to STS."""
    aws("assume", "profiles", "--accounts", "staging")
    done = aws("assume", "profiles", "--as", "auto-refresh", "--accounts", "staging")

    assert states(done) == {"staging-Admin": "updated"}
    section = aws.section(aws.config, "profile staging-Admin")
    assert set(section) == {"region", "credential_process", "assumed", "provisioned"}
    assert "sso-account-id = 222222222222" in section["assumed"]
    (row,) = json.loads(aws("assume", "list").out)["Profiles"]
    assert (row["Profile"], row["Account"], row["State"]) == (
        "staging-Admin", STAGING, "auto-refresh",
    )  # fmt: skip
    assert aws.stub.requests == []
    exported = aws("assume", "export", "--update-profile", "staging-Admin", "--format", "process")
    assert json.loads(exported.out)["AccessKeyId"] == portal.keys.id, exported.err
    before = aws.files()
    again = aws("assume", "profiles", "--as", "auto-refresh", "--accounts", "staging")
    assert states(again) == {"staging-Admin": "unchanged"}
    assert aws.files() == before

    back = aws("assume", "profiles", "--accounts", "staging")

    assert states(back) == {"staging-Admin": "updated"}
    assert "credential_process" not in aws.section(aws.config, "profile staging-Admin")
    assert not [*aws.config.parent.glob("cli/cache/assume-sessions/[0-9a-f]*")]


def test_role_profiles(aws, portal) -> None:
    """--as role writes a profile for the same IAM role in each account, with one source."""
    done = aws("assume", "profiles", "--as", "role", "--role-name", "team/deploy", "--source",
               "default")  # fmt: skip

    assert states(done) == {"production-deploy": "created", "staging-deploy": "created"}
    section = aws.section(aws.config, "profile staging-deploy")
    assert section["role_arn"] == f"arn:aws:iam::{STAGING}:role/team/deploy"
    assert section["source_profile"] == "default"
    identity = aws("sts", "get-caller-identity", "--profile", "staging-deploy")
    assert identity.code == 0, identity.err
    assert aws.stub.requests[0]["RoleArn"] == f"arn:aws:iam::{STAGING}:role/team/deploy"
    again = aws("assume", "profiles", "--as", "role", "--role-name", "team/deploy", "--source",
                "default")  # fmt: skip
    assert set(states(again).values()) == {"unchanged"}
    portal.accounts = portal.accounts[:1]

    pruned = aws("assume", "profiles", "--prune", "--roles", "Reader")

    assert states(pruned) == {"production-Reader": "created", "staging-deploy": "removed"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--as", "keys"), "Invalid --as 'keys': choose one of sso, auto-refresh, role"),
        (("--name-template", "{user}-{role}"), "{user} is no placeholder"),
        (("--name-template", "a]b"), "can't read back a name with quotes, brackets"),
        (("--role-name", "x"), "--role-name goes only with --as role"),
        (("--as", "role", "--role-name", "x"), "--as role needs --source"),
        (("--as", "role", "--role-name", "x", "--source", "defalt"), "Similar profiles: default"),
        (("--as", "role", "--role-name", "a b", "--source", "default"), "Invalid role name"),
        (("--sso-session", "x"), "Unknown SSO session 'x'. Configured sessions: corp"),
    ],
)
def test_wrong_options(aws, portal, words: tuple[str, ...], message: str) -> None:
    """A wrong option is an error, before any call or write."""
    before = aws.files()

    done = aws("assume", "profiles", *words)

    assert (done.code, done.out) == (255, "")
    assert message in done.err
    assert (aws.files(), portal.journal.calls) == (before, [])


def test_incomplete_list_prunes_nothing(aws, portal) -> None:
    """With an incomplete list of roles, no profile is removed."""
    aws.set_variable("AWS_MAX_ATTEMPTS", "1")
    assert aws("assume", "profiles").code == 0
    portal.failing = {STAGING}
    portal.accounts = [
        PortalAccount(PRODUCTION, "production", ("Reader", "New")),
        portal.accounts[1],
    ]

    done = aws("assume", "profiles", "--prune")

    assert done.code == 1
    assert states(done) == {"production-Reader": "unchanged", "production-New": "created"}
    assert f"The roles of account staging ({STAGING}) are incomplete" in done.err
    assert "Because the list of roles is incomplete, no profile was removed" in done.err
    assert {"profile production-Admin", "profile staging-Admin"} <= headers_of(aws)


def headers_of(aws: Any) -> set[str]:
    """Return the sections of the config file."""
    lines = aws.config.read_text().splitlines()
    return {line[1:-1] for line in lines if line.startswith("[")}


def test_login_that_has_expired(aws, portal) -> None:
    """Without a login, the error names the login command, and --login runs it."""
    portal.tokens = set()

    done = aws("assume", "profiles")

    assert (done.code, done.out) == (255, "")
    assert "Log in: aws sso login --sso-session corp, or add --login" in done.err


def test_account_that_takes_over_a_name(aws, portal) -> None:
    """With --prune, a new account gets the profile name of a removed account."""
    aws("assume", "profiles", "--accounts", "staging")
    portal.accounts = [PortalAccount("333333333333", "staging", ("Admin",))]

    assert states(aws("assume", "profiles", "--no-cache")) == {"staging-Admin": "taken"}
    done = aws("assume", "profiles", "--prune")

    assert states(done) == {"staging-Admin": "updated"}
    assert aws.section(aws.config, "profile staging-Admin")["sso_account_id"] == "333333333333"


@pytest.mark.parametrize("name", ["Admin\nregion = x", "a]b", "\x1b[31m", "", "x" * 65])
def test_role_that_cannot_exist(aws, portal, name: str) -> None:
    """An impossible role name is not written, and the error shows it escaped."""
    before = aws.files()
    portal.accounts = [PortalAccount(PRODUCTION, "production", ("Admin", name))]

    done = aws("assume", "profiles")

    assert (done.code, done.out) == (255, "")
    assert "IAM Identity Center has listed a role that can't exist: '123456789012', " in done.err
    assert "\x1b" not in done.err
    assert aws.files() == before


def test_profile_of_an_old_style_session(aws, portal) -> None:
    """A profile for a session without a section has the start URL, and is recognized."""
    aws.config.write_text(
        "[plugins]\nassume = awscli_assume\n[profile old]\n"
        f"sso_start_url = {START_URL}\nsso_region = us-east-1\n"
        f"sso_account_id = {PRODUCTION}\nsso_role_name = Reader\n"
    )
    write_sso_token(aws.config.parent.parent, START_URL)
    before = aws.files()

    done = aws("assume", "profiles", "--accounts", "staging")

    assert states(done) == {"staging-Admin": "created"}, done.err
    section = aws.section(aws.config, "profile staging-Admin")
    assert section["sso_start_url"] == START_URL
    assert section["sso_region"] == section["region"] == "us-east-1"
    again = aws("assume", "profiles", "--accounts", "staging")
    assert states(again) == {"staging-Admin": "unchanged"}
    identity = aws("sts", "get-caller-identity", "--profile", "staging-Admin")
    assert identity.code == 0, identity.err
    aws("assume", "clear", "staging-Admin")
    assert aws.files() == before


def test_profile_that_changes_meanwhile(aws, portal, monkeypatch) -> None:
    """A profile that another program writes during the run is not overwritten."""
    lock = store.files_locked

    @contextmanager
    def locked(paths: Any) -> Iterator[None]:
        aws.add_config("[profile staging-Admin]\nrole_arn = x\n")
        with lock(paths):
            yield

    monkeypatch.setattr(store, "files_locked", locked)
    done = aws("assume", "profiles")

    assert done.code == 255
    assert "The profile 'staging-Admin' was changed by something else" in done.err
    assert b"provisioned" not in aws.files()[0]


def test_output_on_a_terminal(aws, portal) -> None:
    """A terminal shows the changes, at most 30 lines; --output prints the object."""
    screen = Screen()
    roles = tuple(f"Role{number:02}" for number in range(40))
    portal.accounts = [PortalAccount(PRODUCTION, "production", roles)]

    done = aws("assume", "profiles", environment=Environment(out=screen))

    lines = screen.getvalue().splitlines()
    assert lines[:2] == ["created  production-Role00", "created  production-Role01"]
    assert lines[30:] == ["... and 10 more; --output json prints all"]
    assert done.err.endswith("Profiles: 40 created, 0 updated, 0 removed, 0 unchanged\n")
    screen.truncate(0)
    aws("assume", "profiles", environment=Environment(out=screen))
    assert screen.getvalue() == ""
    aws("assume", "profiles", "--output", "json", environment=Environment(out=screen))
    assert len(json.loads(screen.getvalue().lstrip("\0"))["Profiles"]) == 40


class Screen(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True
