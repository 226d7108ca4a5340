"""Role session names: the template, and how a name is made to fit."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.model.request import limits
from awscli_assume.model.request.session_names import (
    DEFAULT_SESSION_NAME,
    PLACEHOLDERS,
    render,
    session_date,
)

VALUES = {
    "user": "alice",
    "host": "laptop",
    "role": "my-iam-role",
    "account": "123456789012",
    "date": "231126",
}

literals = st.text("abcXYZ019_+=,.@-", max_size=12)
templates = st.lists(
    st.one_of(literals, st.sampled_from(PLACEHOLDERS).map(lambda name: f"{{{name}}}")), max_size=8
).map("".join)


def test_default_name() -> None:
    """The default name is the one that the article's script makes."""
    assert render(DEFAULT_SESSION_NAME, VALUES) == "alice-231126-session"


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{user}@{host}", "alice@laptop"),
        ("{role}={account}", "my-iam-role=123456789012"),
        ("{user}{user}", "alicealice"),
        ("deploy-bot", "deploy-bot"),
        ("", ""),
    ],
)
def test_templates(template: str, name: str) -> None:
    """Placeholders are replaced, also twice, and what stands around them stays."""
    assert render(template, VALUES) == name


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ("José Núñez", "Jose-Nunez-231126-session"),
        ("DOMAIN\\alice", "DOMAIN-alice-231126-session"),
        ("alice;$(id)", "alice---id--231126-session"),
        ("ﬁona", "fiona-231126-session"),
        ("日本", "---231126-session"),
        ("a\nb", "a-b-231126-session"),
        ("{host}", "-host--231126-session"),
        ("", "-231126-session"),
    ],
)
def test_login_names_that_sts_would_refuse(user: str, name: str) -> None:
    """What STS does not take in a login name becomes its plain letter, or a dash."""
    rendered = render(DEFAULT_SESSION_NAME, {**VALUES, "user": user})

    assert rendered == name
    assert limits.check("role_session_name", rendered) == name


@pytest.mark.parametrize("length", [49, 50, 51, 64, 200])
def test_long_login_name_keeps_the_date(length: int) -> None:
    """A long login name is shortened; the date and the word after it stay whole."""
    name = render(DEFAULT_SESSION_NAME, {**VALUES, "user": "u" * length})

    assert name == "u" * min(length, 49) + "-231126-session"
    assert len(name) <= 64


def test_longest_value_is_shortened_first() -> None:
    """Of several values only the longest ones lose letters."""
    name = render("{user}-{host}-{role}", {**VALUES, "host": "h" * 100})

    assert name == "alice-" + "h" * 46 + "-my-iam-role"
    assert len(name) == 64


@pytest.mark.parametrize("placeholder", ["", "USER", "user ", "password", "0", "user!r", "user.x"])
def test_unknown_placeholder(placeholder: str) -> None:
    """An unknown placeholder is refused by name, with those that there are."""
    with pytest.raises(InvalidConfiguration, match="there is no placeholder") as refusal:
        render(f"{{user}}-{{{placeholder}}}", VALUES)

    assert f"'{{{placeholder}}}'" in str(refusal.value)
    assert "{user} {host} {role} {account} {date}" in str(refusal.value)
    assert "aws configure set assume.role_session_name" in str(refusal.value)


@pytest.mark.parametrize(
    "template",
    ["{user", "user}", "{{user}}", "{user} {host}", "ä-{user}", "{user}\n", "{user}" + "x" * 64],
)
def test_template_that_can_not_fit(template: str) -> None:
    """A template is refused when what stands around its placeholders could never be sent."""
    with pytest.raises(InvalidConfiguration, match="besides placeholders") as refusal:
        render(template, VALUES)

    assert template in str(refusal.value)
    assert "fewer than 64" in str(refusal.value)


def test_template_without_placeholders_that_can_not_fit() -> None:
    """A fixed name of more than 64 characters is refused as the template that it is."""
    with pytest.raises(InvalidConfiguration, match="fewer than 64"):
        render("x" * 65, VALUES)


def test_missing_value_is_empty() -> None:
    """A placeholder that nobody has a value for leaves nothing behind."""
    assert render("{user}-{account}", {"user": "alice"}) == "alice-"


@given(templates, st.fixed_dictionaries({name: st.text() for name in PLACEHOLDERS}))
def test_rendered_name_is_what_sts_takes(template: str, values: dict[str, str]) -> None:
    """Whatever the values are, a rendered name of two characters or more is taken by STS."""
    try:
        name = render(template, values)
    except InvalidConfiguration:
        assume(False)

    assert len(name) < 2 or limits.check("role_session_name", name) == name


@pytest.mark.parametrize(
    ("moment", "date"),
    [
        (datetime(2026, 11, 3, 12, tzinfo=timezone.utc), "031126"),
        (datetime(2026, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=9))), "010126"),
    ],
)
def test_date_on_the_persons_own_calendar(moment: datetime, date: str) -> None:
    """The date is day, month and year on the calendar of the time's own zone."""
    assert session_date(moment) == date
