"""A HOME with profiles of all kinds and caches, and the completer's own program."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable

import pytest

from support.hosts import REPOSITORY

PROGRAM = REPOSITORY / "awscli_assume" / "completion" / "complete.py"
CONFIG = """\
[default]
region = us-east-1
mfa_serial = arn:aws:iam::111111111111:mfa/alice
[profile prod]
role_arn = arn:aws:iam::222222222222:role/team/dev/Admin
source_profile = default
[profile my profile]
role_arn = arn:aws:iam::333333333333:role/X
account_name = billing
[profile acct4-dev]
sso_session = corp
sso_account_id = 444444444444
sso_role_name = Developer
[profile mine]
assumed =
    role-arn = arn:aws:iam::222222222222:role/Reader
    source-profile = default
[profile copied]
assumed =
    copy-source = true
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
[plugins]
assume = awscli_assume
"""
CREDENTIALS = "[default]\naws_access_key_id = AKIA\n[keys]\naws_access_key_id = AKIA\n"
GRANTED = {
    "Session": "corp",
    "StartUrl": "https://corp.awsapps.com/start",
    "Until": 0,
    "Accounts": [
        {"Id": "555555555555", "Name": "production", "Roles": ["Admin", "ReadOnly"]},
        {"Id": "666666666666", "Name": "twice", "Roles": ["ReadOnly"]},
        {"Id": "777777777777", "Name": "twice", "Roles": ["ReadOnly"]},
        {"Id": "888888888888", "Name": "", "Roles": ["Admin"]},
    ],
}
USAGE = {
    "corp/555555555555/ReadOnly": {"Count": 3, "Last": 1},
    "arn:aws:iam::333333333333:role/X": {"Count": 2, "Last": 1},
    "arn:aws:iam::999999999999:role/Used": {"Count": 1, "Last": 1},
}
Complete = Callable[..., "tuple[int, list[str]]"]


@pytest.fixture
def files(home: Path) -> Path:
    """Return the folder of the AWS CLI's files, with profiles and caches in it."""
    folder = home / ".aws"
    for name in ("assume-roles", "assume-usage"):
        (folder / "cli" / "cache" / name).mkdir(parents=True)
    (folder / "config").write_text(CONFIG)
    (folder / "credentials").write_text(CREDENTIALS)
    (folder / "cli" / "cache" / "assume-roles" / "x.json").write_text(json.dumps(GRANTED))
    (folder / "cli" / "cache" / "assume-usage" / "roles.json").write_text(json.dumps(USAGE))
    return folder


@pytest.fixture
def complete(home: Path) -> Complete:
    """Return a function that runs the program for a shell; nothing may be on stderr."""

    def run(*arguments: str, **variables: Any) -> tuple[int, list[str]]:
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(PROGRAM), *arguments],
            env={"HOME": str(home), "PATH": "/nowhere", **variables},
            cwd=home, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.stderr == ""
        return done.returncode, done.stdout.splitlines()

    return run
