"""The cache of account names."""

from __future__ import annotations

import stat
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from pytest_mock import MockerFixture

from awscli_assume.aws.accounts import (
    AccountCache,
    AccountClients,
    AccountLookup,
    get_organization_id,
    look_up_account,
)
from awscli_assume.aws.optional_call import CallUnavailable
from awscli_assume.host import ClientError

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=timezone.utc)
ACCOUNT = "123456789012"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that does not exist yet."""
    return tmp_path / "assume-accounts"


def test_case_of_a_name_is_ignored(folder: Path) -> None:
    """A stored name is known to later runs, for the same source only."""
    AccountCache(str(folder)).store("work", "Prod", ACCOUNT, NOW)
    cache = AccountCache(str(folder))
    known = cache.load("work", "prod")

    assert known is not None
    assert (known.account_id, known.at) == (ACCOUNT, NOW)
    assert cache.load("play", "prod") is None


@pytest.mark.parametrize(("hours", "fresh"), [(0, True), (23, True), (24, False), (-1, False)])
def test_name_is_fresh_for_a_day(folder: Path, hours: int, fresh: bool) -> None:
    """An entry is fresh for a day, and not if it is from the future."""
    cache = AccountCache(str(folder))
    cache.store("work", "prod", ACCOUNT, NOW)
    known = cache.load("work", "prod")

    assert known is not None
    assert known.is_fresh(NOW + timedelta(hours=hours)) is fresh


def test_files_are_private(folder: Path) -> None:
    """Only the owner can read the file, and its name does not contain the account name."""
    AccountCache(str(folder)).store("work", "prod", ACCOUNT, NOW)
    (file,) = folder.iterdir()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert "prod" not in file.name


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"AccountId": 1, "At": 1}', '{"AccountId": "1", "At": 1}',
     '{"AccountId": "123456789012", "At": 1e99}', '{"AccountId": "123456789012", "At": "x"}'],
)  # fmt: skip
def test_damaged_file_is_ignored(folder: Path, content: str) -> None:
    """A file with other content is ignored."""
    cache = AccountCache(str(folder))
    cache.store("work", "prod", ACCOUNT, NOW)
    (file,) = folder.iterdir()
    file.write_text(content)

    assert cache.load("work", "prod") is None


def test_forget(folder: Path) -> None:
    """A forgotten name has no file; forgetting it again is no error."""
    cache = AccountCache(str(folder))
    cache.store("work", "prod", ACCOUNT, NOW)
    for _ in range(2):
        cache.forget("work", "PROD")

    assert list(folder.iterdir()) == []


# Looking names up


def clients(mocker: MockerFixture, aliases: list[str], accounts: list[dict[str, str]]) -> Any:
    iam, organizations = mocker.Mock(), mocker.Mock()
    iam.list_account_aliases.return_value = {"AccountAliases": aliases}
    organizations.get_paginator.return_value.paginate.return_value = [{"Accounts": accounts}]
    return AccountClients(lambda: iam, lambda: organizations, lambda: ACCOUNT)


def account(account_id: str, name: str, **state: str) -> dict[str, str]:
    return {"Id": account_id, "Name": name, **state}


OTHER = "210987654321"


@pytest.mark.parametrize("name", ["corp-prod", "Corp-Prod", "abc", "a" * 63])
def test_alias(mocker: MockerFixture, name: str) -> None:
    """The account's alias in any case is the caller's account, without AWS Organizations."""
    found = look_up_account(name, clients(mocker, [name.lower()], []))

    assert found == AccountLookup((ACCOUNT,), (), {"iam:ListAccountAliases": None})


@pytest.mark.parametrize("name", ["ab", "a" * 64, "Corp Prod", "-abc", "abc-"])
def test_name_that_cannot_be_an_alias(mocker: MockerFixture, name: str) -> None:
    """IAM is not called for a name that no alias can have."""
    found = look_up_account(name, clients(mocker, [], [account(OTHER, name)]))

    assert found == AccountLookup((OTHER,), (name,), {"organizations:ListAccounts": None})


def test_account_name(mocker: MockerFixture) -> None:
    """All accounts of the name are found in any case; the other names are returned as well."""
    accounts = [account(OTHER, "Prod"), account(ACCOUNT, "PROD"), account("3" * 12, "dev")]
    found = look_up_account("prod", clients(mocker, ["corp"], accounts))

    assert found.ids == (ACCOUNT, OTHER)
    assert found.other_names == ("corp", "Prod", "PROD", "dev")
    assert found.failures == {"iam:ListAccountAliases": None, "organizations:ListAccounts": None}


@pytest.mark.parametrize(
    ("state", "is_found"),
    [
        ({}, True),
        ({"State": "ACTIVE"}, True),
        ({"Status": "ACTIVE"}, True),
        ({"Status": "SUSPENDED"}, False),
        ({"State": "CLOSED", "Status": "ACTIVE"}, False),
    ],
)
def test_state_of_an_account(mocker: MockerFixture, state: dict[str, str], is_found: bool) -> None:
    """Only active accounts count; State has precedence over Status."""
    found = look_up_account("prod", clients(mocker, [], [account(OTHER, "prod", **state)]))

    assert found.ids == ((OTHER,) if is_found else ())


def test_account_id_that_is_malformed(mocker: MockerFixture) -> None:
    """An ID that does not have 12 digits is ignored."""
    assert look_up_account("prod", clients(mocker, [], [account("1", "prod")])).ids == ()


def test_organization(mocker: MockerFixture) -> None:
    """The ID of the organization is returned, and an empty string without one."""
    client = mocker.Mock()
    client.describe_organization.return_value = {"Organization": {"Id": "o-1"}}
    assert get_organization_id(client) == "o-1"

    error = {"Error": {"Code": "AWSOrganizationsNotInUseException", "Message": "no"}}
    client.describe_organization.side_effect = ClientError(error, "DescribeOrganization")
    assert get_organization_id(client) == ""

    error = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
    client.describe_organization.side_effect = ClientError(error, "DescribeOrganization")
    with pytest.raises(CallUnavailable, match="permission organizations:DescribeOrganization"):
        get_organization_id(client)
