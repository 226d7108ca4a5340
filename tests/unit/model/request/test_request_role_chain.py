"""What is asked of each role on the way, and of the one that was meant."""

from __future__ import annotations

from typing import Any

import pytest

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.arns import Role
from awscli_assume.model.request.request import AssumeRoleRequest, build_request, requests_in_order

ACCOUNT = "123456789012"
OTHER = "arn:aws:iam::210987654321:role/team/other"
ROLE = Role("target", "/", ACCOUNT, "aws")
DEVICE = f"arn:aws:iam::{ACCOUNT}:mfa/alice"
PROVIDER = "arn:aws:iam::aws:contextProvider/IdentityCenter"
WHOLE = {
    "duration_seconds": "1800",
    "policy": '{"Version": "2012-10-17"}',
    "policy_arns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
    "tags": [{"Key": "Team", "Value": "a"}, {"Key": "Cost", "Value": "b"}],
    "transitive_tag_keys": ["team"],
    "external_id": "partner",
    "serial_number": DEVICE,
    "token_code": "918273",
    "source_identity": "alice",
    "provided_contexts": [{"ProviderArn": PROVIDER, "ContextAssertion": "eyJ.abc.def"}],
    "minimum_session_token_size": "100",
}


def asked(**options: Any) -> list[dict[str, Any]]:
    """Return the parameters of all requests of one with these options."""
    request = build_request(ROLE, "s1", options).completed("aws", ACCOUNT)
    return [one.parameters() for one in requests_in_order(request)]


def test_no_hops_is_the_request_itself() -> None:
    """Without roles on the way there is one request, and nothing of it is changed."""
    request = build_request(ROLE, "s1", WHOLE)

    assert requests_in_order(request) == [request]


def test_bare_hops_have_a_name_and_the_shortest_duration() -> None:
    """Each has the request's session name and 900 seconds; the last leaves the rest to STS."""
    first, second, last = asked(via=["first", OTHER])

    assert first == {
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/first",
        "RoleSessionName": "s1",
        "DurationSeconds": 900,
    }
    assert second == {**first, "RoleArn": OTHER}
    assert last == {"RoleArn": ROLE.arn, "RoleSessionName": "s1"}


def test_every_parameter_has_its_place() -> None:
    """Device, source identity and transitive tags are the first one's, all else the last one's."""
    first, second, last = asked(via=["first", OTHER], **WHOLE)
    hop = {"RoleSessionName": "s1", "DurationSeconds": 900}

    assert first == {
        **hop,
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/first",
        "SerialNumber": DEVICE,
        "TokenCode": "918273",
        "SourceIdentity": "alice",
        "Tags": [{"Key": "Team", "Value": "a"}],
        "TransitiveTagKeys": ["team"],
    }
    assert second == {**hop, "RoleArn": OTHER}
    assert last == {
        "RoleArn": ROLE.arn,
        "RoleSessionName": "s1",
        "DurationSeconds": 1800,
        "Policy": '{"Version": "2012-10-17"}',
        "PolicyArns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
        "Tags": [{"Key": "Cost", "Value": "b"}],
        "ExternalId": "partner",
        "ProvidedContexts": [{"ProviderArn": PROVIDER, "ContextAssertion": "eyJ.abc.def"}],
        "MinimumSessionTokenSize": 100,
    }


def test_no_parameter_is_lost() -> None:
    """All parameters together are those of the one request, whatever it holds."""
    together: dict[str, Any] = {}
    for one in asked(via=["first"], **WHOLE):
        together.update({key: value for key, value in one.items() if key != "Tags"})
    alone = asked(**WHOLE)[0]

    assert together == {key: value for key, value in alone.items() if key != "Tags"}


@pytest.mark.parametrize("duration", ["28800", "max"])
def test_the_last_one_is_chained(duration: str) -> None:
    """A default above the hour is shortened without knowing anything of the source."""
    request = build_request(ROLE, "s1", {"via": [OTHER], "duration_seconds": duration})

    assert requests_in_order(request.chained(False))[-1].seconds == 3600


def test_a_duration_by_option_is_refused() -> None:
    """More than the hour by option names --via as the reason, and what to type."""
    request = build_request(ROLE, "s1", {"via": [OTHER], "duration_seconds": "3601"})

    with pytest.raises(InvalidRequest, match="from another one") as refusal:
        request.chained(True)

    assert "3601" in str(refusal.value)
    assert "Try: --duration-seconds 3600, or leave --via out" in str(refusal.value)


def test_names_are_completed_alike() -> None:
    """Account and partition of all names are the caller's; an ARN keeps its own."""
    request = build_request(Role("r"), "s1", {"via": ["team/a", OTHER]})
    known = request.completed("aws-cn", ACCOUNT)

    assert [role.arn for role in known.roles] == [
        f"arn:aws-cn:iam::{ACCOUNT}:role/team/a",
        OTHER,
        f"arn:aws-cn:iam::{ACCOUNT}:role/r",
    ]
    assert [role.is_complete for role in request.roles] == [False, True, False]


@pytest.mark.parametrize(
    "text", ["", "a b", "arn:aws:iam::1:role/r", "arn:aws:sts::123456789012:assumed-role/r/s"]
)
def test_hop_that_is_no_role(text: str) -> None:
    """An intermediate role is checked as any role is."""
    with pytest.raises(InvalidRequest, match="Invalid role (name|ARN)"):
        build_request(ROLE, "s1", {"via": [text]})


def test_a_request_shows_no_code() -> None:
    """The code of the device is in no repr, with or without --via."""
    request = build_request(ROLE, "s1", {"via": [OTHER], **WHOLE})

    assert isinstance(request, AssumeRoleRequest)
    assert "918273" not in repr(requests_in_order(request))
