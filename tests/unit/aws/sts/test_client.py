"""STS clients, the account of a role, and AssumeRole."""

from __future__ import annotations

import io
import logging
from argparse import Namespace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Optional

import pytest
from pytest_mock import MockerFixture

from awscli_assume.aws.caller_identity import Caller, CallerCache, get_caller_identity
from awscli_assume.aws.sts.client import (
    apply_client_settings,
    assume_role,
    check_host_knows,
    check_partition,
    complete_role,
    create_sts_client,
    partition_of_region,
)
from awscli_assume.errors import InvalidRequest, UnexpectedAnswer
from awscli_assume.host import CLI_NAME, ClientError, NoCredentialsError
from awscli_assume.host.context import CommandContext
from awscli_assume.host.environment import Environment
from awscli_assume.model.arns import Role
from awscli_assume.model.request.request import AssumeRoleRequest

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)
ALICE = "arn:aws-cn:iam::123456789012:user/alice"
KEY = "AKIAEXAMPLEEXAMPLE12"
RESPONSE = {
    "Credentials": {
        "AccessKeyId": "ASIAEXAMPLEEXAMPLE12",
        "SecretAccessKey": "secret",
        "SessionToken": "token",
        "Expiration": "2026-11-23T10:00:00+00:00",
    },
    "AssumedRoleUser": {
        "AssumedRoleId": "AROAEXAMPLE:alice",
        "Arn": "arn:aws:sts::123456789012:assumed-role/r/alice",
    },
}


def request_for(role: Role, **options: Any) -> AssumeRoleRequest:
    return AssumeRoleRequest(role, "alice", **options)


@pytest.fixture
def cache(tmp_path: Path) -> CallerCache:
    """Return an empty cache."""
    return CallerCache(str(tmp_path / "callers"))


@pytest.fixture
def client(mocker: MockerFixture) -> Any:
    """Return a client with the credentials of alice, who may assume any role."""
    fake = mocker.Mock(spec_set=["get_caller_identity", "assume_role", "meta"])
    fake.get_caller_identity.return_value = {"Arn": ALICE, "Account": "123456789012"}
    fake.assume_role.return_value = RESPONSE
    fake.meta.partition = "aws"
    fake.meta.region_name = "us-east-1"
    members = ["RoleArn", "RoleSessionName", "DurationSeconds", "TokenCode"]
    model = fake.meta.service_model.operation_model.return_value
    model.input_shape.members = dict.fromkeys(members)
    return fake


@pytest.fixture
def make_credentials(mocker: MockerFixture) -> Any:
    """Return a factory of botocore's credentials, with or without an account ID."""

    def make(account_id: Optional[str] = None, *, old_botocore: bool = False) -> Any:
        names = ["access_key"] if old_botocore else ["access_key", "account_id"]
        frozen = mocker.Mock(spec_set=names, access_key=KEY)
        if not old_botocore:
            frozen.account_id = account_id
        credentials = mocker.Mock(spec_set=["get_frozen_credentials"])
        credentials.get_frozen_credentials.return_value = frozen
        return credentials

    return make


def test_client_has_the_global_options(mocker: MockerFixture) -> None:
    """The client has the region, endpoint and certificate options of the command line."""
    session = mocker.Mock()
    options = Namespace(region="eu-west-1", endpoint_url="http://x", verify_ssl="/ca.pem")

    client = create_sts_client(CommandContext(session, options, Environment()))

    assert client is session.create_client.return_value
    session.create_client.assert_called_once_with(
        "sts", region_name="eu-west-1", endpoint_url="http://x", verify="/ca.pem"
    )


@pytest.mark.parametrize(("option", "region"), [(None, "of-profile"), ("given", "given")])
def test_default_region(mocker: MockerFixture, option: Optional[str], region: str) -> None:
    """The plan's region is used without --region."""
    session = mocker.Mock()
    options = Namespace(region=option, endpoint_url=None, verify_ssl=None)

    create_sts_client(CommandContext(session, options, Environment()), "of-profile")

    assert session.create_client.call_args.kwargs["region_name"] == region


def test_supported_parameters(client: Any) -> None:
    """A request within this AWS CLI's model of STS passes, also without an account."""
    check_host_knows(client, request_for(Role("r"), duration_seconds=900, token_code="123456"))


def test_unsupported_parameter(client: Any) -> None:
    """The error names the unsupported parameter and the version of the AWS CLI."""
    with pytest.raises(InvalidRequest, match=f"{CLI_NAME} does not support .* SourceIdentity"):
        check_host_knows(client, request_for(Role("r"), source_identity="alice"))


@pytest.mark.parametrize("partition", [None, "aws"])
def test_role_of_the_regions_partition(client: Any, partition: Optional[str]) -> None:
    """A role in the region's partition, or without a partition, passes."""
    check_partition(client, request_for(Role("r", "/", "1" * 12, partition)), "aws")


def test_role_of_another_partition(client: Any) -> None:
    """The error names both partitions and the region."""
    with pytest.raises(
        InvalidRequest, match=r"partition aws-cn.*us-east-1 is in aws\. .*--region"
    ):
        check_partition(client, request_for(Role("r", "/", "1" * 12, "aws-cn")), "aws")


def test_unknown_region(client: Any) -> None:
    """In a region that this AWS CLI does not know, a role in any partition passes."""
    check_partition(client, request_for(Role("r", "/", "1" * 12, "aws-iso-z")), None)


def test_account_in_an_unknown_region(
    client: Any, cache: CallerCache, make_credentials: Any
) -> None:
    """The partition of a given account is then the caller's, from GetCallerIdentity."""
    request = request_for(Role("r", "/", "3" * 12))

    completed = complete_role(client, make_credentials("2" * 12), request, cache, NOW)

    assert completed.role.arn == f"arn:aws-cn:iam::{'3' * 12}:role/r"
    assert client.get_caller_identity.call_count == 1


def test_role_arn_needs_no_call(client: Any, cache: CallerCache, mocker: MockerFixture) -> None:
    """With a role ARN, not even the credentials are read."""
    request = request_for(Role("r", "/", "1" * 12, "aws"))
    credentials = mocker.Mock()

    assert complete_role(client, credentials, request, cache, NOW) is request
    assert credentials.mock_calls == []
    assert client.get_caller_identity.call_count == 0


def test_account_of_the_caller(client: Any, cache: CallerCache, make_credentials: Any) -> None:
    """Account and partition of a role name alone are those of the caller's own ARN."""
    completed = complete_role(client, make_credentials(), request_for(Role("r")), cache, NOW)

    assert completed.role.arn == "arn:aws-cn:iam::123456789012:role/r"


@pytest.mark.parametrize("old_botocore", [False, True])
def test_second_run_needs_no_call(
    client: Any, cache: CallerCache, make_credentials: Any, old_botocore: bool
) -> None:
    """GetCallerIdentity is called once for an access key, with old and new versions."""
    credentials = make_credentials(old_botocore=old_botocore)

    first = complete_role(client, credentials, request_for(Role("r")), cache, NOW)
    second = complete_role(client, credentials, request_for(Role("r")), cache, NOW)

    assert first == second
    assert client.get_caller_identity.call_count == 1


def test_account_of_the_credentials(
    client: Any, cache: CallerCache, make_credentials: Any
) -> None:
    """An account that botocore knows (SSO, aws_account_id) needs no call."""
    credentials = make_credentials("2" * 12)

    completed = complete_role(client, credentials, request_for(Role("r")), cache, NOW, "aws")

    assert completed.role == Role("r", "/", "2" * 12, "aws")
    assert client.get_caller_identity.call_count == 0
    assert cache.load(KEY) is None


@pytest.mark.parametrize("known", ["2" * 12, None])
def test_account_of_an_option(
    client: Any, cache: CallerCache, make_credentials: Any, known: Optional[str]
) -> None:
    """A given account has precedence over that of the credentials, and needs no call."""
    request = request_for(Role("r", "/team/", "3" * 12))

    completed = complete_role(client, make_credentials(known), request, cache, NOW, "aws")

    assert completed.role.arn == f"arn:aws:iam::{'3' * 12}:role/team/r"
    assert client.get_caller_identity.call_count == 0


def test_cached_caller(client: Any, cache: CallerCache, make_credentials: Any) -> None:
    """A cached caller is used, with its own partition."""
    cache.store(KEY, Caller.from_arn("arn:aws-us-gov:iam::444444444444:user/bob"), NOW)

    completed = complete_role(client, make_credentials(), request_for(Role("r")), cache, NOW)

    assert completed.role.arn == "arn:aws-us-gov:iam::444444444444:role/r"
    assert client.get_caller_identity.call_count == 0


def test_failed_get_caller_identity_is_not_cached(
    client: Any, cache: CallerCache, make_credentials: Any
) -> None:
    """An error of GetCallerIdentity gets a hint, and nothing is stored."""
    error = {"Error": {"Code": "InvalidClientTokenId", "Message": "invalid"}}
    client.get_caller_identity.side_effect = ClientError(error, "GetCallerIdentity")

    with pytest.raises(ClientError, match="belongs to another partition"):
        complete_role(client, make_credentials(), request_for(Role("r")), cache, NOW)

    assert cache.load(KEY) is None


@pytest.mark.parametrize("answer", [None, {}, [], {"Arn": None}, {"Arn": "x"}, {"Arn": 7}])
def test_malformed_get_caller_identity_response(client: Any, answer: object) -> None:
    """A response without a caller ARN is not from STS."""
    client.get_caller_identity.return_value = answer

    with pytest.raises(UnexpectedAnswer, match="GetCallerIdentity is not one of STS"):
        get_caller_identity(client)


def test_assumed_role(client: Any) -> None:
    """AssumeRole gets the request's parameters; the response becomes credentials."""
    request = request_for(Role("r", "/", "123456789012", "aws"), duration_seconds=900)

    found = assume_role(client, request, NOW)

    client.assume_role.assert_called_once_with(
        RoleArn="arn:aws:iam::123456789012:role/r", RoleSessionName="alice", DurationSeconds=900
    )
    assert found.session_token == "token"
    assert found.assumed_role_id == "AROAEXAMPLE:alice"


def test_denied_assume_role(client: Any) -> None:
    """The error of AssumeRole is botocore's own, with the role in the hint."""
    error = {"Error": {"Code": "AccessDenied", "Message": "not authorized: sts:AssumeRole"}}
    client.assume_role.side_effect = ClientError(error, "AssumeRole")
    request = request_for(Role("my-iam-role", "/", "123456789012", "aws"))

    with pytest.raises(ClientError, match="get-role --role-name my-iam-role"):
        assume_role(client, request, NOW)


def test_response_is_not_logged(client: Any) -> None:
    """What botocore logs of the response is redacted."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logger = logging.getLogger("botocore")
    logger.addHandler(handler)

    def answer(**parameters: object) -> object:
        logging.getLogger("botocore.parsers").error("<SecretAccessKey>%s", "secret")
        return RESPONSE

    client.assume_role.side_effect = answer
    try:
        assume_role(client, request_for(Role("r", "/", "123456789012", "aws")), NOW)
    finally:
        logger.removeHandler(handler)

    assert "redacted" in stream.getvalue()
    assert "secret" not in stream.getvalue()


@pytest.mark.parametrize("role", [Role("r"), Role("r", "/", "1" * 12, "aws")])
def test_no_credentials(client: Any, cache: CallerCache, role: Role) -> None:
    """Without credentials, botocore's own exception is raised, also with a role ARN."""
    with pytest.raises(NoCredentialsError, match="Unable to locate credentials"):
        complete_role(client, None, request_for(role), cache, NOW)

    assert client.get_caller_identity.call_count == 0


def test_client_settings_for_botocores_own_clients(mocker: MockerFixture) -> None:
    """The endpoint is for STS, the certificates are for all; given options have precedence."""
    session = mocker.Mock()
    original = session.create_client
    options = Namespace(region=None, endpoint_url="http://x", verify_ssl=False)
    apply_client_settings(CommandContext(session, options, Environment()))

    session.create_client("sts", verify=None)
    session.create_client("sso")
    session.create_client("sts", endpoint_url="http://y", verify="/ca.pem")
    assert [call.kwargs for call in original.call_args_list] == [
        {"verify": False, "endpoint_url": "http://x"},
        {"verify": False},
        {"verify": "/ca.pem", "endpoint_url": "http://y"},
    ]


def test_client_settings_without_options(mocker: MockerFixture) -> None:
    """Without these options the session is unchanged."""
    session = mocker.Mock()
    original = session.create_client
    options = Namespace(region=None, endpoint_url=None, verify_ssl=None)
    apply_client_settings(CommandContext(session, options, Environment()))

    assert session.create_client is original


@pytest.mark.parametrize("error", [KeyError("AssumeRoleResult"), ValueError("s3cr3t")])
def test_response_that_botocore_cannot_read(client: Any, error: Exception) -> None:
    """A 200 response with other content is not one of STS, and is not shown."""
    client.assume_role.side_effect = error
    request = request_for(Role("r", "/", "123456789012", "aws"))

    with pytest.raises(UnexpectedAnswer, match="not one of STS") as raised:
        assume_role(client, request, NOW)
    assert "s3cr3t" not in str(raised.value)


def test_other_key_error(client: Any) -> None:
    """Another KeyError is a defect, and is raised unchanged."""
    client.assume_role.side_effect = KeyError("other")

    with pytest.raises(KeyError, match="other"):
        assume_role(client, request_for(Role("r", "/", "123456789012", "aws")), NOW)


@pytest.mark.parametrize(
    ("region", "expected"),
    [("us-east-1", "aws"), ("aws-global", "aws"), (None, "aws"), ("xx-nowhere-1", None)],
)
def test_partition_of_a_region(
    client: Any, mocker: MockerFixture, region: Optional[str], expected: Optional[str]
) -> None:
    """The partition is known only for regions that this AWS CLI knows."""
    session = mocker.Mock()
    dns = {
        "dnsSuffix": "amazonaws.com",
        "defaults": {"hostname": "{service}.{region}.{dnsSuffix}"},
    }
    regions = {"regions": {"us-east-1": {}}, "regionRegex": r"^us-\w+-\d+$", "services": {}}
    session.get_component.return_value.load_data.return_value = {
        "partitions": [{"partition": "aws", **dns, **regions}]
    }
    client.meta.region_name = region

    assert partition_of_region(session, client) == expected
