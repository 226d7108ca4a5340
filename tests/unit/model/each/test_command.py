"""The command of `aws assume each`: placeholders, and what is refused."""

from __future__ import annotations

import shlex
from typing import Optional

import pytest

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.each.command import EachCommand, read_command, safe_name
from awscli_assume.model.each.results import EachTarget

TARGET = EachTarget("111122223333", "Web Shop", "eu-west-1")


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("{account}", "111122223333"),
        ("a-{account}-{region}/{name}", "a-111122223333-eu-west-1/Web-Shop"),
        # JMESPath, JSON, variables of a shell and other templates stay.
        ("Vpcs[].{Id: VpcId, name: Name}", "Vpcs[].{Id: VpcId, name: Name}"),
        ("{name: Name}", "{name: Name}"),
        ('{"a": {"b": "{account}"}}', '{"a": {"b": "111122223333"}}'),
        ("${region} $region {other} {} {{}}", "${region} $region {other} {} {{}}"),
        ("{Account}", "{Account}"),
    ],
)
def test_placeholders(word: str, expected: str) -> None:
    """Only the three names in braces are replaced."""
    assert EachCommand(("aws", word)).for_target(TARGET) == ("aws", expected)


def test_value_with_a_placeholder_is_not_replaced_again() -> None:
    """A name is no template."""
    target = EachTarget("111122223333", "{account}")
    assert EachCommand(("{name}",)).for_target(target) == ("account",)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("$(reboot)", "reboot"),
        ("a;rm -rf /", "a-rm--rf"),
        ("-rf", "rf"),
        ("../../etc", "etc"),
        ("a'b\"c`d|e&f>g\nh", "a-b-c-d-e-f-g-h"),
        ("Büro @ Köln", "Büro-@-Köln"),
        ("", "111122223333"),
        ("***", "111122223333"),
    ],
)
def test_names_of_accounts_are_harmless(name: str, expected: str) -> None:
    """A name is one word of a shell, no option, and a file name in the folder."""
    found = safe_name(EachTarget("111122223333", name))
    assert found == expected
    assert shlex.split(found) == [found]


@pytest.mark.parametrize(
    "words",
    [
        ("aws", "--profile", "x", "s3", "ls"),
        ("aws", "s3", "ls", "--profile=x"),
        ("aws", "s3", "ls", "--prof", "x"),
        ("aws", "--p", "x", "s3", "ls"),
        ("aws", "s3", "ls", "--profile"),
    ],
)
def test_profile_in_the_command(words: tuple[str, ...]) -> None:
    """It would replace the role's credentials."""
    with pytest.raises(InvalidRequest, match="--profile in the command would replace"):
        read_command(words, 0)


@pytest.mark.parametrize(
    ("words", "region"),
    [
        (("aws", "s3", "ls"), None),
        (("aws", "--region", "eu-west-1", "s3", "ls"), "eu-west-1"),
        (("aws", "s3", "ls", "--reg=eu-west-1"), "eu-west-1"),
        # Other options that begin alike, and other commands.
        (("aws", "s3", "ls", "--prefix", "a", "--request-payer"), None),
        (("aws", "assume", "exec", "r", "--", "aws", "--profile", "x", "s3", "ls"), None),
        (("terraform", "--profile", "x", "--region", "y"), None),
    ],
)
def test_region_of_the_command(words: tuple[str, ...], region: Optional[str]) -> None:
    """The region is that of --region among the words of the AWS CLI."""
    assert read_command(words, 0) == EachCommand(words, region)


def test_two_regions() -> None:
    """--region would replace each of --regions."""
    with pytest.raises(InvalidRequest, match="would replace each region"):
        read_command(("aws", "--region", "a", "s3", "ls"), 2)


@pytest.mark.parametrize("words", [None, ()])
def test_no_command(words: Optional[tuple[str, ...]]) -> None:
    """The message says where it stands."""
    with pytest.raises(InvalidRequest, match="Type it after --"):
        read_command(words, 0)


def test_needs_region() -> None:
    """A command that names the region needs one."""
    assert EachCommand(("a", "x{region}")).needs_region
    assert not EachCommand(("a", "${region}", "{account}")).needs_region
