"""The MFA devices of a user, as IAM lists them, and STS's word that one is needed."""

from __future__ import annotations

import logging
from typing import Any, Callable, Optional

from awscli_assume.aws.optional_call import CallUnavailable, optional_call
from awscli_assume.errors import InvalidRequest
from awscli_assume.model.request import limits

LOG = logging.getLogger("awscli.assume.own_devices")
# What STS answers where a device or its code is missing, and the condition keys of
# policies that ask for one ("AWS global condition context keys", IAM User Guide).
_TEXTS = ("must provide both MFA serial number", "aws:MultiFactorAuth")


def asks_for_device(error: Any) -> bool:
    """Return whether STS says that the call needs an MFA device."""
    details = error.response.get("Error", {})
    # Its own line, without the causes that we add below it.
    text = str(details.get("Message", "")).partition("\n")[0]
    return details.get("Code") == "AccessDenied" and any(part in text for part in _TEXTS)


def list_mfa_devices(iam: Callable[[], Any]) -> Optional[list[str]]:
    """Ask IAM for the serial numbers of the devices of whose access key signs (ListMFADevices).

    Answers None where IAM does not say: the user may lack iam:ListMFADevices.
    """
    LOG.debug("Asking IAM for the MFA devices of the caller")
    try:
        with optional_call("iam:ListMFADevices"):
            listed = iam().list_mfa_devices()["MFADevices"]
            serials = [device["SerialNumber"] for device in listed]
        return [limits.check("serial_number", serial) for serial in serials]
    except (CallUnavailable, InvalidRequest) as error:
        LOG.debug("IAM did not say: %s", type(error).__name__)
        return None
