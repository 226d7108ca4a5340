"""Which MFA device is meant where none was named."""

from __future__ import annotations

import pytest

from awscli_assume.model.request.mfa_device import choose_device

VIRTUAL = "arn:aws:iam::123456789012:mfa/alice"
OTHER = "arn:aws:iam::123456789012:mfa/phone"
HARDWARE = "GAHT12345678"
PASSKEY = "arn:aws:iam::123456789012:u2f/user/alice/key-EXAMPLE"


@pytest.mark.parametrize(
    ("listed", "serial_number"),
    [
        ([VIRTUAL], VIRTUAL),
        ([HARDWARE], HARDWARE),
        ([PASSKEY, VIRTUAL], VIRTUAL),
        ([PASSKEY, HARDWARE, PASSKEY], HARDWARE),
        (["arn:aws:iam::123456789012:mfa/u2f"], "arn:aws:iam::123456789012:mfa/u2f"),
    ],
)
def test_the_one_with_codes_is_meant(listed: list[str], serial_number: str) -> None:
    """A device that gives codes is taken where it is the only one of them."""
    assert choose_device(listed).serial_number == serial_number


@pytest.mark.parametrize(
    ("listed", "says"),
    [
        (None, ["iam:ListMFADevices", "--serial-number arn:"]),
        ([], ["You have no MFA device"]),
        ([PASSKEY], [PASSKEY, "no codes"]),
        ([VIRTUAL, OTHER], [f"--serial-number {VIRTUAL}", f"--serial-number {OTHER}"]),
        ([VIRTUAL, HARDWARE, PASSKEY], [f"--serial-number {HARDWARE}"]),
    ],
)
def test_nothing_is_guessed(listed: list[str], says: list[str]) -> None:
    """Where none or more than one can be meant, the reason says what to do."""
    choice = choose_device(listed)

    assert choice.serial_number is None
    assert [part for part in says if part not in choice.reason] == []
    assert f"--serial-number {PASSKEY}" not in choice.reason
