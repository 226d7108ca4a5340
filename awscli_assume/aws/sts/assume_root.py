"""AssumeRoot, and what the caller lacks for it.

Source: AWS STS API reference, "AssumeRoot"; IAM API reference, "ListOrganizationsFeatures".
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Optional
from urllib.parse import urlsplit

from awscli_assume.aws.caller_identity import get_caller_identity
from awscli_assume.aws.optional_call import CallUnavailable, error_code, optional_call
from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sts.client import Signer, call, partition_of_region, region_of
from awscli_assume.aws.sts.errors import add_hint, error_hints_added
from awscli_assume.errors import InvalidConfiguration, InvalidRequest, UnexpectedAnswer
from awscli_assume.host import CLI_NAME, BotoCoreError, ClientError
from awscli_assume.host.protocols import Session, StsClient
from awscli_assume.model.credentials import (
    PrincipalCredentials,
    SessionCredentials,
    read_copy,
    read_mfa_session,
)
from awscli_assume.model.request.root_session import OPERATION, RootRequest

LOG = logging.getLogger("awscli.assume.sts")
_GLOBAL_HOST = "sts.amazonaws.com"
_FEATURE = "RootSessions"
# By the error code of ListOrganizationsFeatures.
_LACKS = {
    "AccountNotManagementOrDelegatedAdministrator": (
        "The account {account} of the source is neither the management account of the "
        "organization nor a delegated administrator for IAM. Use a profile of one of them: "
        "--profile NAME"
    ),
    "ServiceAccessNotEnabled": (
        "The organization does not trust IAM. In the management account: aws organizations "
        "enable-aws-service-access --service-principal iam.amazonaws.com"
    ),
    "OrganizationNotFound": "The account {account} of the source is in no organization",
    "OrganizationNotInAllFeaturesMode": (
        "The organization has consolidated billing only. In the management account: aws "
        "organizations enable-all-features"
    ),
}
_OFF = (
    f"The organization feature {_FEATURE} is off. In the management account, or as a delegated "
    "administrator for IAM: aws iam enable-organizations-root-sessions"
)
_ON = (
    f"The organization feature {_FEATURE} is on. The caller may lack sts:AssumeRoot (for this "
    "task policy), a service control policy may deny it, or {target} is no member of the "
    "organization"
)
_NEEDS = (
    f"AssumeRoot needs the organization feature {_FEATURE}, and a caller with sts:AssumeRoot in "
    "the management account or in a delegated administrator account for IAM, no root user. Which "
    "of them is missing is not known ({reason}). To see the feature: aws iam "
    "list-organizations-features"
)


def check_host_has_it(session: Session) -> None:
    """Raise InvalidRequest if this AWS CLI's model of STS lacks AssumeRoot; nothing is called."""
    if OPERATION not in session.get_service_model("sts").operation_names:
        raise InvalidRequest(
            f"{CLI_NAME} does not know {OPERATION}, which STS has had since November 2024. Update "
            "the AWS CLI"
        )


def check_regional(client: StsClient) -> None:
    """Raise InvalidConfiguration for the global endpoint, which does not accept AssumeRoot."""
    host = urlsplit(client.meta.endpoint_url).hostname
    if host == _GLOBAL_HOST:
        raise InvalidConfiguration(
            f"AssumeRoot is accepted at regional endpoints of STS only, and {host} is the global "
            "one. Name a region, and leave the endpoint out: --region us-east-1"
        )


def assume_root(
    session: Session, signer: Signer, request: RootRequest, now: datetime
) -> tuple[PrincipalCredentials, str]:
    """Return the credentials of a privileged session with their principal, and the partition.

    Raises botocore's exceptions with what the caller lacks added, InvalidConfiguration and
    UnexpectedAnswer.
    """
    client = signer.client
    check_regional(client)
    partition = partition_of_region(session, client) or client.meta.partition
    LOG.debug("Calling AssumeRoot for the account %s", request.account_id)
    try:
        with credentials_redacted(), error_hints_added():
            response = call(
                client.assume_root, f"{OPERATION}Result", **request.parameters(partition)
            )
    except ClientError as error:
        if error_code(error) in ("AccessDenied", "AccessDeniedException"):
            add_hint(error, _why_denied(signer, request))
        raise
    return _with_principal(signer, request, partition, read_mfa_session(response, now)), partition


def _with_principal(
    signer: Signer, request: RootRequest, partition: str, found: SessionCredentials
) -> PrincipalCredentials:
    """Return the credentials with the principal that STS names; the response has none."""
    arn, user_id = request.arn(partition), request.account_id
    try:
        with credentials_redacted():
            identity = get_caller_identity(signer.by_session(found))
        arn, user_id = identity.arn, identity.user_id or user_id
    except (BotoCoreError, ClientError, UnexpectedAnswer) as error:
        # The session is there; what a policy denies it is no reason to throw it away.
        LOG.debug("GetCallerIdentity of the session failed: %s", type(error).__name__)
    return read_copy(found, found.expiration, arn, user_id)


def _why_denied(signer: Signer, request: RootRequest) -> Optional[str]:
    """Return what the caller lacks, as far as IAM tells."""
    if signer.iam is None:
        return None
    try:
        with optional_call("iam:ListOrganizationsFeatures"):
            features = signer.iam().list_organizations_features()["EnabledFeatures"]
    except CallUnavailable as error:
        lacks = _LACKS.get(error.code.replace("Exception", ""))
        if lacks is None:
            return _NEEDS.format(reason=error)
        return lacks.format(account=_account_of(signer))
    return _ON.format(target=request.account_id) if _FEATURE in features else _OFF


def _account_of(signer: Signer) -> str:
    try:
        return get_caller_identity(signer.client).caller.account_id
    except (BotoCoreError, ClientError, UnexpectedAnswer):
        return ""


def region_of_session(signer: Signer) -> Optional[str]:
    """Return the region of the credentials."""
    return region_of(signer.client)
