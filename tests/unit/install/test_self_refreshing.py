"""Profiles that refresh by themselves are named when the plugin goes."""

from __future__ import annotations

import pytest

from awscli_assume.install.disable import disable
from awscli_assume.install.enable import enable
from awscli_assume.install.self_refreshing import self_refreshing_profiles
from awscli_assume.profiles.cache.process_command import command_line, slow_command_line

FAST = command_line(
    "/usr/bin/python3", "/p l/awscli_assume/process/answer.py", "/cache", "x", "/usr/bin/aws"
)
SLOW = slow_command_line("/usr/bin/aws", "x")


@pytest.mark.parametrize("line", [FAST, SLOW])
def test_both_forms_are_known(line: str) -> None:
    """A profile is named by its section, and one with another program is not."""
    text = (
        f"[default]\ncredential_process = {line}\n[profile a b]\nregion = x\n"
        f"credential_process = {line}\n[profile other]\ncredential_process = /their/program\n"
        "[plugins]\nassume = awscli_assume\n"
    )

    assert self_refreshing_profiles(text) == ["default", "a b"]


def test_disable_names_them(machine) -> None:
    """disable says which profiles can't renew themselves any more, and leaves them as they are."""
    machine.add_aws("v2", "2.38.5")
    machine.config.parent.mkdir()
    before = f"[profile admin]\ncredential_process = {FAST}\n"
    machine.config.write_text(before)
    enable(machine.around())

    disable(machine.around())

    assert "The profile 'admin' renewed itself by the plugin" in machine.out.getvalue()
    assert machine.config.read_text() == before
