"""Which of a user's MFA devices is meant where none was named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Sequence


@dataclass(frozen=True)
class Choice:
    """The one device that can be meant, or why there is none, with what to type."""

    serial_number: Optional[str] = None
    reason: str = ""


def choose_device(listed: Optional[Sequence[str]]) -> Choice:
    """Choose among serial numbers; None where IAM did not list them. Nothing is guessed."""
    if listed is None:
        return Choice(
            reason="IAM did not list your MFA devices (iam:ListMFADevices). Name the device: "
            "--serial-number arn:aws:iam::ACCOUNT:mfa/NAME"
        )
    with_codes = [serial for serial in listed if gives_codes(serial)]
    if len(with_codes) == 1:
        return Choice(with_codes[0])
    if with_codes:
        return Choice(
            reason="You have more than one MFA device. Name the one whose code you type: "
            + ", or ".join(f"--serial-number {serial}" for serial in with_codes)
        )
    if listed:
        return Choice(
            reason=f"Your only MFA devices are passkeys or security keys ({', '.join(listed)}), "
            "which have no codes that STS takes. Add an authenticator app: aws iam "
            "create-virtual-mfa-device help"
        )
    return Choice(reason="You have no MFA device. Add one: aws iam create-virtual-mfa-device help")


def gives_codes(serial_number: str) -> bool:
    """Return whether a device has six digits to type; a passkey or security key has none.

    Source: IAM User Guide, "IAM identifiers": those have ``u2f`` in their ARN, virtual
    devices ``mfa``; other hardware has a serial number that is no ARN.
    """
    return not (serial_number.startswith("arn:") and ":u2f/" in serial_number)
