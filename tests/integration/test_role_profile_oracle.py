"""``aws assume --profile X`` resolves the profile X as ``aws sts get-caller-identity`` does.

For each configuration both commands run on the same files. They have to send STS the same
calls: operation, parameters, access key, session token, region and endpoint, in the same order,
after the same calls to the sources of credentials. Or both fail: with the same exit code, and
the CLI's message is part of ours. The output format is compared as well.

Only the name of a session that nobody named is left out: both commands have a default of
their own. All other intended differences have a case with a ``difference``.

Two real commands for each of some 180 cases take minutes, so the normal run has those of
``USUAL``: one or two for each rule. All run with AWSCLI_ASSUME_ALL_CASES=1, which is for changes
of how a profile is resolved, and for a new AWS CLI.

The cases follow botocore's tests (tests/functional/test_credentials.py, tests/unit/cfg) and the
AWS SDKs' shared cases for assuming a role.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Iterator, Optional

import pytest

from support.hosts import Host
from support.oracle import (
    ACCOUNT,
    CHAINED,
    CONTAINER_TOKEN,
    START_URL,
    Case,
    Outcome,
    Side,
    arn,
    key_id,
    keys,
    login,
    make_certificate,
    process,
    profile,
    role,
    run_both,
    section,
    sides,
    sso_token,
    variables_of_keys,
    web_identity_token,
)

USER = f"arn:aws:iam::{ACCOUNT}:user/alice"
SERIAL = f"arn:aws:iam::{ACCOUNT}:mfa/alice"
B = keys("B")
X = role("X", source_profile="B")
WEB = {"web_identity_token_file": "{home}/token"}
ON_ECS = {
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "{container}/task",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN": CONTAINER_TOKEN,
}
ON_CODEBUILD = {
    **ON_ECS,
    "AWS_EXECUTION_ENV": "AWS_ECS_EC2",
    "CODEBUILD_BUILD_ID": "project:1",
    "AWS_REGION": "us-east-1",
}
ON_EC2 = {"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "{instance}"}
EC2_BY_PROFILE: dict[str, Optional[str]] = {"AWS_EC2_METADATA_DISABLED": "false"}
SSO = profile("B", sso_session="corp", sso_account_id=ACCOUNT, sso_role_name="Dev") + section(
    "sso-session corp",
    {
        "sso_start_url": START_URL,
        "sso_region": "us-east-1",
        "sso_registration_scopes": "sso:account:access",
    },
)
LEGACY_SSO = profile(
    "B", sso_start_url=START_URL, sso_region="us-east-1", sso_account_id=ACCOUNT,
    sso_role_name="Dev",
)  # fmt: skip
LOGIN = profile("B", login_session=USER)
PROCESS = profile("B", credential_process="cat {home}/process.json")
FROM_ENVIRONMENT = variables_of_keys("environment")
TEMPORARY = {"aws_session_token": "token-of-B"}


# What an intended difference looks like. Each gets the outcomes of the CLI and of `aws assume`.


def bought_by_one_code(oracle: Outcome, ours: Outcome) -> None:
    """Check that a code starts an MFA session, and that its key signs the CLI's last call."""
    session, *others = ours.sts_calls
    assert (session.operation, session.access_key) == ("GetSessionToken", key_id("B"))
    assert session.parameters["SerialNumber"] == SERIAL
    assert session.parameters["TokenCode"] == "123456"
    (expected,) = oracle.sts_calls
    assert [call.operation for call in others] == ["AssumeRole"]
    assert others[0].access_key == key_id("mfa", "ASIA")
    proof = ("SerialNumber", "TokenCode")
    rest = {key: value for key, value in expected.parameters.items() if key not in proof}
    assert others[0].parameters == rest
    assert (others[0].region, others[0].endpoint) == (expected.region, expected.endpoint)
    assert (oracle.exit_code, ours.exit_code) == (0, 0)


def clamped(oracle: Outcome, ours: Outcome) -> None:
    """Check that role chaining gets one hour where STS refuses what the profile says."""
    assert (oracle.exit_code, ours.exit_code) == (254, 0)
    assert CHAINED in oracle.message
    assert [call.operation for call in ours.sts_calls] == ["AssumeRole", "AssumeRole"]
    assert ours.sts_calls[-1].parameters["DurationSeconds"] == "3600"


def no_role_named(oracle: Outcome, ours: Outcome) -> None:
    """Check that ours says that no role was named, and calls nothing."""
    assert oracle.exit_code == 0
    assert (ours.exit_code, ours.sts_calls) == (252, [])
    assert "No role was named" in ours.message


def refused_before_calling(oracle: Outcome, ours: Outcome) -> None:
    """Check that ours names the setting before any call; the CLI fails after its calls."""
    assert [call.operation for call in oracle.sts_calls] == ["AssumeRole"]
    assert (oracle.exit_code, ours.exit_code) == (255, 253)
    assert (ours.sts_calls, ours.source_calls) == ([], [])
    assert oracle.message == "Unknown output type: jsn"
    assert "Invalid output format 'jsn' (setting output" in ours.message
    assert "Nothing was done" in ours.message


def refuses_the_arn(oracle: Outcome, ours: Outcome) -> None:
    """Check that ours names the setting, and calls nothing, where STS refuses the ARN."""
    assert oracle.exit_code in (252, 254)
    assert (ours.exit_code, ours.sts_calls) == (253, [])
    assert "role_arn of the profile 'X'" in ours.message


def refuses_the_session_name(oracle: Outcome, ours: Outcome) -> None:
    """Check that ours names the setting and the profile, with the exit code of configuration."""
    assert (oracle.exit_code, oracle.sts_calls) == (252, [])
    assert (ours.exit_code, ours.sts_calls) == (253, [])
    assert "role_session_name of the profile 'X'" in ours.message


def refuses_the_external_id(oracle: Outcome, ours: Outcome) -> None:
    """Check that ours names the setting before any call; the CLI leaves the check to STS."""
    assert oracle.sts_calls[0].parameters["ExternalId"] == "a b"
    assert (ours.exit_code, ours.sts_calls) == (253, [])
    assert "external_id of the profile 'X'" in ours.message


def names_the_empty_token_file(oracle: Outcome, ours: Outcome) -> None:
    """Check that ours names the empty setting, with the exit code of the CLI."""
    assert "Unable to locate credentials" in oracle.message
    assert (oracle.exit_code, ours.exit_code) == (253, 253)
    assert (oracle.sts_calls, ours.sts_calls) == ([], [])
    assert "web_identity_token_file of the profile 'X' is empty" in ours.message


def shortened(oracle: Outcome, ours: Outcome) -> None:
    """Check that a refused duration is followed by one that the role allows."""
    assert (oracle.exit_code, ours.exit_code) == (254, 0)
    durations = [
        int(call.parameters["DurationSeconds"])
        for call in ours.sts_calls
        if call.operation == "AssumeRole"
    ]
    assert durations[0] == 43200
    assert durations[-1] < 43200
    assert "instead of the configured 43200" in ours.message


def sends_the_token_alone(oracle: Outcome, ours: Outcome) -> None:
    """Check that the calls differ only in the line break at the end of the token."""
    (expected,), (call,) = oracle.sts_calls, ours.sts_calls
    token = expected.parameters["WebIdentityToken"]
    assert token == f"{call.parameters['WebIdentityToken']}\n"
    assert {**call.parameters, "WebIdentityToken": token} == expected.parameters
    assert (oracle.exit_code, ours.exit_code) == (0, 0)


def refuses_the_duration(oracle: Outcome, ours: Outcome) -> None:
    """Check that ours names the setting that the CLI ignores."""
    assert (oracle.exit_code, ours.exit_code, ours.sts_calls) == (0, 253, [])
    assert "duration_seconds" in ours.message


def sends_all_to_the_endpoint(oracle: Outcome, ours: Outcome) -> None:
    """Check that --endpoint-url holds for AssumeRole, which the CLI sends to the real STS."""
    assert oracle.sts_calls
    assert {call.endpoint for call in ours.sts_calls} == {"{sts}/flag"}
    assert [call.operation for call in ours.sts_calls] == [
        call.operation for call in oracle.sts_calls
    ]
    assert ours.exit_code == 0


def trusts_the_bundle(oracle: Outcome, ours: Outcome) -> None:
    """Check that the option for certificates holds for AssumeRole, where the CLI fails."""
    assert "SSL" in oracle.message
    assert [call.operation for call in ours.sts_calls] == ["AssumeRole"]
    assert ours.exit_code == 0


def fails_without_a_call(oracle: Outcome, ours: Outcome) -> None:
    """Check that ours says where the code could be typed, and calls nothing."""
    assert (oracle.exit_code, ours.exit_code) == (255, 253)
    assert ours.sts_calls == []
    assert SERIAL in ours.message


KEYS = {
    "keys of the source in the credentials file": Case((X,), (B,)),
    "keys of the source in the config file": Case((X, keys("B", "profile B"))),
    "keys of the source in both files": Case((X, keys("B in config", "profile B")), (B,)),
    "access key ID in one file and secret in the other": Case(
        (X, profile("B", aws_access_key_id=key_id("B"))),
        (section("B", {"aws_secret_access_key": "secret"}),),
    ),
    "source without a secret": Case((X,), (section("B", {"aws_access_key_id": key_id("B")}),)),
    "source without an access key ID": Case((X,), (section("B", {"aws_secret_access_key": "s"}),)),
    "source with a session token": Case((X,), (keys("B", **TEMPORARY),)),
    "source with aws_security_token": Case((X,), (keys("B", aws_security_token="older-token"),)),
    "source with both spellings of the token": Case(
        (X,), (keys("B", aws_security_token="older-token", **TEMPORARY),)
    ),
    "keys in X beside role_arn and source_profile": Case((X,), (B, keys("X"))),
    "keys in X beside role_arn without a source": Case((role("X"),), (keys("X"),)),
    "keys of the source in capitals": Case(
        (X,), (f"[B]\nAWS_ACCESS_KEY_ID = {key_id('B')}\nAWS_SECRET_ACCESS_KEY = secret\n",)
    ),
    "settings of X in capitals": Case(
        (f"[profile X]\nROLE_ARN = {arn('X')}\nSource_Profile = B\n",), (B,)
    ),
}
CHAINS = {
    "two roles": Case((role("X", source_profile="C"), role("C", source_profile="B")), (B,)),
    "three roles": Case(
        (role("X", source_profile="D"), role("D", source_profile="C"),
         role("C", source_profile="B")),
        (B,),
    ),
    "four roles": Case(
        (role("X", source_profile="E"), role("E", source_profile="D"),
         role("D", source_profile="C"), role("C", source_profile="B")),
        (B,),
    ),
    "two roles with all parameters": Case(
        (role("X", source_profile="C", role_session_name="last", external_id="ex",
              duration_seconds=1800),
         role("C", source_profile="B", role_session_name="first", external_id="ec",
              duration_seconds=900)),
        (B,),
    ),
    "a chain whose first role is denied": Case(
        (role("X", source_profile="Denied"), role("Denied", source_profile="B")), (B,)
    ),
    "a role that is denied": Case(
        (role("Denied", source_profile="B"),), (B,), ("--profile", "Denied")
    ),
    "X as its own source, keys in the credentials file": Case(
        (role("X", source_profile="X"),), (keys("X"),), on_version_1=True
    ),
    "X as its own source, keys in the config file": Case(
        (role("X", source_profile="X", aws_access_key_id=key_id("X"),
              aws_secret_access_key="secret"),)
    ),
    "X as its own source without keys": Case((role("X", source_profile="X"),)),
    "source as its own source with keys": Case(
        (role("X", source_profile="C"), role("C", source_profile="C")), (keys("C"),)
    ),
    "source with a role and keys": Case(
        (role("X", source_profile="C"), role("C", source_profile="B")), (B, keys("C"))
    ),
    "source with a role and half a key": Case(
        (role("X", source_profile="C"), role("C", source_profile="B")),
        (B, section("C", {"aws_access_key_id": key_id("C")})),
    ),
    "a circle of two": Case(
        (role("X", source_profile="C"), role("C", source_profile="X"))
    ),
    "a circle behind X": Case(
        (role("X", source_profile="C"), role("C", source_profile="D"),
         role("D", source_profile="C"))
    ),
    "source_profile does not exist": Case((X,), on_version_1=True),
    "source_profile of the source does not exist": Case(
        (role("X", source_profile="C"), role("C", source_profile="B"))
    ),
    "neither source_profile nor credential_source": Case((role("X"),)),
    "source with neither": Case((role("X", source_profile="C"), role("C"))),
    "both source_profile and credential_source": Case(
        (role("X", source_profile="B", credential_source="Environment"),), (B,)
    ),
    "empty source_profile": Case((role("X", source_profile=""),), (B,)),
    "source_profile = default without such a profile": Case(
        (role("X", source_profile="default"),)
    ),
}  # fmt: skip
CREDENTIAL_SOURCES = {
    "Environment": Case(
        (role("X", credential_source="Environment"),), variables=FROM_ENVIRONMENT,
        on_version_1=True,
    ),
    "Environment with a session token": Case(
        (role("X", credential_source="Environment"),),
        variables=variables_of_keys("environment", "token-of-environment"),
    ),
    "Environment without keys": Case((role("X", credential_source="Environment"),)),
    "Ec2InstanceMetadata": Case(
        (role("X", credential_source="Ec2InstanceMetadata"),), variables=ON_EC2
    ),
    "Ec2InstanceMetadata without an instance": Case(
        (role("X", credential_source="Ec2InstanceMetadata"),)
    ),
    "EcsContainer": Case((role("X", credential_source="EcsContainer"),), variables=ON_ECS),
    "EcsContainer without a container": Case((role("X", credential_source="EcsContainer"),)),
    "an unknown credential_source": Case((role("X", credential_source="Elsewhere"),)),
    "a source with Environment": Case(
        (role("X", source_profile="C"), role("C", credential_source="Environment")),
        variables=FROM_ENVIRONMENT,
    ),
    "a source with EcsContainer": Case(
        (role("X", source_profile="C"), role("C", credential_source="EcsContainer")),
        variables=ON_ECS,
    ),
    "a source with Ec2InstanceMetadata": Case(
        (role("X", source_profile="C"), role("C", credential_source="Ec2InstanceMetadata")),
        variables=ON_EC2,
    ),
    "ec2_metadata_service_endpoint of X": Case(
        (role("X", credential_source="Ec2InstanceMetadata",
              ec2_metadata_service_endpoint="{instance}"),),
        variables=EC2_BY_PROFILE,
    ),
    "ec2_metadata_service_endpoint of X for its source": Case(
        (role("X", source_profile="C", ec2_metadata_service_endpoint="{instance}"),
         role("C", credential_source="Ec2InstanceMetadata")),
        variables=EC2_BY_PROFILE,
    ),
}  # fmt: skip
EMPTY_SOURCE = {
    "on a workstation": Case((X, profile("B", region="us-east-1")), on_version_1=True),
    "on ECS": Case((X, profile("B", region="us-east-1")), variables=ON_ECS),
    "on CodeBuild": Case((X, profile("B", region="us-east-1")), variables=ON_CODEBUILD),
    "on EC2": Case((X, profile("B", region="us-east-1")), variables=ON_EC2),
    "with keys in the environment": Case(
        (X, profile("B", region="us-east-1")), variables=FROM_ENVIRONMENT
    ),
    "of the second role, on ECS": Case(
        (role("X", source_profile="C"), role("C", source_profile="B"),
         profile("B", region="us-east-1")),
        variables=ON_ECS,
    ),
    "which is the default profile, on ECS": Case(
        (role("X", source_profile="default"), profile("default", region="us-east-1")),
        variables=ON_ECS,
    ),
    "with a role of the variables": Case(
        (X, profile("B", region="us-east-1")), prepare=web_identity_token,
        variables={"AWS_ROLE_ARN": arn("web"), "AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token"},
    ),
}  # fmt: skip
WEB_IDENTITY = {
    "without source_profile": Case(
        (role("X", role_session_name="job", **WEB),), prepare=web_identity_token,
    ),
    "without role_session_name": Case((role("X", **WEB),), prepare=web_identity_token),
    "with source_profile": Case(
        (role("X", source_profile="B", role_session_name="job", **WEB),), (B,),
        prepare=web_identity_token, on_version_1=True,
    ),
    "with credential_source": Case(
        (role("X", credential_source="Environment", **WEB),), prepare=web_identity_token,
        variables=FROM_ENVIRONMENT,
    ),
    "with keys in X": Case((role("X", **WEB),), (keys("X"),), prepare=web_identity_token),
    "with duration_seconds and external_id": Case(
        (role("X", duration_seconds=1800, external_id="e", role_session_name="job", **WEB),),
        prepare=web_identity_token,
    ),
    "with mfa_serial": Case(
        (role("X", mfa_serial=SERIAL, role_session_name="job", **WEB),),
        prepare=web_identity_token,
    ),
    "in a region of X": Case(
        (role("X", region="eu-west-1", **WEB),), region=None, prepare=web_identity_token
    ),
    "as the source": Case(
        (role("X", source_profile="C"), role("C", role_session_name="job", **WEB)),
        prepare=web_identity_token,
    ),
    "as the source of two roles": Case(
        (role("X", source_profile="D"), role("D", source_profile="C"), role("C", **WEB)),
        prepare=web_identity_token,
    ),
    "without the file": Case((role("X", **WEB),)),
    "with an empty setting": Case(
        (role("X", source_profile="B", web_identity_token_file=""),), (B,),
        difference="An empty web_identity_token_file is named; the AWS CLI says that there are "
        "no credentials",
        check=names_the_empty_token_file,
    ),
    "with blanks around the token": Case(
        (role("X", role_session_name="job", **WEB),),
        prepare=lambda home: (home / "token").write_text("header.payload.signature\n"),
        difference="A line break at the end of the file is not part of the token",
        check=sends_the_token_alone,
    ),
    "as the source, without the file": Case((role("X", source_profile="C"), role("C", **WEB))),
    "of the variables, beside --profile": Case(
        (X,), (B,), prepare=web_identity_token,
        variables={"AWS_ROLE_ARN": arn("web"), "AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token"},
    ),
    "of the variables, beside AWS_PROFILE": Case(
        (X,), (B,), (), prepare=web_identity_token,
        variables={"AWS_PROFILE": "X", "AWS_ROLE_ARN": arn("web"),
                   "AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token"},
    ),
    "without role_arn": Case((profile("X", source_profile="B", **WEB),), (B,)),
}  # fmt: skip
OTHER_SOURCES = {
    "IAM Identity Center": Case((X, SSO), prepare=sso_token("corp"), on_version_1=True),
    "IAM Identity Center, without sso_session": Case(
        (X, LEGACY_SSO), prepare=sso_token(START_URL)
    ),
    "IAM Identity Center, not signed in": Case((X, SSO)),
    "IAM Identity Center behind two roles": Case(
        (role("X", source_profile="C"), role("C", source_profile="B"), SSO),
        prepare=sso_token("corp"),
    ),
    "IAM Identity Center settings in X beside role_arn": Case(
        (role("X", source_profile="C", sso_session="corp", sso_account_id=ACCOUNT,
              sso_role_name="Dev"), SSO),
        (keys("C"),), prepare=sso_token("corp"),
    ),
    "credential_process": Case((X, PROCESS), prepare=process("B")),
    "credential_process with a session token": Case((X, PROCESS), prepare=process("B", "token")),
    "credential_process that fails": Case((X, PROCESS)),
    "credential_process beside keys in the credentials file": Case(
        (X, PROCESS), (keys("B"),), prepare=process("process")
    ),
    "credential_process beside keys in the config file": Case(
        (X, keys("B", "profile B", credential_process="cat {home}/process.json")),
        prepare=process("process"),
    ),
    "credential_process in X beside role_arn": Case(
        (role("X", source_profile="B", credential_process="cat {home}/process.json"),), (B,),
        prepare=process("process"),
    ),
    "login_session": Case((X, LOGIN), prepare=login(USER)),
    "login_session that is renewed": Case((X, LOGIN), prepare=login(USER, is_expired=True)),
    "login_session, not signed in": Case((X, LOGIN)),
    "login_session in X beside role_arn": Case(
        (role("X", source_profile="B", login_session=USER),), (B,), prepare=login(USER)
    ),
}  # fmt: skip
REGIONS = {
    "of X": Case((role("X", source_profile="B", region="eu-west-1"),), (B,), region=None),
    "of B": Case((X, profile("B", region="eu-west-1")), (B,), region=None),
    "of X and B": Case(
        (role("X", source_profile="B", region="eu-west-1"), profile("B", region="us-west-2")),
        (B,), region=None,
    ),
    "none": Case((X,), (B,), region=None),
    "of the default profile": Case((X, profile("default", region="eu-west-1")), (B,), region=None),
    "of X, its source is a role": Case(
        (role("X", source_profile="C", region="eu-west-1"), role("C", source_profile="B")),
        (B,), region=None, on_version_1=True,
    ),
    "of X, its source is a role, with AWS_ENDPOINT_URL": Case(
        (role("X", source_profile="C", region="eu-west-1"), role("C", source_profile="B")),
        (B,), region=None, variables={"AWS_ENDPOINT_URL": "{sts}"},
    ),
    "of B, with AWS_ENDPOINT_URL": Case(
        (X, profile("B", region="eu-west-1")), (B,), region=None,
        variables={"AWS_ENDPOINT_URL": "{sts}"},
    ),
    "none, with AWS_ENDPOINT_URL": Case(
        (X,), (B,), region=None, variables={"AWS_ENDPOINT_URL": "{sts}"}
    ),
    "of X and of its source, a role": Case(
        (role("X", source_profile="C", region="eu-west-1"),
         role("C", source_profile="B", region="us-west-2")),
        (B,), region=None,
    ),
    "of the source, a role": Case(
        (role("X", source_profile="C"), role("C", source_profile="B", region="us-west-2")),
        (B,), region=None,
    ),
    "of X, with Environment": Case(
        (role("X", credential_source="Environment", region="eu-west-1"),), region=None,
        variables=FROM_ENVIRONMENT,
    ),
    "of X in the credentials file": Case(
        (X,), (section("X", {"region": "eu-west-1"}), B), region=None
    ),
    "AWS_REGION": Case((X,), (B,), region=None, variables={"AWS_REGION": "eu-west-1"}),
    "AWS_REGION and AWS_DEFAULT_REGION": Case(
        (X,), (B,), region="us-west-2", variables={"AWS_REGION": "eu-west-1"}
    ),
    "AWS_DEFAULT_REGION before those of X and B": Case(
        (role("X", source_profile="B", region="eu-west-1"), profile("B", region="us-west-2")),
        (B,),
    ),
    "--region": Case((X,), (B,), ("--profile", "X", "--region", "eu-west-1"), region=None),
    "--region before AWS_DEFAULT_REGION and X": Case(
        (role("X", source_profile="B", region="us-west-2"),), (B,),
        ("--profile", "X", "--region", "eu-west-1"),
    ),
    "--region and two roles": Case(
        (role("X", source_profile="C"), role("C", source_profile="B", region="us-west-2")), (B,),
        ("--profile", "X", "--region", "eu-west-1"), region=None,
    ),
    "China": Case(
        (role("X", role_arn=arn("X", "aws-cn"), source_profile="B", region="cn-north-1"),), (B,),
        region=None,
    ),
    "invalid": Case((role("X", source_profile="B", region="eu west"),), (B,), region=None),
}  # fmt: skip
ENDPOINTS = {
    "endpoint_url of X": Case(
        (role("X", source_profile="B", endpoint_url="{sts}/x"),), (B,), on_version_1=True
    ),
    "endpoint_url of B": Case((X, profile("B", endpoint_url="{sts}/b")), (B,)),
    "endpoint_url of X and B": Case(
        (role("X", source_profile="B", endpoint_url="{sts}/x"),
         profile("B", endpoint_url="{sts}/b")),
        (B,),
    ),
    "endpoint_url of X and two roles": Case(
        (role("X", source_profile="C", endpoint_url="{sts}/x"),
         role("C", source_profile="B", endpoint_url="{sts}/c")),
        (B,),
    ),
    "endpoint_url of the source, a role": Case(
        (role("X", source_profile="C"), role("C", source_profile="B", endpoint_url="{sts}/c")),
        (B,),
    ),
    "services of X": Case(
        (role("X", source_profile="B", services="local"),
         "[services local]\nsts =\n  endpoint_url = {sts}/services\n"),
        (B,),
    ),
    "services of B": Case(
        (X, profile("B", services="local"),
         "[services local]\nsts =\n  endpoint_url = {sts}/services\n"),
        (B,),
    ),
    "services of X and AWS_ENDPOINT_URL": Case(
        (role("X", source_profile="B", services="local"),
         "[services local]\nsts =\n  endpoint_url = {sts}/services\n"),
        (B,), variables={"AWS_ENDPOINT_URL": "{sts}/variable"},
    ),
    "AWS_ENDPOINT_URL": Case((X,), (B,), variables={"AWS_ENDPOINT_URL": "{sts}/variable"}),
    "AWS_ENDPOINT_URL_STS": Case(
        (role("X", source_profile="B", endpoint_url="{sts}/x"),), (B,),
        variables={"AWS_ENDPOINT_URL_STS": "{sts}/sts"},
    ),
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": Case(
        (role("X", source_profile="B", endpoint_url="{sts}/x"),), (B,),
        variables={"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
    ),
    "ignore_configured_endpoint_urls of X": Case(
        (role("X", source_profile="B", endpoint_url="{sts}/x",
              ignore_configured_endpoint_urls="true"),),
        (B,),
    ),
    "ignore_configured_endpoint_urls of B": Case(
        (role("X", source_profile="B", endpoint_url="{sts}/x"),
         profile("B", ignore_configured_endpoint_urls="true")),
        (B,),
    ),
    "sts_regional_endpoints = legacy": Case(
        (role("X", source_profile="B", sts_regional_endpoints="legacy", region="us-west-2"),),
        (B,), region=None, on_version_1=True,
    ),
    "sts_regional_endpoints = regional": Case(
        (role("X", source_profile="B", sts_regional_endpoints="regional", region="us-west-2"),),
        (B,), region=None,
    ),
    "sts_regional_endpoints = legacy of B": Case(
        (role("X", source_profile="B", region="us-west-2"),
         profile("B", sts_regional_endpoints="legacy")),
        (B,), region=None,
    ),
    "AWS_STS_REGIONAL_ENDPOINTS = legacy": Case(
        (X,), (B,), region="us-west-2", variables={"AWS_STS_REGIONAL_ENDPOINTS": "legacy"}
    ),
    "use_fips_endpoint of X": Case(
        (role("X", source_profile="B", use_fips_endpoint="true"),), (B,)
    ),
    "use_fips_endpoint of B": Case((X, profile("B", use_fips_endpoint="true")), (B,)),
    "use_dualstack_endpoint of X": Case(
        (role("X", source_profile="B", use_dualstack_endpoint="true"),), (B,)
    ),
    "use_dualstack_endpoint of B": Case((X, profile("B", use_dualstack_endpoint="true")), (B,)),
    "AWS_USE_FIPS_ENDPOINT and two roles": Case(
        (role("X", source_profile="C"), role("C", source_profile="B")), (B,),
        variables={"AWS_USE_FIPS_ENDPOINT": "true"},
    ),
    "ca_bundle of X": Case(
        (role("X", source_profile="B", ca_bundle="{ca}"),), (B,),
        variables={"AWS_CA_BUNDLE": None},
    ),
    "ca_bundle of X and two roles": Case(
        (role("X", source_profile="C", ca_bundle="{ca}"), role("C", source_profile="B")), (B,),
        variables={"AWS_CA_BUNDLE": None},
    ),
    "ca_bundle of B": Case(
        (X, profile("B", ca_bundle="{ca}")), (B,), variables={"AWS_CA_BUNDLE": None}
    ),
    "--endpoint-url": Case(
        (X,), (B,), ("--profile", "X", "--endpoint-url", "{sts}/flag"),
        difference="--endpoint-url holds for all calls to STS; the AWS CLI sends AssumeRole to "
        "the real STS",
        check=sends_all_to_the_endpoint,
    ),
    "--endpoint-url and two roles": Case(
        (role("X", source_profile="C"), role("C", source_profile="B")), (B,),
        ("--profile", "X", "--endpoint-url", "{sts}/flag"),
        difference="--endpoint-url holds for all calls to STS; the AWS CLI sends AssumeRole to "
        "the real STS",
        check=sends_all_to_the_endpoint,
    ),
    "--ca-bundle": Case(
        (X,), (B,), ("--profile", "X", "--ca-bundle", "{ca}"), variables={"AWS_CA_BUNDLE": None},
        difference="--ca-bundle holds for all calls to STS; the AWS CLI does not use it for "
        "AssumeRole",
        check=trusts_the_bundle,
    ),
}  # fmt: skip
OUTPUT = {
    "output of X": Case((role("X", source_profile="B", output="yaml"),), (B,)),
    "output of X, its source is a role": Case(
        (role("X", source_profile="C", output="text"), role("C", source_profile="B")), (B,)
    ),
    "output of B": Case((X, profile("B", output="yaml")), (B,)),
    "output of X and B": Case(
        (role("X", source_profile="B", output="text"), profile("B", output="yaml")), (B,)
    ),
    "AWS_DEFAULT_OUTPUT": Case(
        (role("X", source_profile="B", output="yaml"),), (B,),
        variables={"AWS_DEFAULT_OUTPUT": "text"},
    ),
    "--output": Case(
        (role("X", source_profile="B", output="yaml"),), (B,),
        ("--profile", "X", "--output", "table"),
    ),
    "output that does not exist": Case(
        (role("X", source_profile="B", output="jsn"),), (B,),
        difference="An output format that does not exist is an error of the configuration (253), "
        "before STS is called; the AWS CLI ends with 255 after its calls",
        check=refused_before_calling,
    ),
}  # fmt: skip
PARAMETERS = {
    "role_session_name": Case(
        (role("X", source_profile="B", role_session_name="by-profile"),), (B,)
    ),
    "role_session_name that STS does not take": Case(
        (role("X", source_profile="B", role_session_name="x"),), (B,),
        difference="A role_session_name that STS does not take is an error of the profile",
        check=refuses_the_session_name,
    ),
    "empty role_session_name": Case(
        (role("X", source_profile="B", role_session_name=""),), (B,)
    ),
    "external_id": Case((role("X", source_profile="B", external_id="partner"),), (B,)),
    "external_id that STS does not take": Case(
        (role("X", source_profile="B", external_id="a b"),), (B,),
        difference="A value that STS does not take is an error of the profile, before STS is "
        "called",
        check=refuses_the_external_id,
    ),
    "duration_seconds": Case((role("X", source_profile="B", duration_seconds=1800),), (B,)),
    "duration_seconds of two hours": Case(
        (role("X", source_profile="B", duration_seconds=7200),), (B,)
    ),
    "duration_seconds above the role's maximum": Case(
        (role("X", source_profile="B", duration_seconds=43200),), (B,),
        difference="A duration above the role's maximum is shortened to the maximum",
        check=shortened,
    ),
    "duration_seconds that is no number": Case(
        (role("X", source_profile="B", duration_seconds="long"),), (B,),
        difference="A duration_seconds that is no number is an error; the AWS CLI ignores it",
        check=refuses_the_duration,
    ),
    "duration_seconds of two hours for a second role": Case(
        (role("X", source_profile="C", duration_seconds=7200), role("C", source_profile="B")),
        (B,), difference="Role chaining gives one hour, so the duration becomes 3600",
        check=clamped,
    ),
    "duration_seconds of two hours for the first role": Case(
        (role("X", source_profile="C"), role("C", source_profile="B", duration_seconds=7200)),
        (B,),
    ),
    "mfa_serial": Case(
        (role("X", source_profile="B", mfa_serial=SERIAL),), (B,), code="123456",
        difference="One code starts an MFA session, which signs AssumeRole",
        check=bought_by_one_code, on_version_1=True,
    ),
    "mfa_serial of the source, a role": Case(
        (role("X", source_profile="C"), role("C", source_profile="B", mfa_serial=SERIAL)), (B,),
        code="123456",
    ),
    "mfa_serial without a terminal": Case(
        (role("X", source_profile="B", mfa_serial=SERIAL),), (B,),
        difference="Without a terminal nothing is asked on stdin",
        check=fails_without_a_call,
    ),
    "empty role_arn": Case(
        (role("X", role_arn="", source_profile="B"),), (B,),
        difference="An invalid role_arn is an error of the profile",
        check=refuses_the_arn,
    ),
    "role_arn that is no ARN": Case(
        (role("X", role_arn="my-very-special-iam-role", source_profile="B"),), (B,),
        difference="An invalid role_arn is refused before STS is called",
        check=refuses_the_arn,
    ),
}  # fmt: skip
NAMING = {
    "AWS_PROFILE": Case((X,), (B,), (), {"AWS_PROFILE": "X"}),
    "AWS_DEFAULT_PROFILE": Case((X,), (B,), (), {"AWS_DEFAULT_PROFILE": "X"}, on_version_1=True),
    "AWS_PROFILE and AWS_DEFAULT_PROFILE": Case(
        (X, role("Y", source_profile="B")), (B,), (),
        {"AWS_PROFILE": "X", "AWS_DEFAULT_PROFILE": "Y"},
    ),
    "--profile before AWS_PROFILE": Case(
        (X, role("Y", source_profile="B")), (B,), variables={"AWS_PROFILE": "Y"}
    ),
    "keys in the environment and --profile": Case((X,), (B,), variables=FROM_ENVIRONMENT),
    "keys in the environment and AWS_PROFILE": Case(
        (X,), (B,), (), {"AWS_PROFILE": "X", **FROM_ENVIRONMENT},
        difference="Keys in the environment come before AWS_PROFILE, so there is no role",
        check=no_role_named,
    ),
    "--profile that does not exist": Case((X,), (B,), ("--profile", "nosuch"), on_version_1=True),
    "AWS_PROFILE that does not exist": Case((X,), (B,), (), {"AWS_PROFILE": "nosuch"}),
    "empty AWS_PROFILE": Case(
        (role("default", source_profile="B"),), (B,), (), {"AWS_PROFILE": ""}
    ),
    "empty --profile": Case((role("default", source_profile="B"),), (B,), ("--profile", "")),
    "keys in the environment and the default profile": Case(
        (role("default", source_profile="B"),), (B,), (), FROM_ENVIRONMENT,
        difference="Keys in the environment come before the profile, so there is no role",
        check=no_role_named,
    ),
    "AWS_DEFAULT_PROFILE that does not exist": Case(
        (X,), (B,), (), {"AWS_DEFAULT_PROFILE": "nosuch"}
    ),
    "--profile that does not exist, and keys in the environment": Case(
        (X,), (B,), ("--profile", "nosuch"), FROM_ENVIRONMENT
    ),
    "AWS_PROFILE that does not exist, on ECS": Case(
        (X,), (B,), (), {"AWS_PROFILE": "nosuch", **ON_ECS}
    ),
    "--profile in other capitals": Case((X,), (B,), ("--profile", "x")),
    "the default profile": Case((role("default", source_profile="B"),), (B,), ()),
    "--profile default": Case(
        (role("default", source_profile="B"),), (B,), ("--profile", "default")
    ),
    "[profile default]": Case(
        (section("profile default", {"role_arn": arn("X"), "source_profile": "B"}),), (B,), ()
    ),
    "[profile default] and [default]": Case(
        (section("profile default", {"role_arn": arn("X"), "source_profile": "B"}),
         role("default", source_profile="B")),
        (B,), (),
    ),
    "a name with a space": Case(
        ('[profile "my x"]\n' + role("X", source_profile="B").partition("\n")[2],), (B,),
        ("--profile", "my x"),
    ),
    "a quoted name": Case(
        ('[profile "X"]\n' + role("X", source_profile="B").partition("\n")[2],), (B,)
    ),
    "a source with a space": Case(
        (role("X", source_profile="my source"),), (keys("B", "my source"),)
    ),
    "a source that is a quoted name": Case(
        (role("X", source_profile="B"), '[profile "B"]\nregion = eu-west-1\n'), (B,), region=None
    ),
}  # fmt: skip
FILES = {
    "both files elsewhere": Case(
        (X,), (B,), config_path="else/conf", credentials_path="else/keys",
        variables={"AWS_CONFIG_FILE": "{home}/else/conf",
                   "AWS_SHARED_CREDENTIALS_FILE": "{home}/else/keys"},
    ),
    "role_arn in the credentials file": Case(
        (), (section("X", {"role_arn": arn("X"), "source_profile": "B"}), B)
    ),
    "source_profile in the credentials file": Case(
        (role("X"),), (section("X", {"source_profile": "B"}), B)
    ),
    "role_arn in both files": Case((X,), (section("X", {"role_arn": arn("Y")}), B)),
    "role of the source in the credentials file": Case(
        (role("X", source_profile="C"),),
        (section("C", {"role_arn": arn("C"), "source_profile": "B"}), B),
    ),
    "other settings of the role in the credentials file": Case(
        (X,), (section("X", {"external_id": "partner", "role_session_name": "s1"}), B)
    ),
    "X without a word in the header": Case(
        (section("X", {"role_arn": arn("X"), "source_profile": "B"}),), (B,)
    ),
    "a comment behind a value": Case(
        (f"[profile X]\nrole_arn = {arn('X')} # admin\nsource_profile = B\n",), (B,),
        difference="An invalid role_arn is refused before STS is called",
        check=refuses_the_arn,
    ),
}  # fmt: skip
GROUPS = {
    "keys": KEYS,
    "chain": CHAINS,
    "credential_source": CREDENTIAL_SOURCES,
    "source without credentials": EMPTY_SOURCE,
    "web identity": WEB_IDENTITY,
    "source": OTHER_SOURCES,
    "region": REGIONS,
    "endpoint": ENDPOINTS,
    "output": OUTPUT,
    "parameter": PARAMETERS,
    "naming": NAMING,
    "files": FILES,
}
USUAL = {
    "keys": (
        "keys of the source in the credentials file", "keys of the source in the config file",
        "source without a secret", "source with a session token",
        "keys in X beside role_arn and source_profile",
    ),
    "chain": (
        "three roles", "two roles with all parameters", "a chain whose first role is denied",
        "X as its own source, keys in the credentials file", "X as its own source without keys",
        "source with a role and keys", "a circle of two", "source_profile does not exist",
        "neither source_profile nor credential_source",
        "both source_profile and credential_source",
    ),
    "credential_source": (
        "Environment", "Environment without keys", "EcsContainer",
        "an unknown credential_source", "a source with Ec2InstanceMetadata",
        "ec2_metadata_service_endpoint of X",
    ),
    "source without credentials": (
        "on a workstation", "on ECS", "on CodeBuild", "on EC2", "with keys in the environment",
    ),
    "web identity": (
        "without source_profile", "with source_profile", "with credential_source",
        "with duration_seconds and external_id", "in a region of X", "as the source",
        "without the file", "with an empty setting", "of the variables, beside --profile",
        "without role_arn",
    ),
    "source": (
        "IAM Identity Center", "IAM Identity Center, not signed in", "credential_process",
        "credential_process that fails", "login_session", "login_session, not signed in",
    ),
    "region": (
        "of X", "of X and B", "none", "of X, its source is a role",
        "of X and of its source, a role", "of B, with AWS_ENDPOINT_URL", "AWS_REGION",
        "--region and two roles", "China",
    ),
    "endpoint": (
        "endpoint_url of X and B", "endpoint_url of X and two roles", "services of X",
        "AWS_ENDPOINT_URL_STS", "ignore_configured_endpoint_urls of B", "use_fips_endpoint of B",
        "ca_bundle of X and two roles", "sts_regional_endpoints = legacy", "--endpoint-url",
        "--ca-bundle",
    ),
    "output": ("output of X", "output of B", "output that does not exist"),
    "parameter": (
        "role_session_name that STS does not take", "empty role_session_name",
        "external_id that STS does not take", "duration_seconds",
        "duration_seconds that is no number", "duration_seconds of two hours for a second role",
        "mfa_serial", "mfa_serial of the source, a role", "mfa_serial without a terminal",
        "empty role_arn", "role_arn that is no ARN",
    ),
    "naming": (
        "AWS_PROFILE", "keys in the environment and --profile",
        "keys in the environment and AWS_PROFILE", "--profile that does not exist",
        "AWS_PROFILE that does not exist", "empty AWS_PROFILE", "[profile default] and [default]",
        "a name with a space",
    ),
    "files": (
        "both files elsewhere", "role_arn in the credentials file", "a comment behind a value",
    ),
}  # fmt: skip
RUNS = [
    pytest.param(host, case, id=f"{host}-{group}: {name}")
    for host in ("v2-2.38.5", "v1-newest")
    for group, cases in GROUPS.items()
    for name, case in cases.items()
    if (host != "v1-newest" or case.on_version_1)
    and (name in USUAL[group] or os.environ.get("AWSCLI_ASSUME_ALL_CASES"))
]


@pytest.fixture(scope="module")
def both_sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Side, Side]]:
    """Run the servers of both commands for all cases."""
    with sides(make_certificate(tmp_path_factory.mktemp("certificate"))) as both:
        yield both


def test_usual_cases_exist() -> None:
    """Each name of the normal run is that of a case."""
    assert {group: set(names) - set(GROUPS[group]) for group, names in USUAL.items()} == {
        group: set() for group in GROUPS
    }


@pytest.mark.parametrize(("host", "case"), RUNS, indirect=["host"])
def test_profile_is_resolved_as_the_cli_resolves_it(
    host: Host, case: Case, both_sides: tuple[Side, Side], tmp_path: Path, plugin_folder: Path
) -> None:
    """Both commands send STS the same calls, or both fail with the same error."""
    oracle, ours = run_both(case, host, both_sides, tmp_path, plugin_folder)

    found = disagreements(oracle, ours)
    if case.check is None:
        assert not found, "\n".join(found)
    else:
        assert found, f"no difference any more: {case.difference}"
        case.check(oracle, ours)


def disagreements(oracle: Outcome, ours: Outcome) -> list[str]:
    """Return what differs between the CLI and ``aws assume``, one line each."""
    pairs = {
        "calls to STS": (oracle.sts_calls, ours.sts_calls),
        "calls to the source": (oracle.source_calls, ours.source_calls),
        "exit code": (oracle.exit_code, ours.exit_code),
        "output format": (oracle.output_format, ours.output_format),
    }
    found = [
        f"{what}: CLI {cli}, assume {own}" for what, (cli, own) in pairs.items() if cli != own
    ]
    if oracle.exit_code and oracle.message not in ours.message:
        found.append(f"message: CLI {oracle.message!r}, assume {ours.message!r}")
    return found
