"""Enable and disable with conflicts, concurrent changes and interruptions."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from awscli_assume.install.disable import disable
from awscli_assume.install.enable import enable
from awscli_assume.install.package_copy import package_files
from awscli_assume.install.system import InstallError

BEFORE = "# mine\n[default]\nregion = eu-west-1"


@pytest.fixture
def config(machine) -> Path:
    """Return the config file of a user who has one."""
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

    enable(machine.system())
    enabled = config.read_text()
    disable(machine.system())

    expected = f"cli_legacy_plugin_path = {machine.plugins}\nassume = awscli_assume\n"
    assert f"{BEFORE}\n[plugins]\n{expected}" == enabled
    assert before == snapshot(machine.home)


def test_disable_removes_a_config_file_that_enable_made(machine) -> None:
    """A HOME without an .aws folder has none again."""
    machine.add_aws("v2", "2.38.5")

    enable(machine.system())
    made = machine.config.stat().st_mode & 0o777
    disable(machine.system())

    assert made == 0o600
    assert snapshot(machine.home) == {}


def test_a_draft_is_tested_first(machine, config: Path) -> None:
    """The config file is not changed until aws works with a private copy of it."""
    machine.add_aws("v2", "2.38.5")
    seen = []

    def look(command, env):
        if command[1] == "assume" and env["AWS_CONFIG_FILE"] != str(config):
            seen.append(config.read_text())

    machine.override = look
    enable(machine.system())

    assert seen == [BEFORE]
    assert config.read_text() != BEFORE


@pytest.mark.parametrize("failing", ["--version", "assume"])
def test_a_failing_test_undoes_everything(machine, config: Path, failing: str) -> None:
    """If aws fails with the plugin in place, config file, record and folder are as before."""
    machine.add_aws("v2", "2.38.5")
    before = snapshot(machine.home)
    machine.override = lambda command, env: (
        subprocess.CompletedProcess(command, 255, "", "aws: [ERROR]: it broke\n")
        if command[1] == failing and env["AWS_CONFIG_FILE"] == str(config)
        else None
    )

    with pytest.raises(InstallError, match=r"aws failed: it broke. Everything was undone"):
        enable(machine.system())

    assert before == snapshot(machine.home)


def test_a_failing_upgrade_brings_the_old_copy_back(machine, config: Path, tmp_path: Path) -> None:
    """An upgrade that does not work leaves the version that did."""
    machine.add_aws("v2", "2.38.5")
    source = tmp_path / "new" / "awscli_assume"
    source.mkdir(parents=True)
    (source / "__init__.py").write_text("broken")
    enable(machine.system())
    before = snapshot(machine.home)
    machine.override = lambda command, env: (
        subprocess.CompletedProcess(command, 255, "", "it broke\n")
        if (machine.plugins / "awscli_assume" / "__init__.py").read_text() == "broken"
        else None
    )

    with pytest.raises(InstallError, match="it broke"):
        enable(machine.system(), source=source)

    assert before == snapshot(machine.home)


def test_ctrl_c_undoes_everything(machine, config: Path) -> None:
    """An interruption of the last test undoes everything."""
    machine.add_aws("v2", "2.38.5")
    before = snapshot(machine.home)

    def interrupt(command, env):
        if command[1] == "assume" and env["AWS_CONFIG_FILE"] == str(config):
            raise KeyboardInterrupt

    machine.override = interrupt
    with pytest.raises(KeyboardInterrupt):
        enable(machine.system())

    assert before == snapshot(machine.home)


def test_a_concurrent_edit_is_not_lost(machine, config: Path) -> None:
    """A file that changed since it was read is left alone, and the error says so."""
    machine.add_aws("v2", "2.38.5")

    def edit(command, env):
        if command[1] == "assume":
            config.write_text("[profile theirs]\n")

    machine.override = edit
    with pytest.raises(
        InstallError, match=r"Another program has changed .*\. Type: awscli-assume enable"
    ):
        enable(machine.system())

    assert config.read_text() == "[profile theirs]\n"
    assert not machine.plugins.exists()


def test_an_edit_during_the_last_test_survives_the_undo(machine, config: Path) -> None:
    """The undo removes our lines from a file that was edited, and keeps the edit."""
    machine.add_aws("v2", "2.38.5")

    def edit_and_break(command, env):
        if command[1] == "assume" and env["AWS_CONFIG_FILE"] == str(config):
            config.write_text(config.read_text() + "[profile theirs]\n")
            return subprocess.CompletedProcess(command, 255, "", "it broke\n")
        return None

    machine.override = edit_and_break
    with pytest.raises(InstallError, match="it broke"):
        enable(machine.system())

    assert config.read_text() == f"{BEFORE}\n[profile theirs]\n"


def test_a_second_enable_changes_no_byte_and_refreshes_the_copy(machine, config: Path) -> None:
    """Enabling again upgrades the copy."""
    machine.add_aws("v2", "2.38.5")
    enable(machine.system())
    before = snapshot(machine.home)
    (machine.plugins / "awscli_assume" / "stale.py").write_text("")
    machine.calls.clear()

    enable(machine.system())

    assert before == snapshot(machine.home)
    assert not any(call[:2] == ("configure", "set") for call in machine.calls)


def test_enable_repairs_a_lost_folder(machine, config: Path) -> None:
    """Where the copy was deleted, which breaks every aws, enable restores it."""
    machine.add_aws("v2", "2.38.5")
    enable(machine.system())
    text = config.read_text()
    for name in package_files(machine.plugins / "awscli_assume"):
        (machine.plugins / "awscli_assume" / name).unlink()

    enable(machine.system())

    assert text == config.read_text()
    assert (machine.plugins / "awscli_assume" / "__init__.py").exists()


def test_enable_repairs_a_path_without_our_folder(machine, config: Path) -> None:
    """A name without its folder breaks aws configure set too; enable avoids that."""
    machine.add_aws("v2", "2.38.5")
    config.write_text("[plugins]\nassume = awscli_assume\ncli_legacy_plugin_path = /gone\n")

    enable(machine.system())

    expected = f"cli_legacy_plugin_path = {machine.plugins}:/gone\nassume = awscli_assume\n"
    assert f"[plugins]\n{expected}" == config.read_text()


def test_refuses_to_break_a_version_1_that_reads_the_same_file(machine, config: Path) -> None:
    """Enabling version 2 would break version 1: the error names both, and nothing changes."""
    machine.add_aws("v2", "2.38.5")
    other = machine.add_aws("v1", "1.46.3")
    before = snapshot(machine.home)

    with pytest.raises(InstallError, match="every command of version 1 fails") as error:
        enable(machine.system())

    assert before == snapshot(machine.home)
    for part in (str(other), "AWS CLI 1.46.3", "AWS_CONFIG_FILE=", "--force", str(config)):
        assert part in str(error.value)


def test_force_breaks_version_1(machine, config: Path) -> None:
    """With --force the error becomes a warning."""
    machine.add_aws("v2", "2.38.5")
    machine.add_aws("v1", "1.46.3")

    enable(machine.system(), force=True)

    assert "every command of version 1 fails" in machine.err.getvalue()
    assert "assume = awscli_assume" in config.read_text()


def test_a_version_1_that_is_broken_already_is_no_conflict(machine, config: Path) -> None:
    """Where the key is set for other plugins, version 1 does not run on this file anyway."""
    machine.add_aws("v2", "2.38.5")
    machine.add_aws("v1", "1.46.3")
    config.write_text("[plugins]\ncli_legacy_plugin_path = /opt/p\n")

    enable(machine.system())

    assert f"= {machine.plugins}:/opt/p\n" in config.read_text()


def test_refuses_version_1_on_a_file_made_for_version_2(machine, config: Path) -> None:
    """Version 1 does not run with a config file that has that key."""
    machine.add_aws("v1", "1.46.3")
    config.write_text("[plugins]\ncli_legacy_plugin_path = /opt/p\n")
    before = snapshot(machine.home)

    with pytest.raises(
        InstallError, match=r"fails on every command.*AWS_CONFIG_FILE=~/.aws/config-v1"
    ):
        enable(machine.system())

    assert before == snapshot(machine.home)


def test_version_1_next_to_version_2_harms_nobody(machine, config: Path) -> None:
    """Without the path key version 2 ignores the section, so version 1 may have it."""
    machine.add_aws("v1", "1.46.3")
    machine.add_aws("v2", "2.38.5")

    enable(machine.system())

    assert f"{BEFORE}\n[plugins]\nassume = awscli_assume\n" == config.read_text()
    assert not (machine.plugins / "awscli_assume").exists()


def test_refuses_another_plugin_of_the_same_name(machine, config: Path) -> None:
    """Another plugin named assume is not overwritten."""
    machine.add_aws("v2", "2.38.5")
    config.write_text("[plugins]\nassume = other_module\n")
    before = snapshot(machine.home)

    with pytest.raises(InstallError, match="another plugin named assume: 'other_module'"):
        enable(machine.system())

    assert before == snapshot(machine.home)


def test_names_other_plugins_that_would_be_loaded(machine, config: Path) -> None:
    """The error names entries that version 2 has ignored so far and can't import."""
    machine.add_aws("v2", "2.38.5")
    config.write_text("[plugins]\nendpoint = awscli_plugin_endpoint\n")
    before = snapshot(machine.home)

    with pytest.raises(InstallError, match="No module named 'awscli_plugin_endpoint'"):
        enable(machine.system())

    assert before == snapshot(machine.home)


def test_refuses_a_colon_in_the_folder_name(machine) -> None:
    """A colon in the folder's name can't be written into cli_legacy_plugin_path."""
    machine.add_aws("v2", "2.38.5")

    with pytest.raises(InstallError, match="':' in its name"):
        enable(machine.system(HOME=str(machine.home / "a:b")))


def test_an_alias_is_a_warning_and_is_not_run(machine, config: Path) -> None:
    """An alias could run anything, so the tests do not run it."""
    machine.add_aws("v2", "2.38.5")
    alias = machine.home / ".aws" / "cli" / "alias"
    alias.parent.mkdir()
    alias.write_text("[toplevel]\nassume = !rm -rf x\n")
    homes = set()

    def note(command, env):
        if command[1] == "assume":
            homes.add(env["HOME"])

    machine.override = note
    enable(machine.system())

    assert f"{alias} has an alias named assume" in machine.err.getvalue()
    assert homes
    assert str(machine.home) not in homes


def test_two_config_files_share_the_copy(machine, config: Path, tmp_path: Path) -> None:
    """The copy is removed when the last config file that names it is disabled."""
    machine.add_aws("v2", "2.38.5")
    second = tmp_path / "second"
    enable(machine.system())
    enable(machine.system(AWS_CONFIG_FILE=str(second)))

    disable(machine.system())
    kept = (machine.plugins / "awscli_assume").exists()
    told = machine.out.getvalue()
    disable(machine.system(AWS_CONFIG_FILE=str(second)))

    assert kept
    assert f"AWS_CONFIG_FILE={second} awscli-assume disable" in told
    assert config.read_text() == BEFORE
    assert not second.exists()
    assert not machine.plugins.exists()


def test_disable_calls_no_aws(machine, config: Path) -> None:
    """A missing plugin breaks every aws, so disable does not run it."""
    machine.add_aws("v2", "2.38.5")
    enable(machine.system())
    machine.calls.clear()

    disable(machine.system(PATH=""))

    assert machine.calls == []
    assert config.read_text() == BEFORE


def test_disable_edits_the_file_before_it_removes_the_folder(
    machine, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the removal fails, aws still runs; an aws that has just read the file can load it."""
    machine.add_aws("v2", "2.38.5")
    enable(machine.system())
    seen = []
    machine.sleep = seen.append
    monkeypatch.setattr(
        "awscli_assume.install.disable.remove_package",
        lambda package: seen.append((package.exists(), config.read_text())),
    )

    disable(machine.system())

    assert seen == [2.0, (True, BEFORE)]


def test_disable_works_without_the_record(machine, config: Path) -> None:
    """Our lines are recognized by their content."""
    machine.add_aws("v2", "2.38.5")
    enable(machine.system())
    (machine.plugins / "awscli-assume.json").unlink()

    disable(machine.system())

    assert config.read_text() == f"{BEFORE}\n"


def test_disable_of_nothing_says_so(machine, config: Path) -> None:
    """Without a plugin nothing is changed."""
    disable(machine.system())

    assert config.read_text() == BEFORE
    assert machine.out.getvalue() == f"The plugin is not enabled in {config}.\n"


def test_the_record_names_the_file_before_it_changes(machine, config: Path) -> None:
    """After a kill between the two writes, disable still knows the file before."""
    machine.add_aws("v2", "2.38.5")
    seen = []

    def look(command, env):
        if env["AWS_CONFIG_FILE"] == str(config):
            record = json.loads((machine.plugins / "awscli-assume.json").read_text())
            seen.append(list(record["config_files"]))

    machine.override = look
    enable(machine.system())

    # Two checks, and the call that makes the completion index.
    assert seen == [[str(config)]] * 3


@pytest.mark.parametrize("fails", [False, True])
def test_the_completion_index(machine, config: Path, fails: bool) -> None:
    """Enable has aws make it, at the end; a failure is a warning, and disable removes it."""
    machine.add_aws("v2", "2.38.5")
    index = machine.home / ".aws" / "cli" / "cache" / "2.38.5.index"
    calls = []

    def make(command, env):
        calls.append(env["AWSCLI_ASSUME_INDEX"])
        if calls[-1] != "build":
            return None
        index.parent.mkdir()
        index.write_text("")
        return subprocess.CompletedProcess(command, 1, "", "no index\n") if fails else None

    machine.override = make
    enable(machine.system())

    assert calls[-1] == "build"
    assert set(calls[:-1]) == {"off"}
    warned = "aws_completer will not complete 'aws assume': no index." in machine.err.getvalue()
    assert warned == fails
    disable(machine.system())
    assert f"Removed {index}" in machine.out.getvalue()
    assert not index.parent.exists()


def test_an_interrupted_index_undoes_everything(machine, config: Path) -> None:
    """Ctrl-C during the last step leaves nothing behind."""
    machine.add_aws("v2", "2.38.5")
    before = snapshot(machine.home)

    def interrupt(command, env):
        if env["AWSCLI_ASSUME_INDEX"] == "build":
            raise KeyboardInterrupt

    machine.override = interrupt
    with pytest.raises(KeyboardInterrupt):
        enable(machine.system())

    assert before == snapshot(machine.home)


def test_an_alias_needs_no_index(machine, config: Path) -> None:
    """The AWS CLI would run the alias in place of the plugin."""
    machine.add_aws("v2", "2.38.5")
    (machine.home / ".aws" / "cli").mkdir()
    (machine.home / ".aws" / "cli" / "alias").write_text(
        "[toplevel]\nassume = sts get-caller-identity\n"
    )
    seen = []
    machine.override = lambda command, env: seen.append(env["AWSCLI_ASSUME_INDEX"])

    enable(machine.system())

    assert "build" not in seen
