"""A role in one word: what each form means, and what is listed in place of a guess."""

from __future__ import annotations

import re
import shlex
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.request.role_specifier import Known, Spelling, read_shorthand

ACCOUNT = "210987654321"
ARN = f"arn:aws:iam::{ACCOUNT}:role/team/my-iam-role"
URL = "https://signin.aws.amazon.com/switchrole?roleName=admin&account="
NOTHING = Known()
CONFIGURED = Known(
    role_profiles={"prod-admin": "admin", "lonely": "lonely"},
    accounts=frozenset({"prod", "both"}),
    roles=frozenset({"admin", "lonely", "team/admin", "both/admin"}),
)

account_ids = st.text(string.digits, min_size=12, max_size=12)
role_names = st.text(string.ascii_letters + string.digits + "_+=,.@-", min_size=1, max_size=64)
account_names = st.text(string.ascii_letters + " _-", min_size=1, max_size=30).filter(
    lambda name: name == name.strip() and re.search("[a-z]", name) and name != "arn"
)


def named(name: str, account: Any = None) -> Spelling:
    return Spelling(role_name=name, account=account)


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        (ARN, Spelling(role_arn=ARN)),
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
        ("prod-admin", Spelling(profile="prod-admin")),
        # The profile's own role: what is meant is the same.
        ("lonely", Spelling(profile="lonely")),
        ("admin", named("admin")),
        (f"{URL}{ACCOUNT}", Spelling(role_arn=f"arn:aws:iam::{ACCOUNT}:role/admin")),
        (f"{URL}prod&displayName=x", named("admin", "prod")),
    ],
)
def test_meaning(word: str, meaning: Spelling) -> None:
    """Each form stands for the options that say the same."""
    assert read_shorthand(word, CONFIGURED) == meaning


@pytest.mark.parametrize(
    ("word", "known", "ways"),
    [
        ("team/admin", NOTHING,
         ["--role-name admin --account-id team", "--role-name team/admin"]),
        ("both/admin", CONFIGURED,
         ["--role-name admin --account-id both", "--role-name both/admin"]),
        ("prod-admin", Known({"prod-admin": "x"}, roles=frozenset({"prod-admin"})),
         ["--profile prod-admin", "--role-name prod-admin"]),
        ("a/b", Known({"a/b": "x"}, accounts=frozenset({"a"})),
         ["--profile a/b", "--role-name b --account-id a"]),
        (f"{ACCOUNT}:role/x", NOTHING,
         [f"--role-name role/x --account-id {ACCOUNT}", f"--role-name x --account-id {ACCOUNT}"]),
    ],
)  # fmt: skip
def test_ambiguous_word_is_listed(word: str, known: Known, ways: list[str]) -> None:
    """Where nothing or more than one thing speaks for a meaning, all are spelled out."""
    with pytest.raises(InvalidRequest) as raised:
        read_shorthand(word, known)

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
        ("12345:admin", "it has to be 12 digits"),
        ("1234-5678-9012:admin", "Try: --account-id 123456789012"),
        ("arn:aws:iam::1:user/x", "Invalid role ARN"),
        ("file://role", "Invalid role URL"),
    ],
)
def test_word_that_is_no_role(word: str, reason: str) -> None:
    """What is no role is refused with the reason."""
    with pytest.raises(InvalidRequest, match=re.escape(reason)):
        read_shorthand(word, CONFIGURED)


@pytest.mark.parametrize("word", [ARN, f"{URL}{ACCOUNT}", f"{ACCOUNT}:admin", f"{ACCOUNT}/admin"])
def test_word_with_an_account_beside_an_account(word: str) -> None:
    """--account-id goes with a role name only, be the accounts the same or not."""
    with pytest.raises(InvalidRequest, match="leave one of them out"):
        read_shorthand(word, NOTHING, ACCOUNT)


@pytest.mark.parametrize("word", ["team/admin", "prod-admin", "prod/admin"])
def test_word_beside_an_account_is_a_role_name(word: str) -> None:
    """With --account-id nothing but a role name can be meant."""
    assert read_shorthand(word, CONFIGURED, ACCOUNT) == named(word, ACCOUNT)


@given(st.text(max_size=80) | st.text("ar n:/1234567890-?=&.htps", max_size=80))
def test_any_word_has_one_meaning_or_is_refused(word: str) -> None:
    """No word raises anything but InvalidRequest."""
    for known in (NOTHING, CONFIGURED):
        try:
            found = read_shorthand(word, known)
        except InvalidRequest:
            continue
        assert sum(part is not None for part in (found.role_arn, found.role_name, found.profile))


@given(account_ids | account_names, role_names, st.sampled_from([":", "/"]))
def test_account_and_role_come_back(account: str, role: str, separator: str) -> None:
    """A role and an account joined are read as the two, and printed as options that say so."""
    known = Known(accounts=frozenset({account.casefold()}))
    found = read_shorthand(f"{account}{separator}{role}", known)

    assert found == named(role, account)
    assert shlex.split(str(found)) == ["--role-name", role, "--account-id", account]


@given(role_names)
def test_role_name_comes_back(role: str) -> None:
    """A word without a separator is the name of a role."""
    assert read_shorthand(role, NOTHING) == named(role)
