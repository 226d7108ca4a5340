"""Finding the caller's MFA device, where one is needed and none was named."""

from __future__ import annotations

from typing import Any, Optional

from awscli_assume.aws.iam.mfa_devices import asks_for_device, list_mfa_devices
from awscli_assume.aws.sts.errors import add_reason
from awscli_assume.aws.sts.mfa import Signer
from awscli_assume.errors import InvalidRequest
from awscli_assume.host.environment import Environment
from awscli_assume.model.request.mfa import DeviceChoice, choose_device
from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.workflow.credentials.mfa_code import MfaProcess


def with_device_of_code(
    request: AssumeRoleRequest, signer: Signer, environment: Environment
) -> AssumeRoleRequest:
    """Return the request with the device of a code that was given without one.

    Raises InvalidRequest where it can't be found.
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
    error: Any,
    request: AssumeRoleRequest,
    signer: Signer,
    process: Optional[MfaProcess],
    environment: Environment,
) -> Optional[AssumeRoleRequest]:
    """Return the request with the caller's device, where STS's refusal asks for one.

    None leaves the refusal as it is: it says something else, the device was named,
    nothing answers a code, the source is no access key of a user, or the device is
    not to be known, which is then said behind the refusal.
    """
    if request.serial_number is not None or not asks_for_device(error):
        return None
    if process is None and not environment.has_terminal():
        return None
    choice = _choice(signer)
    if choice is None:
        return None
    if choice.serial_number is None:
        add_reason(error, choice.reason)
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
