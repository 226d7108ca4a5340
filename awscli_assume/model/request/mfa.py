"""MFA: which device, and whether its code starts a session or goes into AssumeRole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Sequence

from awscli_assume.model.request.request import AssumeRoleRequest

# "Users that use Multi-Factor Authentication (MFA) with the AWS CLI … use the AWS STS
# GetSessionToken API and are limited to 1 hour" (AWS re:Post Knowledge Center, "How do I
# resolve the role chaining limit error"). STS refuses more with "The requested
# DurationSeconds exceeds the 1 hour session limit".
MFA_SESSION_DURATION_MAX = 3600


@dataclass(frozen=True)
class MfaRoute:
    """How a request uses its MFA code.

    With ``by_session`` the code starts one session (GetSessionToken), which then signs
    this request and others. Otherwise the code is a parameter of AssumeRole. ``note``
    tells the user why there is no such session.
    """

    by_session: bool
    note: str = ""


def route_of(request: AssumeRoleRequest, is_long_lived: bool) -> MfaRoute:
    """Return how a request uses its MFA code.

    GetSessionToken takes long-lived access keys only (AWS STS API reference,
    "GetSessionToken"). A code that was given is for this request.
    """
    if request.serial_number is None or request.token_code is not None or not is_long_lived:
        return MfaRoute(by_session=False)
    seconds = request.seconds
    # A duration that depends on the role may turn out to be short enough.
    if isinstance(seconds, int) and seconds > MFA_SESSION_DURATION_MAX:
        return MfaRoute(
            False,
            f"a session of {seconds} seconds needs an MFA code of its own: an MFA session "
            f"allows at most {MFA_SESSION_DURATION_MAX}",
        )
    return MfaRoute(by_session=True)


@dataclass(frozen=True)
class DeviceChoice:
    """The user's only MFA device with codes, or why there is none, with a command to type."""

    serial_number: Optional[str] = None
    reason: str = ""


def choose_device(listed: Optional[Sequence[str]]) -> DeviceChoice:
    """Return the only device with codes among serial numbers; None if IAM did not list them."""
    if listed is None:
        return DeviceChoice(
            reason="IAM did not list your MFA devices (iam:ListMFADevices). Name the device: "
            "--serial-number arn:aws:iam::ACCOUNT:mfa/NAME"
        )
    with_codes = [serial for serial in listed if gives_codes(serial)]
    if len(with_codes) == 1:
        return DeviceChoice(with_codes[0])
    if with_codes:
        return DeviceChoice(
            reason="You have more than one MFA device. Name the one whose code you type: "
            + ", or ".join(f"--serial-number {serial}" for serial in with_codes)
        )
    if listed:
        return DeviceChoice(
            reason=f"Your only MFA devices are passkeys or security keys ({', '.join(listed)}), "
            "which have no codes that STS takes. Add an authenticator app: aws iam "
            "create-virtual-mfa-device help"
        )
    return DeviceChoice(
        reason="You have no MFA device. Add one: aws iam create-virtual-mfa-device help"
    )


def gives_codes(serial_number: str) -> bool:
    """Return whether a device shows six digits, unlike passkeys and security keys.

    Source: IAM User Guide, "IAM identifiers": their ARNs have ``u2f``, the ARNs of virtual
    devices ``mfa``. The serial number of a hardware token is not an ARN.
    """
    return not (serial_number.startswith("arn:") and ":u2f/" in serial_number)
