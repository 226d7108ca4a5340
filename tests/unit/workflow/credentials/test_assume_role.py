"""From a command line to a plan: which value counts, and what is refused."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Optional

import pytest
from awscli.clidriver import create_clidriver
from botocore.session import Session
from pytest_mock import MockerFixture

from awscli_assume.arguments.assume_role import STS_OPTIONS
from awscli_assume.errors import InvalidConfiguration, InvalidRequest, NoTerminal
from awscli_assume.host import (
    InvalidConfigError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
)
from awscli_assume.host.context import CommandContext
from awscli_assume.host.environment import Environment
from awscli_assume.model.arns import Role
from awscli_assume.profiles.source import ProfilePair
from awscli_assume.workflow.credentials.assume_role import assume_planned_role
from awscli_assume.workflow.credentials.mfa_code import check_terminal
from awscli_assume.workflow.planning.make_plan import make_plan
from awscli_assume.workflow.planning.plan import AssumePlan
from support.sts_stub import StsStub

ROLE_ARN = "arn:aws:iam::123456789012:role/r"
DEVICE = "arn:aws:iam::123456789012:mfa/alice"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)
LATER = "2026-11-23T10:00:00Z"


class FakeSession:
    """The part of a session that planning needs: the profiles, and the current one."""

    def __init__(self, profiles: dict[str, Any], current: Optional[str] = None) -> None:
        self.full_config = {"profiles": profiles}
        self.available_profiles = list(profiles)
        self._current = current

    def get_config_variable(self, name: str) -> Optional[str]:
        assert name == "profile"
        return self._current


def environment_with(**more: Any) -> Environment:
    return Environment(
        **{
            "variables": {},
            "now": lambda: NOW,
            "has_terminal": lambda: False,
            "login_name": lambda: "alice",
            "host_name": lambda: "laptop",
            **more,
        }
    )


def plan_of(
    profiles: dict[str, Any],
    profile: Optional[str] = None,
    current: Optional[str] = None,
    environment: Optional[Environment] = None,
    **options: Any,
) -> AssumePlan:
    """Return the plan of a command line with these options; ``profile`` is --profile."""
    names = (*STS_OPTIONS, "role_name", "role_arn", "account_id", "update_profile")
    parsed_args = Namespace(**{**dict.fromkeys(names), **options})
    session = FakeSession(profiles, profile if profile is not None else current)
    return make_plan(
        CommandContext(session, Namespace(profile=profile), environment or environment_with()),
        parsed_args,
    )


def test_bare_role_name() -> None:
    """A role name is all it takes: default to assumed-role, a name of today, STS's duration."""
    plan = plan_of({"default": {}}, role_name="my-iam-role")

    assert plan.profile_pair == ProfilePair("default", "assumed-role", "default")
    assert plan.request.role == Role("my-iam-role")
    assert plan.request.role_session_name == f"alice-{NOW.astimezone():%d%m%y}-session"
    assert plan.session_name == "{user}-{date}-session"
    assert plan.request.duration_seconds is None


LAYERS: dict[str, tuple[Any, str, str, str]] = {
    # option: flag, key of a role profile with its value, value in the block
    "duration_seconds": (901, "duration_seconds", "902", "903"),
    "role_session_name": ("by-flag", "role_session_name", "by-profile", "by-block"),
    "external_id": ("by-flag", "external_id", "by-profile", "by-block"),
    "serial_number": (f"{DEVICE}1", "mfa_serial", f"{DEVICE}2", f"{DEVICE}3"),
    "source_identity": ("by-flag", "source_identity", "by-profile", "by-block"),
}


@pytest.mark.parametrize("option", LAYERS)
@pytest.mark.parametrize("layers", ["flag profile block", "profile block", "block", ""])
def test_layers_of_an_option(option: str, layers: str) -> None:
    """A flag beats the profile that names the role, that one its block, the block the default."""
    flag, key, by_profile, by_block = LAYERS[option]
    profile: dict[str, Any] = {"role_arn": ROLE_ARN, "source_profile": "default"}
    if "profile" in layers:
        profile[key] = by_profile
    if "block" in layers:
        profile["assume"] = {option: by_block}
    given = {option: flag} if "flag" in layers else {}

    plan = plan_of(
        {"default": {}, "role": profile},
        profile="role",
        environment=environment_with(has_terminal=lambda: True),
        **given,
    )

    by_layer = {"flag": flag, "profile": by_profile, "block": by_block}
    default = {"role_session_name": f"alice-{NOW.astimezone():%d%m%y}-session"}
    expected = by_layer.get(layers.partition(" ")[0], default.get(option))
    found = getattr(plan.request, option)
    assert found == (int(expected) if option == "duration_seconds" and expected else expected)


def test_source_identity_of_the_block() -> None:
    """Where the role is given, the source identity is the flag's, else the block's."""
    profiles = {"default": {"assume": {"source_identity": "by-block"}}}

    assert plan_of(profiles, role_name="r").request.source_identity == "by-block"
    given = plan_of(profiles, role_name="r", source_identity="by-flag")
    assert given.request.source_identity == "by-flag"


@pytest.mark.parametrize(("given", "account"), [(None, "2" * 12), ("3" * 12, "3" * 12)])
def test_account_of_the_block(given: Optional[str], account: str) -> None:
    """The account of a role name is the flag's, else the block's."""
    profiles = {"default": {"assume": {"account_id": "2" * 12}}}

    assert plan_of(profiles, role_name="r", account_id=given).request.role.account_id == account


def test_account_of_the_block_does_not_touch_an_arn() -> None:
    """The block's account is for role names: an ARN names its own."""
    profiles = {"default": {"assume": {"account_id": "2" * 12}}}

    assert plan_of(profiles, role_arn=ROLE_ARN).request.role.arn == ROLE_ARN


def test_role_keys_of_the_source_do_not_count_for_another_role() -> None:
    """A role that is named on the command line takes no external id from a role profile."""
    source = {
        "role_arn": "arn:aws:iam::123456789012:role/other",
        "source_profile": "default",
        "external_id": "of-the-other",
        "mfa_serial": DEVICE,
    }

    request = plan_of({"default": {}, "x": source}, profile="x", role_arn=ROLE_ARN).request

    assert request.external_id is None
    assert request.serial_number is None


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"session_tags": "team"}, "session_tags of the profile 'x': Invalid tag 'team'"),
        ({"session_tags": "a=1,A=2"}, "session_tags of the profile 'x': Invalid tags"),
        (
            {"session_tags": "a=1", "transitive_session_tags": "b"},
            "transitive_session_tags of the profile 'x': Invalid transitive tag key 'b'",
        ),
        ({"source_identity": "!"}, "source_identity of the profile 'x'"),
    ],
)
def test_bad_keys_of_a_role_profile(keys: dict[str, str], says: str) -> None:
    """What AssumeRole can't take is an error of configuration, with key and profile."""
    profile = {"role_arn": ROLE_ARN, "source_profile": "default", **keys}
    with pytest.raises(InvalidConfiguration) as refusal:
        plan_of({"default": {}, "x": profile}, profile="x")

    assert says in str(refusal.value)


def test_role_that_the_profile_names() -> None:
    """Without a role option it is the profile's role, from the profile's source."""
    profiles = {"dev": {}, "role": {"role_arn": ROLE_ARN, "source_profile": "dev"}}

    plan = plan_of(profiles, profile="role")

    assert plan.request.role.arn == ROLE_ARN
    assert plan.profile_pair == ProfilePair("dev", "assumed-role", "role", is_role=True)


def test_role_profile_that_is_its_own_source() -> None:
    """A role profile may be its own source, as the CLI lets it: its keys assume its role."""
    keys = {"aws_access_key_id": "AKIAX", "aws_secret_access_key": "x"}
    profiles = {"role": {"role_arn": ROLE_ARN, "source_profile": "role", **keys}}

    plan = plan_of(profiles, profile="role")

    pair = ProfilePair("role", "assumed-role", "role", "SharedCredentials", is_role=True)
    assert plan.profile_pair == pair
    assert not plan.request.is_chained


@pytest.mark.parametrize(
    ("profiles", "error", "says"),
    [
        ({"x": {}}, InvalidRequest, "--role-name my-iam-role"),
        ({}, ProfileNotFound, "The config profile (x) could not be found"),
        (
            {"x": {"role_arn": ROLE_ARN}},
            PartialCredentialsError,
            f"aws assume --role-arn {ROLE_ARN}",
        ),
        (
            {"x": {"role_arn": ROLE_ARN, "source_profile": "gone"}},
            InvalidConfigError,
            'The source_profile "gone" referenced in the profile "x" does not exist.',
        ),
        (
            {"x": {"web_identity_token_file": "/token"}},
            InvalidConfigError,
            "aws configure set role_arn ARN --profile x",
        ),
        (
            {"x": {"role_arn": "no ARN", "source_profile": "y"}, "y": {}},
            InvalidConfiguration,
            "role_arn of the profile 'x': Invalid role ARN 'no ARN'",
        ),
    ],
)
def test_no_role_to_be_found(profiles: dict[str, Any], error: type[Exception], says: str) -> None:
    """Without a role option the profile has to name a role and its source, which is there."""
    with pytest.raises(error) as refusal:
        plan_of(profiles, profile="x")

    assert says in str(refusal.value)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"role_name": "a", "role_arn": ROLE_ARN}, "name two roles"),
        ({"role_arn": ROLE_ARN, "account_id": "1" * 12}, "goes with --role-name"),
        ({"account_id": "1" * 12}, "goes with --role-name"),
        ({"role_name": "r", "role_session_name": "{user}"}, "Invalid role session name '{user}'"),
        ({"role_name": "r", "duration_seconds": 1}, "Invalid duration '1'"),
        ({"role_name": "r", "update_profile": "a]b"}, "Invalid profile name 'a]b'"),
    ],
)
def test_options_that_do_not_go_together(options: dict[str, Any], says: str) -> None:
    """Contradictions and bad values are refused before anything is asked."""
    with pytest.raises(InvalidRequest) as refusal:
        plan_of({"default": {}}, **options)

    assert says in str(refusal.value)


def test_template_of_the_block() -> None:
    """A configured session name is a template; the template is kept for the record."""
    profiles = {"default": {"assume": {"role_session_name": "{user}@{host}-{role}-{account}"}}}

    plan = plan_of(profiles, role_arn=ROLE_ARN)

    assert plan.request.role_session_name == "alice@laptop-r-123456789012"
    assert plan.session_name == "{user}@{host}-{role}-{account}"


def test_device_without_a_terminal() -> None:
    """A device whose code nobody can type is refused before any call, with the option."""
    plan = plan_of({"default": {}}, role_name="r", serial_number=DEVICE)

    with pytest.raises(NoTerminal) as refusal:
        check_terminal(str(plan.request.serial_number), environment_with())

    assert DEVICE in str(refusal.value)
    assert "--token-code CODE" in str(refusal.value)


@pytest.mark.parametrize(
    ("has_terminal", "options"), [(True, {}), (False, {"token_code": "123456"})]
)
def test_device_whose_code_will_be_there(has_terminal: bool, options: dict[str, Any]) -> None:
    """A device passes where its code is given or can be asked for."""
    environment = environment_with(has_terminal=lambda: has_terminal)

    plan = plan_of(
        {"default": {}}, role_name="r", serial_number=DEVICE, environment=environment, **options
    )

    assert plan.request.serial_number == DEVICE


def test_environment_keys_are_the_source() -> None:
    """Keys in the environment are the source, with the settings of the current profile."""
    environment = environment_with(variables={"AWS_ACCESS_KEY_ID": "AKIAX"})

    plan = plan_of({"dev": {}}, current="dev", environment=environment, role_name="r")

    assert plan.profile_pair == ProfilePair(None, "assumed-role", "dev")


@pytest.fixture
def session(mocker: MockerFixture) -> Any:
    """Return a session whose STS assumes any role, and which has a known account."""
    fake = mocker.Mock()
    client = fake.create_client.return_value
    client.meta.partition, client.meta.region_name = "aws", "us-east-1"
    mocker.patch(
        "awscli_assume.workflow.credentials.assume_role.partition_of_region", return_value="aws"
    )
    model = client.meta.service_model.operation_model.return_value
    model.input_shape.members = dict.fromkeys(
        ["RoleArn", "RoleSessionName", "SerialNumber", "TokenCode"]
    )
    client.assume_role.return_value = {
        "Credentials": {
            "AccessKeyId": "ASIAX", "SecretAccessKey": "x", "SessionToken": "x",
            "Expiration": LATER,
        },
        "AssumedRoleUser": {
            "AssumedRoleId": "AROAX:alice",
            "Arn": "arn:aws:sts::123456789012:assumed-role/r/alice",
        },
    }  # fmt: skip
    frozen = fake.get_credentials.return_value.get_frozen_credentials.return_value
    frozen.account_id = "123456789012"
    fake.get_config_variable.return_value = None
    fake.available_profiles = ["default"]
    fake.full_config = {"profiles": {}}
    regions = {"us-east-1": {}, "eu-west-1": {}, "us-west-2": {}}
    fake.get_component.return_value.load_data.return_value = {"partitions": [{"regions": regions}]}
    return fake


GLOBALS = Namespace(region=None, endpoint_url=None, verify_ssl=None)


def test_code_is_asked_for_when_everything_else_is_known(session: Any) -> None:
    """The code of the device is asked for last, by the device's name, and sent once."""
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        assert session.get_credentials.called
        return "123456"

    environment = environment_with(has_terminal=lambda: True, ask=ask)
    plan = plan_of({"default": {}}, role_name="r", serial_number=DEVICE, environment=environment)

    assumed = assume_planned_role(CommandContext(session, GLOBALS, environment), plan)

    sent = session.create_client.return_value.assume_role.call_args.kwargs
    assert asked == [f"Enter MFA code for {DEVICE}: "]
    assert (sent["TokenCode"], sent["SerialNumber"]) == ("123456", DEVICE)
    assert assumed.credentials.access_key_id == "ASIAX"


@pytest.mark.parametrize(("found", "region"), [("eu-west-1", "eu-west-1"), ("aws-global", None)])
def test_region_that_was_asked(session: Any, found: str, region: Optional[str]) -> None:
    """The region is the client's, and none where the client had to do without."""
    session.create_client.return_value.meta.region_name = found
    plan = plan_of({"default": {}}, role_name="r")

    assert (
        assume_planned_role(CommandContext(session, GLOBALS, environment_with()), plan).region
        == region
    )


def test_region_of_the_source_profile(session: Any) -> None:
    """The target gets the source's region where the role's profile and STS have none."""
    session.create_client.return_value.meta.region_name = "aws-global"
    role = {"role_arn": ROLE_ARN, "source_profile": "default"}
    plan = plan_of({"default": {"region": "eu-west-1"}, "role": role}, profile="role")

    assumed = assume_planned_role(CommandContext(session, GLOBALS, environment_with()), plan)

    assert assumed.region == "eu-west-1"
    assert plan.expected_region(environment_with()) == "eu-west-1"


def test_region_of_the_environment(
    sts_stub: StsStub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS_REGION beats the region of a role profile, as it does in every other command."""
    config = tmp_path / "config"
    config.write_text(
        "[default]\naws_access_key_id = AKIAX\naws_secret_access_key = x\n"
        f"[profile role]\nrole_arn = {ROLE_ARN}\nsource_profile = default\n"
        "region = eu-west-1\n"
    )
    regions = {"AWS_DEFAULT_REGION": "us-west-2", "AWS_REGION": "us-west-2"}
    for name, value in {
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        **regions,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    session = create_clidriver().session
    plan = plan_of(session.full_config["profiles"], profile="role")
    options = Namespace(region=None, endpoint_url=sts_stub.url, verify_ssl=None)

    # The stub answers by the real clock.
    clock = datetime.now(timezone.utc)
    environment = replace(environment_with(variables=regions), now=lambda: clock)

    assert (
        assume_planned_role(CommandContext(session, options, environment), plan).region
        == "us-west-2"
    )


def test_source_in_place_of_the_target(session: Any, mocker: MockerFixture) -> None:
    """In a shell whose AWS_PROFILE is the target the session is given the source first."""
    use_profile = mocker.patch("awscli_assume.workflow.planning.source_profile.use_profile")
    session.get_config_variable.return_value = "assumed-role"
    plan = plan_of({"default": {}}, current="assumed-role", role_name="r")

    assume_planned_role(CommandContext(session, GLOBALS, environment_with()), plan)

    use_profile.assert_called_once_with(session, "default")


@pytest.mark.parametrize("current", [None, "default"])
def test_session_that_has_the_source_already(
    session: Any, mocker: MockerFixture, current: Optional[str]
) -> None:
    """A session whose profile is the source is left alone."""
    use_profile = mocker.patch("awscli_assume.workflow.planning.source_profile.use_profile")
    session.get_config_variable.return_value = current
    plan = plan_of({"default": {}}, role_name="r")

    assume_planned_role(CommandContext(session, GLOBALS, environment_with()), plan)

    assert use_profile.call_count == 0


TARGET = f"""\
[profile assumed-role]
aws_access_key_id = ASIAEXAMPLEEXAMPLE12
aws_secret_access_key = x
aws_session_token = x
assumed =
    role-arn = {ROLE_ARN}
    source-profile = default
"""


@pytest.mark.parametrize("text", ["", TARGET], ids=["no target yet", "a target"])
def test_source_without_a_profile_in_place_of_the_target(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The source default need not be a profile, and the target never stands in for it.

    There is no instance role here either: so there are no credentials.
    """
    (tmp_path / "config").write_text(text)
    for name, value in {
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_PROFILE": "assumed-role",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    request = plan_of({"default": {}}, role_name="r").request
    plan = AssumePlan(request, "alice", ProfilePair("default", "assumed-role", "default"))
    options = Namespace(region="us-east-1", endpoint_url="http://127.0.0.1:1", verify_ssl=None)

    with pytest.raises(NoCredentialsError):
        assume_planned_role(CommandContext(Session(), options, environment_with()), plan)
