"""Profiles that need the plugin to refresh are named when it is disabled."""

from __future__ import annotations

import pytest

from awscli_assume.install.disable import auto_refresh_profiles, disable
from awscli_assume.install.enable import enable
from awscli_assume.profiles.cache.process_command import command_line, slow_command_line

FAST = command_line(
    "/usr/bin/python3", "/p l/awscli_assume/process/answer.py", "/cache", "x", "/usr/bin/aws"
)
SLOW = slow_command_line("/usr/bin/aws", "x")


@pytest.mark.parametrize("line", [FAST, SLOW])
def test_both_forms_are_found(line: str) -> None:
    """A profile is found by its section, and one with another program is not."""
    text = (
        f"[default]\ncredential_process = {line}\n[profile a b]\nregion = x\n"
        f"credential_process = {line}\n[profile other]\ncredential_process = /their/program\n"
        "[plugins]\nassume = awscli_assume\n"
    )

    assert auto_refresh_profiles(text) == ["default", "a b"]


def test_disable_names_them(machine) -> None:
    """disable names the profiles that can't refresh any more, and does not change them."""
    machine.add_aws("v2", "2.38.5")
    machine.config.parent.mkdir()
    before = f"[profile admin]\ncredential_process = {FAST}\n"
    machine.config.write_text(before)
    enable(machine.system())

    disable(machine.system())

    assert (
        "The profile 'admin' can't refresh any more without the plugin" in machine.out.getvalue()
    )
    assert machine.config.read_text() == before
