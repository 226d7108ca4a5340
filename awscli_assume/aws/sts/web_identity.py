"""AssumeRoleWithWebIdentity and AssumeRoleWithSAML: STS calls that are not signed."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any, NoReturn, Optional

from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sts.client import Signer, call, client_options
from awscli_assume.aws.sts.errors import error_hints_added
from awscli_assume.host import (
    ClientError,
    NoCredentialsError,
    ReadOnlyCredentials,
    unsigned_config,
)
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import StsClient
from awscli_assume.model.credentials import TemporaryCredentials, read_answer
from awscli_assume.model.request.identity_provider import SamlAssertion
from awscli_assume.model.request.request import AssumeRoleRequest

LOG = logging.getLogger("awscli.assume.federation")
# Placeholder keys: without keys, botocore would look for real ones, which may run a
# credential process or wait for an instance's metadata.
_UNSIGNED = "unsigned"


def unsigned_signer(
    context: CommandContext, region: Optional[str] = None, config: Any = None
) -> Signer:
    """Return a signer without credentials, whose client does not sign requests.

    Its client has all other settings of ``create_sts_client``.
    """

    def no_credentials(*_: object) -> NoReturn:
        raise NoCredentialsError()

    options = client_options(
        context.parsed_globals, region, ReadOnlyCredentials(_UNSIGNED, _UNSIGNED, None)
    )
    unsigned = unsigned_config() if config is None else unsigned_config().merge(config)
    client = context.session.create_client("sts", config=unsigned, **options)
    verify = context.parsed_globals.verify_ssl
    # Without the option, botocore reads it from the configuration and the environment.
    bundle = (
        verify if isinstance(verify, str) else context.session.get_config_variable("ca_bundle")
    )
    return Signer(client, no_credentials, no_credentials, ca_bundle=bundle)


def assume_role_with_identity_token(
    client: StsClient, request: AssumeRoleRequest, secret: str, now: datetime
) -> TemporaryCredentials:
    """Assume the role with a web identity token or SAML assertion. ``now`` is aware.

    Raises botocore's exceptions with a hint added, and UnexpectedAnswer.
    """
    identity_token = request.identity_token
    assert identity_token is not None  # noqa: S101 - for the type checker
    LOG.debug("Assuming %s with %s", request.role.arn, identity_token.operation)
    is_saml = isinstance(identity_token, SamlAssertion)
    operation = client.assume_role_with_saml if is_saml else client.assume_role_with_web_identity
    parameters = {**request.parameters(), identity_token.parameter: secret}
    with credentials_redacted(), error_hints_added(request):
        try:
            response = call(operation, f"{identity_token.operation}Result", **parameters)
        except ClientError as error:
            _mask(error, secret)
            raise
    return read_answer(response, now)


def _mask(error: ClientError, secret: str) -> None:
    """Remove the token from an error: STS quotes a value that it finds invalid."""
    details = error.response.get("Error", {})
    if "Message" in details:
        details["Message"] = str(details["Message"]).replace(secret, "****")
    error.args = tuple(str(part).replace(secret, "****") for part in error.args)
