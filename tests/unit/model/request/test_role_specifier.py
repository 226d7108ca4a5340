"""A role in one word: what each form means, and what is listed in place of a guess."""

from __future__ import annotations

import re
import shlex
import string
from typing import Any, Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.console.hosts import PARTITIONS
from awscli_assume.model.printable import option_words
from awscli_assume.model.request.role_specifier import (
    SWITCH_ROLE_URL,
    KnownNames,
    RoleOptions,
    confirmed_meanings,
    parse_role_specifier,
    parse_switch_role_url,
)

ACCOUNT = "210987654321"
ARN = f"arn:aws:iam::{ACCOUNT}:role/team/my-iam-role"
URL = "https://signin.aws.amazon.com/switchrole?roleName=admin&account="
QUERY = "roleName=my-role&account=123456789012"
NOTHING = KnownNames()
CONFIGURED = KnownNames(
    role_profiles={"prod-admin": "admin", "lonely": "lonely"},
    accounts=frozenset({"prod", "both"}),
    roles=frozenset({"admin", "lonely", "team/admin", "both/admin"}),
)

account_ids = st.text(string.digits, min_size=12, max_size=12)
role_names = st.text(string.ascii_letters + string.digits + "_+=,.@-", min_size=1, max_size=64)
account_names = st.text(string.ascii_letters + " _-", min_size=1, max_size=30).filter(
    lambda name: name == name.strip() and re.search("[a-z]", name) and name != "arn"
)


def named(name: str, account: Any = None) -> RoleOptions:
    return RoleOptions(role_name=name, account=account)


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        (ARN, RoleOptions(role_arn=ARN)),
        ("my-iam-role", named("my-iam-role")),
        ("/team/my-iam-role", named("/team/my-iam-role")),
        (f"{ACCOUNT}:admin", named("admin", ACCOUNT)),
        (f"{ACCOUNT}/admin", named("admin", ACCOUNT)),
        (f"{ACCOUNT}/team/admin", named("team/admin", ACCOUNT)),
        (f"{ACCOUNT}:team/admin", named("team/admin", ACCOUNT)),
        ("prod:admin", named("admin", "prod")),
        ("nobody:admin", named("admin", "nobody")),
        ("My Account:admin", named("admin", "My Account")),
        # A blank is in no path.
        ("My Account/admin", named("admin", "My Account")),
        ("PROD/admin", named("admin", "PROD")),
        ("team/other", named("team/other")),
        ("prod-admin", RoleOptions(profile="prod-admin")),
        # The profile's own role: what is meant is the same.
        ("lonely", RoleOptions(profile="lonely")),
        ("admin", named("admin")),
        (f"{URL}{ACCOUNT}", RoleOptions(role_arn=f"arn:aws:iam::{ACCOUNT}:role/admin")),
        (f"{URL}prod&displayName=x", named("admin", "prod")),
    ],
)
def test_meaning(word: str, meaning: RoleOptions) -> None:
    """Each form stands for the options that say the same."""
    assert parse_role_specifier(word, CONFIGURED) == meaning


@pytest.mark.parametrize(
    ("word", "known", "ways"),
    [
        ("team/admin", NOTHING,
         ["--role-name admin --account-id team", "--role-name team/admin"]),
        ("both/admin", CONFIGURED,
         ["--role-name admin --account-id both", "--role-name both/admin"]),
        ("prod-admin", KnownNames({"prod-admin": "x"}, roles=frozenset({"prod-admin"})),
         ["--profile prod-admin", "--role-name prod-admin"]),
        ("a/b", KnownNames({"a/b": "x"}, accounts=frozenset({"a"})),
         ["--profile a/b", "--role-name b --account-id a"]),
        (f"{ACCOUNT}:role/x", NOTHING,
         [f"--role-name role/x --account-id {ACCOUNT}", f"--role-name x --account-id {ACCOUNT}"]),
    ],
)  # fmt: skip
def test_ambiguous_word_is_listed(word: str, known: KnownNames, ways: list[str]) -> None:
    """Where nothing or more than one thing speaks for a meaning, all are spelled out."""
    with pytest.raises(InvalidRequest, match="is ambiguous") as raised:
        parse_role_specifier(word, known)

    assert str(raised.value).endswith(f"in place of it: {'; or '.join(ways)}")


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("", "Invalid role name"),
        ("a b", "Invalid role name"),
        (":admin", "Invalid role name"),
        ("team/", "Invalid role name"),
        ("a\nb", "control characters"),
        ("x" * 5000, "at most 4096"),
        ("12345:admin", "it must be 12 digits"),
        ("1234-5678-9012:admin", "Try: --account-id 123456789012"),
        ("arn:aws:iam::1:user/x", "Invalid role ARN"),
        ("file://role", "Invalid role URL"),
    ],
)
def test_word_that_is_no_role(word: str, reason: str) -> None:
    """What is no role is refused with the reason."""
    with pytest.raises(InvalidRequest, match=re.escape(reason)):
        parse_role_specifier(word, CONFIGURED)


@pytest.mark.parametrize("word", [ARN, f"{URL}{ACCOUNT}", f"{ACCOUNT}:admin", f"{ACCOUNT}/admin"])
def test_word_with_an_account_beside_an_account(word: str) -> None:
    """--account-id goes with a role name only, be the accounts the same or not."""
    with pytest.raises(InvalidRequest, match="leave one of them out"):
        parse_role_specifier(word, NOTHING, ACCOUNT)


@pytest.mark.parametrize("word", ["team/admin", "prod-admin", "prod/admin"])
def test_word_beside_an_account_is_a_role_name(word: str) -> None:
    """With --account-id nothing but a role name can be meant."""
    assert parse_role_specifier(word, CONFIGURED, ACCOUNT) == named(word, ACCOUNT)


@given(st.text(max_size=80) | st.text("ar n:/1234567890-?=&.htps", max_size=80))
def test_any_word_has_one_meaning_or_is_refused(word: str) -> None:
    """No word raises anything but InvalidRequest."""
    for known in (NOTHING, CONFIGURED):
        try:
            found = parse_role_specifier(word, known)
        except InvalidRequest:
            continue
        assert sum(part is not None for part in (found.role_arn, found.role_name, found.profile))


@given(account_ids | account_names, role_names, st.sampled_from([":", "/"]))
def test_account_and_role_come_back(account: str, role: str, separator: str) -> None:
    """A role and an account joined are read as the two, and printed as options that say so."""
    known = KnownNames(accounts=frozenset({account.casefold()}))
    found = parse_role_specifier(f"{account}{separator}{role}", known)

    assert found == named(role, account)
    expected = [*option_words("--role-name", role), *option_words("--account-id", account)]
    assert shlex.split(str(found)) == expected


@given(role_names)
def test_role_name_comes_back(role: str) -> None:
    """A word without a separator is the name of a role."""
    assert parse_role_specifier(role, NOTHING) == named(role)


@pytest.mark.parametrize(
    ("url", "partition"),
    [
        (f"https://signin.aws.amazon.com/switchrole?{QUERY}&displayName=x&color=B7CA9D", "aws"),
        (f"https://us-east-1.signin.aws.amazon.com/switchrole?{QUERY}", "aws"),
        (f"https://signin.amazonaws.cn/switchrole?{QUERY}", "aws-cn"),
        (f"https://signin.amazonaws-us-gov.com/switchrole?{QUERY}", "aws-us-gov"),
        *(
            (f"https://{one.sign_in(None)}/switchrole?{QUERY}", one.name)
            for one in PARTITIONS.values()
        ),
        (f"https://signin.aws.example.eu/switchrole/?{QUERY}", None),
    ],
)
def test_url_of_a_partition(url: str, partition: Optional[str]) -> None:
    """Role name and account are in the query, the partition is the host's."""
    assert parse_switch_role_url(url) == ("my-role", "123456789012", partition)


def test_url_with_an_alias_and_a_path() -> None:
    """An alias stands in place of the id, and a path is escaped."""
    url = "https://signin.aws.amazon.com/switchrole?account=my-alias&roleName=team%2Fmy-role"

    assert parse_switch_role_url(url) == ("team/my-role", "my-alias", "aws")


@pytest.mark.parametrize(
    "url",
    [
        f"http://signin.aws.amazon.com/switchrole?{QUERY}",
        f"https://example.com/switchrole?{QUERY}",
        f"https://signin.aws.amazon.com/federation?SigninToken=geheim&{QUERY}",
        "https://signin.aws.amazon.com/switchrole?account=123456789012&SigninToken=geheim",
        f"https://signin.aws.amazon.com/switchrole?{QUERY}&account=1&SigninToken=geheim",
        "https://signin.aws.amazon.com/switchrole?account=&roleName=geheim",
        "https://[::1/switchrole?SigninToken=geheim",
    ],
)
def test_other_url(url: str) -> None:
    """Another URL is refused with what it has to read, and its query is not told."""
    with pytest.raises(InvalidRequest, match="Invalid role URL") as raised:
        parse_switch_role_url(url)

    assert str(raised.value).endswith(f"It must have the form {SWITCH_ROLE_URL}")
    assert "geheim" not in str(raised.value)


@given(st.text(max_size=60))
def test_any_query(text: str) -> None:
    """No URL raises anything but InvalidRequest."""
    for url in (f"https://signin.aws.amazon.com/switchrole?{text}", f"https://{text}/switchrole"):
        try:
            role, account, _ = parse_switch_role_url(url)
        except InvalidRequest:
            continue
        assert "" not in (role, account)


@pytest.mark.parametrize(
    ("word", "accounts", "ways"),
    [
        ("production/Admin", (), []),
        ("production/Admin", ("123456789012",), ["--role-name Admin --account-id 123456789012"]),
        ("team/Admin", (), ["--role-name team/Admin"]),
        ("audit", (), ["--profile audit"]),
    ],
)
def test_confirmed_meanings(word: str, accounts: tuple[str, ...], ways: list[str]) -> None:
    """Only what the configuration has exactly; the name of an account alone is not enough."""
    known = KnownNames({"audit": "x"}, frozenset(["production"]), frozenset(["x", "team/other"]))
    assert [str(one) for one in confirmed_meanings(word, known, accounts)] == ways
