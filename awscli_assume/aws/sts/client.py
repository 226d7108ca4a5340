"""STS through the CLI's own session, so that every client setting of the CLI holds."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any, Callable, Optional

from awscli_assume.aws.callers import Caller, CallerCache
from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sts.errors import error_hints_added
from awscli_assume.errors import InvalidRequest, UnexpectedAnswer
from awscli_assume.host import CLI_NAME, EndpointResolver, NoCredentialsError
from awscli_assume.host.context import CommandContext
from awscli_assume.model.credentials import TemporaryCredentials, read_answer
from awscli_assume.model.request.request import AssumeRoleRequest

LOG = logging.getLogger("awscli.assume.sts")


def create_sts_client(
    context: CommandContext, region: Optional[str] = None, credentials: Any = None
) -> Any:
    """Return an STS client with ``--region``, ``--endpoint-url``, ``--ca-bundle`` and the like.

    ``region`` stands in for a ``--region`` that was not given. Time-outs, proxies
    and retries come from the session's default configuration, and so do the
    credentials unless botocore's frozen ones are given. Raises botocore's own
    exceptions where there are no credentials or no region.
    """
    return context.session.create_client(
        "sts", **client_options(context.parsed_globals, region, credentials)
    )


def client_options(parsed_globals: Any, region: Optional[str], credentials: Any) -> dict[str, Any]:
    """Return what a client of ours is made with, whatever the service."""
    options = {
        "region_name": parsed_globals.region or region,
        "endpoint_url": parsed_globals.endpoint_url,
        "verify": parsed_globals.verify_ssl,
    }
    if credentials is not None:
        options["aws_access_key_id"] = credentials.access_key
        options["aws_secret_access_key"] = credentials.secret_key
        options["aws_session_token"] = credentials.token
    return options


def region_of(client: Any) -> Optional[str]:
    """Return the region of a client; None for the pseudo region of STS's global endpoint."""
    region: Optional[str] = client.meta.region_name
    return None if region == "aws-global" else region


def check_host_knows(client: Any, request: AssumeRoleRequest) -> None:
    """Raise InvalidRequest for a parameter that the host's model of STS lacks."""
    shape = client.meta.service_model.operation_model(request.operation).input_shape
    asked = request.completed("aws", "0" * 12).parameters()
    for name in sorted(set(asked) - set(shape.members)):
        raise InvalidRequest(
            f"{CLI_NAME} is too old for the parameter {name} of {request.operation}. "
            "Update the AWS CLI, or leave the option out"
        )


def partition_of_region(session: Any, client: Any) -> Optional[str]:
    """Return the partition of a client's region; None where this AWS CLI does not know the region.

    botocore takes a region that it does not know for one of ``aws`` (client.py,
    ``_assume_endpoint``), which the region of a newer partition is not. Version 2
    lacks the session's own question for it (get_partition_for_region; 2.38.5).
    """
    partition: str = client.meta.partition
    region = region_of(client)
    if region is None:
        return partition
    known = EndpointResolver(session.get_component("data_loader").load_data("endpoints"))
    return None if known.construct_endpoint("sts", region) is None else partition


def check_partition(client: Any, request: AssumeRoleRequest, found: Optional[str]) -> None:
    """Raise InvalidRequest where a role and region are of two partitions: no STS joins them.

    ``found`` is the region's; None is not known, and raises nothing.
    """
    for role in request.roles:
        if None not in (role.partition, found) and role.partition != found:
            region = client.meta.region_name
            where = f"the region {region} is of {found}" if region else "no region is configured"
            raise InvalidRequest(
                f"Invalid role ARN '{role.arn}': it is of the partition {role.partition}, and "
                f"{where}. Try: --region, with a region of {role.partition}"
            )


def complete_role(
    client: Any,
    credentials: Any,
    request: AssumeRoleRequest,
    memory: CallerCache,
    now: datetime,
    partition: Optional[str] = None,
) -> AssumeRoleRequest:
    """Return the request with its roles' accounts and partitions filled in.

    They are the caller's: from the credentials, from an earlier run, else from
    one GetCallerIdentity. Where the account is known, ``partition``, the
    region's, spares the call. ``credentials`` are botocore's; None raises its
    NoCredentialsError.
    """
    if credentials is None:
        raise NoCredentialsError()
    if all(role.is_complete for role in request.roles):
        return request
    with credentials_redacted(), error_hints_added():
        frozen = credentials.get_frozen_credentials()
    # botocore knows it of SSO roles and of profiles with aws_account_id (2.22+).
    account_id = getattr(frozen, "account_id", None)
    if account_id is None and all(role.account_id for role in request.roles):
        account_id = request.role.account_id
    if account_id is not None and partition is not None:
        caller = Caller(partition, account_id)
    else:
        caller = caller_of(client, frozen.access_key, memory, now)
    return request.completed(caller.partition, caller.account_id)


def caller_of(client: Any, access_key_id: str, memory: CallerCache, now: datetime) -> Caller:
    """Return who an access key belongs to: as an earlier run has kept it, else as STS says."""
    known = memory.load(access_key_id)
    if known is not None:
        return known
    caller = get_caller(client)
    memory.store(access_key_id, caller, now)
    return caller


def get_caller(client: Any) -> Caller:
    """Ask STS who the source credentials belong to (GetCallerIdentity)."""
    LOG.debug("Asking STS for the caller identity")
    with credentials_redacted(), error_hints_added():
        answer = call(client.get_caller_identity, "GetCallerIdentityResult")
    try:
        return Caller.from_arn(answer["Arn"], answer.get("UserId"))
    except (KeyError, ValueError, TypeError, AttributeError):
        raise UnexpectedAnswer(
            "The answer to GetCallerIdentity is not one of STS. Check what stands between here "
            "and STS: --endpoint-url, AWS_ENDPOINT_URL, a proxy"
        ) from None


def assume_role(
    client: Any,
    request: AssumeRoleRequest,
    now: datetime,
    iam: Optional[Callable[[], Any]] = None,
) -> TemporaryCredentials:
    """Assume the role. ``now`` is aware and only checks the answer's expiry.

    ``iam`` answers a client of IAM, which says what the role allows where STS
    refuses the duration; None leaves that out.

    Raises botocore's exceptions as they are, with the cause added where it is
    known, and UnexpectedAnswer where the answer is not one of STS.
    """
    LOG.debug("Assuming %s as %s", request.role.arn, request.role_session_name)
    with credentials_redacted(), error_hints_added(request, iam):
        answer = call(client.assume_role, "AssumeRoleResult", **request.parameters())
    return read_answer(answer, now)


def call(operation: Any, wrapper: str, **parameters: Any) -> Any:
    """Call STS; None for a 200 with other XML or HTML in it than STS's.

    botocore then raises a bare KeyError with the name of the result's wrapper
    (seen on 1.46.3 and 2.38.5), and a ValueError for an Expiration that is no
    time (2.38.5).
    """
    try:
        return operation(**parameters)
    except KeyError as error:
        if error.args != (wrapper,):
            raise
    except ValueError:
        LOG.debug("botocore could not read a value of the answer")
    return None
