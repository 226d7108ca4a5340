"""`aws assume roles` in the CLI's own driver: sources of roles, errors, and the cache."""

from __future__ import annotations

import io
import json
import shlex
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from awscli_assume.host.environment import Environment
from support.environment import NO_TERMINAL
from support.explain_setup import (
    ALICE,
    DEV,
    SESSION,
    Decision,
    Setup,
    access_denied,
    statement,
    trust,
)
from support.sso_stub import (
    ACCESS_TOKEN,
    REFRESHED_TOKEN,
    START_URL,
    PortalAccount,
    SsoStub,
    many_accounts,
    write_sso_token,
)
from support.sts_stub import ACCOUNT, ROLE_ARN, refusal

ROLES_OF_IAM = f"arn:aws:iam::{ACCOUNT}:role"
REGION = "region = us-east-1\n"
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
WARNING = "aws: [WARNING]: SSO session corp: "
LOGIN = "With AWS CLI version 2, run: aws sso login --sso-session corp"


class Screen(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def portal(sso: SsoStub) -> SsoStub:
    """Return a portal with three accounts: two have the same name, and one has no roles."""
    sso.accounts = [
        PortalAccount("123456789012", "production"),
        PortalAccount("210987654321", "production", ("ReadOnlyAccess",)),
        PortalAccount("111111111111", "empty", ()),
    ]
    return sso


def roles(aws: Any, *words: str, code: int = 0, **options: Any) -> list[dict[str, Any]]:
    done = aws("assume", "roles", *words, "--output", "json", **options)
    assert done.code == code, done.err
    return json.loads(done.out)["Roles"]


def names(found: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(one["AccountId"], one["RoleName"], one["Source"]) for one in found]


def calls(stub: SsoStub) -> Counter[str]:
    return Counter(call.operation for call in stub.journal.calls)


def test_roles_of_every_source(aws: Any, portal: SsoStub) -> None:
    """Roles of profiles, of Identity Center and of our profiles are listed, each role once."""
    aws.add_config(f"[profile admin]\nrole_arn = {ROLE_ARN}\nsource_profile = default\n{REGION}")
    aws("assume", "admin")
    aws("assume", "--role-arn", f"{ROLES_OF_IAM}/other", "--update-profile", "ours")
    aws("assume", "--role-arn", f"{ROLES_OF_IAM}/other", "--update-profile", "ours")
    found = roles(aws)

    assert names(found) == [
        ("123456789012", "AdministratorAccess", "Identity Center"),
        ("123456789012", "Developer", "profile"),
        ("123456789012", "my-iam-role", "profile"),
        ("123456789012", "other", "profile"),
        ("123456789012", "PowerUserAccess", "Identity Center"),
        ("123456789012", "ReadOnlyAccess", "Identity Center"),
        ("210987654321", "ReadOnlyAccess", "Identity Center"),
    ]
    assert {one["AccountName"] for one in found} == {"production"}
    assert [one["Uses"] for one in found] == [0, 0, 1, 2, 0, 0, 0]
    assert found[2]["LastUsed"] is not None
    assert [one["Command"] for one in found[1:5]] == [
        "aws assume dev",
        "aws assume admin",
        f"aws assume --profile default --role-arn {ROLES_OF_IAM}/other",
        "aws assume --account-id 123456789012 --role-name PowerUserAccess --sso-session corp",
    ]


def test_profiles_of_roles_of_identity_center(aws: Any, portal: SsoStub, home: Path) -> None:
    """Without a login, the records of our profiles give the commands for their roles."""
    via = ("--via", "123456789012/ReadOnlyAccess")
    arn = f"{ROLES_OF_IAM}/middle"
    for words in (
        ("123456789012/PowerUserAccess",),
        (ROLE_ARN, *via, "--via", arn, "--update-profile", "chain"),
    ):
        done = aws("assume", *words)
        assert done.code == 0, done.err
    aws.config.write_text(aws.config.read_text().replace("profile dev", "unused"))
    write_sso_token(home).unlink()
    found = roles(aws, code=1)

    assert [one["Command"] for one in found] == [
        f"aws assume --sso-session corp {' '.join(via)} --via {arn} --role-arn {ROLE_ARN}",
        "aws assume --account-id 123456789012 --role-name PowerUserAccess --sso-session corp",
    ]
    assert [one["Uses"] for one in found] == [1, 1]
    write_sso_token(home)
    assert [one["Source"] for one in roles(aws, "power")] == ["Identity Center"]


@pytest.mark.parametrize("words", [("read", "2109"), ("PRODUCTION/read", "corp", "2109")])
def test_all_words_must_match(aws: Any, portal: SsoStub, words: tuple[str, ...]) -> None:
    """The words may be in any order and case."""
    assert names(roles(aws, *words)) == [("210987654321", "ReadOnlyAccess", "Identity Center")]
    assert roles(aws, *words, "nothing") == []


def test_pages_of_100_and_the_token_of_the_login(aws: Any, portal: SsoStub) -> None:
    """505 calls list 500 accounts, all with the token; a second run makes none."""
    portal.accounts = many_accounts(500)
    first = roles(aws)

    assert len(first) == 1501
    assert calls(portal) == {"sso:ListAccounts": 5, "sso:ListAccountRoles": 500}
    assert {call.parameters["max_result"] for call in portal.journal.calls} == {"100"}
    assert {call.by for call in portal.journal.calls} == {ACCESS_TOKEN}
    portal.journal.calls.clear()
    assert roles(aws) == first
    assert calls(portal) == {}


def test_many_roles_in_one_account(aws: Any, portal: SsoStub) -> None:
    """The roles of one account have pages, too."""
    portal.accounts = [PortalAccount("1" * 12, "one", tuple(f"role-{n}" for n in range(250)))]

    assert len(roles(aws, "role-")) == 250
    assert calls(portal) == {"sso:ListAccounts": 1, "sso:ListAccountRoles": 3}


def test_no_cache_lists_again(aws: Any, portal: SsoStub) -> None:
    """--no-cache lists new accounts, and the next run reads them from the cache."""
    roles(aws)
    portal.accounts.append(PortalAccount("333333333333", "new", ("Reader",)))
    assert "333333333333" not in {one["AccountId"] for one in roles(aws)}

    for option in (("--no-cache",), ()):
        assert "333333333333" in {one["AccountId"] for one in roles(aws, *option)}


def test_next_login_lists_again(aws: Any, portal: SsoStub, home: Path) -> None:
    """After a new login, the cache is not used."""
    roles(aws)
    write_sso_token(home, hours=7)
    portal.journal.calls.clear()
    roles(aws)

    assert calls(portal) == {"sso:ListAccounts": 1, "sso:ListAccountRoles": 3}


def test_token_is_refreshed_as_in_botocore(aws: Any, portal: SsoStub, home: Path) -> None:
    """An expired token with a refresh token is refreshed, once, by all workers."""
    write_sso_token(home, hours=-1, has_refresh_token=True)
    portal.accounts = many_accounts(20)
    roles(aws)

    assert calls(portal)["sso-oidc:CreateToken"] == 1
    listing = [call.by for call in portal.journal.calls if call.operation.startswith("sso:")]
    assert listing == [REFRESHED_TOKEN] * 21
    portal.journal.calls.clear()
    assert len(roles(aws)) == 61
    assert calls(portal) == {}


def test_token_that_cannot_be_refreshed(aws: Any, portal: SsoStub, home: Path) -> None:
    """If the portal refuses to refresh the token, the login has expired."""
    write_sso_token(home, hours=-1, has_refresh_token=True)
    portal.refreshes = False
    done = aws("assume", "roles", "--output", "json")

    assert done.code == 1
    assert "Token has expired and refresh failed" in done.err
    assert LOGIN in done.err
    assert "Traceback" not in done.err
    assert set(calls(portal)) == {"sso-oidc:CreateToken"}


def test_old_style_profile(aws: Any, portal: SsoStub, home: Path) -> None:
    """A profile with sso_start_url is a session with the start URL as its name."""
    text = aws.config.read_text().partition("[sso-session")[0]
    aws.config.write_text(
        f"{text}[profile old]\nsso_start_url = {START_URL}\nsso_region = us-east-1\n"
    )
    write_sso_token(home, START_URL)
    found = roles(aws, "--sso-session", START_URL)

    assert len(found) == 4
    assert {one["SsoSession"] for one in found} == {START_URL}
    write_sso_token(home, START_URL, hours=-1)
    assert "aws sso login --profile old" in aws("assume", "roles", "--no-cache").err


def test_printed_commands_assume_their_roles(aws: Any, portal: SsoStub) -> None:
    """Each command counts as one use of the role that it was printed for."""
    arn = f"{ROLES_OF_IAM}/listed"
    aws.add_config(f"[profile list]\nrole_arn = {arn}\nsource_profile = default\n{REGION}")
    aws("assume", "--role-arn", ROLE_ARN, "--update-profile", "ours")
    before = roles(aws)
    for row in before:
        done = aws(*shlex.split(row["Command"])[1:], "--update-profile", "target")
        assert done.code == 0, (row["Command"], done.err)

    after = roles(aws)
    assert [one["RoleName"] for one in after] == [one["RoleName"] for one in before]
    assert [one["Uses"] for one in after] == [one["Uses"] + 1 for one in before]


# Errors.

TOKEN = '{"accessToken": %s, "expiresAt": "%s"}'


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda path: path.unlink(), "There is no login."),
        (lambda path: path.write_text("{"), "can't be read."),
        (lambda path: path.write_text("[]"), "Token for"),
        (lambda path: path.write_text(TOKEN % ("1", "2036-01-01T00:00:00Z")), "can't be read."),
        (lambda path: path.write_text(TOKEN % ('"x"', "soon")), "can't be read."),
        (lambda path: path.write_text(TOKEN % ('"x"', "2020-01-01T00:00:00UTC")), "has expired"),
    ],
)
def test_token_that_is_missing_or_of_another_tool(
    aws: Any, portal: SsoStub, home: Path, damage: Any, reason: str
) -> None:
    """The roles of profiles are listed, a warning names the login command, without a call."""
    damage(write_sso_token(home))
    done = aws("assume", "roles", "--output", "json")

    assert done.code == 1
    assert [one["RoleName"] for one in json.loads(done.out)["Roles"]] == ["Developer"]
    assert done.err.startswith(WARNING)
    assert reason in done.err
    assert LOGIN in done.err
    assert "Traceback" not in done.err
    assert calls(portal) == {}


def test_session_that_the_portal_refuses(aws: Any, portal: SsoStub, home: Path) -> None:
    """A revoked token, or a token for another region, is reported after one call."""
    path = write_sso_token(home)
    path.write_text(path.read_text().replace("us-east-1", "eu-west-1"))
    portal.tokens.clear()
    done = aws("assume", "roles", "--output", "json")

    assert done.code == 1
    assert "The login is for eu-west-1, and sso_region is us-east-1." in done.err
    assert LOGIN in done.err
    assert calls(portal) == {"sso:ListAccounts": 1}


def test_login_renews_the_session(aws: Any, portal: SsoStub, home: Path, version_2: None) -> None:
    """--login runs `aws sso login` for the session, and its roles are listed."""
    write_sso_token(home, hours=-1)
    runs: list[list[str]] = []

    def run(words: Any, variables: Any) -> int:
        runs.append(list(words)[1:])
        write_sso_token(home)
        return 0

    environment = Environment(has_terminal=lambda: True, run_on_terminal=run)

    assert len(roles(aws, "--login", environment=environment)) == 5
    assert runs == [["sso", "login", "--sso-session", "corp"]]


def test_login_without_a_terminal(aws: Any, portal: SsoStub, home: Path, version_2: None) -> None:
    """Without a terminal --login reports that, and the profiles are listed."""
    write_sso_token(home, hours=-1)
    done = aws("assume", "roles", "--login", environment=NO_TERMINAL)

    assert done.code == 1
    assert "no terminal for --login" in done.err
    assert "Developer" in done.out


def test_incomplete_lists(aws: Any, portal: SsoStub) -> None:
    """The received roles are printed, failures are reported, and nothing is cached."""
    portal.accounts = many_accounts(250)
    portal.failing = {"200000000005", "200"}
    aws.set_variable("AWS_MAX_ATTEMPTS", "1")
    done = aws("assume", "roles", "--output", "json")
    account_ids = {one["AccountId"] for one in json.loads(done.out)["Roles"]}

    assert done.code == 1
    assert len(account_ids) == 199
    assert done.err.splitlines() == [
        f"{WARNING}Only 200 accounts were listed: sso:ListAccounts failed with "
        "InternalServerException",
        f"{WARNING}The roles of account team-005 (200000000005) are incomplete: "
        "sso:ListAccountRoles failed with InternalServerException",
    ]
    portal.failing = set()
    assert len(roles(aws)) == 751


def test_roles_page_that_fails_half_way(aws: Any, portal: SsoStub) -> None:
    """The roles of the first page are listed if the second page fails."""
    portal.accounts = [PortalAccount("1" * 12, "one", tuple(f"role-{n}" for n in range(150)))]
    portal.failing = {"100"}
    aws.set_variable("AWS_MAX_ATTEMPTS", "1")

    assert len(roles(aws, "role-", code=1)) == 100


@pytest.mark.parametrize(
    "body",
    [b"<html>sign in to the network</html>", b'{"accountList": null}', b"[1]", b'"text"', b"{}",
     b'{"accountList": [{"accountName": "a"}]}', b'{"accountList": [1]}', b'{"accountList": "a"}'],
)  # fmt: skip
def test_success_that_is_no_list(aws: Any, portal: SsoStub, body: bytes) -> None:
    """A reply that is no list of accounts is a failure, not an empty list, and is not cached."""
    portal.body = body
    done = aws("assume", "roles", "--output", "json")

    assert done.code == 1
    assert [one["Profile"] for one in json.loads(done.out)["Roles"]] == ["dev"]
    assert "Only 0 accounts were listed: " in done.err
    assert "sso:ListAccounts" in done.err
    portal.body = None
    assert len(roles(aws)) == 5


def test_pages_without_an_end(aws: Any, portal: SsoStub) -> None:
    """A page token that repeats ends the list with a failure."""
    portal.body = b'{"accountList": [], "roleList": [], "nextToken": "again"}'
    done = aws("assume", "roles", "--output", "json")

    assert done.code == 1
    assert "sso:ListAccounts returned the token of a page twice" in done.err


def test_throttled_calls_are_repeated(aws: Any, portal: SsoStub) -> None:
    """Calls that end with TooManyRequestsException are repeated, and all roles are listed."""
    portal.throttled = 2

    assert len(roles(aws)) == 5
    assert calls(portal) == {"sso:ListAccounts": 3, "sso:ListAccountRoles": 3}


@pytest.mark.parametrize("attempts", [1, 2])
def test_retry_settings_of_the_user_take_precedence(
    aws: Any, portal: SsoStub, attempts: int
) -> None:
    """AWS_MAX_ATTEMPTS and max_attempts take precedence over our own number of attempts."""
    portal.throttled = 100
    aws.config.write_text(
        aws.config.read_text().replace("[default]\n", f"[default]\nmax_attempts = {attempts}\n")
    )
    roles(aws, code=1)

    assert calls(portal) == {"sso:ListAccounts": attempts}


def test_names_with_control_characters(aws: Any, portal: SsoStub) -> None:
    """Control characters in names are escaped, from the portal and from the cache."""
    portal.accounts = [PortalAccount("1" * 12, "a\x1b[2J\u202eb\n\tc", ("Admin\x9b",))]
    for _ in range(2):
        row = next(one for one in roles(aws) if one["AccountId"] == "1" * 12)
        assert (row["AccountName"], row["RoleName"]) == (
            "a\\x1b[2J\\u202eb\\x0a\\x09c",
            "Admin\\x9b",
        )


def test_session_with_an_invalid_region(aws: Any, portal: SsoStub, home: Path) -> None:
    """One session that can't be asked does not hide what the others grant."""
    url = "https://other.awsapps.com/start"
    aws.add_config(f"[sso-session other]\nsso_start_url = {url}\nsso_region = not one\n")
    write_sso_token(home, "other")
    done = aws("assume", "roles", "--output", "json")

    assert done.code == 1
    assert len(json.loads(done.out)["Roles"]) == 5
    assert "The SSO session 'other' has an invalid sso_region: 'not one'" in done.err


def test_unknown_session(aws: Any, portal: SsoStub) -> None:
    """For an unknown session, the error lists the configured ones."""
    done = aws("assume", "roles", "--sso-session", "x")

    assert done.code != 0
    assert "Unknown SSO session 'x'. Configured sessions: corp" in done.err


def test_several_sessions_are_all_listed(aws: Any, portal: SsoStub, home: Path) -> None:
    """A session without a login does not hide the roles of the others."""
    aws.add_config(
        "[sso-session other]\nsso_start_url = https://x/start\nsso_region = eu-west-1\n"
    )
    done = aws("assume", "roles", "--output", "json")

    assert done.code == 1
    assert len(json.loads(done.out)["Roles"]) == 5
    assert "SSO session other: There is no login." in done.err
    assert len(roles(aws, "--sso-session", "corp")) == 5


def test_no_secret_in_logs(aws: Any, portal: SsoStub, home: Path) -> None:
    """The access token is not in the output of --debug."""
    done = aws("assume", "roles", "--debug")

    assert ACCESS_TOKEN not in done.err + done.out
    for path in (home / ".aws" / "cli" / "cache").rglob("*"):
        assert path.is_dir() or ACCESS_TOKEN not in path.read_text()


# Output on a terminal.


def test_table_on_a_terminal(aws: Any, portal: SsoStub) -> None:
    """A terminal gets a table, and a progress line that is removed at the end."""
    out, err = Screen(), Screen()
    environment = Environment({"NO_COLOR": "1"}, out=out, err=err)
    done = aws("assume", "roles", "production", "power", environment=environment)

    assert done.code == 0
    assert out.getvalue().splitlines() == [
        "ACCOUNT     ID            ROLE             SOURCE           LAST USED",
        "production  123456789012  PowerUserAccess  Identity Center  -",
    ]
    assert "Listing the roles of accounts: " in err.getvalue()
    assert err.getvalue().endswith("\r\x1b[K")


def test_no_progress_without_a_terminal(aws: Any, portal: SsoStub) -> None:
    """If stderr is a file, there is no progress line."""
    assert aws("assume", "roles").err == ""


def test_nothing_to_list(aws: Any) -> None:
    """Without any source of roles, the list is empty, and the command succeeds."""
    assert roles(aws) == []


# The uses of a role.


def test_uses_are_counted(aws: Any, children: list[Any]) -> None:
    """assume, export and exec count a role once each; a dry run and a failure do not."""
    aws.add_config(f"[profile admin]\nrole_arn = {ROLE_ARN}\nsource_profile = default\n{REGION}")
    for words in ((), ("export",), ("exec",), ("exec", "--auto-refresh")):
        tail = ("--", "true") if "exec" in words else ()
        done = aws("assume", *words, "admin", *tail)
        assert done.code == 0, done.err
    aws("assume", "admin", "--dry-run")
    aws("assume", "refresh")
    aws.stub.script = refusal(403, "AccessDenied", "no")
    aws("assume", "admin")

    assert [one["Uses"] for one in roles(aws)] == [4]


# --trusting-me.


def trusting(aws: Any, setup: Setup, code: int = 0) -> dict[str, Any]:
    """Return the note of each role that trusts the caller, by its name."""
    aws.stub.script = replace(setup, signer=lambda: aws.signers()[-1])
    found = roles(aws, "--trusting-me", code=code)
    assert {one["Source"] for one in found} <= {"trust policy"}
    return {one["RoleName"]: one["Note"] for one in found}


def arns(*roles_of_account: str) -> tuple[str, ...]:
    return tuple(f"{ROLES_OF_IAM}/{name}" for name in roles_of_account)


BY_NAME = {
    "of-alice": trust(statement({"AWS": ALICE})),
    "team/of-account": trust(statement(ROOT)),
    "of-bob": trust(statement({"AWS": f"arn:aws:iam::{ACCOUNT}:user/bob"})),
    "of-ec2": trust(statement({"Service": "ec2.amazonaws.com"})),
    "with-id": trust(statement(Condition={"StringEquals": {"sts:ExternalId": "1"}})),
    "with-mfa": trust(statement(Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})),
    "from-ip": trust(statement(Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})),
}
SETUP = Setup(
    others=arns(*BY_NAME),
    trusts={f"{ROLES_OF_IAM}/{name}": policy for name, policy in BY_NAME.items()},
)
IN_IAM = ["GetCallerIdentity", "ListRoles", "SimulatePrincipalPolicy"]


def test_roles_that_trust_the_caller(aws: Any) -> None:
    """Trust policies filter the roles first, then a simulation of the caller's policies."""
    found = trusting(aws, SETUP)

    assert found == {
        "from-ip": "cannot tell whether the trust policy allows the caller",
        "of-alice": None,
        "team/of-account": None,
        "with-mfa": "the trust policy requires a code of your MFA device",
    }
    assert aws.stub.actions == IN_IAM


def test_role_that_the_caller_may_not_assume(aws: Any) -> None:
    """A caller without a policy can assume only roles whose trust policies name the caller."""
    denied = {"sts:AssumeRole": Decision("implicitDeny")}

    assert set(trusting(aws, replace(SETUP, decisions=denied))) == {
        "of-alice", "from-ip", "with-mfa",
    }  # fmt: skip
    denied = {"sts:AssumeRole": Decision("explicitDeny")}
    assert trusting(aws, replace(SETUP, decisions=denied)) == {}
    one = {f"{ROLES_OF_IAM}/of-alice": Decision("explicitDeny")}
    assert set(trusting(aws, replace(SETUP, decisions=one))) == {
        "from-ip", "team/of-account", "with-mfa",
    }  # fmt: skip


def test_simulation_that_is_not_allowed(aws: Any) -> None:
    """Without iam:SimulatePrincipalPolicy the roles are listed and marked."""
    found = trusting(aws, replace(SETUP, decisions=access_denied("iam:SimulatePrincipalPolicy")))

    assert set(found) == {"from-ip", "of-alice", "team/of-account", "with-mfa"}
    assert found["team/of-account"] == (
        "cannot tell whether the caller's policies allow it: the caller lacks the permission "
        "iam:SimulatePrincipalPolicy"
    )
    assert "policies deny it" in found["of-alice"]


def test_roles_that_cannot_be_listed(aws: Any) -> None:
    """Without iam:ListRoles the other roles are listed, and the exit code is 1."""
    setup = replace(SETUP, others=access_denied("iam:ListRoles"))
    aws.stub.script = setup
    done = aws("assume", "roles", "--trusting-me")

    assert done.code == 1
    assert "the caller lacks the permission iam:ListRoles" in done.err


def test_session_of_a_role_is_the_caller(aws: Any) -> None:
    """The role of a session is looked up, and a trust policy that names it counts."""
    setup = Setup(caller=SESSION, others=arns("of-dev"), trust=trust(statement({"AWS": DEV})))

    assert trusting(aws, setup) == {"of-dev": None}
    assert aws.stub.actions == ["GetCallerIdentity", "ListRoles", "GetRole", IN_IAM[2]]


def test_caller_that_can_assume_nothing(aws: Any) -> None:
    """A warning says that the root user can't assume roles."""
    aws.stub.script = replace(SETUP, caller=f"arn:aws:iam::{ACCOUNT}:root")
    done = aws("assume", "roles", "--trusting-me")

    assert done.code == 1
    assert "can't call AssumeRole" in done.err


def test_role_of_a_profile_is_not_listed_twice(aws: Any) -> None:
    """A role that a profile names is listed once, with the profile as its source."""
    arn = f"{ROLES_OF_IAM}/of-alice"
    aws.add_config(f"[profile admin]\nrole_arn = {arn}\nsource_profile = default\n{REGION}")
    aws.stub.script = replace(SETUP, others=arns("of-alice"))
    (row,) = roles(aws, "--trusting-me")

    assert (row["Source"], row["Profile"]) == ("profile", "admin")


def test_unknown_is_marked_on_a_terminal(aws: Any) -> None:
    """The table shows a mark, and stderr explains it."""
    aws.stub.script = SETUP
    out, err = Screen(), io.StringIO()
    aws("assume", "roles", "--trusting-me", environment=Environment(out=out, err=err))

    assert "from-ip          trust policy ?" in out.getvalue()
    assert err.getvalue() == (
        "? 1 role: cannot tell whether the trust policy allows the caller\n"
        "? 1 role: the trust policy requires a code of your MFA device\n"
    )
