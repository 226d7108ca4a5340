"""AssumeRole's limits, each at its boundary, and what is said where one is crossed."""

from __future__ import annotations

import json
import string
from typing import Any, Callable

import pytest

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.request import limits

SESSION_CHARACTERS = string.ascii_letters + string.digits + "_+=,.@-"
MANAGED = "arn:aws:iam::aws:policy/"


def policy_of_length(length: int) -> str:
    empty = json.dumps({"Version": ""})
    return json.dumps({"Version": "v" * (length - len(empty))})


def refusal_of(check: Callable[..., Any], *values: Any) -> str:
    with pytest.raises(InvalidRequest, match="^Invalid ") as refusal:
        check(*values)
    return str(refusal.value)


@pytest.mark.parametrize("text", ["900", "901", "3600", "43199", "43200"])
def test_duration_that_sts_takes(text: str) -> None:
    """A duration from 900 to 43200 seconds is answered as a number."""
    assert limits.check_number("duration_seconds", text) == int(text)


@pytest.mark.parametrize("text", ["899", "43201", "0", "-900", "9999999999"])
def test_duration_out_of_range(text: str) -> None:
    """A duration outside of STS's range is refused by value, with the range."""
    message = refusal_of(limits.check_number, "duration_seconds", text)

    assert f"Invalid duration {text!r}:" in message
    assert "900 to 43200" in message


@pytest.mark.parametrize("text", ["up-to:0", "up-to:13h", "up-to:x", "13h", "up-to:"])
def test_duration_is_named_as_typed(text: str) -> None:
    """The message has what was typed, not a part of it or its seconds."""
    assert f"Invalid duration {text!r}:" in refusal_of(limits.duration, text)


@pytest.mark.parametrize("text", ["", "1h", "3600.0", "1e3", "3600s", "9" * 5000])
def test_duration_that_is_no_number(text: str) -> None:
    """A duration that is no whole number is refused with an example to type."""
    message = refusal_of(limits.check_number, "duration_seconds", text)

    assert repr(text) in message
    assert "--duration-seconds 3600" in message


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("role_session_name", "ab"),
        ("role_session_name", "n" * 64),
        ("role_session_name", SESSION_CHARACTERS[-64:]),
        ("external_id", "ab"),
        ("external_id", "e" * 1224),
        ("external_id", "a:b/c=,.@-+_"),
        ("serial_number", "GAHT12345"),
        ("serial_number", "s" * 256),
        ("serial_number", "arn:aws:iam::123456789012:mfa/alice"),
        ("token_code", "000000"),
        ("token_code", "123456"),
        ("source_identity", "ab"),
        ("source_identity", "i" * 64),
        ("source_identity", "aws-alice"),
    ],
)
def test_text_that_sts_takes(option: str, text: str) -> None:
    """A text at the edge of what STS takes is returned as it is."""
    assert limits.check(option, text) == text


@pytest.mark.parametrize("text", [policy_of_length(2048), '{"Version": "é"}'])
def test_policy_that_sts_takes(text: str) -> None:
    """A policy at the edge of what STS takes is returned as it is."""
    assert limits.policy(text) == text


@pytest.mark.parametrize(
    ("option", "text", "next_step"),
    [
        ("role_session_name", "", "2 to 64"),
        ("role_session_name", "a", "2 to 64"),
        ("role_session_name", "n" * 65, "2 to 64"),
        ("role_session_name", "al ice", "_+=,.@-"),
        ("role_session_name", "alicé", "_+=,.@-"),
        ("role_session_name", "alice\n", "_+=,.@-"),
        ("role_session_name", "a:b", "_+=,.@-"),
        ("external_id", "a", "2 to 1224"),
        ("external_id", "e" * 1225, "2 to 1224"),
        ("external_id", "a b", "_+=,.@:/-"),
        ("external_id", "ab\n", "_+=,.@:/-"),
        ("serial_number", "s" * 8, "aws iam list-mfa-devices"),
        ("serial_number", "s" * 257, "aws iam list-mfa-devices"),
        ("serial_number", "arn:aws:iam::123456789012:mfa/al ice", "list-mfa-devices"),
        ("source_identity", "a", "2 to 64"),
        ("source_identity", "i" * 65, "2 to 64"),
        ("source_identity", "aws:alice", "must not begin with aws:"),
        ("source_identity", "AWS:alice", "must not begin with aws:"),
    ],
)
def test_text_that_sts_refuses(option: str, text: str, next_step: str) -> None:
    """A text past the edge is refused by value, with what it has to be."""
    message = refusal_of(limits.check, option, text)

    assert repr(text) in message
    assert next_step in message


@pytest.mark.parametrize(
    "code",
    [
        "",
        "12345",
        "1234567",
        "12345x",
        "123 456",
        "\uff11\uff12\uff13\uff14\uff15\uff16",
        "424242\n",
    ],
)
def test_token_code_is_never_told(code: str) -> None:
    """A token code of other than six digits is refused, and the message does not quote it."""
    message = refusal_of(limits.check, "token_code", code)

    assert code.strip() == "" or code.strip() not in message
    assert f"{len(code)} characters" in message
    assert "six digits" in message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"Version":\n  "2012-10-17"}', '{"Version": "2012-10-17"}'),
        ('\t{\r\n\t"Version": "1"\r\n}\n', '{ "Version": "1" }'),
        ('{"a  b": "c  d"}', '{"a  b": "c  d"}'),
        ('{"a": "\\n\\t"}', '{"a": "\\n\\t"}'),
    ],
)
def test_policy_goes_on_one_line(text: str, line: str) -> None:
    """The line breaks between a policy's words become blanks; its values stay as they are."""
    answer = limits.policy(text)

    assert answer == line
    assert json.loads(answer) == json.loads(text)


def test_line_breaks_do_not_count_against_a_policy() -> None:
    """A policy is measured on the one line that is sent."""
    pretty = policy_of_length(2048).replace('"Version": ', '"Version":\n        ')

    assert len(pretty) > 2048
    assert len(limits.policy(pretty)) == 2048


@pytest.mark.parametrize(
    ("text", "says", "next_step"),
    [
        ("", "not JSON", "--policy file://policy.json"),
        ("policy.json", "not JSON", "--policy file://policy.json"),
        ('{"a": "b\nc"}', "not JSON", "--policy file://policy.json"),
        ("[]", "JSON object", "Version and Statement"),
        ('"text"', "JSON object", "Version and Statement"),
        (policy_of_length(2049), "2049 characters", "--policy-arns"),
        ('{"a": "\u0100"}', "above U+00FF", "U+00FF"),
        ('{"a": "\x7f"}', "a control character", "U+00FF"),
        ('{"a": "\x85"}', "a control character", "U+00FF"),
    ],
)
def test_policy_that_sts_refuses(text: str, says: str, next_step: str) -> None:
    """A policy that STS would refuse is refused with the reason and a way on."""
    message = refusal_of(limits.policy, text)

    assert says in message
    assert next_step in message


def test_policy_nested_too_deeply() -> None:
    """A policy that Python's own parser gives up on is refused like any that is not JSON."""
    message = refusal_of(limits.policy, "[" * 100_000)

    assert "Invalid session policy" in message


@pytest.mark.parametrize(
    "arn",
    [
        MANAGED + "ReadOnlyAccess",
        MANAGED + "job-function/ViewOnlyAccess",
        "arn:aws-us-gov:iam::123456789012:policy/team/p",
        MANAGED + "p" * (2048 - len(MANAGED)),
    ],
)
def test_policy_arn_that_sts_takes(arn: str) -> None:
    """A managed policy of AWS or of an account is taken, with a path and in any partition."""
    assert limits.policy_arns([{"arn": arn}], None) == (arn,)


@pytest.mark.parametrize(
    "arn",
    [
        "",
        "ReadOnlyAccess",
        "arn:aws:iam::aws:role/r",
        "arn:aws:iam::12345:policy/p",
        "arn:aws:iam::aws:policy/",
        MANAGED + "a b",
        MANAGED + "p\n",
        MANAGED + "p" * (2049 - len(MANAGED)),
    ],
)
def test_policy_arn_that_is_none(arn: str) -> None:
    """What is no ARN of a managed policy is refused by value, with the form it has to have."""
    message = refusal_of(limits.policy_arns, [{"arn": arn}], None)

    assert repr(arn) in message
    assert "arn:aws:iam::aws:policy/NAME" in message


def test_policy_arn_without_its_member() -> None:
    """A policy ARN structure without an arn is refused like an empty one."""
    assert "Invalid policy ARN ''" in refusal_of(limits.policy_arns, [{}], None)


def test_number_of_policy_arns() -> None:
    """Ten policy ARNs are taken, eleven are refused."""
    ten = [{"arn": f"{MANAGED}p{number}"} for number in range(10)]

    assert len(limits.policy_arns(ten, None)) == 10
    assert "11 given, and the maximum is 10" in refusal_of(
        limits.policy_arns, [*ten, {"arn": MANAGED + "p"}], None
    )


def test_policy_arns_and_inline_policy_share_one_size() -> None:
    """The inline policy and the ARNs are taken at 2048 characters together, refused at 2049."""
    arn = MANAGED + "p"
    room = 2048 - len(arn)

    assert limits.policy_arns([{"arn": arn}], "x" * room) == (arn,)
    assert "2049 characters together" in refusal_of(
        limits.policy_arns, [{"arn": arn}], "x" * (room + 1)
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("k", ""),
        ("k" * 128, "v" * 256),
        ("Cost Center", "R&D".replace("&", "+")),
        ("Größe", "日本"),
        ("_.:/=+-@", "_.:/=+-@"),
        ("k", "a\u00a0b"),
        ("laws:x", "x"),
    ],
)
def test_tag_that_sts_takes(key: str, value: str) -> None:
    """Keys of 1 to 128 and values of 0 to 256 letters of any script are taken."""
    assert limits.tags([{"Key": key, "Value": value}]) == ((key, value),)


@pytest.mark.parametrize(
    ("key", "value", "names"),
    [
        ("", "v", "tag key ''"),
        ("k" * 129, "v", "1 to 128"),
        ("k", "v" * 257, "0 to 256"),
        ("k", "a;b", "'a;b'"),
        ("k", "a\nb", "value of tag 'k'"),
        ("k", "$(id)", "'$(id)'"),
        ("a#b", "v", "'a#b'"),
        ("aws:k", "v", "'aws:k'"),
        ("AWS:k", "v", "'AWS:k'"),
    ],
)
def test_tag_that_sts_refuses(key: str, value: str, names: str) -> None:
    """A tag out of STS's limits is refused, and the message names the part at fault."""
    assert names in refusal_of(limits.tags, [{"Key": key, "Value": value}])


@pytest.mark.parametrize("tag", [{"Key": "k"}, {"Value": "k"}])
def test_tag_without_a_member(tag: dict[str, str]) -> None:
    """A tag without its key or its value is refused with one that has both."""
    message = refusal_of(limits.tags, [tag])

    assert "Invalid tag 'k'" in message
    assert "--tags Key=team,Value=storage" in message


def test_number_of_tags() -> None:
    """Fifty tags are taken in their order, fifty-one are refused."""
    fifty = [{"Key": f"k{number}", "Value": "v"} for number in range(50)]

    assert [key for key, _ in limits.tags(fifty)] == [f"k{number}" for number in range(50)]
    assert "51 given, and the maximum is 50" in refusal_of(limits.tags, [*fifty, *fifty[:1]])


@pytest.mark.parametrize(("first", "second"), [("Team", "team"), ("team", "TEAM"), ("x", "x")])
def test_tag_key_given_twice(first: str, second: str) -> None:
    """Two tags whose keys differ in case only are refused, for STS takes them as one."""
    message = refusal_of(
        limits.tags, [{"Key": first, "Value": "a"}, {"Key": second, "Value": "b"}]
    )

    assert f"'{second}' is given twice" in message


def test_transitive_keys_of_the_given_tags() -> None:
    """A transitive tag key stands for a given tag, whatever its case."""
    assert limits.transitive_tag_keys(["TEAM", "b"], [("Team", "x"), ("b", "")]) == ("TEAM", "b")


def test_transitive_key_of_no_tag() -> None:
    """A transitive tag key without its tag is refused with the option that gives it."""
    message = refusal_of(limits.transitive_tag_keys, ["team"], [("other", "")])

    assert "'team'" in message
    assert "--tags Key=team,Value=…" in message


def test_transitive_key_given_twice() -> None:
    """One transitive tag key in two spellings is refused."""
    message = refusal_of(limits.transitive_tag_keys, ["team", "Team"], [("team", "")])

    assert "given twice" in message


@pytest.mark.parametrize(
    ("arn", "assertion"), [("arn:" + "a" * 16, "abcd"), ("arn:" + "a" * 2044, "a" * 2048)]
)
def test_provided_context_that_sts_takes(arn: str, assertion: str) -> None:
    """A provider ARN of 20 to 2048 and an assertion of 4 to 2048 characters are taken."""
    given = [{"ProviderArn": arn, "ContextAssertion": assertion}]

    assert limits.provided_contexts(given) == ((arn, assertion),)


@pytest.mark.parametrize(
    ("context", "says"),
    [
        ({}, "ProviderArn of --provided-contexts ''"),
        ({"ProviderArn": "arn:" + "a" * 15, "ContextAssertion": "abcd"}, "an ARN of 20 to 2048"),
        ({"ProviderArn": "arn:" + "a" * 2045, "ContextAssertion": "abcd"}, "an ARN of 20 to 2048"),
        ({"ProviderArn": "a" * 20, "ContextAssertion": "abcd"}, "an ARN of 20 to 2048"),
        ({"ProviderArn": "arn:" + "a" * 16, "ContextAssertion": "xyz"}, "of 3 characters"),
        ({"ProviderArn": "arn:" + "a" * 16, "ContextAssertion": "a" * 2049}, "of 2049 characters"),
        ({"ProviderArn": "arn:" + "a" * 16}, "of 0 characters"),
    ],
)
def test_provided_context_that_sts_refuses(context: dict[str, str], says: str) -> None:
    """A provided context out of its limits is refused; the assertion itself is not quoted."""
    message = refusal_of(limits.provided_contexts, [context])

    assert says in message
    assert "xyz" not in message


def test_number_of_provided_contexts() -> None:
    """Five provided contexts are taken, six are refused."""
    one = {"ProviderArn": "arn:" + "a" * 16, "ContextAssertion": "abcd"}

    assert len(limits.provided_contexts([one] * 5)) == 5
    assert "6 given, and the maximum is 5" in refusal_of(limits.provided_contexts, [one] * 6)


@pytest.mark.parametrize(("text", "expected"), [("max", "max"), ("900", 900), ("43200", 43200)])
def test_duration_may_be_the_longest(text: str, expected: object) -> None:
    """The option takes seconds, or the one word for the longest that the role allows."""
    assert limits.duration(text) == expected


@pytest.mark.parametrize("text", ["MAX", "max ", "maximum", "", "8x", "h"])
def test_duration_is_no_other_word(text: str) -> None:
    """Any other word is refused, and the one that there is named."""
    assert "max" in refusal_of(limits.duration, text)


@pytest.mark.parametrize(
    "text",
    ["a=1,b=2=3", " a = 1 , b = 2=3, ", "a=1\nb=2=3", {"a": "1", "b": "2=3"}, {"a": "1,b=2=3"}],
)
def test_pairs(text: Any) -> None:
    """Pairs stand between commas, on lines, or in a block as botocore reads it."""
    assert limits.read_tags(text) == [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2=3"}]


def test_what_is_no_pair() -> None:
    """A word without a value is named."""
    with pytest.raises(InvalidRequest, match="'b': it must have the form KEY=VALUE"):
        limits.read_tags("a=1,b")


@pytest.mark.parametrize("text", ["a,b", " a , b ,", "a\nb"])
def test_keys(text: str) -> None:
    """Keys stand between commas or on lines."""
    assert limits.read_keys(text) == ["a", "b"]


@pytest.mark.parametrize("size", ["0", "4096"])
def test_session_token_size_that_sts_takes(size: str) -> None:
    """The size of a session token is at most 4096 bytes."""
    assert limits.check_number("minimum_session_token_size", size) == int(size)


@pytest.mark.parametrize("size", ["-1", "4097", "1k", ""])
def test_session_token_size_that_sts_refuses(size: str) -> None:
    """Another size is refused by value."""
    message = refusal_of(limits.check_number, "minimum_session_token_size", size)

    assert f"Invalid minimum session token size {size!r}" in message
