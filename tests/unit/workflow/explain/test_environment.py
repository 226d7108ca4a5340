"""The checks of the request and of STS."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any, Optional

import pytest
from botocore.exceptions import ClientError, NoRegionError

from awscli_assume.model.arns import Role
from awscli_assume.model.diagnosis import Step
from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.workflow.explain.caller import CallerCheck, SuggestedCommands
from awscli_assume.workflow.explain.environment import check_request, check_sts

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
URL = "https://sts.us-east-1.amazonaws.com"
CLIENT: Any = SimpleNamespace(meta=SimpleNamespace(region_name="us-east-1", endpoint_url=URL))
ENDPOINT = f"the STS endpoint is {URL} (region us-east-1)"
BEHIND = "the clock of this machine is 301 seconds behind the clock of STS"
CALLER: Any = object()


def sts(
    caller: Any = CALLER, seconds: Optional[float] = 0, error: Any = None, client: Any = CLIENT
) -> Step:
    """Check STS whose clock is ``seconds`` ahead of this machine."""
    clock = None if seconds is None else NOW + timedelta(seconds=seconds)
    step = Step("Caller", "ok", ())
    return check_sts(
        CallerCheck(step, caller, client, clock, error), NOW, SuggestedCommands("dev")
    )


def denied(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "GetCallerIdentity")


@pytest.mark.parametrize(
    ("seconds", "caller", "status", "sentence"),
    [
        (0, CALLER, "ok", "the clocks differ by 0 seconds"),
        (300, CALLER, "ok", "the clocks differ by 300 seconds"),
        (-300, None, "ok", "the clocks differ by 300 seconds"),
        (301, CALLER, "ok", f"note: {BEHIND}"),
        (301, None, "problem", BEHIND),
        (-301, None, "problem", BEHIND.replace("behind", "ahead of")),
        (None, CALLER, "ok", "the clock of STS is unknown"),
        (None, None, "unknown", "the clock of STS is unknown"),
    ],
)  # fmt: skip
def test_clocks(seconds: Any, caller: Any, status: str, sentence: str) -> None:
    """A difference of more than 5 minutes is a problem, unless STS accepted the signature."""
    step = sts(caller, seconds)

    assert step.status == status
    assert sorted(step.evidence) == sorted((ENDPOINT, sentence))
    assert step.next_commands == (("date -u",) if "301" in sentence else ())


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NoRegionError(), "problem"),
        (denied("RegionDisabledException"), "problem"),
        (denied("Throttling"), "problem"),
        (denied("InvalidClientTokenId"), "ok"),
    ],
)
def test_errors_of_sts(error: Exception, status: str) -> None:
    """An error that the credentials do not cause is a problem of STS."""
    step = sts(None, error=error)

    assert step.status == status
    if status == "problem":
        assert step.evidence == (f"STS did not answer: {error}", ENDPOINT)
        assert step.next_commands == (
            "aws configure get region --profile dev", "aws configure list --profile dev",
        )  # fmt: skip


def test_sts_was_not_called() -> None:
    """Without credentials the state of STS is unknown."""
    step = sts(client=None)

    assert (step.status, step.evidence) == (
        "unknown", ("STS was not called because there are no credentials",),
    )  # fmt: skip


def test_sts_without_a_region() -> None:
    """The evidence says that no region is configured."""
    step = sts(client=SimpleNamespace(meta=SimpleNamespace(region_name=None, endpoint_url=URL)))

    assert step.evidence[0] == f"the STS endpoint is {URL} (no region)"


@pytest.mark.parametrize(
    ("role_partition", "partition", "status"),
    [("aws", "aws", "ok"), ("aws", None, "ok"), (None, "aws", "ok"), ("aws-cn", "aws", "problem")],
)
def test_partitions(role_partition: Optional[str], partition: Optional[str], status: str) -> None:
    """The role and the STS region must be in one partition, as far as both are known."""
    role = Role("my-iam-role", account_id="123456789012", partition=role_partition)
    step = check_request(AssumeRoleRequest(role, "s1"), partition)

    assert step.status == status
    if status == "problem":
        assert step.evidence == (
            "the role is in the partition aws-cn, but the STS region is in aws",
        )
        assert step.next_commands == ("--region REGION, with a region of the partition aws-cn",)


def test_packed_size() -> None:
    """A request with a session policy has an estimate of its packed size."""
    role = Role("my-iam-role", account_id="123456789012", partition="aws")
    step = check_request(AssumeRoleRequest(role, "s1", policy="{}"), "aws")

    assert step.evidence[0] == "the session name is s1, and all parameters are within limits"
    assert step.evidence[-1].startswith("session policies and tags have 2 characters, and an ")


def test_attribution_and_scope() -> None:
    """The step says what CloudTrail will show, and why the session is narrowed."""
    role = Role("my-iam-role", "/team/", "123456789012", "aws")
    request = AssumeRoleRequest(role, "s1", source_identity="alice", scope="read-only")
    step = check_request(request, "aws", "AGENT is set")
    incomplete = check_request(AssumeRoleRequest(Role("r"), "s1"), "aws")

    assert step.evidence[1:] == (
        "CloudTrail will show the session as "
        "arn:aws:sts::123456789012:assumed-role/my-iam-role/s1, with the source identity alice",
        "the session is narrowed to read-only: AGENT is set",
    )
    assert len(incomplete.evidence) == 1
