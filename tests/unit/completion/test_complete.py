"""The program behind Tab, run as shells run it."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from awscli_assume.completion.program import COMMAND, FILES
from support.completion_facts import read_facts
from tests.unit.completion.conftest import PROGRAM, Complete

VERBS = [name for name in read_facts()["verbs"] if name != "assume"]
OURS = ["mine", "copied"]
OTHERS = ["default", "prod", "my\\ profile", "acct4-dev", "keys"]
ROLES = ["team/dev/Admin", "Reader", "Used", "X", "Admin", "ReadOnly"]
ROLE_WORDS = [
    "prod", "my\\ profile", "acct4-dev", "production/ReadOnly", "666666666666/ReadOnly",
    "777777777777/ReadOnly", "888888888888/Admin", "production/Admin",
]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("aws assume ", [*VERBS, *ROLE_WORDS]),
        ("aws assume pro", ["profiles", "prod", "production/ReadOnly", "production/Admin"]),
        ("aws assume exec ", ROLE_WORDS),
        ("aws assume --update-profile ", [*OURS, *OTHERS]),
        ("aws assume refresh ", OURS),
        ("aws assume clear --update-profile ", OURS),
        ("aws assume export --update-profile ", OURS),
        ("aws assume --profile ", ["default", "prod", "my\\ profile", "acct4-dev", *OURS, "keys"]),
        ("aws assume --profile my", ["my\\ profile"]),
        ("aws assume --profile 'my", ["my profile"]),
        ('aws assume --profile "my', ["my profile"]),
        ("aws assume --role-name Rea", ["Reader", "ReadOnly"]),
        ("aws assume --account-id 333333333333 --role-name ", ["X"]),
        ("aws assume --account-id production --role-name ", ["Admin", "ReadOnly"]),
        ("aws assume --account-id prod", ["production", "prod"]),
        ("aws assume --account-id 88", ["888888888888"]),
        ("aws assume --role-arn arn:aws:iam::9", ["arn:aws:iam::999999999999:role/Used"]),
        ("aws assume --serial-number ", ["arn:aws:iam::111111111111:mfa/alice"]),
        ("aws assume --output=t", ["--output=text", "--output=table"]),
        ("aws assume --region eu-west-", ["eu-west-1", "eu-west-2", "eu-west-3"]),
        ("aws assume export --format f", ["fish"]),
        ("aws assume --duration-seconds ", ["max"]),
        ("aws assume create-role --external-id ", ["generate"]),
        ("aws assume --web-identity-token-file g", ["github-actions"]),
        ("aws assume --role-", ["--role-name", "--role-arn", "--role-session-name"]),
        ("aws assume --role-name x --role-n", []),
        ("aws assume --via x --vi", ["--via"]),
        ("aws assume create-role --role-name ", []),
        ("aws assume --token-code ", []),
        ("aws assume --policy ", ["file://"]),
    ],
)
def test_candidates(files: Path, complete: Complete, line: str, expected: list[str]) -> None:
    """The candidates in their order, quoted for bash."""
    word = line.rpartition(" ")[2].lstrip("'\"")

    assert complete("bash", line, word) == (0, expected)


def test_role_names(files: Path, complete: Complete) -> None:
    """All names of roles: of profiles, of what was assumed, and of Identity Center."""
    code, found = complete("bash", "aws assume --role-name ", "")

    assert (code, sorted(found)) == (0, sorted(ROLES))


@pytest.mark.parametrize(
    ("shell", "arguments", "expected"),
    [
        ("bash", ("aws assume --role-arn arn:aws:iam::9", "9"), ["999999999999:role/Used"]),
        ("bash", ("aws assume --output=tex", "tex"), ["text"]),
        ("zsh", ("aws", "assume", "--role-arn", "arn:aws:iam::9"), [
            r"arn\:aws\:iam\:\:333333333333\:role/X:profile my profile",
            r"arn\:aws\:iam\:\:999999999999\:role/Used:used",
            r"arn\:aws\:iam\:\:222222222222\:role/team/dev/Admin:profile prod",
            r"arn\:aws\:iam\:\:222222222222\:role/Reader:profile mine",
        ]),
        ("fish", ("aws", "assume", "refresh", ""), [
            "mine\tassumed: arn:aws:iam::222222222222:role/Reader",
            "copied\twritten by aws assume",
        ]),
        ("powershell", ("aws assume --profile my",), [
            "'my profile'\tmy profile\tarn:aws:iam::333333333333:role/X",
        ]),
        ("tcsh", (), ["mine", "copied", "default", "prod", "acct4-dev", "keys"]),
    ],
)  # fmt: skip
def test_forms_of_the_shells(
    files: Path, complete: Complete, shell: str, arguments: tuple[str, ...], expected: list[str]
) -> None:
    """bash replaces the end of a word only; other shells show descriptions, or can't quote."""
    line = "aws assume --update-profile "

    assert complete(shell, *arguments, COMMAND_LINE=line) == (0, expected)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("aws assume --ca-bundle ", FILES),
        ("aws assume --web-identity-token-file x", FILES),
        ("aws assume exec -- ", COMMAND),
        ("aws assume exec prod -- git --", COMMAND),
        ("aws s3 ", FILES),
    ],
)
def test_what_the_shell_completes(files: Path, complete: Complete, line: str, code: int) -> None:
    """Files and commands are left to the shell; so is all else where there is no aws_completer."""
    assert complete("bash", line, "") == (code, [])


def test_files_for_tcsh(files: Path, complete: Complete, home: Path) -> None:
    """tcsh can't complete a file where a program was asked, so the program lists files."""
    (home / "folder").mkdir()
    (home / "folder" / "token").touch()
    for line in ("aws assume --ca-bundle fold", "aws assume exec x -- cat fold"):
        assert complete("tcsh", COMMAND_LINE=line) == (0, ["folder/"])

    found = complete("bash", "aws assume --policy file://folder/", "//folder/")

    assert found == (0, ["//folder/token"])


def test_account_names_that_mean_something_else(files: Path, complete: Complete) -> None:
    """No option, no ID of another account, and no name of two accounts."""
    names = ["-x", "999999999999", "a/b", "c:d", "twice", "twice", "fine"]
    accounts = [{"Id": f"{n:012}", "Name": name, "Roles": ["R"]} for n, name in enumerate(names)]
    cached = {"Session": "corp", "StartUrl": "x", "Until": 0, "Accounts": accounts}
    (files / "cli" / "cache" / "assume-roles" / "x.json").write_text(json.dumps(cached))
    (files / "config").write_text("[sso-session corp]\nsso_start_url = x\n[profile -x]\n")

    _, words = complete("bash", "aws assume exec ", "")
    assert words == [*(f"{n:012}/R" for n in range(6)), "fine/R"]
    _, words = complete("bash", "aws assume --account-id ", "")
    assert words == ["a/b", "c:d", "fine", *(f"{n:012}" for n in range(7))]
    _, words = complete("bash", "aws assume --profile ", "")
    assert "-x" not in words


def test_names_that_a_terminal_would_obey(files: Path, complete: Complete) -> None:
    """A name with a control character is not offered; one that a shell would run is quoted."""
    (files / "config").write_text("[profile a\x1b[31m]\n[profile $(touch x)`y`]\n")
    (files / "credentials").unlink()

    assert complete("bash", "aws assume --profile ", "") == (0, [r"\$\(touch\ x\)\`y\`"])


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"[profile", b"[a]\n[a]\n\x80"])
def test_a_broken_config_file(files: Path, complete: Complete, content: bytes) -> None:
    """There is no message and no traceback, and the verbs are there."""
    (files / "config").write_bytes(content)
    (files / "credentials").unlink()

    assert complete("bash", "aws assume --profile ", "") == (0, [])
    assert complete("bash", "aws assume ex", "ex")[1] == ["export", "exec", "explain"]


def test_everything_else_is_the_aws_clis(files: Path, complete: Complete, tmp_path: Path) -> None:
    """aws_completer gets the line up to the cursor; `assume` is added where it may be meant."""
    completer = tmp_path / "aws_completer"
    completer.write_text('#!/bin/sh\necho "($COMP_LINE)"\necho "accessanalyzer "\necho assume\n')
    completer.chmod(0o755)
    path = f"{tmp_path}:/bin"

    assert complete("bash", "aws s3 l", "l", PATH=path)[1] == []
    assert complete("fish", "aws", "s3", "l", PATH=path)[1] == [
        "(aws s3 l)", "accessanalyzer", "assume",
    ]  # fmt: skip
    assert complete("bash", "aws a", "a", PATH=path)[1] == ["assume", "accessanalyzer"]
    assert complete("bash", "aws assu", "assu") == (0, ["assume"])


def test_aws_completer_beside_aws(files: Path, complete: Complete, tmp_path: Path) -> None:
    """Where aws alone is on the PATH, its own folder has aws_completer."""
    (tmp_path / "real").mkdir()
    (tmp_path / "bin").mkdir()
    for name in ("aws", "aws_completer"):
        (tmp_path / "real" / name).write_text("#!/bin/sh\necho s3\n")
        (tmp_path / "real" / name).chmod(0o755)
    (tmp_path / "bin" / "aws").symlink_to(tmp_path / "real" / "aws")

    assert complete("bash", "aws s", "s", PATH=f"{tmp_path / 'bin'}:/bin") == (0, ["s3"])


def test_a_broken_index_is_removed_first(files: Path, complete: Complete, tmp_path: Path) -> None:
    """aws_completer would print a traceback with it."""
    (tmp_path / "aws_completer").write_text("#!/bin/sh\necho s3\n")
    (tmp_path / "aws_completer").chmod(0o755)
    index = files / "cli" / "cache" / "2.38.5.index"
    index.write_text("no database")

    complete("bash", "aws s", "s", PATH=f"{tmp_path}:/bin")

    assert not index.exists()


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes")
def test_byte_code_is_private(complete: Complete, tmp_path: Path) -> None:
    """The program leaves byte code that nobody else can change."""
    copy = tmp_path / "awscli_assume"
    shutil.copytree(PROGRAM.parent.parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run(
        ["/bin/sh", "-c", 'umask 0; exec "$@"', "sh", sys.executable, "-I", "-S",
         str(copy / "completion" / "complete.py"), "bash", "aws assume ", ""],
        check=True, capture_output=True,
    )  # fmt: skip

    made = [path for path in copy.rglob("*") if "__pycache__" in path.parts]
    assert made
    assert not [path for path in made if stat.S_IMODE(path.stat().st_mode) & 0o022]
