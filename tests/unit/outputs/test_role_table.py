"""The table of roles on terminals of any width."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from awscli_assume.model.assumable_role import (
    IDENTITY_CENTER,
    PROFILE,
    TRUST_POLICY,
    AssumableRole,
)
from awscli_assume.outputs.printing import PLAIN, Style, cell_width
from awscli_assume.outputs.role_table import notes_on, role_listing, role_table

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=timezone.utc)
ARN = "arn:aws:iam::123456789012:role/admin"
GRANTED = AssumableRole(
    "AdministratorAccess", "123456789012", "production", IDENTITY_CENTER, sso_session="corp"
)
ROLES = [
    GRANTED,
    AssumableRole("admin", "210987654321", None, PROFILE, ARN, "prod", uses=3, last_used=NOW),
    AssumableRole("team/x", "123456789012", "production", TRUST_POLICY, ARN, note="unknown"),
]


def test_wide_table() -> None:
    """Every column has its natural width."""
    time = NOW.astimezone().strftime("%H:%M")

    assert role_table(ROLES, NOW, PLAIN, 120).splitlines() == [
        "ACCOUNT     ID            ROLE                 SOURCE           LAST USED",
        "production  123456789012  AdministratorAccess  Identity Center  -",
        f"-           210987654321  admin                profile prod     {time}",
        "production  123456789012  team/x               trust policy ?   -",
    ]


@pytest.mark.parametrize("columns", [*range(1, 100), 200])
def test_no_line_is_wider_than_the_terminal(columns: int) -> None:
    """The table of a narrow terminal has fewer columns and shorter names."""
    lines = role_table(ROLES, NOW, PLAIN, columns).splitlines()

    assert len(lines) == 4
    assert max(map(len, lines)) <= columns


def test_terminal_of_20_columns() -> None:
    """The role and the account are what is left."""
    lines = role_table(ROLES, NOW, Style(has_marks=True), 20).splitlines()

    assert lines[0] == "ACCOUNT  ROLE"
    assert lines[1] == "produc…  Administra…"


def test_names_with_control_characters_are_escaped() -> None:
    """A name can't move the cursor."""
    role = AssumableRole("a\x1b[2J", "1", "b\x9b", PROFILE, profile="c\x07")

    assert "\x1b" not in role_table([role], NOW, PLAIN, 120)
    assert "\x9b" not in role_table([role], NOW, PLAIN, 120)
    assert "\x07" not in role_table([role], NOW, PLAIN, 120)


def test_nothing_to_show() -> None:
    """Without a role the text says what to do; with words it says that none matches."""
    assert "--trusting-me" in role_table([], NOW, PLAIN, 80)
    assert "No role matches" in role_table([], NOW, PLAIN, 80, ["x"])


def test_notes_are_counted() -> None:
    """Each note is printed once, with the number of its roles."""
    assert notes_on([*ROLES, ROLES[2]]) == "? 2 roles: unknown\n"
    assert notes_on([GRANTED]) == ""


def test_object_for_programs() -> None:
    """A row has every field, and the command that assumes the role."""
    (row,) = role_listing([GRANTED])["Roles"]

    assert row == {
        "AccountName": "production",
        "AccountId": "123456789012",
        "RoleName": "AdministratorAccess",
        "RoleArn": None,
        "Source": "Identity Center",
        "Profile": None,
        "SsoSession": "corp",
        "Uses": 0,
        "LastUsed": None,
        "Note": None,
        "Command": "aws assume --account-id 123456789012 --role-name AdministratorAccess "
        "--sso-session corp",
    }


def test_wide_characters_are_aligned() -> None:
    """Characters of two columns and combining ones leave the columns straight."""
    names = ("生産環境", "e\u0301quipe", "production")
    roles = [AssumableRole("Admin", "1" * 12, name, IDENTITY_CENTER) for name in names]
    lines = role_table(roles, NOW, PLAIN, 80).splitlines()

    assert len({cell_width(line[: line.index("1" * 12)]) for line in lines[1:]}) == 1
