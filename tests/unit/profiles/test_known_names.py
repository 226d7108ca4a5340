"""Names of accounts by the profiles."""

from __future__ import annotations

from typing import Any

import pytest

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.profiles.known_names import (
    account_ids,
    accounts_with_role,
    known_in,
    words_of_profile,
)

ONE, TWO = "111111111111", "222222222222"


def arn(account: str, name: str = "team/admin") -> str:
    return f"arn:aws:iam::{account}:role/{name}"


@pytest.mark.parametrize(
    ("profile", "found"),
    [
        ({"role_arn": arn(ONE), "sso_account_id": TWO}, [ONE]),
        ({"sso_account_id": ONE, "aws_account_id": TWO}, [ONE]),
        ({"aws_account_id": ONE}, [ONE]),
        ({"role_arn": "nonsense"}, []),
        ({"region": "us-east-1"}, []),
        # A profile of ours is another account's at the next run.
        ({"assumed": {"role-arn": arn(ONE)}}, []),
    ],
)
def test_account_of_a_profile(profile: dict[str, Any], found: list[str]) -> None:
    """A profile's own name is its account's, whatever its case."""
    assert account_ids({"Prod": profile}, "pROD") == found


@pytest.mark.parametrize("key", ["sso_account_id", "aws_account_id"])
def test_account_id_that_is_none(key: str) -> None:
    """An account ID has 12 digits; only the profile that was named is at fault."""
    profiles = {"prod": {key: "my-alias"}}

    with pytest.raises(InvalidConfiguration, match=f"{key} of the profile 'prod': .*'my-alias'"):
        account_ids(profiles, "Prod")
    assert account_ids(profiles, "other") == []


@pytest.mark.parametrize("key", ["account_name", "sso_account_name"])
def test_name_that_a_profile_tells(key: str) -> None:
    """A key that says the name comes before a profile that happens to be called so."""
    profiles = {"a": {key: "Prod EU", "sso_account_id": ONE}, "prod eu": {"aws_account_id": TWO}}

    assert account_ids(profiles, "prod eu") == [ONE]


def test_name_of_two_accounts() -> None:
    """Two profiles that tell one name of two accounts are both answered."""
    profiles = {
        "b": {"account_name": "prod", "aws_account_id": TWO},
        "a": {"account_name": "prod", "aws_account_id": ONE},
        "c": {"account_name": "prod", "aws_account_id": ONE},
    }

    assert account_ids(profiles, "prod") == [ONE, TWO]


def test_what_a_word_may_mean() -> None:
    """Roles are those of profiles and of our records, accounts are casefolded."""
    known = known_in(
        {
            "Prod": {"role_arn": arn(ONE)},
            "ours": {"assumed": {"role-arn": arn(TWO, "other")}},
            "keys": {"aws_account_id": ONE, "account_name": "Main"},
            "bad": {"role_arn": "arn:aws:iam::1:role/x"},
        }
    )

    assert known.role_profiles == {"Prod": "team/admin"}
    assert known.accounts == {"prod", "keys", "main"}
    assert known.roles == {"team/admin", "other"}


@pytest.mark.parametrize(
    ("team", "base", "found"),
    [
        ({}, {"role_arn": arn(ONE)}, [ONE]),
        ({}, {"aws_account_id": ONE}, [ONE]),
        ({"sso_account_id": TWO}, {"sso_account_id": ONE}, [TWO]),
        ({}, {"include_profile": "last"}, [ONE]),
        # What can't be inherited gives no name; who uses the profile is told why.
        ({}, {"include_profile": "team", "aws_account_id": ONE}, []),
        ({}, {"include_profile": "gone", "aws_account_id": ONE}, []),
    ],
    ids=["role", "account", "nearest", "levels", "circle", "missing"],
)
def test_account_that_is_inherited(
    team: dict[str, str], base: dict[str, str], found: list[str]
) -> None:
    """A profile is called after the account that it inherits, and stays what it is."""
    profiles = {
        "team": {"include_profile": "base", **team},
        "base": base,
        "last": {"aws_account_id": ONE},
    }
    before = repr(profiles)

    assert account_ids(profiles, "team") == found
    assert ("team" in known_in(profiles).accounts) == bool(found)
    assert repr(profiles) == before


def test_name_that_is_inherited_stays_the_other_accounts() -> None:
    """A profile with an account of its own does not give it the name of the one it includes."""
    profiles = {
        "base": {"account_name": "corp", "aws_account_id": ONE},
        "team": {"include_profile": "base", "aws_account_id": TWO},
    }

    assert account_ids(profiles, "corp") == [ONE]
    assert account_ids(profiles, "team") == [TWO]


def test_accounts_with_a_role() -> None:
    """Of profiles and of our records, by the role's path and name."""
    profiles = {
        "a": {"role_arn": "arn:aws:iam::111111111111:role/team/x"},
        "b": {"role_arn": "no ARN"},
        "c": {"assumed": {"role-arn": "arn:aws:iam::222222222222:role/team/x"}},
        "d": {"role_arn": "arn:aws:iam::333333333333:role/x"},
    }
    assert accounts_with_role(profiles, "team/x") == ["111111111111", "222222222222"]


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        ({"role_arn": "arn", "sso_role_name": "x"}, ("--profile", "p")),
        ({"sso_session": "corp", "sso_account_id": "1"}, ("--profile", "p")),
        (
            {"sso_session": "corp", "sso_account_id": "1", "sso_role_name": "-x"},
            ("--sso-session", "corp", "--account-id", "1", "--role-name=-x"),
        ),
        (
            {"sso_start_url": "https://x", "sso_account_id": "1", "sso_role_name": "x"},
            ("--sso-session", "https://x", "--account-id", "1", "--role-name", "x"),
        ),
    ],
)
def test_words_of_a_profile(profile: dict[str, Any], words: tuple[str, ...]) -> None:
    """A role of Identity Center has options of its own, since --profile names a source."""
    assert words_of_profile("p", profile) == words
