"""STS clients with the settings of the AWS CLI, and AssumeRole."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from typing import Any, Callable, Optional, cast

from awscli_assume.aws.caller_identity import Caller, CallerCache
from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sts.errors import error_hints_added
from awscli_assume.aws.sts.source_credentials import known_account
from awscli_assume.errors import InvalidRequest
from awscli_assume.host import (
    CLI_NAME,
    BotocoreSession,
    EndpointResolver,
    NoCredentialsError,
    ReadOnlyCredentials,
)
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import (
    Credentials,
    FrozenCredentials,
    IamClient,
    ParsedGlobals,
    Session,
    StsClient,
)
from awscli_assume.model.credentials import SessionCredentials, TemporaryCredentials, read_answer
from awscli_assume.model.request.request import AssumeRoleRequest

LOG = logging.getLogger("awscli.assume.sts")


@dataclass(frozen=True)
class Signer:
    """An STS client of the source, and makers of related clients.

    ``frozen`` returns the source's credentials, or raises the errors of their provider.
    ``signed_by`` returns an STS client with other credentials. ``iam`` returns an IAM
    client with the source's credentials; None means that IAM is not called.
    ``ca_bundle`` is the path of the certificates for servers other than AWS.
    ``is_refreshable`` says, before any call, that the source's credentials are temporary;
    ``is_role`` that they are known to be a role session. With ``in_memory`` no session is
    stored in a file.
    """

    client: StsClient
    frozen: Callable[[], FrozenCredentials] = field(repr=False)
    signed_by: Callable[[FrozenCredentials], StsClient] = field(repr=False)
    iam: Optional[Callable[[], IamClient]] = field(default=None, repr=False)
    ca_bundle: Optional[str] = None
    is_refreshable: bool = False
    is_role: bool = False
    in_memory: bool = False

    def by_session(self, session: SessionCredentials) -> StsClient:
        """Return a client with the credentials of a session and the source's settings."""
        return self.signed_by(freeze(session))

    def with_credentials(self, session: SessionCredentials) -> Signer:
        """Return the signer with the credentials of a role session. It does not call IAM."""
        frozen = freeze(session)
        return Signer(self.signed_by(frozen), lambda: frozen, self.signed_by, is_role=True)


def freeze(session: SessionCredentials) -> FrozenCredentials:
    """Return credentials in botocore's form."""
    frozen: FrozenCredentials = ReadOnlyCredentials(
        session.access_key_id, session.secret_access_key, session.session_token
    )
    return frozen


def apply_client_settings(context: CommandContext) -> None:
    """Apply ``--endpoint-url``, ``--ca-bundle`` and ``--no-verify-ssl`` to botocore's own clients.

    The AWS CLI gives them to the client of a command only. botocore makes clients itself
    for a source profile that has a role (credentials.py, ``_get_client_creator``), with
    the session's ``create_client``. The endpoint is one of STS, so no other service gets
    it. Settings in variables and files already apply to all clients.
    """
    endpoint_url, verify = context.parsed_globals.endpoint_url, context.parsed_globals.verify_ssl
    if endpoint_url is None and verify is None:
        return
    original = context.session.create_client

    def create_client(service_name: str, *args: Any, **options: Any) -> Any:
        if verify is not None and options.get("verify") is None:
            options["verify"] = verify
        if service_name == "sts" and options.get("endpoint_url") is None:
            options["endpoint_url"] = endpoint_url
        return original(service_name, *args, **options)

    context.session.create_client = create_client


def use_settings(context: CommandContext) -> None:
    """Apply the options of a context to the clients that botocore makes by itself, too."""
    apply_client_settings(context)
    # As ``--region`` does (clidriver.py); None is no region of the command line.
    context.session.set_config_variable("region", context.parsed_globals.region)


def create_sts_client(
    context: CommandContext,
    region: Optional[str] = None,
    credentials: Optional[FrozenCredentials] = None,
    config: Any = None,
) -> StsClient:
    """Return an STS client with ``--region``, ``--endpoint-url``, ``--ca-bundle`` and the like.

    ``region`` is the default for ``--region``. Time-outs, proxies and retries come from
    the session's default configuration, unless ``config`` has them, and so do the credentials
    unless they are given. Raises botocore's exceptions if there are no credentials or no region.
    """
    options = client_options(context.parsed_globals, region, credentials)
    if config is not None:
        options["config"] = config
    return cast(StsClient, context.session.create_client("sts", **options))


def profile_client(context: CommandContext, profile: str) -> StsClient:
    """Return an STS client of a profile as the files have it now, whatever the environment."""
    session = BotocoreSession(profile=profile)
    options = client_options(context.parsed_globals, context.session.get_config_variable("region"))
    if session.get_scoped_config().get("region"):
        options["region_name"] = session.get_scoped_config()["region"]
    return cast(StsClient, session.create_client("sts", **options))


def client_options(
    parsed_globals: ParsedGlobals,
    region: Optional[str],
    credentials: Optional[FrozenCredentials] = None,
) -> dict[str, Any]:
    """Return the ``create_client`` options of every service."""
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


def region_of(client: StsClient) -> Optional[str]:
    """Return the region of a client, None for the pseudo region of the global endpoint."""
    region = client.meta.region_name
    return None if region == "aws-global" else region


def check_host_knows(client: StsClient, request: AssumeRoleRequest) -> None:
    """Raise InvalidRequest for a parameter that this AWS CLI's model of STS lacks."""
    shape = client.meta.service_model.operation_model(request.operation).input_shape
    parameters = request.completed("aws", "0" * 12).parameters()
    for name in sorted(set(parameters) - set(shape.members)):
        raise InvalidRequest(
            f"{CLI_NAME} does not support the parameter {name} of {request.operation}. Update the "
            "AWS CLI, or omit the option"
        )


def partition_of_region(session: Session, client: StsClient) -> Optional[str]:
    """Return the partition of a client's region, None if this AWS CLI does not know the region.

    botocore assumes the partition ``aws`` for unknown regions (client.py,
    ``_assume_endpoint``), which is wrong for those of a newer partition. Version 2 lacks
    the session's get_partition_for_region (2.38.5).
    """
    region = region_of(client)
    if region is None:
        return client.meta.partition
    resolver = EndpointResolver(session.get_component("data_loader").load_data("endpoints"))
    is_known = resolver.construct_endpoint("sts", region) is not None
    return client.meta.partition if is_known else None


def region_warning(session: Session, region: Optional[str], option_name: str = "--region") -> str:
    """Return a warning for a region that no partition of this AWS CLI lists, or nothing.

    A name of the usual form passes botocore, which then makes an endpoint of it.
    """
    partitions = session.get_component("data_loader").load_data("endpoints")["partitions"]
    names = [name for partition in partitions for name in partition["regions"]]
    if region is None or region in names:
        return ""
    similar = " or ".join(get_close_matches(region, names, cutoff=0.7))
    return (
        f"aws: [WARNING]: {CLI_NAME} does not know the region {region!r}"
        f"{f', and {similar} is similar' if similar else ''}. If it is misspelled, run the "
        f"command again with {option_name} REGION\n"
    )


def check_partition(
    client: StsClient, request: AssumeRoleRequest, partition: Optional[str]
) -> None:
    """Raise InvalidRequest if a role is not in the partition of the region.

    Credentials of one partition can't be used in another. None is an unknown partition,
    which raises nothing.
    """
    for role in request.roles:
        if None not in (role.partition, partition) and role.partition != partition:
            region = client.meta.region_name
            place = (
                f"the region {region} is in {partition}" if region else "no region is configured"
            )
            raise InvalidRequest(
                f"Invalid role ARN '{role.arn}': it is in the partition {role.partition}, and "
                f"{place}. Try: --region, with a region of {role.partition}"
            )


def complete_role(
    client: StsClient,
    credentials: Optional[Credentials],
    request: AssumeRoleRequest,
    cache: CallerCache,
    now: datetime,
    partition: Optional[str] = None,
    account_place: str = "the source credentials",
) -> AssumeRoleRequest:
    """Return the request with the missing accounts and partitions of its roles filled in.

    They are the caller's: from the credentials, from the cache, else from
    GetCallerIdentity. With a known account, ``partition`` (that of the region) makes the
    call unnecessary. ``account_place`` is where the credentials have their account ID from.
    Raises NoCredentialsError for credentials that are None, and InvalidConfiguration.
    """
    if credentials is None:
        raise NoCredentialsError()
    if all(role.is_complete for role in request.roles):
        return request
    with credentials_redacted(), error_hints_added():
        frozen = credentials.get_frozen_credentials()
    account_id = request.role.account_id
    if not all(role.account_id for role in request.roles):
        account_id = known_account(frozen, account_place)
    if account_id is not None and partition is not None:
        caller = Caller(partition, account_id)
    else:
        caller = cache.get(client, frozen.access_key, now)
    return request.completed(caller.partition, caller.account_id)


def assume_role(
    client: StsClient,
    request: AssumeRoleRequest,
    now: datetime,
    iam: Optional[Callable[[], IamClient]] = None,
) -> TemporaryCredentials:
    """Assume the role. ``now`` is aware and is compared with the expiration.

    ``iam`` returns an IAM client. It is used for the role's maximum session duration if
    STS rejects the duration.

    Raises botocore's exceptions with a hint added, and UnexpectedAnswer.
    """
    LOG.debug("Assuming %s as %s", request.role.arn, request.role_session_name)
    with credentials_redacted(), error_hints_added(request, iam):
        response = call(client.assume_role, "AssumeRoleResult", **request.parameters())
    return read_answer(response, now)


def call(operation: Callable[..., Any], wrapper: str, **parameters: Any) -> Any:
    """Call STS. Return None for a 200 response with XML or HTML that is not from STS.

    botocore then raises a KeyError with the name of the result's wrapper (seen on
    1.46.3 and 2.38.5), and a ValueError for an Expiration that is not a time (2.38.5).
    """
    try:
        return operation(**parameters)
    except KeyError as error:
        if error.args != (wrapper,):
            raise
    except ValueError:
        LOG.debug("botocore could not parse a value of the response")
    return None
