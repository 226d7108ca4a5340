"""`aws assume each` in the CLI's own driver: the role of each account, and what is refused.

The commands are processes, as on Windows: a thread of the stub runs here, so nothing may fork.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Optional

import pytest

from awscli_assume.workflow.each.processes import StartedProcesses
from support.sso_stub import PortalAccount, SsoStub, write_sso_token
from support.sts_stub import (
    ACCESS_KEY_ID,
    MFA_SERIAL,
    ROLE_ARN,
    SECRET,
    SESSION_KEY_ID,
    TOKEN,
    USER_KEY_ID,
    refusal,
)

ONE, TWO = "111122223333", "444455556666"
SHOW = (
    "--", "sh", "-c",
    "echo $AWS_ACCESS_KEY_ID $AWS_ASSUMED_ROLE $AWS_REGION $AWS_ASSUME_ACCOUNT_ID ${AWS_PROFILE-}",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _no_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "awscli_assume.workflow.each.run.start_commands", lambda planned: StartedProcesses()
    )


@pytest.fixture
def each(aws: Any):
    """Return `aws assume each` for accounts; results are sorted lines."""
    aws.set_variable("PATH", os.defpath)

    def run(*words: str, accounts: tuple[str, ...] = (ONE, TWO)) -> Any:
        return aws("assume", "each", *words[:1], "--accounts", *accounts, *words[1:])

    return run


def lines(done: Any) -> list[str]:
    return sorted(line.partition("| ")[2] for line in done.out.splitlines())


def shown(role_arn: str, region: str = "us-east-1", key_id: str = ACCESS_KEY_ID) -> str:
    account = role_arn.split(":")[4]
    return f"{key_id} {role_arn} {region} {account}"


def assumed(aws: Any) -> list[dict[str, str]]:
    return [one for one in aws.stub.requests if one["Action"].startswith("AssumeRole")]


def test_role_by_name(aws: Any, each: Any) -> None:
    """The role has its name and path in each account; its credentials are in the environment."""
    aws.set_variable("AWS_PROFILE", "default")
    done = each("team/audit", "--external-id", "x-1", "--duration-seconds", "900", *SHOW)

    assert done.code == 0, done.err
    arns = [f"arn:aws:iam::{account}:role/team/audit" for account in (ONE, TWO)]
    assert lines(done) == [shown(arn) for arn in arns]
    assert sorted(one["RoleArn"] for one in assumed(aws)) == arns
    assert {(one["ExternalId"], one["DurationSeconds"]) for one in assumed(aws)} == {
        ("x-1", "900")
    }
    assert len(aws.stub.requests) == 2, "no other call"
    assert set(aws.signers()) == {USER_KEY_ID}


def test_session_name_with_the_account(aws: Any, each: Any) -> None:
    """A template of the settings is filled for each account."""
    aws.add_config("assume =\n  role_session_name = me-{account}\n")
    assert each("audit", *SHOW).code == 0
    assert {one["RoleSessionName"] for one in assumed(aws)} == {f"me-{ONE}", f"me-{TWO}"}


def test_role_through_another_one(aws: Any, each: Any) -> None:
    """The first role is in the caller's account, and is assumed once."""
    done = each("audit", "--via", "hub", *SHOW)
    assert done.code == 0, done.err
    arns = [one["RoleArn"] for one in assumed(aws)]
    hub = ROLE_ARN.replace("my-iam-role", "hub")
    assert arns.count(hub) == 1
    assert sorted(set(arns) - {hub}) == [f"arn:aws:iam::{a}:role/audit" for a in (ONE, TWO)]


def test_name_and_settings_of_a_profile(aws: Any, each: Any) -> None:
    """A profile with role_arn as ROLE gives the name, the source and the rest."""
    aws.add_key("base", "AKIABASEBASEBASEBASE", "secret")
    aws.add_config(
        "[profile audit]\nregion = eu-west-1\nsource_profile = base\nexternal_id = x-2\n"
        f"role_arn = {ROLE_ARN}\n"
    )
    done = each("audit", *SHOW)
    assert done.code == 0, done.err
    arns = [f"arn:aws:iam::{account}:role/my-iam-role" for account in (ONE, TWO)]
    assert lines(done) == [shown(arn, "eu-west-1") for arn in arns]
    assert set(aws.signers()) == {"AKIABASEBASEBASEBASE"}
    assert {one["ExternalId"] for one in assumed(aws)} == {"x-2"}


def test_roles_of_profiles(aws: Any) -> None:
    """Each profile has its own role, source and region; a broken one is one failure."""
    aws.set_variable("PATH", os.defpath)
    aws.add_key("base", "AKIABASEBASEBASEBASE", "secret")
    for name, source, account in (
        ("p-a", "default", ONE),
        ("p-b", "base", TWO),
        ("p-c", "no", TWO),
    ):
        aws.add_config(
            f"[profile {name}]\nregion = eu-west-1\nsource_profile = {source}\n"
            f"role_arn = arn:aws:iam::{account}:role/{name}\n"
        )
    done = aws("assume", "each", "--accounts", "profiles:p-*", *SHOW)

    assert done.code == 1, done.err
    assert lines(done) == [
        shown(f"arn:aws:iam::{ONE}:role/p-a", "eu-west-1"),
        shown(f"arn:aws:iam::{TWO}:role/p-b", "eu-west-1"),
    ]
    assert set(aws.signers()) == {USER_KEY_ID, "AKIABASEBASEBASEBASE"}
    assert "2 of 3 succeeded, 1 failed" in done.err
    assert 'source_profile "no"' in done.err
    # The session has its profile back.
    assert aws("configure", "get", "region").out == "us-east-1\n"


@pytest.mark.parametrize(
    "words",
    [
        (
            "assume",
            "each",
            "--accounts",
            ONE,
            TWO,
            "--sso-session",
            "corp",
            "--role-name",
            "Reader",
        ),
        ("assume", "each", "Reader", "--accounts", "identity-center"),
        ("assume", "each", "dev", "--accounts", ONE, TWO),
        ("assume", "each", "--accounts", "profiles:dev"),
    ],
)
def test_permission_sets(aws: Any, sso: SsoStub, home: Path, words: tuple[str, ...]) -> None:
    """The portal gives the credentials, and no file has them afterwards."""
    aws.set_variable("PATH", os.defpath)
    sso.accounts = [PortalAccount(one, f"name-{one}", ("Reader",)) for one in (ONE, TWO)]
    done = aws(*words, "--region", "eu-west-1", *SHOW)

    assert done.code == 0, done.err
    assert all(line.startswith(sso.keys.id) for line in lines(done))
    assert all(" eu-west-1 " in line for line in lines(done))
    assert assumed(aws) == []
    for path in (home / ".aws").rglob("*"):
        assert not path.is_file() or sso.keys.secret not in path.read_text(errors="replace")


def test_permission_set_that_is_not_granted(aws: Any, sso: SsoStub) -> None:
    """It is a failure of the account, and --login is not."""
    sso.forbidden = {"Reader"}
    words = ("--sso-session", "corp", "--role-name", "Reader", *SHOW)
    done = aws("assume", "each", "--accounts", ONE, *words)
    assert done.code == 2
    assert "ForbiddenException: 1 failed" in done.err
    write_sso_token(aws.config.parent.parent, hours=-1)
    done = aws("assume", "each", "--accounts", ONE, *words)
    assert done.code == 255
    assert "aws sso login" in done.err


def test_one_code_for_all_accounts(aws: Any, each: Any) -> None:
    """An MFA device is asked once, before the first command."""
    words = ("--serial-number", MFA_SERIAL, "--token-code", "123456", *SHOW)
    done = each("audit", *words)
    assert done.code == 0, done.err
    assert aws.stub.actions.count("GetSessionToken") == 1
    assert set(aws.signers()) == {USER_KEY_ID, SESSION_KEY_ID}
    assert len(assumed(aws)) == 2


def test_web_identity(aws: Any, each: Any, home: Path) -> None:
    """A token takes the place of the source in each account."""
    (home / "token").write_text("header.payload.signature")
    done = each("audit", "--web-identity-token-file", "token", *SHOW)
    assert done.code == 0, done.err
    found = {(one["Action"], one["RoleArn"]) for one in aws.stub.requests}
    wanted = {f"arn:aws:iam::{account}:role/audit" for account in (ONE, TWO)}
    assert found == {("AssumeRoleWithWebIdentity", arn) for arn in wanted}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("arn:aws:iam::111122223333:role/audit",), "has an account, and --accounts names"),
        ((f"{ONE}:audit",), "has an account, and --accounts names"),
        (("--role-name=audit", "--account-id", ONE), "has an account, and --accounts names"),
        (("--role-arn", ROLE_ARN), "has an account, and --accounts names"),
        ((), "No role was named"),
        (("--sso-session=nobody", "--role-name", "a"), "No session of IAM Identity Center"),
        (("a", "--regions", "all", "us-east-1"), "Leave out all"),
        (("a", "--regions", ""), "Invalid region ''"),
        (("a", "--workers", "0"), "Invalid --workers"),
        (("a", "--resume"), "add --results"),
    ],
)
def test_refused(aws: Any, words: tuple[str, ...], message: str) -> None:
    """Nothing is called for a contradiction."""
    done = aws("assume", "each", *words, "--accounts", ONE, "--", "true")
    assert done.code != 0
    assert message in done.err
    assert aws.stub.requests == []


def test_no_command(aws: Any) -> None:
    """The command stands after --, with one ROLE at most before it."""
    done = aws("assume", "each", "a", "--accounts", ONE)
    assert "Type it after --" in done.err
    done = aws("assume", "each", "a", "b", "--accounts", ONE)
    assert "The command stands after --" in done.err
    done = aws("assume", "each", "a", "--accounts", ONE, "--", "no-such-program")
    assert done.code == 2
    assert "Can't run 'no-such-program'" in done.err
    assert aws.stub.requests == []


def test_region_that_is_needed(aws: Any, each: Any) -> None:
    """A command with {region} has one."""
    aws.config.write_text(aws.config.read_text().replace("region = us-east-1\n", ""))
    done = each("a", "--", "echo", "{region}")
    assert "no region is configured" in done.err
    assert assumed(aws) == []
    done = each("a", "--regions", "eu-west-1", "--", "echo", "{region}")
    assert lines(done) == ["eu-west-1", "eu-west-1"]


def test_source_without_credentials(aws: Any, each: Any) -> None:
    """Nothing is started, and the error is the AWS CLI's, once."""
    aws.credentials.write_text("")
    done = each("audit", *SHOW)
    assert done.code == 255
    assert done.err.count("Unable to locate credentials") == 1
    assert aws.stub.requests == []


def test_unknown_region(each: Any) -> None:
    """A region that this AWS CLI does not know may be new: it is used, with a warning."""
    done = each("audit", "--regions", "us-east-1", "eu-wset-1", *SHOW)
    assert done.code == 0, done.err
    assert len(lines(done)) == 4
    assert done.err.count("does not know the region 'eu-wset-1'") == 1
    assert "does not know the region 'us-east-1'" not in done.err


def test_fail_fast(aws: Any, each: Any) -> None:
    """After a failure no other command is started."""
    accounts = tuple(f"{number:012}" for number in range(1, 31))
    words = ("audit", "--fail-fast", "--workers", "1", "--output", "json", "--", "sh", "-c")
    done = each(*words, "echo {account}; test {account} != 000000000003", accounts=accounts)
    assert done.code == 1
    codes = [json.loads(line)["ExitCode"] for line in done.out.splitlines()]
    assert codes[:3] == [0, 0, 1]
    assert len(codes) < 10


def test_denied_role_and_secrets(aws: Any, each: Any, home: Path) -> None:
    """A denied role is a failure with STS's words; the log and the results have no secret."""

    def deny(parameters: dict[str, str]) -> Optional[Any]:
        if TWO in parameters.get("RoleArn", ""):
            return refusal(403, "AccessDenied", "User is not authorized")
        return None

    aws.stub.script = deny
    done = aws("--debug", "assume", "each", "audit", "--accounts", ONE, TWO, "--results", "r",
               *SHOW[:3], "true")  # fmt: skip
    assert done.code == 1
    assert "AccessDenied: 1 failed" in done.err
    results = [json.loads(line) for line in (home / "r").read_text().splitlines()][1:]
    assert sorted((one["Account"], one["ExitCode"]) for one in results) == [(ONE, 0), (TWO, 255)]
    for text in (done.out, done.err, (home / "r").read_text()):
        assert SECRET not in text
        assert TOKEN not in text
