"""Control characters as escapes."""

from __future__ import annotations

import pytest

from awscli_assume.model.printable import option, printable, printable_object, with_profile


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain \u00e9\u4e2d\U0001f600", "plain \u00e9\u4e2d\U0001f600"), ("a\tb\nc", "a\tb\nc"),
        ("\x1b[2J", "\\x1b[2J"), ("\x07", "\\x07"), ("\r", "\\x0d"), ("\x7f", "\\x7f"),
        ("\x9b", "\\x9b"), ("\u202e", "\\u202e"), ("\u2066", "\\u2066"), ("\u061c", "\\u061c"),
        ("\u2028", "\\u2028"),
    ],
)  # fmt: skip
def test_controls_become_escapes(text: str, expected: str) -> None:
    """C0, DEL, C1 and bidirectional controls; all else stays."""
    assert printable(text) == expected


def test_every_control_is_found() -> None:
    """What Python counts as printable has no controls."""
    controls = [*range(9), *range(11, 32), *range(0x7F, 0xA0), 0x61C, 0x200E, 0x200F]
    controls += [*range(0x2028, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000)]

    assert [code for code in controls if printable(chr(code)) == chr(code)] == []


def test_all_texts_of_an_object() -> None:
    """Keys, too, and other types as they are."""
    found = printable_object({"\x1b": ["\x07", ("\x9b", 1, None)]})

    assert found == {"\\x1b": ["\\x07", ["\\x9b", 1, None]]}


@pytest.mark.parametrize(
    ("value", "expected"),
    [("dev", "--profile dev"), ("-x", "--profile=-x"), ("my profile", "--profile 'my profile'"),
     ("-my profile", "'--profile=-my profile'"), ("it's", "--profile 'it'\"'\"'s'")],
)  # fmt: skip
def test_an_option_is_one_for_a_shell(value: str, expected: str) -> None:
    """A value with a dash is no other option, and one with spaces is one word."""
    assert option("--profile", value) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See: aws iam get-role --role-name r",
         "See: aws iam get-role --profile=-x --role-name r"),
        ("See: aws iam get-role --profile y", "See: aws iam get-role --profile y"),
        ("Add: aws iam create-virtual-mfa-device help",
         "Add: aws iam create-virtual-mfa-device help"),
        ("See: aws iam list-policies", "See: aws iam list-policies --profile=-x"),
        ("See: aws assume list", "See: aws assume list"),
    ],
)  # fmt: skip
def test_iam_commands_get_the_profile_once(text: str, expected: str) -> None:
    """IAM shows the account of the profile; help needs none."""
    assert with_profile(text, "-x") == expected
