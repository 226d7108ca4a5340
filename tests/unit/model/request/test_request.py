"""The request: what reaches STS, what is left out, and what never shows."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import Any

import pytest

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.arns import Role
from awscli_assume.model.request.request import (
    AssumeRoleRequest,
    PackedSize,
    build_request,
    packed_size,
)

ROLE = Role("r", "/", "123456789012", "aws")
PLAIN_REQUEST = AssumeRoleRequest(ROLE, "alice")
DEVICE = "arn:aws:iam::123456789012:mfa/alice"
EVERYTHING: dict[str, Any] = {
    "duration_seconds": "3600",
    "policy": '{"Version": "2012-10-17"}',
    "policy_arns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
    "tags": [{"Key": "Team", "Value": "a"}, {"Key": "Empty", "Value": ""}],
    "transitive_tag_keys": ["Team"],
    "external_id": "ext-1",
    "serial_number": DEVICE,
    "token_code": "424242",
    "source_identity": "alice",
    "provided_contexts": [{"ProviderArn": "arn:" + "a" * 16, "ContextAssertion": "abcd"}],
}


def test_parameters_hold_what_was_asked_for_and_nothing_else() -> None:
    """A request without options has the two parameters that STS requires."""
    request = build_request(ROLE, "alice", {})

    assert request.parameters() == {"RoleArn": ROLE.arn, "RoleSessionName": "alice"}


def test_options_that_are_none_were_not_given() -> None:
    """An option that is None, or a list without an entry, is left out."""
    nothing = {name: [] if isinstance(value, list) else None for name, value in EVERYTHING.items()}

    assert build_request(ROLE, "alice", nothing) == build_request(ROLE, "alice", {})


def test_parameters_in_botocores_shapes() -> None:
    """Every option becomes the parameter of AssumeRole that it is named after."""
    parameters = build_request(ROLE, "alice", EVERYTHING).parameters()

    assert parameters == {
        "RoleArn": ROLE.arn,
        "RoleSessionName": "alice",
        "DurationSeconds": 3600,
        "Policy": '{"Version": "2012-10-17"}',
        "PolicyArns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
        "Tags": [{"Key": "Team", "Value": "a"}, {"Key": "Empty", "Value": ""}],
        "TransitiveTagKeys": ["Team"],
        "ExternalId": "ext-1",
        "SerialNumber": DEVICE,
        "TokenCode": "424242",
        "SourceIdentity": "alice",
        "ProvidedContexts": [{"ProviderArn": "arn:" + "a" * 16, "ContextAssertion": "abcd"}],
    }


@pytest.mark.parametrize("given", [7200, "7200"])
def test_duration_from_the_command_line_and_from_a_file(given: object) -> None:
    """A duration is a number for STS, whether it came as a number or as text."""
    request = build_request(ROLE, "alice", {"duration_seconds": given})

    assert request.parameters()["DurationSeconds"] == 7200


POLICY_ARN = {"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
CONTEXT = {"ProviderArn": "arn:" + "a" * 16, "ContextAssertion": "abcd"}


@pytest.mark.parametrize(
    ("name", "invalid", "reason"),
    [
        ("duration_seconds", 899, "Invalid duration '899'"),
        ("policy", "no JSON", "Invalid session policy: not JSON"),
        ("policy", "[]", "Invalid session policy: it must be a JSON object"),
        ("policy_arns", [{"arn": "x"}], "Invalid policy ARN 'x'"),
        ("policy_arns", [POLICY_ARN] * 11, "Invalid policy ARNs: 11 given"),
        ("tags", [{"Key": "k"}], "Invalid tag 'k': it needs a key and a value"),
        ("tags", [{"Key": "", "Value": "v"}], "Invalid tag key ''"),
        ("tags", [{"Key": "k", "Value": "#"}], "Invalid value of tag 'k' '#'"),
        ("tags", [{"Key": "aws:k", "Value": ""}], "the prefix aws: is reserved"),
        ("tags", [{"Key": "k", "Value": ""}, {"Key": "K", "Value": ""}], "'K' is given twice"),
        ("tags", [{"Key": f"k{n}", "Value": ""} for n in range(51)], "Invalid tags: 51 given"),
        ("transitive_tag_keys", ["Unknown"], "Invalid transitive tag key 'Unknown'"),
        ("transitive_tag_keys", ["Team", "team"], "one of them is given twice"),
        ("external_id", "x", "Invalid external ID 'x'"),
        ("external_id", "", "Invalid external ID ''"),
        ("serial_number", "x", "Invalid MFA serial number 'x'"),
        ("token_code", "x", "Invalid token code of 1 characters"),
        ("source_identity", "x", "Invalid source identity 'x'"),
        ("minimum_session_token_size", 4097, "Invalid minimum session token size '4097'"),
        ("provided_contexts", [{**CONTEXT, "ProviderArn": ""}], "Invalid ProviderArn"),
        ("provided_contexts", [{**CONTEXT, "ContextAssertion": ""}], "Invalid ContextAssertion"),
        ("provided_contexts", [CONTEXT] * 6, "Invalid provided contexts: 6 given"),
        ("via", ["a b"], "Invalid role name in 'a b'"),
    ],
)
def test_every_option_is_checked(name: str, invalid: object, reason: str) -> None:
    """A value that STS would refuse is refused before any call, and nothing else is wrong."""
    others = {} if name in ("tags", "transitive_tag_keys") else EVERYTHING
    tags = {"tags": EVERYTHING["tags"]} if name == "transitive_tag_keys" else {}

    with pytest.raises(InvalidRequest, match=re.escape(reason)):
        build_request(ROLE, "alice", {**others, **tags, name: invalid})


def test_session_name_is_checked() -> None:
    """A session name that STS would refuse is refused."""
    with pytest.raises(InvalidRequest, match="'al ice'"):
        build_request(ROLE, "al ice", {})


def test_inline_policy_counts_towards_the_policy_arns() -> None:
    """The size that inline policy and ARNs share is checked on the request."""
    policy = '{"Version": "' + "v" * 2000 + '"}'

    with pytest.raises(InvalidRequest, match="together"):
        build_request(ROLE, "alice", {**EVERYTHING, "policy": policy})


def test_token_code_without_its_device() -> None:
    """A token code alone is taken: its device may be found, and is then given to it."""
    request = build_request(ROLE, "alice", {"token_code": "424242"}).with_device("GAHT12345678")

    assert (request.serial_number, request.token_code) == ("GAHT12345678", "424242")


def test_token_code_does_not_show() -> None:
    """The token code is in no repr of a request."""
    request = build_request(ROLE, "alice", EVERYTHING)

    assert "424242" not in repr(request)
    assert "424242" not in f"{request}"


def test_typed_token_code() -> None:
    """A typed code is added to a request that is otherwise the same, which stays as it was."""
    request = build_request(ROLE, "alice", {"serial_number": DEVICE})
    typed = request.with_token_code("424242")

    assert typed.parameters() == {**request.parameters(), "TokenCode": "424242"}
    assert request.token_code is None


def test_typed_token_code_is_checked() -> None:
    """A typed code of other than six digits is refused without being quoted."""
    request = build_request(ROLE, "alice", {"serial_number": DEVICE})

    with pytest.raises(InvalidRequest, match="Invalid token code of 6 characters") as refusal:
        request.with_token_code("42424x")

    assert "42424x" not in str(refusal.value)


def test_role_that_becomes_known() -> None:
    """A request takes over a completed role and keeps everything else."""
    request = AssumeRoleRequest(Role("r"), "alice", duration_seconds=900)
    known = request.completed("aws", "123456789012")

    assert known == AssumeRoleRequest(ROLE, "alice", duration_seconds=900)
    assert request.role == Role("r")


# Role chaining


@pytest.mark.parametrize(
    ("asked", "expected", "clamped"),
    [
        (None, None, False),
        (900, 900, False),
        (3600, 3600, False),
        (3601, 3600, True),
        (43200, 3600, True),
        ("max", 3600, True),
    ],
)
def test_a_chained_request_asks_for_an_hour_at_most(
    asked: object, expected: object, clamped: bool
) -> None:
    """STS is asked for less, and what was asked for stays to be recorded."""
    request = build_request(ROLE, "alice", {"duration_seconds": asked}).chained(is_by_flag=False)

    assert (request.seconds, request.is_clamped) == (expected, clamped)
    assert request.parameters().get("DurationSeconds") == expected
    assert request.duration_seconds == asked


@pytest.mark.parametrize("asked", [None, 900, 3600, "max"])
def test_a_chained_request_that_the_option_may_ask(asked: object) -> None:
    """An hour, less, or the longest: no reason to refuse."""
    request = build_request(ROLE, "alice", {"duration_seconds": asked})

    assert request.chained(is_by_flag=True).is_chained


@pytest.mark.parametrize("asked", [3601, 43200])
def test_a_chained_request_that_the_option_may_not_ask(asked: int) -> None:
    """More than an hour by option is refused by value."""
    request = build_request(ROLE, "alice", {"duration_seconds": asked})

    with pytest.raises(InvalidRequest, match=f"Invalid duration {asked}: .* role chaining"):
        request.chained(is_by_flag=True)


def test_a_request_for_the_longest_says_so() -> None:
    """`max` stays a word until somebody has found out what it is."""
    request = build_request(ROLE, "alice", {"duration_seconds": "max"})

    assert request.parameters()["DurationSeconds"] == "max"
    assert request.lasting(7200).parameters()["DurationSeconds"] == 7200


# Packed size


def test_nothing_to_pack() -> None:
    """A request without policies and tags has no size."""
    found = packed_size(PLAIN_REQUEST)

    assert (found.characters, found.deflated, found.is_safe) == (0, 0, True)


def test_everything_counts() -> None:
    """Policy, policy ARNs, keys and values of tags."""
    full = replace(
        PLAIN_REQUEST, policy="{}", policy_arns=("arn:aws:iam::aws:policy/P",), tags=(("k", "v"),)
    )

    assert packed_size(full).characters == len("{}" + "arn:aws:iam::aws:policy/P" + "kv")


def test_what_repeats_packs_well() -> None:
    """The estimate is of packed bytes, not of characters."""
    repeated = replace(PLAIN_REQUEST, policy="a" * 2048)
    mixed = "".join(hashlib.sha256(str(one).encode()).hexdigest() for one in range(32))

    assert packed_size(repeated).is_safe
    assert not packed_size(replace(PLAIN_REQUEST, policy=mixed)).is_safe


@pytest.mark.parametrize(("deflated", "is_safe"), [(1024, True), (1025, False)])
def test_half_of_the_limit_is_safe(deflated: int, is_safe: bool) -> None:
    """The estimate is relied on up to half of the limit of plain policies."""
    assert PackedSize(4096, deflated).is_safe is is_safe
