"""What a plan hands to the CLI's session, and what it leaves alone."""

from __future__ import annotations

import copy
from argparse import Namespace
from datetime import datetime, timezone
from typing import Any, Optional

import pytest

from awscli_assume.arguments.assume_role import STS_OPTIONS
from awscli_assume.host.context import CommandContext
from awscli_assume.host.environment import Environment
from awscli_assume.workflow.planning.make_plan import make_plan
from awscli_assume.workflow.planning.plan import AssumePlan

ROLE_ARN = "arn:aws:iam::123456789012:role/r"
NOW = datetime(2026, 11, 28, 9, 0, tzinfo=timezone.utc)


def plan_of(
    profiles: dict[str, Any], profile: Optional[str], variables: Optional[dict[str, str]] = None,
    **options: Any,
) -> AssumePlan:  # fmt: skip
    """Return the plan of a command line; ``profile`` is --profile."""
    names = (*STS_OPTIONS, "role_name", "role_arn", "account_id", "update_profile")
    session = Namespace(
        full_config={"profiles": profiles}, get_config_variable=lambda name: profile
    )
    environment = Environment(
        variables=variables or {}, now=lambda: NOW, login_name=lambda: "alice",
        host_name=lambda: "laptop",
    )  # fmt: skip
    context = CommandContext(session, Namespace(profile=profile), environment)
    return make_plan(context, Namespace(**{**dict.fromkeys(names), **options}))


def test_what_is_inherited_is_handed_over_too() -> None:
    """A profile that includes another one has its keys in the session, not in the files."""
    profiles = {
        "admin": {"include_profile": "base", "source_profile": "user", "ca_bundle": "/ca.pem"},
        "base": {"role_arn": ROLE_ARN, "region": "eu-west-1"},
        "user": {"include_profile": "base-user"},
        "base-user": {"credential_process": "p"},
    }
    written = copy.deepcopy(profiles)
    found = plan_of(profiles, "admin").session_profiles

    assert found["user"] == {"credential_process": "p"}
    assert found["admin"]["role_arn"] == ROLE_ARN
    assert set(found) == {"admin", "user"}
    assert profiles == written


@pytest.mark.parametrize(
    ("profiles", "profile", "variables", "options"),
    [
        ({"user": {"ca_bundle": "/ca.pem"}}, "user", {}, {"role_name": "r"}),
        ({"user": {"ca_bundle": "/ca.pem"}}, None, {"AWS_ACCESS_KEY_ID": "A"}, {"role_name": "r"}),
        ({"a": {"role_arn": ROLE_ARN, "credential_source": "EcsContainer", "ca_bundle": "c"}},
         "a", {}, {}),
    ],
    ids=["a role by name", "keys in the environment", "a credential_source"],
)  # fmt: skip
def test_nothing_is_handed_over_if_the_session_has_it(
    profiles: Any, profile: Any, variables: Any, options: Any
) -> None:
    """If the source is the named profile, the CLI reads its settings by itself."""
    assert plan_of(profiles, profile, variables, **options).session_profiles == {}


@pytest.mark.parametrize(
    ("source", "seconds"),
    [
        ({"aws_access_key_id": "AKIAX"}, 7200),
        ({"role_arn": ROLE_ARN, "credential_source": "Environment"}, 3600),
    ],
    ids=["access keys", "a role"],
)
def test_a_role_as_the_source_gets_an_hour(source: dict[str, str], seconds: int) -> None:
    """A duration that a profile sets is shortened by role chaining; access keys keep it."""
    admin = {"role_arn": ROLE_ARN, "source_profile": "user", "duration_seconds": "7200"}
    plan = plan_of({"admin": admin, "user": source}, "admin")

    assert plan.request.seconds == seconds


@pytest.mark.parametrize(
    ("existing", "expected"),
    [
        ({}, "arn:PARTITION:iam::123456789012:role/r"),
        ({"assumed": {"role-arn": "arn:aws-cn:iam::123456789012:role/x"}},
         "arn:aws-cn:iam::123456789012:role/r"),
    ],
    ids=["a new target", "a target of that partition"],
)  # fmt: skip
def test_partition_of_a_dry_run(existing: dict[str, Any], expected: str) -> None:
    """An account is in one partition, which the record of the target may tell."""
    profiles = {"user": {}, "assumed-role": existing}
    plan = plan_of(profiles, "user", role_name="r", account_id="123456789012")

    assert plan.with_known_role().request.role.arn == expected
