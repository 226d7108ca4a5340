"""Find the caller's MFA device if one is needed and none was named."""

from __future__ import annotations

from typing import Optional

from awscli_assume.aws.sts.client import Signer
from awscli_assume.aws.sts.errors import add_hint, is_mfa_required
from awscli_assume.aws.sts.mfa import list_mfa_devices
from awscli_assume.errors import InvalidRequest
from awscli_assume.host import ClientError
from awscli_assume.host.environment import Environment
from awscli_assume.model.request.mfa import DeviceChoice, choose_device
from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.workflow.credentials.mfa_code import MfaProcess


def with_device_of_code(
    request: AssumeRoleRequest, signer: Signer, environment: Environment
) -> AssumeRoleRequest:
    """Return the request with the MFA device of a code that was given without one.

    Raises InvalidRequest if it can't be found.
    """
    if request.token_code is None or request.serial_number is not None:
        return request
    choice = _choice(signer)
    if choice is None:
        choice = DeviceChoice(
            reason="The source is temporary, and IAM lists devices to access keys of users "
            "only. Try: --serial-number arn:aws:iam::ACCOUNT:mfa/NAME"
        )
    if choice.serial_number is None:
        raise InvalidRequest(f"--token-code needs the device that it is from. {choice.reason}")
    return _found(request, choice.serial_number, environment)


def with_device_of_caller(
    error: ClientError,
    request: AssumeRoleRequest,
    signer: Signer,
    process: Optional[MfaProcess],
    environment: Environment,
) -> Optional[AssumeRoleRequest]:
    """Return the request with the caller's MFA device if STS refuses the call without one.

    Returns None if the error has another cause, the device was named, nobody can give a
    code, the source is not the access key of a user, or the device can't be found; the
    reason of the last is added to the error.
    """
    if request.serial_number is not None or not is_mfa_required(error):
        return None
    if process is None and not environment.has_terminal():
        return None
    choice = _choice(signer)
    if choice is None:
        return None
    if choice.serial_number is None:
        add_hint(error, choice.reason)
        return None
    return _found(request, choice.serial_number, environment)


def _choice(signer: Signer) -> Optional[DeviceChoice]:
    if signer.iam is None or signer.frozen().token:
        return None
    return choose_device(list_mfa_devices(signer.iam))


def _found(
    request: AssumeRoleRequest, serial_number: str, environment: Environment
) -> AssumeRoleRequest:
    environment.notify(
        f"aws: [NOTE]: multi-factor authentication is needed, and your MFA device is "
        f"{serial_number} (iam:ListMFADevices)\n"
    )
    return request.with_device(serial_number)
