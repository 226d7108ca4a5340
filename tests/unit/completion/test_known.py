"""What the completer reads from the files of the AWS CLI and from our caches."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from pathlib import Path

import pytest

from awscli_assume.completion.known import Known
from awscli_assume.model.assumable_role import Account
from awscli_assume.model.identity_center import SsoSession
from awscli_assume.model.targets.account import TargetAccount
from awscli_assume.model.targets.organization import Organization
from awscli_assume.profiles.cache import granted_roles, role_usage
from awscli_assume.profiles.cache.organization import OrganizationCache


@pytest.fixture(autouse=True)
def own_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(home))


def test_profiles_of_both_files(files: Path) -> None:
    """Profiles come in the order of the files, each once, without other sections."""
    known = Known({})

    assert list(known.profiles) == [
        "default", "prod", "my profile", "acct4-dev", "mine", "copied", "keys",
    ]  # fmt: skip
    assert known.sessions == ["corp"]
    assert [name for name in known.profiles if known.is_ours(name)] == ["mine", "copied"]


def test_other_files(files: Path, tmp_path: Path) -> None:
    """The variables of the AWS CLI name other files, with a tilde or a variable in them."""
    (tmp_path / "other").write_text("[profile other]\n")
    env = {"AWS_CONFIG_FILE": "~/../other", "AWS_SHARED_CREDENTIALS_FILE": "/nowhere"}

    assert list(Known(env).profiles) == ["other"]


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00[", b"[profile\n[profile ]\n[[x]\n=\n", b"[profile a\n\x00", b""]
)
def test_broken_files(files: Path, content: bytes) -> None:
    """A damaged file is no error, and has no profiles."""
    (files / "config").write_bytes(content)
    (files / "credentials").unlink()
    for path in (files / "cli" / "cache").rglob("*.json"):
        path.write_bytes(content)

    known = Known({})

    assert (list(known.profiles), known.granted, known.uses) == ([], [], {})


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        '{"Accounts": 1}',
        '{"Accounts": [1, {"Id": "1"}, {"Roles": 1}]}',
        '{"a": {"Count": []}}',
    ],
)
def test_other_documents(files: Path, text: str) -> None:
    """JSON of another shape is no error."""
    for path in (files / "cli" / "cache").rglob("*.json"):
        path.write_text(text)

    assert (Known({}).granted, Known({}).uses) == ([], {})


@pytest.mark.skipif(os.name == "nt", reason="FIFOs")
def test_a_fifo_does_not_wait(files: Path) -> None:
    """A config file that is a FIFO is not opened."""
    (files / "config").unlink()
    os.mkfifo(files / "config")

    assert list(Known({}).profiles) == ["default", "keys"]


def test_the_caches_of_the_plugin(home: Path) -> None:
    """The files are those that the plugin writes."""
    session = SsoSession("corp", "https://corp.awsapps.com/start", "us-east-1")
    now = datetime(2026, 11, 28, tzinfo=timezone.utc)
    cache = home / ".aws" / "cli" / "cache"
    grants = [(Account("555555555555", "production"), ["Admin"])]
    granted_roles.GrantedRolesCache(session, str(cache / granted_roles.FOLDER)).store(grants, now)
    role_usage.record_use("corp/555555555555/Admin", now, str(cache / role_usage.FOLDER))

    known = Known({})

    assert known.granted == [("corp", "555555555555", "production", "Admin")]
    assert known.uses == {"corp/555555555555/Admin": 1}


def test_accounts(files: Path) -> None:
    """Accounts have the names of the plugin's own rules: no profile of ours names one."""
    assert Known({}).account_ids() == {
        "555555555555": ["production"],
        "666666666666": ["twice"],
        "777777777777": ["twice"],
        "888888888888": [],
        "222222222222": ["prod"],
        "333333333333": ["billing", "my profile"],
        "444444444444": ["acct4-dev"],
    }


def test_accounts_of_the_organization(home: Path) -> None:
    """The accounts that `each` has listed are known, but not those that are not active."""
    now = datetime.now(timezone.utc)
    accounts = [
        TargetAccount("1" * 12, "app", "ACTIVE"),
        TargetAccount("2" * 12),
        TargetAccount("3" * 12, "gone", "SUSPENDED"),
    ]
    listed = Organization(int(now.timestamp()), {one.account_id: one for one in accounts}, True)
    OrganizationCache("scope").store(listed, now)

    assert Known({}).account_ids() == {"1" * 12: ["app"], "2" * 12: []}
    (file,) = (home / ".aws" / "cli" / "cache" / "assume-organizations").iterdir()
    for text in ("[]", '{"Accounts": 1}', '{"Accounts": [1]}', "x"):
        file.write_text(text)
        assert Known({}).account_ids() == {}
