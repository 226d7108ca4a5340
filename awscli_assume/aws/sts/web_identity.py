"""The two calls of STS that nobody signs: the identity provider token is enough."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any, Optional

from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sts.client import call, client_options
from awscli_assume.aws.sts.errors import error_hints_added
from awscli_assume.aws.sts.mfa import Signer
from awscli_assume.host import (
    ClientError,
    NoCredentialsError,
    ReadOnlyCredentials,
    unsigned_config,
)
from awscli_assume.model.credentials import TemporaryCredentials, read_answer
from awscli_assume.model.request.identity_provider import SamlAssertion
from awscli_assume.model.request.request import AssumeRoleRequest

LOG = logging.getLogger("awscli.assume.federation")
# Keys that sign nothing: with any, botocore does not go looking for real ones,
# which may run a program or wait for an instance that is not there.
_NOBODY = "unsigned"


def unsigned_signer(session: Any, parsed_globals: Any, region: Optional[str] = None) -> Signer:
    """Return a signer whose client signs nothing, and who has no credentials.

    The client has all else that ``create_sts_client`` gives one.
    """

    def nobody(*_: Any) -> Any:
        raise NoCredentialsError()

    options = client_options(parsed_globals, region, ReadOnlyCredentials(_NOBODY, _NOBODY, None))
    client = session.create_client("sts", config=unsigned_config(), **options)
    verify = parsed_globals.verify_ssl
    # Where the option is not given, botocore reads it from configuration and environment.
    bundle = verify if isinstance(verify, str) else session.get_config_variable("ca_bundle")
    return Signer(client, nobody, nobody, ca_bundle=bundle)


def assume_role_with_identity_token(
    client: Any, request: AssumeRoleRequest, secret: str, now: datetime
) -> TemporaryCredentials:
    """Assume the role by the token or assertion of the request. ``now`` is aware.

    Raises botocore's exceptions as they are, with the cause added where it is
    known, and UnexpectedAnswer where the answer is not one of STS.
    """
    identity_token = request.identity_token
    assert identity_token is not None  # noqa: S101 - for the type checker
    LOG.debug("Assuming %s by %s", request.role.arn, identity_token.operation)
    is_saml = isinstance(identity_token, SamlAssertion)
    operation = client.assume_role_with_saml if is_saml else client.assume_role_with_web_identity
    parameters = {**request.parameters(), identity_token.parameter: secret}
    with credentials_redacted(), error_hints_added(request):
        try:
            answer = call(operation, f"{identity_token.operation}Result", **parameters)
        except ClientError as error:
            _mask(error, secret)
            raise
    return read_answer(answer, now)


def _mask(error: Any, secret: str) -> None:
    """Take an identity token out of a refusal: STS quotes a value that it finds to be invalid."""
    details = error.response.get("Error", {})
    if "Message" in details:
        details["Message"] = str(details["Message"]).replace(secret, "****")
    error.args = tuple(str(part).replace(secret, "****") for part in error.args)
