"""Role ARNs and role names: what is read out of them, and what is refused."""

from __future__ import annotations

import string
from typing import Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.accounts import check_account_id
from awscli_assume.model.arns import (
    Arn,
    Role,
    find_arn,
    parse_arn,
    parse_role_arn,
    parse_role_name,
    partition_of_region_name,
    role_of_session,
    session_arn,
)

ACCOUNT = "123456789012"
_PATH_CHARACTERS = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) != "/")

account_ids = st.text(string.digits, min_size=12, max_size=12)
role_names = st.text(string.ascii_letters + string.digits + "_+=,.@-", min_size=1, max_size=64)
paths = st.lists(st.text(_PATH_CHARACTERS, min_size=1, max_size=60), max_size=8).map(
    lambda words: "".join(["/", *(f"{word}/" for word in words)])
)
partitions = st.sampled_from(["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-eusc"])


@pytest.mark.parametrize(
    ("text", "path", "name"),
    [
        ("my-iam-role", "/", "my-iam-role"),
        ("/my-iam-role", "/", "my-iam-role"),
        ("team/dev/my-iam-role", "/team/dev/", "my-iam-role"),
        ("/team/dev/my-iam-role", "/team/dev/", "my-iam-role"),
        ("a", "/", "a"),
        ("r" * 64, "/", "r" * 64),
        ("_+=,.@-", "/", "_+=,.@-"),
        ("p" * 510 + "/r", "/" + "p" * 510 + "/", "r"),
    ],
)
def test_role_name_with_its_path(text: str, path: str, name: str) -> None:
    """A role name may carry a path, which gets the slashes that IAM prints."""
    role = parse_role_name(text)

    assert role == Role(name=name, path=path)
    assert not role.is_complete


def test_role_name_with_an_account() -> None:
    """A role name with an account lacks only the partition."""
    role = parse_role_name("team/r", ACCOUNT)

    assert role == Role("r", "/team/", ACCOUNT)
    assert not role.is_complete
    assert role.completed("aws-cn", "0" * 12).arn == f"arn:aws-cn:iam::{ACCOUNT}:role/team/r"


@pytest.mark.parametrize(
    "text",
    ["", "/", "team/", "r" * 65, "my role", "röle", "role!", "role\n", "$(id)", "a:b", "r]"],
)
def test_role_name_that_iam_does_not_have(text: str) -> None:
    """A role name is refused when its last word is none of IAM's, and the message names it."""
    with pytest.raises(InvalidRequest, match="Invalid role name") as refusal:
        parse_role_name(text)

    assert repr(text) in str(refusal.value)
    assert "1 to 64 letters" in str(refusal.value)


@pytest.mark.parametrize(
    "text", ["team//r", "te am/r", "tëam/r", "team\t/r", "p" * 511 + "/r", "a\x7f/r", "a\n/r"]
)
def test_path_that_iam_does_not_have(text: str) -> None:
    """A role path is refused when a word of it is empty, unprintable or when it is too long."""
    with pytest.raises(InvalidRequest, match="Invalid role path") as refusal:
        parse_role_name(text)

    assert repr(text) in str(refusal.value)
    assert "512" in str(refusal.value)


def test_arn_given_as_a_name() -> None:
    """An ARN as a role name is refused with the option that takes it."""
    arn = f"arn:aws:iam::{ACCOUNT}:role/r"

    with pytest.raises(InvalidRequest, match=f"Try: --role-arn {arn}"):
        parse_role_name(arn)


@pytest.mark.parametrize("text", ["12345678901", "1234567890123", "", "\u0661" * 12])
def test_account_id_of_other_than_12_digits(text: str) -> None:
    """An account id of other than twelve ASCII digits is refused by value."""
    with pytest.raises(InvalidRequest, match="12 digits") as refusal:
        parse_role_name("r", text)

    assert repr(text) in str(refusal.value)
    assert "Try:" not in str(refusal.value)


def test_account_id_with_dashes() -> None:
    """An account id as the console prints it is refused with the digits to type."""
    with pytest.raises(InvalidRequest, match=r"Try: --account-id 123456789012$"):
        check_account_id("1234-5678-9012")


@pytest.mark.parametrize(
    ("arn", "role"),
    [
        (f"arn:aws:iam::{ACCOUNT}:role/r", Role("r", "/", ACCOUNT, "aws")),
        (f"arn:aws-cn:iam::{ACCOUNT}:role/a/b/r", Role("r", "/a/b/", ACCOUNT, "aws-cn")),
        (f"arn:aws-us-gov:iam::{ACCOUNT}:role/r", Role("r", "/", ACCOUNT, "aws-us-gov")),
        (f"arn:aws:iam::{ACCOUNT}:role/a:b/r", Role("r", "/a:b/", ACCOUNT, "aws")),
    ],
)
def test_role_arn(arn: str, role: Role) -> None:
    """A role ARN is read into its parts, also in other partitions and with a path."""
    found = parse_role_arn(arn)

    assert found == role
    assert found.is_complete
    assert found.arn == arn


@pytest.mark.parametrize(
    ("arn", "says"),
    [
        ("", "must have the form"),
        ("my-iam-role", "--role-name my-iam-role"),
        ("arn:aws:iam::123456789012", "must have the form"),
        ("urn:aws:iam::123456789012:role/r", "must have the form"),
        ("arn::iam::123456789012:role/r", "'' is not a partition"),
        ("arn:gcp:iam::123456789012:role/r", "'gcp' is not a partition"),
        ("arn:aws-1:iam::123456789012:role/r", "'aws-1' is not a partition"),
        ("arn:aws\n:iam::123456789012:role/r", "is not a partition"),
        ("arn:aws:s3::123456789012:role/r", "begins with arn:aws:iam::"),
        ("arn:aws-cn:iam:cn-north-1:123456789012:role/r", "begins with arn:aws-cn:iam::"),
        ("arn:aws:iam::12345:role/r", "'12345' must be 12 digits"),
        ("arn:aws:iam::aws:role/r", "'aws' must be 12 digits"),
        ("arn:aws:iam::123456789012:user/r", "'user/r' is not a role"),
        ("arn:aws:iam::123456789012:role", "'role' is not a role"),
        ("arn:aws:iam::123456789012:role/", "'role/' is not a role"),
        ("arn:aws:iam::123456789012:role/a//r", "role path"),
        ("arn:aws:iam::123456789012:role/a b", "role name"),
        ("arn:aws:iam::123456789012:role/r\n", "role name"),
        ("arn:aws:iam::123456789012:role/" + "r" * 65, "role name"),
        ("arn:aws:iam::123456789012:role/" + "p" * 511 + "/r", "role path"),
        ("arn:aws" + "-a" * 1024 + ":iam::123456789012:role/r", "longer than 2048"),
    ],
)
def test_role_arn_that_is_none(arn: str, says: str) -> None:
    """What is no role ARN is refused: the message names it and its part at fault."""
    with pytest.raises(InvalidRequest, match="Invalid role") as refusal:
        parse_role_arn(arn)

    assert repr(arn) in str(refusal.value)
    assert says in str(refusal.value)


def test_role_arn_with_an_empty_first_word_of_its_path() -> None:
    """An ARN with two slashes after role is refused, as one further on is."""
    with pytest.raises(InvalidRequest, match="role path"):
        parse_role_arn(f"arn:aws:iam::{ACCOUNT}:role//r")


def test_session_arn_in_place_of_a_role_arn() -> None:
    """The ARN of a role's session is refused with the ARN of the role."""
    arn = f"arn:aws-cn:sts::{ACCOUNT}:assumed-role/my-iam-role/alice"

    with pytest.raises(InvalidRequest, match="the ARN of a role session") as refusal:
        parse_role_arn(arn)

    assert str(refusal.value).endswith(
        f"Try: --role-arn arn:aws-cn:iam::{ACCOUNT}:role/my-iam-role"
    )


@given(st.builds(Role, name=role_names, path=paths, account_id=account_ids, partition=partitions))
def test_every_role_is_read_back_from_its_arn(role: Role) -> None:
    """The role of a role's ARN is that role."""
    assert parse_role_arn(role.arn) == role


@given(role_names, paths, account_ids)
def test_every_role_is_read_back_from_its_path_and_name(
    name: str, path: str, account_id: str
) -> None:
    """A path and a name, with or without the first slash, are one role."""
    expected = Role(name, path, account_id)
    without_slash = f"{path}{name}"[1:]

    assert parse_role_name(f"{path}{name}", account_id) == expected
    if not without_slash.startswith("arn:"):
        assert parse_role_name(without_slash, account_id) == expected


@given(st.text())
def test_no_text_breaks_the_parsers(text: str) -> None:
    """Any text is either a role or refused, by name and by ARN."""
    for parse in (parse_role_name, parse_role_arn):
        try:
            role = parse(text)
        except InvalidRequest:
            continue
        assert role.completed("aws", ACCOUNT).arn


def test_arn_of_a_role_whose_account_is_not_known() -> None:
    """There is no ARN while the account is not known."""
    with pytest.raises(ValueError, match="my-iam-role"):
        _ = Role("my-iam-role").arn


def test_completing_keeps_what_is_known() -> None:
    """Completing a role fills in what it lacks and nothing else."""
    known = Role("r", "/", "1" * 12, "aws-cn")

    assert known.completed("aws", "2" * 12) == known
    assert Role("r").completed("aws", "2" * 12) == Role("r", "/", "2" * 12, "aws")


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_parts_of_any_arn(partition: str) -> None:
    """An ARN has five parts after its prefix, and reads the same again."""
    text = f"arn:{partition}:sts:eu-central-1:{ACCOUNT}:assumed-role/r/s:1"
    arn = parse_arn(text)

    assert arn == Arn(partition, "sts", "eu-central-1", ACCOUNT, "assumed-role/r/s:1")
    assert str(arn) == text


@pytest.mark.parametrize("text", ["", "arn", "arn:aws:iam::123456789012", "urn:a:b:c:d:e"])
def test_text_that_is_no_arn(text: str) -> None:
    """A text without the six parts of an ARN is not one."""
    assert find_arn(text) is None
    with pytest.raises(ValueError, match="not an ARN"):
        parse_arn(text)


@pytest.mark.parametrize(
    ("arn", "name", "role_arn"),
    [
        (f"arn:aws-cn:sts::{ACCOUNT}:assumed-role/r/s", "r", f"arn:aws-cn:iam::{ACCOUNT}:role/r"),
        (f"arn:aws:iam::{ACCOUNT}:assumed-role/r/s", None, None),
        (f"arn:aws:sts::{ACCOUNT}:federated-user/bob", None, None),
        (f"arn:aws:iam::{ACCOUNT}:role/r", None, None),
    ],
)
def test_role_of_a_session(arn: str, name: Optional[str], role_arn: Optional[str]) -> None:
    """Only the ARN of a role session names the role behind it."""
    assert parse_arn(arn).assumed_role_name == name
    assert role_of_session(arn) == role_arn


def test_what_is_no_arn_has_no_role() -> None:
    """A caller that is not known has no role."""
    assert role_of_session(None) is None


def test_arn_of_a_session() -> None:
    """The ARN of a session has the role's name without its path."""
    role = Role("r", "/team/", ACCOUNT, "aws-cn")

    assert session_arn(role, "alice") == f"arn:aws-cn:sts::{ACCOUNT}:assumed-role/r/alice"


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("us-east-1", "aws"), ("xx-new-9", "aws"), ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"), ("eusc-de-east-1", "aws-eusc"),
        ("us-iso-east-1", "aws-iso"), ("us-isob-east-1", "aws-iso-b"),
        ("us-isof-south-1", "aws-iso-f"), ("eu-isoe-west-1", "aws-iso-e"),
        ("aws-global", "aws"), ("aws-cn-global", "aws-cn"),
    ],
)  # fmt: skip
def test_partition_of_a_region(region: str, partition: str) -> None:
    """The name of a region says its partition."""
    assert partition_of_region_name(region) == partition
