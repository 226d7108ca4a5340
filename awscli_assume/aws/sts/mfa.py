"""MFA devices of the caller, and the MFA sessions that a code of a device starts."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Callable, Optional

from awscli_assume.aws.optional_call import CallUnavailable, optional_call
from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sts.errors import error_hints_added, unexpected_response
from awscli_assume.errors import InvalidRequest, UnexpectedAnswer
from awscli_assume.host.protocols import IamClient, StsClient
from awscli_assume.model.credentials import SessionCredentials, read_mfa_session
from awscli_assume.model.request import limits

LOG = logging.getLogger("awscli.assume.mfa")
# 12 hours, STS's default for an IAM user (AWS STS API reference, "GetSessionToken"):
# one code a working day.
SESSION_SECONDS = 43200


def list_mfa_devices(iam: Callable[[], IamClient]) -> Optional[list[str]]:
    """Return the serial numbers of the caller's MFA devices (ListMFADevices).

    The result is None if IAM does not list them: the user may lack iam:ListMFADevices.
    """
    LOG.debug("Calling ListMFADevices")
    try:
        with optional_call("iam:ListMFADevices"):
            devices = iam().list_mfa_devices()["MFADevices"]
            serial_numbers = [device["SerialNumber"] for device in devices]
        return [limits.check("serial_number", serial_number) for serial_number in serial_numbers]
    except (CallUnavailable, InvalidRequest) as error:
        LOG.debug("The MFA devices are not known: %s", type(error).__name__)
        return None


def get_session_token(
    client: StsClient, serial_number: str, code: str, now: datetime
) -> SessionCredentials:
    """Start an MFA session of 12 hours (GetSessionToken). ``now`` is aware.

    Raises botocore's exceptions with a hint added, and UnexpectedAnswer.
    """
    LOG.debug("Calling GetSessionToken with the MFA device %s", serial_number)
    with credentials_redacted(), error_hints_added():
        try:
            response = client.get_session_token(
                SerialNumber=serial_number, TokenCode=code, DurationSeconds=SESSION_SECONDS
            )
            return read_mfa_session(response, now)
        # botocore raises the first two for other XML and HTML (see client.py).
        except (KeyError, ValueError, UnexpectedAnswer):
            raise unexpected_response("GetSessionToken") from None
