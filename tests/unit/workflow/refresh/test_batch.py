"""Plans of renewals: made from the record alone, an error staying its profile's."""

from __future__ import annotations

from argparse import Namespace
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any, Mapping

import pytest

from awscli_assume.errors import ForeignProfile, InvalidConfiguration
from awscli_assume.host.context import CommandContext
from awscli_assume.host.environment import Environment
from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.profiles.state import inspect_all
from awscli_assume.workflow.planning.plan import ObtainedCredentials
from awscli_assume.workflow.planning.source_profile import read_profiles
from awscli_assume.workflow.refresh.batch import Renewal, plan_renewals
from awscli_assume.workflow.refresh.credential_process import target_again

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=timezone.utc)
ROLE_ARN = "arn:aws:iam::123456789012:role/team/r"


def ours(**block: str) -> dict[str, Any]:
    """Return a profile with our record and no keys."""
    return {"assumed": {"role-arn": ROLE_ARN, "source-profile": "default", **block}}


def plan(profiles: Mapping[str, Mapping[str, Any]], variables: Mapping[str, str]) -> list[Renewal]:
    environment = Environment(
        variables=variables, now=lambda: NOW, login_name=lambda: "alice", host_name=lambda: "h"
    )
    context = CommandContext(
        Namespace(full_config={"profiles": profiles}), Namespace(region=None), environment
    )
    return plan_renewals(inspect_all(profiles, NOW), read_profiles(context), context)


def test_request_is_the_records() -> None:
    """Role, source, target and options are those of the record; a template is made anew."""
    block = {
        "role-session-name": "{user}@{host}",
        "duration-seconds": "1800",
        "tags": '{"a": "b"}',
        "policy-arns": '["arn:aws:iam::aws:policy/P"]',
    }
    (renewal,) = plan({"default": {}, "dev": ours(**block)}, {})

    assert renewal.error is None
    assert renewal.plan is not None
    assert renewal.plan.request.parameters() == {
        "RoleArn": ROLE_ARN,
        "RoleSessionName": "alice@h",
        "DurationSeconds": 1800,
        "PolicyArns": [{"arn": "arn:aws:iam::aws:policy/P"}],
        "Tags": [{"Key": "a", "Value": "b"}],
    }
    assert (renewal.plan.profile_pair.source, renewal.plan.profile_pair.target) == (
        "default",
        "dev",
    )
    assert renewal.plan.session_name == "{user}@{host}"


def test_default_need_not_be_a_profile() -> None:
    """An instance or a container role stands behind the source `default`."""
    (renewal,) = plan({"dev": ours()}, {})

    assert renewal.error is None


@pytest.mark.parametrize(
    ("profile", "error", "word"),
    [
        (ours(**{"source-profile": "carol"}), InvalidConfiguration, "'carol'"),
        ({"assumed": {"role-arn": ROLE_ARN}}, InvalidConfiguration, "AWS_ACCESS_KEY_ID"),
        ({**ours(), "role_arn": ROLE_ARN}, ForeignProfile, "role_arn"),
        ({**ours(), "aws_access_key_id": "AKIAX"}, ForeignProfile, "long-lived"),
        (ours(tags="no JSON"), InvalidConfiguration, "tags"),
    ],
)
def test_error_stays_its_profiles(profile: dict[str, Any], error: type, word: str) -> None:
    """What is wrong with one is its error, and the others have a plan."""
    one, two = plan({"default": {}, "one": profile, "two": ours()}, {})

    assert isinstance(one.error, error)
    assert word in str(one.error)
    assert one.plan is None
    assert two.error is None
    assert two.plan is not None


def test_environment_as_source() -> None:
    """A record without a source profile is renewed by the environment's keys."""
    profiles = {"dev": {"assumed": {"role-arn": ROLE_ARN}}}
    (renewal,) = plan(profiles, {"AWS_ACCESS_KEY_ID": "AKIAX"})

    assert renewal.error is None
    assert renewal.plan is not None
    assert renewal.plan.profile_pair.source is None


@pytest.mark.parametrize(
    ("existing", "recorded", "explicit", "expected"),
    [
        ("us-east-1", "us-east-1", None, "ap-south-1"),
        ("eu-west-1", "us-east-1", None, None),
        ("eu-west-1", None, None, None),
        ("eu-west-1", "us-east-1", "sa-east-1", "sa-east-1"),
    ],
)
def test_region_of_a_renewed_target(
    existing: str, recorded: Any, explicit: Any, expected: Any
) -> None:
    """The region of the request replaces ours; the user's stays; --region overrides both."""
    block = {"target-region": recorded} if recorded else {}
    profiles = {"default": {}, "dev": {"region": existing, **ours(**block)}}
    (renewal,) = plan(profiles, {})
    assert renewal.plan is not None
    later = NOW + timedelta(hours=1)
    arn = "arn:aws:sts::123456789012:assumed-role/r/s"
    credentials = TemporaryCredentials("ASIAX", "secret", "token", later, arn, "AROAX:s")
    obtained = ObtainedCredentials(renewal.plan, credentials, "ap-south-1", NOW)
    done = Renewal(renewal.state, renewal.plan, obtained)
    options = SimpleNamespace(region=explicit)
    context = CommandContext(SimpleNamespace(), options, Environment(variables={}))
    target = target_again(context, renewal.state.record, obtained, profiles["dev"])

    assert target.region == target.record.region == expected
    assert target.record.role_arn == ROLE_ARN
    assert (done.after.state, done.after.seconds_left) == ("valid", 3600)
    assert renewal.after is renewal.state


def test_record_with_a_credential_source_that_is_none() -> None:
    """A record that somebody has edited is an error of that profile, with what there is."""
    profiles = {"default": {}, "target": ours(**{"credential-source": "Elsewhere"})}

    (renewal,) = plan(profiles, {})

    assert "the profile 'target': there is no 'Elsewhere', only: Environment" in str(renewal.error)
