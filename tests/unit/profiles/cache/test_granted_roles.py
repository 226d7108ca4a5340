"""The cached roles of a session of IAM Identity Center."""

from __future__ import annotations

import json
import stat
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from awscli_assume.model.assumable_role import Account
from awscli_assume.model.identity_center import SsoSession
from awscli_assume.profiles.cache.granted_roles import GrantedRolesCache

UNTIL = datetime(2026, 11, 24, 18, 0, tzinfo=timezone.utc)
CORP = SsoSession("corp", "https://corp.awsapps.com/start", "us-east-1")
GRANTS = [(Account("123456789012", "production"), ["Admin", "Reader"])]


@pytest.fixture
def cache(tmp_path: Path) -> GrantedRolesCache:
    """Return a cache in a folder that does not exist yet."""
    return GrantedRolesCache(CORP, str(tmp_path / "roles"))


def test_format_of_the_file(cache: GrantedRolesCache) -> None:
    """The completer of the shells reads this format, in a private file."""
    cache.store(GRANTS, UNTIL)

    assert json.loads(Path(cache.path).read_text()) == {
        "Session": "corp",
        "StartUrl": "https://corp.awsapps.com/start",
        "Until": int(UNTIL.timestamp()),
        "Accounts": [{"Id": "123456789012", "Name": "production", "Roles": ["Admin", "Reader"]}],
    }
    assert stat.S_IMODE(Path(cache.path).stat().st_mode) == 0o600


def test_a_token_has_its_own_roles(cache: GrantedRolesCache) -> None:
    """What was stored is returned for the same token, and for no other one."""
    cache.store(GRANTS, UNTIL)

    assert cache.load(UNTIL) == GRANTS
    assert cache.load(UNTIL + timedelta(seconds=1)) is None


@pytest.mark.parametrize(
    "accounts",
    ["x", [1], [{}], [{"Id": "1", "Name": "a", "Roles": []}],
     [{"Id": "123456789012", "Name": 1, "Roles": []}],
     [{"Id": "123456789012", "Name": "a", "Roles": "x"}]],
)  # fmt: skip
def test_damaged_file_is_no_cache(cache: GrantedRolesCache, accounts: object) -> None:
    """What another program left in the file is not returned."""
    cache.store(GRANTS, UNTIL)
    values = {"Until": int(UNTIL.timestamp()), "Accounts": accounts}
    Path(cache.path).write_text(json.dumps(values))

    assert cache.load(UNTIL) is None


def test_sessions_have_their_own_files(cache: GrantedRolesCache, tmp_path: Path) -> None:
    """A session with another start URL does not see the roles of one with the same name."""
    cache.store(GRANTS, UNTIL)
    other = SsoSession("corp", "https://other.awsapps.com/start", "us-east-1")

    assert GrantedRolesCache(other, str(tmp_path / "roles")).load(UNTIL) is None


def test_remove(cache: GrantedRolesCache) -> None:
    """Nothing is left after it was removed."""
    cache.store(GRANTS, UNTIL)
    cache.remove()

    assert cache.load(UNTIL) is None
