"""`--login` in the CLI's own driver: what has ended is renewed once, then the command goes on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

import pytest

from awscli_assume.host.environment import Environment
from support.sso_stub import SSO_KEYS, START_URL, SsoStub, write_sso_token
from support.sts_stub import ACCESS_KEY_ID, ACCOUNT, ROLE_ARN

ROLE_OF_ADMIN = f"arn:aws:iam::{ACCOUNT}:role/admin"
COPY = ("assume", "--copy-source", "--profile", "dev")
ADMIN = f"[profile admin]\nrole_arn = {ROLE_OF_ADMIN}\nsource_profile = dev\nregion = us-east-1\n"
CHAIN = f"[profile chain]\nrole_arn = {ROLE_ARN}\nsource_profile = admin\nregion = us-east-1\n"


Runs = list[tuple[list[str], dict[str, str]]]


def terminal(runs: Runs, step: Callable[[], int], has_terminal: bool = True) -> Environment:
    """Return an environment that replaces commands on the terminal by a function."""

    def run(words: Any, variables: Any) -> int:
        runs.append((list(words)[1:], dict(variables)))
        return step()

    return Environment(has_terminal=lambda: has_terminal, run_on_terminal=run)


@pytest.mark.parametrize("words", [("--copy-source",), ("--role-arn", ROLE_ARN)])
def test_login_renews_and_goes_on(
    aws: Any, home: Path, sso: SsoStub, version_2: None, words: tuple[str, ...]
) -> None:
    """`aws sso login` of the source profile is run once, and the command ends well."""
    write_sso_token(home, hours=-1)
    runs: Runs = []
    environment = terminal(runs, lambda: int(write_sso_token(home) is None))
    done = aws("assume", *words, "--profile", "dev", "--login", environment=environment)

    assert done.code == 0, done.err
    assert [run[0] for run in runs] == [["sso", "login", "--profile", "dev"]]
    assert "aws_session_token" in aws.section(aws.credentials, "assumed-role")


def test_login_is_run_once_only(aws: Any, home: Path, sso: SsoStub, version_2: None) -> None:
    """Where the sign-in has ended still, that is the error."""
    write_sso_token(home, hours=-1)
    runs: Runs = []
    done = aws(*COPY, "--login", environment=terminal(runs, lambda: 0))

    assert done.code == 255
    assert len(runs) == 1
    assert "Renew it: aws sso login --profile dev" in done.err
    assert "(aws assume, export and exec run it for you with --login)" in done.err


def test_a_login_that_fails(aws: Any, home: Path, sso: SsoStub, version_2: None) -> None:
    """Its exit code is said, and nothing is written."""
    write_sso_token(home, hours=-1)
    before = aws.files()
    done = aws(*COPY, "--login", environment=terminal([], lambda: 130))

    assert "aws sso login --profile dev ended with 130" in done.err
    assert aws.files() == before


def test_login_without_a_terminal(aws: Any, home: Path, sso: SsoStub, version_2: None) -> None:
    """Without a terminal there is no sign-in: nothing is run."""
    write_sso_token(home, hours=-1)
    runs: Runs = []
    done = aws(*COPY, "--login", environment=terminal(runs, lambda: 0, has_terminal=False))

    assert done.code == 255
    assert "no terminal" in done.err
    assert runs == []


def test_login_with_a_sign_in_that_lives(aws: Any, sso: SsoStub, version_2: None) -> None:
    """Nothing is run where nothing has ended, terminal or not."""
    runs: Runs = []
    done = aws(*COPY, "--login", environment=terminal(runs, lambda: 0, has_terminal=False))

    assert done.code == 0, done.err
    assert runs == []


def test_login_on_version_1(aws: Any, home: Path, sso: SsoStub) -> None:
    """Version 1 has no command to run, and says so."""
    write_sso_token(home, hours=-1)
    runs: Runs = []
    done = aws(*COPY, "--login", environment=terminal(runs, lambda: 0))

    assert "has no sign-in for --login to run" in done.err
    assert "aws sso login --profile dev" in done.err
    assert runs == []


# The verbs that write nothing, and sources that are roles themselves.


class SignsIn:
    """An environment of all verbs in which `aws sso login` works; ``runs`` are its runs."""

    def __init__(self, aws: Any, home: Path, children: list[dict[str, str]]) -> None:
        self.runs: Runs = []
        self.children = children
        write_sso_token(home, hours=-1)
        aws.environment = terminal(self.runs, lambda: int(write_sso_token(home) is None))


@pytest.fixture
def signs_in(
    aws: Any, home: Path, sso: SsoStub, version_2: None, children: list[dict[str, str]]
) -> SignsIn:
    """Return the environment of a user whose SSO session has expired, with role profiles."""
    aws.add_config(ADMIN + CHAIN)
    return SignsIn(aws, home, children)


def roles(aws: Any) -> list[str]:
    """Return the roles that STS was asked for, in order."""
    request = [one for one in aws.stub.requests if one["Action"] == "AssumeRole"]
    return [one["RoleArn"] for one in request]


def test_export_signs_in(aws: Any, signs_in: SignsIn) -> None:
    """--login of a verb that writes nothing is the same one."""
    done = aws("assume", "export", "--profile", "dev", "--login", "--format", "process")

    assert done.code == 0, done.err
    assert [run[0] for run in signs_in.runs] == [["sso", "login", "--profile", "dev"]]
    assert json.loads(done.out)["AccessKeyId"] == SSO_KEYS.id


@pytest.mark.parametrize("by", ["option", "variable", "word"])
def test_export_signs_in_and_hands_out_the_role(aws: Any, signs_in: SignsIn, by: str) -> None:
    """What the line asked for is settled before the sign-in: the role, not its source."""
    named = {"option": ("--profile", "admin"), "word": ("admin",)}.get(by, ())
    if by == "variable":
        aws.set_variable("AWS_PROFILE", "admin")
    done = aws("assume", "export", *named, "--login", "--format", "process")

    assert done.code == 0, done.err
    assert json.loads(done.out)["AccessKeyId"] == ACCESS_KEY_ID
    assert (roles(aws), aws.signers()) == ([ROLE_OF_ADMIN], [SSO_KEYS.id])


def test_exec_signs_in_and_runs_as_the_role(aws: Any, signs_in: SignsIn) -> None:
    """The child has the role's keys, and the name of the role."""
    done = aws("assume", "exec", "--profile", "admin", "--login", "--", "true")

    assert done.code == 0, done.err
    (child,) = signs_in.children
    assert (child["AWS_ACCESS_KEY_ID"], child["AWS_ASSUMED_ROLE"]) == (
        ACCESS_KEY_ID,
        ROLE_OF_ADMIN,
    )
    assert (roles(aws), aws.signers()) == ([ROLE_OF_ADMIN], [SSO_KEYS.id])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--role-arn", ROLE_ARN, "--profile", "admin"), [ROLE_OF_ADMIN, ROLE_ARN]),
        (("chain",), [ROLE_OF_ADMIN, ROLE_ARN]),
        (("--copy-source", "--profile", "admin"), [ROLE_OF_ADMIN]),
        (("export", "--copy-source", "--profile", "admin"), [ROLE_OF_ADMIN]),
        (("export", "chain"), [ROLE_OF_ADMIN, ROLE_ARN]),
        (("exec", "chain", "--", "true"), [ROLE_OF_ADMIN, ROLE_ARN]),
        (("exec", "--auto-refresh", "chain", "--", "true"), [ROLE_OF_ADMIN, ROLE_ARN]),
    ],
    ids=lambda one: "-".join(one) if isinstance(one, tuple) else "",
)
def test_a_source_that_is_a_role_goes_on_after_the_sign_in(
    aws: Any, signs_in: SignsIn, words: tuple[str, ...], expected: list[str]
) -> None:
    """The CLI's provider of roles is made anew: coming by a profile again is no circle."""
    before, dashes, after = [*words], [], []
    if "--" in words:
        at = words.index("--")
        before, dashes, after = [*words[:at]], ["--"], [*words[at + 1 :]]
    done = aws("assume", *before, "--login", *dashes, *after)

    assert done.code == 0, done.err
    assert [run[0] for run in signs_in.runs] == [["sso", "login", "--profile", "dev"]]
    assert roles(aws) == expected


# Sign-ins that a profile inherits: the CLI's own commands don't know include_profile.


@pytest.mark.parametrize(
    "written",
    ["sso_session = corp\n", f"sso_start_url = {START_URL}\nsso_region = us-east-1\n"],
    ids=["session", "start url"],
)
@pytest.mark.parametrize("by", ["itself", "a role"])
def test_a_sign_in_that_is_inherited_names_the_profile_that_has_it(
    aws: Any, sso: SsoStub, written: str, by: str
) -> None:
    """The command that is named works: it is of the profile in whose own section the keys are."""
    sso.tokens.clear()
    aws.add_config(
        f"[profile company]\n{written}[profile team]\ninclude_profile = company\n"
        "[profile mine]\ninclude_profile = team\nsso_account_id = 1\nsso_role_name = r\n"
        f"region = us-east-1\n[profile role]\nrole_arn = {ROLE_ARN}\nsource_profile = mine\n"
    )
    done = aws("assume", "--copy-source", "--profile", "mine" if by == "itself" else "role")

    assert done.err.count("aws sso login --profile company") == 1, done.err
    assert "--profile mine" not in done.err


def test_an_inherited_session_of_aws_login(aws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """`aws login` is named for the profile that has the login_session."""
    # Version 1 needs awscrt for it; without, botocore says that before all else.
    monkeypatch.setattr("botocore.credentials.EC", object())
    aws.add_config(
        f"[profile company]\nlogin_session = arn:aws:iam::{ACCOUNT}:user/alice\n"
        "[profile mine]\ninclude_profile = company\nregion = us-east-1\n"
    )
    done = aws("assume", "--copy-source", "--profile", "mine")

    assert done.err.count("aws login --profile company") == 1, done.err


def test_login_of_a_sign_in_that_is_inherited(aws: Any, signs_in: SignsIn) -> None:
    """What --login runs is the command that works, and the command goes on."""
    aws.add_config(
        "[profile company]\nsso_session = corp\n[profile mine]\ninclude_profile = company\n"
        f"region = us-east-1\nsso_account_id = {ACCOUNT}\nsso_role_name = Developer\n"
    )
    done = aws("assume", "export", "--copy-source", "--profile", "mine", "--login")

    assert done.code == 0, done.err
    assert [run[0] for run in signs_in.runs] == [["sso", "login", "--profile", "company"]]
