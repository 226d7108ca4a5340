"""Enable and disable on machines that are hard to come by: conflicts, races, interruptions."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from awscli_assume.install.disable import disable
from awscli_assume.install.enable import enable
from awscli_assume.install.package_copy import package_files
from awscli_assume.install.refusal import Refusal

BEFORE = "# mine\n[default]\nregion = eu-west-1"


@pytest.fixture
def config(machine) -> Path:
    """Return the config file of somebody who has one."""
    machine.config.parent.mkdir()
    machine.config.write_text(BEFORE)
    return machine.config


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in folder.rglob("*")
    }


def test_enable_and_disable_leave_no_trace(machine, config: Path) -> None:
    """After disable the whole HOME is what it was before enable."""
    machine.add_aws("v2", "2.38.5")
    before = snapshot(machine.home)

    enable(machine.around())
    enabled = config.read_text()
    disable(machine.around())

    expected = f"cli_legacy_plugin_path = {machine.plugins}\nassume = awscli_assume\n"
    assert f"{BEFORE}\n[plugins]\n{expected}" == enabled
    assert before == snapshot(machine.home)


def test_disable_removes_a_config_file_that_enable_made(machine) -> None:
    """A HOME without an .aws folder has none again."""
    machine.add_aws("v2", "2.38.5")

    enable(machine.around())
    made = machine.config.stat().st_mode & 0o777
    disable(machine.around())

    assert made == 0o600
    assert snapshot(machine.home) == {}


def test_the_real_file_is_proved_on_a_draft_first(machine, config: Path) -> None:
    """Until a private copy of the file is proved to work, the real one is not touched."""
    machine.add_aws("v2", "2.38.5")
    seen = []

    def look(command, env):
        if command[1] == "assume" and env["AWS_CONFIG_FILE"] != str(config):
            seen.append(config.read_text())

    machine.spoil = look
    enable(machine.around())

    assert seen == [BEFORE]
    assert config.read_text() != BEFORE


@pytest.mark.parametrize("failing", ["--version", "assume"])
def test_a_failing_proof_undoes_everything(machine, config: Path, failing: str) -> None:
    """If aws fails with the plugin in place, config file, record and folder are as before."""
    machine.add_aws("v2", "2.38.5")
    before = snapshot(machine.home)
    machine.spoil = lambda command, env: (
        subprocess.CompletedProcess(command, 255, "", "aws: [ERROR]: it broke\n")
        if command[1] == failing and env["AWS_CONFIG_FILE"] == str(config)
        else None
    )

    with pytest.raises(Refusal, match=r"aws failed: it broke. Everything is as it was"):
        enable(machine.around())

    assert before == snapshot(machine.home)


def test_a_failing_upgrade_brings_the_old_copy_back(machine, config: Path, tmp_path: Path) -> None:
    """An upgrade that does not work leaves the version that did."""
    machine.add_aws("v2", "2.38.5")
    source = tmp_path / "new" / "awscli_assume"
    source.mkdir(parents=True)
    (source / "__init__.py").write_text("broken")
    enable(machine.around())
    before = snapshot(machine.home)
    machine.spoil = lambda command, env: (
        subprocess.CompletedProcess(command, 255, "", "it broke\n")
        if (machine.plugins / "awscli_assume" / "__init__.py").read_text() == "broken"
        else None
    )

    with pytest.raises(Refusal, match="it broke"):
        enable(machine.around(), source=source)

    assert before == snapshot(machine.home)


def test_ctrl_c_undoes_everything(machine, config: Path) -> None:
    """An interruption at the last proof is no half-done enable."""
    machine.add_aws("v2", "2.38.5")
    before = snapshot(machine.home)

    def interrupt(command, env):
        if command[1] == "assume" and env["AWS_CONFIG_FILE"] == str(config):
            raise KeyboardInterrupt

    machine.spoil = interrupt
    with pytest.raises(KeyboardInterrupt):
        enable(machine.around())

    assert before == snapshot(machine.home)


def test_somebody_elses_edit_meanwhile_is_not_lost(machine, config: Path) -> None:
    """A file that changed since it was read is left alone, and the person is told."""
    machine.add_aws("v2", "2.38.5")

    def edit(command, env):
        if command[1] == "assume":
            config.write_text("[profile theirs]\n")

    machine.spoil = edit
    with pytest.raises(Refusal, match=r"was changed meanwhile. Type: awscli-assume enable"):
        enable(machine.around())

    assert config.read_text() == "[profile theirs]\n"
    assert not machine.plugins.exists()


def test_an_edit_during_the_last_proof_survives_the_rollback(machine, config: Path) -> None:
    """Undoing takes our lines out of a file that somebody edited, not their edit."""
    machine.add_aws("v2", "2.38.5")

    def edit_and_break(command, env):
        if command[1] == "assume" and env["AWS_CONFIG_FILE"] == str(config):
            config.write_text(config.read_text() + "[profile theirs]\n")
            return subprocess.CompletedProcess(command, 255, "", "it broke\n")
        return None

    machine.spoil = edit_and_break
    with pytest.raises(Refusal, match="it broke"):
        enable(machine.around())

    assert config.read_text() == f"{BEFORE}\n[profile theirs]\n"


def test_a_second_enable_changes_no_byte_and_refreshes_the_copy(machine, config: Path) -> None:
    """Enabling again is how one upgrades."""
    machine.add_aws("v2", "2.38.5")
    enable(machine.around())
    before = snapshot(machine.home)
    (machine.plugins / "awscli_assume" / "stale.py").write_text("")
    machine.calls.clear()

    enable(machine.around())

    assert before == snapshot(machine.home)
    assert not any(call[:2] == ("configure", "set") for call in machine.calls)


def test_enable_mends_a_lost_folder(machine, config: Path) -> None:
    """When the copy was deleted, which breaks every aws, enable brings it back."""
    machine.add_aws("v2", "2.38.5")
    enable(machine.around())
    text = config.read_text()
    for name in package_files(machine.plugins / "awscli_assume"):
        (machine.plugins / "awscli_assume" / name).unlink()

    enable(machine.around())

    assert text == config.read_text()
    assert (machine.plugins / "awscli_assume" / "__init__.py").exists()


def test_enable_mends_a_path_that_points_elsewhere(machine, config: Path) -> None:
    """A name whose folder is on no path breaks aws configure set too; enable gets around it."""
    machine.add_aws("v2", "2.38.5")
    config.write_text("[plugins]\nassume = awscli_assume\ncli_legacy_plugin_path = /gone\n")

    enable(machine.around())

    expected = f"cli_legacy_plugin_path = {machine.plugins}:/gone\nassume = awscli_assume\n"
    assert f"[plugins]\n{expected}" == config.read_text()


def test_refuses_to_break_a_version_1_that_reads_the_same_file(machine, config: Path) -> None:
    """Enabling version 2 would end every command of version 1: both are named, nothing changes."""
    machine.add_aws("v2", "2.38.5")
    other = machine.add_aws("v1", "1.46.3")
    before = snapshot(machine.home)

    with pytest.raises(Refusal) as refusal:
        enable(machine.around())

    assert before == snapshot(machine.home)
    for part in (str(other), "AWS CLI 1.46.3", "AWS_CONFIG_FILE=", "--force", str(config)):
        assert part in str(refusal.value)


def test_force_breaks_version_1_knowingly(machine, config: Path) -> None:
    """With --force the refusal becomes a warning."""
    machine.add_aws("v2", "2.38.5")
    machine.add_aws("v1", "1.46.3")

    enable(machine.around(), force=True)

    assert "every command of version 1 fails" in machine.err.getvalue()
    assert "assume = awscli_assume" in config.read_text()


def test_a_version_1_that_is_broken_already_refuses_nothing(machine, config: Path) -> None:
    """Where the key is set for other plugins, version 1 does not run on this file anyway."""
    machine.add_aws("v2", "2.38.5")
    machine.add_aws("v1", "1.46.3")
    config.write_text("[plugins]\ncli_legacy_plugin_path = /opt/p\n")

    enable(machine.around())

    assert f"= {machine.plugins}:/opt/p\n" in config.read_text()


def test_refuses_version_1_on_a_file_made_for_version_2(machine, config: Path) -> None:
    """The other direction: version 1 does not run on a file with that key."""
    machine.add_aws("v1", "1.46.3")
    config.write_text("[plugins]\ncli_legacy_plugin_path = /opt/p\n")
    before = snapshot(machine.home)

    with pytest.raises(
        Refusal, match=r"it fails on every command.*AWS_CONFIG_FILE=~/.aws/config-v1"
    ):
        enable(machine.around())

    assert before == snapshot(machine.home)


def test_version_1_next_to_version_2_harms_nobody(machine, config: Path) -> None:
    """Without the path key version 2 ignores the section, so version 1 may have it."""
    machine.add_aws("v1", "1.46.3")
    machine.add_aws("v2", "2.38.5")

    enable(machine.around())

    assert f"{BEFORE}\n[plugins]\nassume = awscli_assume\n" == config.read_text()
    assert not (machine.plugins / "awscli_assume").exists()


def test_refuses_another_plugin_of_the_same_name(machine, config: Path) -> None:
    """Somebody else's plugin called assume is not overwritten."""
    machine.add_aws("v2", "2.38.5")
    config.write_text("[plugins]\nassume = other_module\n")
    before = snapshot(machine.home)

    with pytest.raises(Refusal, match="another plugin named assume: 'other_module'"):
        enable(machine.around())

    assert before == snapshot(machine.home)


def test_tells_of_plugins_that_would_come_to_life(machine, config: Path) -> None:
    """Entries that version 2 ignored so far and can't import are named as the cause."""
    machine.add_aws("v2", "2.38.5")
    config.write_text("[plugins]\nendpoint = awscli_plugin_endpoint\n")
    before = snapshot(machine.home)

    with pytest.raises(Refusal, match="No module named 'awscli_plugin_endpoint'"):
        enable(machine.around())

    assert before == snapshot(machine.home)


def test_refuses_a_home_that_a_path_list_would_cut(machine) -> None:
    """A colon in the folder's name can't be written into cli_legacy_plugin_path."""
    machine.add_aws("v2", "2.38.5")

    with pytest.raises(Refusal, match="':' in its name"):
        enable(machine.around(HOME=str(machine.home / "a:b")))


def test_an_alias_is_told_and_stays_out_of_the_proof(machine, config: Path) -> None:
    """An alias could run anything: the person is warned, and it is not run."""
    machine.add_aws("v2", "2.38.5")
    alias = machine.home / ".aws" / "cli" / "alias"
    alias.parent.mkdir()
    alias.write_text("[toplevel]\nassume = !rm -rf x\n")
    homes = set()

    def note(command, env):
        if command[1] == "assume":
            homes.add(env["HOME"])

    machine.spoil = note
    enable(machine.around())

    assert f"{alias} has an alias named assume" in machine.err.getvalue()
    assert homes
    assert str(machine.home) not in homes


def test_two_config_files_share_the_copy(machine, config: Path, tmp_path: Path) -> None:
    """Disabling one file keeps the copy that the other one names; the last one takes it along."""
    machine.add_aws("v2", "2.38.5")
    second = tmp_path / "second"
    enable(machine.around())
    enable(machine.around(AWS_CONFIG_FILE=str(second)))

    disable(machine.around())
    kept = (machine.plugins / "awscli_assume").exists()
    told = machine.out.getvalue()
    disable(machine.around(AWS_CONFIG_FILE=str(second)))

    assert kept
    assert f"AWS_CONFIG_FILE={second} awscli-assume disable" in told
    assert config.read_text() == BEFORE
    assert not second.exists()
    assert not machine.plugins.exists()


def test_disable_calls_no_aws(machine, config: Path) -> None:
    """A plugin that is gone breaks every aws, so disable does without one."""
    machine.add_aws("v2", "2.38.5")
    enable(machine.around())
    machine.calls.clear()

    disable(machine.around(PATH=""))

    assert machine.calls == []
    assert config.read_text() == BEFORE


def test_disable_edits_the_file_before_it_removes_the_folder(
    machine, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should the removal fail, aws still runs; one that had just read the file gets its time."""
    machine.add_aws("v2", "2.38.5")
    enable(machine.around())
    seen = []
    machine.pause = seen.append
    monkeypatch.setattr(
        "awscli_assume.install.disable.remove_package",
        lambda package: seen.append((package.exists(), config.read_text())),
    )

    disable(machine.around())

    assert seen == [2.0, (True, BEFORE)]


def test_disable_works_without_the_record(machine, config: Path) -> None:
    """Our lines are known by their content."""
    machine.add_aws("v2", "2.38.5")
    enable(machine.around())
    (machine.plugins / "awscli-assume.json").unlink()

    disable(machine.around())

    assert config.read_text() == f"{BEFORE}\n"


def test_disable_of_nothing_says_so(machine, config: Path) -> None:
    """Without a plugin nothing is touched."""
    disable(machine.around())

    assert config.read_text() == BEFORE
    assert machine.out.getvalue() == f"The plugin is not enabled in {config}.\n"


def test_the_record_names_the_file_before_it_changes(machine, config: Path) -> None:
    """Killed between the two writes, disable still knows what was there."""
    machine.add_aws("v2", "2.38.5")
    seen = []

    def look(command, env):
        if env["AWS_CONFIG_FILE"] == str(config):
            record = json.loads((machine.plugins / "awscli-assume.json").read_text())
            seen.append(list(record["config_files"]))

    machine.spoil = look
    enable(machine.around())

    assert seen == [[str(config)], [str(config)]]
