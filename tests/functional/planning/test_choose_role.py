"""Choose a role from the list: the command lines that open it, and the results."""

from __future__ import annotations

import io
import shlex
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, Optional

import pytest

from awscli_assume.host.environment import Environment, Terminal
from awscli_assume.outputs.variables import KEY_VARIABLE, ROLE_VARIABLE, SOURCE_VARIABLE
from support.environment import NO_TERMINAL
from support.sso_stub import PortalAccount, SsoStub
from support.sts_stub import ACCOUNT, USER_KEY_ID, USER_SECRET

from ..conftest import Done, Driver

ADMIN, READER = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("Administrator", "ReadOnly"))
DEV = "arn:aws:iam::210987654321:role/team/Administrator"
PROFILES = f"""[profile prod-admin]
role_arn = {ADMIN}
source_profile = default
region = us-east-1
account_name = production
[profile prod-read]
role_arn = {READER}
source_profile = default
region = us-east-1
account_name = production
[profile dev-admin]
role_arn = {DEV}
account_name = staging
source_profile = default
region = us-east-1
"""


class User:
    """A user who types lines at a terminal."""

    def __init__(self, aws: Driver, *typed: str) -> None:
        self._aws = aws
        self._typed = io.StringIO("".join(f"{line}\n" for line in typed))
        self._shown = io.StringIO()
        self.environment = Environment(has_terminal=lambda: True, open_terminal=self._open)

    @contextmanager
    def _open(self) -> Iterator[Terminal]:
        yield Terminal(self._typed, self._shown)

    @property
    def shown(self) -> str:
        """What the terminal has shown."""
        return self._shown.getvalue()

    def run(self, line: str) -> Done:
        """Run a command line."""
        return self._aws(*shlex.split(line), environment=self.environment)


@pytest.fixture(autouse=True)
def profiles(aws: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the user three profiles with roles."""
    # A child would replace this process.
    monkeypatch.setattr("os.execve", lambda *_: pytest.fail("a child was started"))
    aws.add_config(PROFILES)


def roles(aws: Driver) -> list[Optional[str]]:
    """Return the roles that were assumed."""
    return [one.get("RoleArn") for one in aws.stub.requests if one["Action"] == "AssumeRole"]


@pytest.mark.parametrize(
    ("line", "typed", "without"),
    [
        ("assume", "1", "aws assume prod-admin"),
        ("assume --choose", "1", "aws assume prod-admin"),
        ("assume --choose prod", "1", "aws assume prod-admin"),
        ("assume --cho", "1", "aws assume prod-admin"),
        ("assume export", "1", "aws assume export prod-admin"),
        (
            "assume export --format env --choose --region eu-west-1",
            "1",
            "aws assume export prod-admin --format env --region eu-west-1",
        ),
        (
            "assume production adm --update-profile production",
            "",
            "aws assume prod-admin --update-profile production",
        ),
        ("assume PROD --tags Key=a,Value=prod --choose", "1",
         "aws assume prod-admin --tags Key=a,Value=prod"),
        ("assume prod 1234", "1", "aws assume prod-admin"),
        ("assume export prod admin --query Account", "",
         "aws assume export prod-admin --query Account"),
        ("assume --update-profile x --token-code 123456 --serial-number "
         "arn:aws:iam::123456789012:mfa/alice", "1",
         "aws assume prod-admin --update-profile x --serial-number "
         "arn:aws:iam::123456789012:mfa/alice"),
    ],
)  # fmt: skip
def test_a_choice(aws: Driver, line: str, typed: str, without: str) -> None:
    """The role is assumed, and the printed command without the list does the same."""
    user = User(aws, typed)
    done = user.run(line)

    assert done.code == 0, done.err
    assert roles(aws) == [ADMIN]
    assert f"The same without the list: {without}\n" in done.err
    assert "Number or words" not in done.out
    assert bool(user.shown) == bool(typed)
    if "--token-code" not in line:
        assert aws(*shlex.split(without)[1:], environment=NO_TERMINAL).code == 0
        # export reuses the session in the cache.
        assert roles(aws) == [ADMIN] * (1 if "export" in line else 2)


@pytest.mark.parametrize(
    "line",
    ["assume", "assume export", "assume exec", "assume exec --auto-refresh -- true",
     "assume --choose", "assume exec --choose -- true", "assume prod", "assume one two three"],
)  # fmt: skip
def test_quitting(aws: Driver, line: str) -> None:
    """Without a choice, the exit code is 130; nothing is called and no file changes."""
    before = aws.files()
    done = User(aws, "").run(line if line != "assume prod" else "assume prod r")

    assert (done.code, done.out, done.err) == (130, "", "")
    assert aws.stub.requests == []
    assert aws.files() == before


def test_words_that_several_roles_have(aws: Driver) -> None:
    """The list has the roles with all words; if only one role has them, no list opens."""
    user = User(aws, "2")
    done = user.run("assume prod r")

    assert done.code == 0, done.err
    assert roles(aws) == [READER]
    assert [line[:2] for line in user.shown.splitlines()] == ["1)", "2)", "Nu"]


def test_an_ambiguous_role(aws: Driver) -> None:
    """The list has the meanings of ROLE."""
    user = User(aws, "2")
    done = user.run("assume big/admin")

    assert done.code == 0, done.err
    assert roles(aws) == [f"arn:aws:iam::{ACCOUNT}:role/big/admin"]
    assert user.shown.splitlines()[:2] == [
        "1) big  admin      --role-name admin --account-id big",
        "2) -    big/admin  --role-name big/admin",
    ]
    assert "The same without the list: aws assume --role-name big/admin\n" in done.err


def test_an_ambiguous_profile(aws: Driver) -> None:
    """A meaning that is a profile becomes the session's profile."""
    aws.add_config(
        f"[profile ReadOnly]\nrole_arn = {DEV}\nsource_profile = default\nregion = us-east-1\n"
    )
    done = User(aws, "1").run("assume ReadOnly")

    assert done.code == 0, done.err
    assert roles(aws) == [DEV]
    assert "The same without the list: aws assume --profile ReadOnly\n" in done.err


def test_an_ambiguous_role_of_a_session_like_an_option(aws: Driver) -> None:
    """The list has the account and the role of each meaning."""
    aws.add_config(
        "[sso-session -x]\nsso_region = us-east-1\nsso_start_url = https://x.awsapps.com/start\n"
        f"[profile granted]\nsso_session = -x\nsso_account_id = {ACCOUNT}\n"
        "sso_role_name = Reader\n"
        f"[profile reader]\nrole_arn = arn:aws:iam::{ACCOUNT}:role/Reader\n"
    )
    user = User(aws, "2")
    done = user.run(f"assume {ACCOUNT}/Reader")

    assert done.code == 0, done.err
    assert roles(aws) == [f"arn:aws:iam::{ACCOUNT}:role/Reader"]
    shown = [line.split()[:4] for line in user.shown.splitlines()[:2]]
    assert shown == [
        ["1)", ACCOUNT, "Reader", "--sso-session=-x"],
        ["2)", ACCOUNT, "Reader", "--role-name"],
    ]


def test_a_profile_that_names_a_role_keeps_its_meaning(aws: Driver) -> None:
    """No list opens if a role is named or if the source has temporary credentials."""
    user = User(aws)
    assert user.run("assume --profile prod-read").code == 0
    assert roles(aws) == [READER]
    aws.add_key("temporary", "ASIAIOSFODNN7EXAMPLE", USER_SECRET, "token")
    done = user.run("assume export --profile temporary")
    assert done.code == 0
    assert "ASIAIOSFODNN7EXAMPLE" in done.out
    assert user.shown == ""


def test_choose_in_place_of_the_role_of_a_profile(aws: Driver) -> None:
    """With --choose, the list opens even if AWS_PROFILE names a role."""
    aws.set_variable("AWS_PROFILE", "prod-read")
    done = User(aws, "1").run("assume --choose")

    assert done.code == 0, done.err
    assert roles(aws) == [ADMIN]


def test_keys_in_the_environment_are_the_source_again(aws: Driver) -> None:
    """The first run, without a role, does not affect the session of the second run."""
    aws.set_variable("AWS_ACCESS_KEY_ID", USER_KEY_ID)
    aws.set_variable("AWS_SECRET_ACCESS_KEY", USER_SECRET)
    aws.add_key("other", "AKIAOTHEREXAMPLE0000", USER_SECRET)
    aws.add_config(
        f"[profile far]\nrole_arn = {DEV}\nsource_profile = other\nregion = us-east-1\n"
    )
    done = User(aws, "far", "1").run("assume export")

    assert done.code == 0, done.err
    assert aws.signers() == ["AKIAOTHEREXAMPLE0000"]


def test_no_credentials_and_no_role(aws: Driver) -> None:
    """Without any credentials, the list opens as well."""
    aws.credentials.write_text(f"[work]\naws_access_key_id = {USER_KEY_ID}\n"
                               f"aws_secret_access_key = {USER_SECRET}\n")  # fmt: skip
    aws.add_config(f"[profile far]\nrole_arn = {DEV}\nsource_profile = work\nregion = us-east-1\n")
    done = User(aws, "far", "1").run("assume export")

    assert done.code == 0, done.err
    assert roles(aws) == [DEV]
    assert aws("assume", "export", environment=NO_TERMINAL).code != 0


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("assume --choose --role-name x", "--choose and --role-name exclude each other"),
        ("assume --choose --role-arn x", "--choose and --role-arn exclude each other"),
        ("assume --choose --account-id x --role-name y", "--choose and --role-name exclude"),
        ("assume --choose --copy-source", "leave it out, or --choose"),
        ("assume export --choose --update-profile x", "leave it out, or --choose"),
        ("assume export --copy-source", "No role was named"),
        ("assume exec prod ls", "The command stands after --"),
        ("assume prod admin --unknown", "Unknown options: admin,--unknown"),
        ("assume --role-name x y z", "Unknown options: z"),
        ("assume --choose", "No role was found. To see what was tried: aws assume roles"),
    ],
)
def test_what_opens_no_list(aws: Driver, line: str, message: str) -> None:
    """Options that exclude each other are an error and open no list."""
    if "No role was found" in message:
        aws.config.write_text("[plugins]\nassume = awscli_assume\n")
    user = User(aws, "1")
    done = user.run(line)

    assert done.code not in (0, 130)
    assert message in done.err
    assert user.shown == ""
    assert aws.stub.requests == []


@pytest.mark.parametrize(
    ("line", "message", "nearest"),
    [
        ("assume", "No role was named.",
         "aws assume prod-admin, or aws assume prod-read, or aws assume dev-admin"),
        ("assume export", "No role was named, and the source has long-lived credentials",
         "aws assume export prod-admin, or aws assume export prod-read, or aws assume export "
         "dev-admin"),
        ("assume --choose read", "--choose shows a list of roles", "aws assume prod-read"),
        ("assume prod r", "Unknown options: r.",
         "aws assume prod-admin, or aws assume prod-read"),
        ("assume prod-raed x", "Unknown options: x.", "aws assume prod-read"),
        ("assume big/admin", "The role 'big/admin' is ambiguous", ""),
    ],
)  # fmt: skip
def test_without_a_terminal(aws: Driver, line: str, message: str, nearest: str) -> None:
    """Without a terminal, the error remains and names the most similar roles."""
    before = aws.files()
    done = aws(*shlex.split(line), environment=NO_TERMINAL)

    assert done.code == 255
    assert message in done.err
    more = "" if nearest.count("aws") == 3 else ". To list all: aws assume roles"
    if line.startswith("assume prod"):
        more += ". To see all options: aws assume help"
    hint = f"Roles that you can assume: {nearest}{more}\n"
    assert hint in done.err if nearest else "Roles that you can" not in done.err
    assert aws.stub.requests == []
    assert aws.files() == before


@pytest.fixture
def accounts(sso: SsoStub) -> SsoStub:
    """Let the portal grant roles in three accounts, two of which have the same name."""
    sso.accounts = [
        PortalAccount(ACCOUNT, "production", ("AdministratorAccess", "ReadOnlyAccess")),
        PortalAccount("222222222222", "staging", ("AdministratorAccess",)),
        PortalAccount("333333333333", "STAGING\x1b[31m", ("AdministratorAccess",)),
    ]
    return sso


def test_a_role_of_identity_center(aws: Driver, accounts: SsoStub) -> None:
    """The list has the roles of all accounts, used ones first, and is cached."""
    user = User(aws, "identity", "3")
    done = user.run("assume")

    assert done.code == 0, done.err
    without = "--account-id 222222222222 --role-name AdministratorAccess --sso-session corp"
    assert f"The same without the list: aws assume {without}\n" in done.err
    lines = user.shown.splitlines()
    assert [line.split("  ")[0] for line in lines[-5:-1]] == [
        "Number or words (empty: quit): 1) production 123456789012",
        "2) production 123456789012",
        "3) staging 222222222222",
        "4) STAGING\\x1b[31m 333333333333",
    ]
    listed = [call.operation for call in accounts.journal.calls]
    assert aws.section(aws.config, "profile assumed-role")["assumed"].splitlines()[1:4] == [
        "sso-session = corp", "sso-account-id = 222222222222",
        "sso-role-name = AdministratorAccess",
    ]  # fmt: skip

    accounts.journal.calls.clear()
    user = User(aws, "1")
    done = user.run("assume export --choose --sso-session corp identity")
    assert done.code == 0, done.err
    assert f"The same without the list: aws assume export {without}\n" in done.err
    assert user.shown.startswith("1) staging 222222222222")
    assert "sso:ListAccounts" in listed
    assert "sso:ListAccounts" not in [call.operation for call in accounts.journal.calls]


def test_a_session_that_has_expired(aws: Driver, accounts: SsoStub, home: Path) -> None:
    """The list has the roles of the profiles, and a warning names the login command."""
    for file in (home / ".aws" / "sso" / "cache").iterdir():
        file.unlink()
    user = User(aws, "prod admin", "1")
    done = user.run("assume")

    assert done.code == 0, done.err
    assert "aws: [WARNING]: SSO session corp: There is no login." in done.err
    assert roles(aws) == [ADMIN]


def test_meanings_of_identity_center(aws: Driver, accounts: SsoStub) -> None:
    """The list shows both meanings of a word that is a profile and a permission set."""
    aws.add_config(f"[profile dev/Developer]\nrole_arn = {DEV}\nsource_profile = default\n")
    user = User(aws, "1")
    done = user.run("assume dev/Developer")

    assert user.shown.splitlines()[0].split()[1:3] == [ACCOUNT, "Developer"]
    assert done.code == 0, done.err


def test_a_shell_with_exported_credentials(aws: Driver) -> None:
    """The source profile in the environment is not used for the chosen role."""
    aws.set_variable("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE")
    aws.set_variable("AWS_SECRET_ACCESS_KEY", USER_SECRET)
    aws.set_variable("AWS_SESSION_TOKEN", "token")
    aws.set_variable(ROLE_VARIABLE, ADMIN)
    aws.set_variable(SOURCE_VARIABLE, "default")
    aws.set_variable(KEY_VARIABLE, "ASIAIOSFODNN7EXAMPLE")
    done = User(aws, "dev", "1").run("assume export")

    assert done.code == 0, done.err
    assert roles(aws) == [DEV]
    assert aws.signers() == [USER_KEY_ID]
    assert "The same without the list: aws assume export dev-admin\n" in done.err


def test_two_accounts_with_one_name(aws: Driver, accounts: SsoStub) -> None:
    """The list shows both accounts with their IDs."""
    accounts.accounts[2] = PortalAccount("333333333333", "Staging", ("AdministratorAccess",))
    user = User(aws, "2")
    done = user.run("assume staging/AdministratorAccess")

    assert [line.split()[1] for line in user.shown.splitlines()[:2]] == [
        "222222222222", "333333333333",
    ]  # fmt: skip
    assert done.code == 0, done.err
    assert "sso-account-id = 333333333333" in aws.config.read_text()
