"""SDKs that find the program in a config file, and get credentials from it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.profiles.cache.process_cache import ProcessCache
from awscli_assume.profiles.cache.process_command import command_line
from support.javascript import run_javascript
from support.program import PROGRAM, Scene

NOW = datetime.now(timezone.utc).replace(microsecond=0)
CREDENTIALS = TemporaryCredentials(
    "ASIAEXAMPLE", "secret", "token", NOW + timedelta(hours=8),
    "arn:aws:sts::123456789012:assumed-role/my-iam-role/alice", "AROAEXAMPLE:alice",
)  # fmt: skip
NASTY = 'it\'s #1 ;x $HOME `id` %d \\n é "q"'
JAVASCRIPT = """
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
const found = await fromNodeProviderChain({ profile: 'assumed-role' })();
console.log(JSON.stringify([found.accessKeyId, found.secretAccessKey, found.sessionToken]));
"""
BOTOCORE = """
import json, awscli
from botocore.session import Session
found = Session(profile='assumed-role').get_credentials().get_frozen_credentials()
print(json.dumps([found.access_key, found.secret_key, found.token]))
"""


@pytest.fixture
def env(tmp_path: Path, home: Path, clean_env: dict[str, str]) -> dict[str, str]:
    """Return the variables of somebody whose cache lies where nothing needs no quotes."""
    cache = ProcessCache("assumed-role", {"role-arn": "x"}, str(tmp_path / NASTY))
    cache.store(CREDENTIALS, NOW)
    line = command_line(sys.executable, str(PROGRAM), cache.path, "assumed-role", "/gone/aws")
    (home / ".aws").mkdir()
    (home / ".aws" / "config").write_text(
        f"[profile assumed-role]\nregion = us-east-1\ncredential_process = {line}\n"
    )
    return clean_env


def test_botocore_gets_the_credentials(env: dict[str, str]) -> None:
    """botocore splits the line by itself and runs the program."""
    done = subprocess.run(
        [sys.executable, "-c", BOTOCORE], env=env, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == ["ASIAEXAMPLE", "secret", "token"]


def test_javascript_gets_the_credentials(env: dict[str, str]) -> None:
    """The SDK for JavaScript hands the line to a shell, which runs the program."""
    done = run_javascript(JAVASCRIPT, env)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == ["ASIAEXAMPLE", "secret", "token"]


def test_a_renewal_stores_what_the_next_process_answers(scene: Scene, tmp_path: Path) -> None:
    """What ProcessCache writes in the course of a renewal is answered from then on."""
    expired = replace(CREDENTIALS, expiration=NOW - timedelta(minutes=1))
    cache = ProcessCache("assumed-role", {}, str(tmp_path / "aside"))
    cache.store(expired, NOW - timedelta(hours=1))
    os.replace(cache.path, scene.cache)
    cache.store(CREDENTIALS, NOW)
    scene.script(stored=Path(cache.path).read_text())

    first, second = scene.run(), scene.run()

    assert len(scene.calls) == 1
    assert json.loads(first.stdout)["AccessKeyId"] == "ASIANEW"
    assert json.loads(second.stdout)["AccessKeyId"] == "ASIAEXAMPLE"
