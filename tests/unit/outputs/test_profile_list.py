"""The table of profiles for people."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any, Optional

from awscli_assume.outputs.printing import PLAIN, Style, cell_width
from awscli_assume.outputs.profile_list import attribution, local_time, table

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=timezone.utc)
ROLE_ARN = "arn:aws:iam::123456789012:role/team/r"


def state(name: str, minutes: Optional[int], **more: Any) -> SimpleNamespace:
    """Return the state of a profile with so many minutes left."""
    expiration = None if minutes is None else NOW + timedelta(minutes=minutes)
    record = SimpleNamespace(
        role_arn=ROLE_ARN,
        source_profile="default",
        identity_center=None,
        scope=None,
        root_account=None,
    )
    given = {"state": "valid", "role_arn": ROLE_ARN, "record": record, **more}
    return SimpleNamespace(
        name=name, expiration=expiration, seconds_left=60 * (minutes or 0), **given
    )


def test_the_soonest_expiry_is_first() -> None:
    """A profile without an expiration is last."""
    states = [state("c", None, state="missing"), state("b", 59), state("a", 5, state="expiring")]
    lines = table(states, NOW, PLAIN).splitlines()

    until = [local_time(NOW + timedelta(minutes=minutes), NOW) for minutes in (5, 59)]
    assert [line.split() for line in lines] == [
        ["STATE", "PROFILE", "LEFT", "UNTIL", "ROLE"],
        ["expiring", "a", "5", "min", until[0], "123456789012:team/r"],
        ["valid", "b", "59", "min", until[1], "123456789012:team/r"],
        ["missing", "c", "-", "-", "123456789012:team/r"],
    ]


def test_80_columns() -> None:
    """Long names are cut, and escapes of control characters are part of the width."""
    long = state("p" * 70 + "\x1b[2J", 700, state="auto-refresh", role_arn=f"{ROLE_ARN}{'x' * 60}")
    evil = state("a\x1b[2J\u202e", 2000)
    for style in (PLAIN, Style(has_marks=True)):
        text = table([long, evil], NOW, style)
        assert max(map(len, text.splitlines())) <= 80
        assert "a\\x1b[2J\\u202e" in text
        assert "\x1b" not in text


def test_wide_characters_take_two_columns() -> None:
    """Columns line up under a name in Chinese or with combining characters; 80 are the most."""
    states = [state("\u65e5\u672c" * 20, 5), state("\u65e5\u672c", 6), state("e\u0301", 7)]
    header, *rows = table(states, NOW, PLAIN).splitlines()

    assert [cell_width(row[: row.index(" min") - 1]) for row in rows] == [header.index("LEFT")] * 3
    assert max(map(cell_width, rows)) <= 80


def test_the_date_unless_today() -> None:
    """Times of another day have a date."""
    assert len(local_time(NOW, NOW)) == len("10:00")
    assert len(local_time(NOW + timedelta(days=2), NOW)) == len("2026-11-26 10:00")


def test_nothing_to_list() -> None:
    """A sentence says what to type."""
    assert table([], NOW, PLAIN) == (
        "No profile was written by aws assume yet. To write one: aws assume ROLE\n"
    )


def test_a_copy_of_a_source() -> None:
    """A copy without a role names its source."""
    assert "copy of default" in table([state("a", 5, role_arn=None)], NOW, PLAIN)


def test_a_role_of_identity_center() -> None:
    """It is named by its account and permission set, not by the role of IAM behind it."""
    granted = SimpleNamespace(account_id="123456789012", role_name="Admin")
    record = SimpleNamespace(role_arn=None, source_profile="x", identity_center=granted)
    lines = table([state("a", 59, record=record)], NOW, PLAIN).splitlines()

    assert lines[1].split()[-1] == "123456789012/Admin"


def test_the_scope_is_behind_the_role() -> None:
    """A session that is narrowed is not taken for the whole role."""
    narrow = state("a", 5)
    narrow.record.scope = "read-only"

    assert table([narrow], NOW, PLAIN).splitlines()[1].endswith(":team/r (read-only)")


def test_what_cloudtrail_shows() -> None:
    """Each session has its ARN, its ID and its source identity. No session, no line."""
    arn = "arn:aws:sts::123456789012:assumed-role/r/alice"
    shown = state("a\x1b", 5, principal_arn=arn, principal_id="AROAX:alice")
    shown.source_identity = "alice@example.com"
    bare = state("b", 5, principal_arn=arn, principal_id=None)
    bare.source_identity = None
    missing = state("c", None, principal_arn=None)

    assert attribution([shown, bare, missing]).splitlines() == [
        "", "In CloudTrail:",
        f"a\\x1b: {arn} (AROAX:alice), source identity alice@example.com",
        f"b: {arn}",
    ]  # fmt: skip
    assert attribution([missing]) == ""
