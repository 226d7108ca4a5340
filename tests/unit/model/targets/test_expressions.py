"""What a value of --accounts means, and which lists of accounts can be read."""

from __future__ import annotations

import json

import pytest

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.targets.expressions import (
    ALL,
    FILE,
    ID,
    IDENTITY_CENTER,
    NAME,
    PROFILES,
    TAG,
    UNIT,
    has_tag,
    matches,
    parse_expression,
    parse_list,
    split_ids,
    values_of_tag,
)

A, B = "111111111111", "222222222222"


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        (A, ID, A),
        ("all", ALL, "all"),
        ("All", NAME, "All"),
        ("production EU (new)", NAME, "production EU (new)"),
        ("prod-*", NAME, "prod-*"),
        ("1st", NAME, "1st"),
        ("ou:Production/Web", UNIT, "Production/Web"),
        ("ou:/", UNIT, "/"),
        ("ou-ab12-11111111", UNIT, "ou-ab12-11111111"),
        ("r-ab12", UNIT, "r-ab12"),
        ("ou-team", NAME, "ou-team"),
        ("r-d", NAME, "r-d"),
        ("tag:Stage=prod", TAG, "Stage=prod"),
        ("tag:a:b=c=d", TAG, "a:b=c=d"),
        ("identity-center", IDENTITY_CENTER, "identity-center"),
        ("profiles:prod-*", PROFILES, "prod-*"),
        ("@accounts.txt", FILE, "accounts.txt"),
        ("-", FILE, "-"),
    ],
)
def test_expressions(text: str, kind: str, value: str) -> None:
    """Each text selects, and excludes after ``not:``."""
    for prefix, is_excluded in (("", False), ("not:", True)):
        found = parse_expression(prefix + text)
        assert (found.kind, found.value, found.is_excluded) == (kind, value, is_excluded)
        assert found.text == prefix + text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Invalid --accounts '': it names no account"),
        ("not:", "Invalid --accounts 'not:': it names no account"),
        ("not:not:all", "'not:' may stand there only once"),
        ("12345678901", "Invalid account ID '12345678901': it must be 12 digits"),
        ("1111-1111-1111", r"it must be 12 digits\. Try: --accounts 111111111111"),
        ("1111111111112", "Invalid account ID '1111111111112': it must be 12 digits"),
        ("ou:", "something has to follow 'ou:', for example ou:Production/Web"),
        ("tag: ", "something has to follow 'tag:', for example tag:Stage=prod"),
        ("profiles:", r"something has to follow 'profiles:', for example profiles:prod-\*"),
        ("not:@", "something has to follow '@', for example @accounts.txt"),
        ("file://a.txt", r"a file with accounts is named with @, for example @accounts\.txt"),
        ("a\x1b[2J", r"Invalid --accounts 'a\\x1b\[2J'"),
    ],
)
def test_invalid_expressions(text: str, message: str) -> None:
    """The message has the value and what is wrong with it."""
    with pytest.raises(InvalidRequest, match=message):
        parse_expression(text)


def test_groups() -> None:
    """A group does not name a certain account."""
    groups = ("all", "ou:A", "r-ab12", "tag:a=b", "prod-*")
    others = (A, "prod", "identity-center", "profiles:*", "@file")
    assert [parse_expression(one).is_group for one in groups] == [True] * 5
    assert [parse_expression(one).is_group for one in others] == [False] * 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [(f"{A},{B}", [A, B]), (f"{A}, {B}\n", [A, B]), (A, [A]), ("a, b", ["a, b"]), ("", [""]),
     (f"{A},b", [f"{A},b"])],
)  # fmt: skip
def test_lists_of_ids(text: str, expected: list[str]) -> None:
    """Only IDs are a list: a name may contain commas and spaces."""
    assert split_ids(text) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (f"{A}\n{B}\n", [A, B]),
        (f"\ufeff{A}\r\n\r\n  {B}  \r\n", [A, B]),
        (f"# all\n{A} # one\nweb #1\n#{B}", [A, "web"]),
        (f"{A}\t{B}", [A, B]),
        (f"{A},Production,ACTIVE\n{B}\tdev", [A, B]),
        ("Production EU\nnot:ou:Web, old", ["Production EU", "not:ou:Web, old"]),
        ("C#team", ["C#team"]),
        ("", []),
        (json.dumps([A, "web"]), [A, "web"]),
        (json.dumps([{"Id": A}, {"AccountId": B}]), [A, B]),
        (json.dumps({"Accounts": [{"Id": A, "Name": "web"}]}), [A]),
        ("[]", []),
    ],
)
def test_lists(content: str, expected: list[str]) -> None:
    """Lines and JSON, of people, spreadsheets and the AWS CLI."""
    assert parse_list(content, "stdin") == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "stdin is not valid JSON: Expecting property name"),
        ("[1]", "stdin has JSON of another kind: it has to be a list of account IDs"),
        ("{}", "stdin has JSON of another kind"),
        ('[{"Name": "a"}]', "stdin has JSON of another kind"),
        ('{"Accounts": {}}', "stdin has JSON of another kind"),
    ],
)
def test_lists_that_are_none(content: str, message: str) -> None:
    """JSON of another kind is an error, not a name."""
    with pytest.raises(InvalidRequest, match=message):
        parse_list(content, "stdin")


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [("a*", "abc", True), ("*c", "abc", True), ("a*c", "ac", True), ("a", "ab", False),
     ("A*", "abc", False), ("a.*", "abc", False), ("*", "a\nb", True), ("[a]*", "[a]b", True)],
)  # fmt: skip
def test_patterns(pattern: str, text: str, expected: bool) -> None:
    """Only ``*`` has a meaning."""
    assert matches(pattern, text) is expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [("Stage=prod", True), ("Stage", True), ("Stage=*", True), ("Stage=pr*", True),
     ("stage=prod", False), ("Stage=", False), ("Empty=", True), ("Empty", True), ("a=b=c", True),
     ("a=b", True), ("a", False), ("prod", False)],
)  # fmt: skip
def test_tags(expression: str, expected: bool) -> None:
    """Keys and values are compared as they are; a key may contain an equals sign."""
    assert has_tag(expression, {"Stage": "prod", "Empty": "", "a=b": "c"}) is expected


def test_values_of_a_tag() -> None:
    """A message names the values that there are."""
    tags = [{"Stage": "prod"}, {"Stage": "dev"}, {"Stage": "prod"}, {"Other": "x"}]
    assert values_of_tag("Stage=production", tags) == ["dev", "prod"]
    assert values_of_tag("Team", tags) == []
