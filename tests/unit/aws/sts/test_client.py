"""The calls to STS: what is asked, how often, and what is never asked."""

from __future__ import annotations

import io
import logging
from argparse import Namespace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Optional

import pytest
from pytest_mock import MockerFixture

from awscli_assume.aws.callers import Caller, CallerCache
from awscli_assume.aws.sts.client import (
    assume_role,
    check_host_knows,
    check_partition,
    complete_role,
    create_sts_client,
    get_caller,
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
ANSWER = {
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
def memory(tmp_path: Path) -> CallerCache:
    """Return a memory that nobody has told anything."""
    return CallerCache(str(tmp_path / "callers"))


@pytest.fixture
def client(mocker: MockerFixture) -> Any:
    """Return a client whose STS knows alice and lets her assume any role."""
    fake = mocker.Mock(spec_set=["get_caller_identity", "assume_role", "meta"])
    fake.get_caller_identity.return_value = {"Arn": ALICE, "Account": "123456789012"}
    fake.assume_role.return_value = ANSWER
    fake.meta.partition = "aws"
    fake.meta.region_name = "us-east-1"
    members = ["RoleArn", "RoleSessionName", "DurationSeconds", "TokenCode"]
    model = fake.meta.service_model.operation_model.return_value
    model.input_shape.members = dict.fromkeys(members)
    return fake


@pytest.fixture
def make_credentials(mocker: MockerFixture) -> Any:
    """Return a maker of botocore's credentials, with or without a known account."""

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
    """Region, endpoint and certificate options of the command line reach the client."""
    session = mocker.Mock()
    options = Namespace(region="eu-west-1", endpoint_url="http://x", verify_ssl="/ca.pem")

    client = create_sts_client(CommandContext(session, options, Environment()))

    assert client is session.create_client.return_value
    session.create_client.assert_called_once_with(
        "sts", region_name="eu-west-1", endpoint_url="http://x", verify="/ca.pem"
    )


@pytest.mark.parametrize(("said", "region"), [(None, "of-profile"), ("said", "said")])
def test_region_that_stands_in(mocker: MockerFixture, said: Optional[str], region: str) -> None:
    """A region of the plan stands in for a --region that was not given."""
    session = mocker.Mock()
    options = Namespace(region=said, endpoint_url=None, verify_ssl=None)

    create_sts_client(CommandContext(session, options, Environment()), "of-profile")

    assert session.create_client.call_args.kwargs["region_name"] == region


def test_host_that_knows_every_parameter(client: Any) -> None:
    """A request within the host's model of STS passes, also one without an account yet."""
    check_host_knows(client, request_for(Role("r"), duration_seconds=900, token_code="123456"))


def test_host_that_is_too_old(client: Any) -> None:
    """A parameter that the host's model lacks is refused by name, with the host's version."""
    with pytest.raises(InvalidRequest) as refusal:
        check_host_knows(client, request_for(Role("r"), source_identity="alice"))

    assert "SourceIdentity" in str(refusal.value)
    assert CLI_NAME in str(refusal.value)


@pytest.mark.parametrize("partition", [None, "aws"])
def test_role_of_the_regions_partition(client: Any, partition: Optional[str]) -> None:
    """A role of the client's partition, or of one that is not known yet, passes."""
    check_partition(client, request_for(Role("r", "/", "1" * 12, partition)), "aws")


def test_role_of_another_partition(client: Any) -> None:
    """A role of another partition than the region's is refused with both names."""
    with pytest.raises(InvalidRequest) as refusal:
        check_partition(client, request_for(Role("r", "/", "1" * 12, "aws-cn")), "aws")

    assert "partition aws-cn" in str(refusal.value)
    assert "us-east-1 is of aws." in str(refusal.value)
    assert "--region" in str(refusal.value)


def test_region_that_nobody_knows(client: Any) -> None:
    """Where this AWS CLI does not know the region, a role of any partition passes."""
    check_partition(client, request_for(Role("r", "/", "1" * 12, "aws-iso-z")), None)


def test_account_in_a_region_that_nobody_knows(
    client: Any, memory: CallerCache, make_credentials: Any
) -> None:
    """The partition of a given account is then the caller's, for one call."""
    request = request_for(Role("r", "/", "3" * 12))

    completed = complete_role(client, make_credentials("2" * 12), request, memory, NOW)

    assert completed.role.arn == f"arn:aws-cn:iam::{'3' * 12}:role/r"
    assert client.get_caller_identity.call_count == 1


def test_complete_role_asks_nobody(
    client: Any, memory: CallerCache, mocker: MockerFixture
) -> None:
    """A role ARN needs no caller: not even the credentials are looked at."""
    request = request_for(Role("r", "/", "1" * 12, "aws"))
    credentials = mocker.Mock()

    assert complete_role(client, credentials, request, memory, NOW) is request
    assert credentials.mock_calls == []
    assert client.get_caller_identity.call_count == 0


def test_account_of_the_caller(client: Any, memory: CallerCache, make_credentials: Any) -> None:
    """Account and partition of a bare role name are those of the caller's own ARN."""
    completed = complete_role(client, make_credentials(), request_for(Role("r")), memory, NOW)

    assert completed.role.arn == "arn:aws-cn:iam::123456789012:role/r"


@pytest.mark.parametrize("old_botocore", [False, True])
def test_second_run_asks_nobody(
    client: Any, memory: CallerCache, make_credentials: Any, old_botocore: bool
) -> None:
    """The caller of an access key is asked for once, on hosts old and new."""
    credentials = make_credentials(old_botocore=old_botocore)

    first = complete_role(client, credentials, request_for(Role("r")), memory, NOW)
    second = complete_role(client, credentials, request_for(Role("r")), memory, NOW)

    assert first == second
    assert client.get_caller_identity.call_count == 1


def test_account_that_the_credentials_know(
    client: Any, memory: CallerCache, make_credentials: Any
) -> None:
    """An account that botocore knows (SSO, aws_account_id) is taken without a call."""
    credentials = make_credentials("2" * 12)

    completed = complete_role(client, credentials, request_for(Role("r")), memory, NOW, "aws")

    assert completed.role == Role("r", "/", "2" * 12, "aws")
    assert client.get_caller_identity.call_count == 0
    assert memory.load(KEY) is None


@pytest.mark.parametrize("known", ["2" * 12, None])
def test_account_that_was_given(
    client: Any, memory: CallerCache, make_credentials: Any, known: Optional[str]
) -> None:
    """A given account beats the one that the credentials know, without a call."""
    request = request_for(Role("r", "/team/", "3" * 12))

    completed = complete_role(client, make_credentials(known), request, memory, NOW, "aws")

    assert completed.role.arn == f"arn:aws:iam::{'3' * 12}:role/team/r"
    assert client.get_caller_identity.call_count == 0


def test_remembered_caller(client: Any, memory: CallerCache, make_credentials: Any) -> None:
    """A caller of an earlier run is used, with its own partition."""
    memory.store(KEY, Caller.from_arn("arn:aws-us-gov:iam::444444444444:user/bob"), NOW)

    completed = complete_role(client, make_credentials(), request_for(Role("r")), memory, NOW)

    assert completed.role.arn == "arn:aws-us-gov:iam::444444444444:role/r"
    assert client.get_caller_identity.call_count == 0


def test_refused_caller_is_not_remembered(
    client: Any, memory: CallerCache, make_credentials: Any
) -> None:
    """A refusal of GetCallerIdentity comes out with its cause, and nothing is stored."""
    error = {"Error": {"Code": "InvalidClientTokenId", "Message": "invalid"}}
    client.get_caller_identity.side_effect = ClientError(error, "GetCallerIdentity")

    with pytest.raises(ClientError, match="aws configure list"):
        complete_role(client, make_credentials(), request_for(Role("r")), memory, NOW)

    assert memory.load(KEY) is None


@pytest.mark.parametrize("answer", [None, {}, [], {"Arn": None}, {"Arn": "x"}, {"Arn": 7}])
def test_caller_that_is_none(client: Any, answer: object) -> None:
    """An answer without a caller's ARN is refused as one that is not of STS."""
    client.get_caller_identity.return_value = answer

    with pytest.raises(UnexpectedAnswer, match="GetCallerIdentity is not one of STS"):
        get_caller(client)


def test_assumed_role(client: Any) -> None:
    """AssumeRole gets the request's parameters, and its answer becomes credentials."""
    request = request_for(Role("r", "/", "123456789012", "aws"), duration_seconds=900)

    found = assume_role(client, request, NOW)

    client.assume_role.assert_called_once_with(
        RoleArn="arn:aws:iam::123456789012:role/r", RoleSessionName="alice", DurationSeconds=900
    )
    assert found.session_token == "token"
    assert found.assumed_role_id == "AROAEXAMPLE:alice"


def test_assumed_role_that_is_refused(client: Any) -> None:
    """A refusal of AssumeRole comes out as botocore's own, with the role in its cause."""
    error = {"Error": {"Code": "AccessDenied", "Message": "not authorized: sts:AssumeRole"}}
    client.assume_role.side_effect = ClientError(error, "AssumeRole")
    request = request_for(Role("my-iam-role", "/", "123456789012", "aws"))

    with pytest.raises(ClientError, match="get-role --role-name my-iam-role"):
        assume_role(client, request, NOW)


def test_nothing_of_the_answer_is_logged(client: Any) -> None:
    """While STS answers, what botocore logs of the answer is withheld."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logger = logging.getLogger("botocore")
    logger.addHandler(handler)

    def answer(**parameters: object) -> object:
        logging.getLogger("botocore.parsers").error("<SecretAccessKey>%s", "secret")
        return ANSWER

    client.assume_role.side_effect = answer
    try:
        assume_role(client, request_for(Role("r", "/", "123456789012", "aws")), NOW)
    finally:
        logger.removeHandler(handler)

    assert "withheld" in stream.getvalue()
    assert "secret" not in stream.getvalue()


@pytest.mark.parametrize("role", [Role("r"), Role("r", "/", "1" * 12, "aws")])
def test_no_credentials_at_all(client: Any, memory: CallerCache, role: Role) -> None:
    """Without credentials botocore's own exception is raised, whatever is known of the role."""
    with pytest.raises(NoCredentialsError):
        complete_role(client, None, request_for(role), memory, NOW)

    assert client.get_caller_identity.call_count == 0
