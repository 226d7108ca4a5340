"""``awscli-assume enable`` and ``disable`` with real ``aws`` executables."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Callable

import pytest

from support.hosts import Host, get_host
from support.warm_host import run_warm, warm_executable

ROLE = "my-iam-role"
BEFORE = "# my settings\n[default]\nregion = eu-west-1\n\n[profile other]\noutput = text"
Run = Callable[..., subprocess.CompletedProcess]

# The newest and the oldest of each version: a host between them loads plugins as they do.
NEWEST, OLDEST = ("v2-2.38.5", "v1-newest"), ("v2-2.11.0", "v1-1.32.0")
on_version_1, on_version_2, on_both = (
    pytest.mark.parametrize("host", names, indirect=True)
    for names in ((NEWEST[1], OLDEST[1]), (NEWEST[0], OLDEST[0]), (*NEWEST, OLDEST[0]))
)


@pytest.fixture
def config(home: Path) -> Path:
    """Return the config file of somebody who has used the CLI for a while."""
    folder = home / ".aws"
    folder.mkdir(mode=0o700)
    path = folder / "config"
    path.write_text(BEFORE)
    return path


@pytest.fixture
def plugins(home: Path) -> Path:
    """Return the folder that the plugin is copied to."""
    return home / ".aws" / "cli" / "plugins"


@pytest.fixture
def script(clean_env: dict[str, str], host: Host) -> Run:
    """Return a runner of the console script, with the host's aws first on the PATH.

    It is forked from one that has started: each ``enable`` runs ``aws`` eight times.
    """

    def run(*words: str, **settings: str) -> subprocess.CompletedProcess:
        env = {**clean_env, "PATH": f"{warm_executable(host).parent}{os.pathsep}{os.defpath}"}
        return subprocess.run(
            [sys.executable, "-m", "awscli_assume.install", *words],
            env={**env, "PYTHONPATH": str(Path(__file__).parents[2]), **settings},
            capture_output=True,
            text=True,
        )

    return run


@pytest.fixture
def aws(clean_env: dict[str, str], host: Host) -> Run:
    """Return a runner of the host's aws, in a terminal of its own."""

    def run(*words: str) -> subprocess.CompletedProcess:
        command = [str(host.executable), *words]
        return run_warm(host, command, clean_env, Path.cwd(), timeout=120)

    return run


def snapshot(folder: Path) -> dict[str, bytes]:
    # The CLI keeps a cache of its own, which is nobody's business here.
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.relative_to(folder).parts[:3] != (".aws", "cli", "cache")
    }


def wrap(host: Host, folder: Path, line: str) -> Path:
    """Make an aws that runs a line of shell before the real one."""
    folder.mkdir()
    wrapper = folder / "aws"
    wrapper.write_text(f'#!/bin/sh\n{line}\nexec "{warm_executable(host)}" "$@"\n')
    wrapper.chmod(0o755)
    return wrapper


@on_version_2
def test_disable_mends_an_aws_that_lost_its_plugin(
    script: Run, aws: Run, config: Path, plugins: Path, host: Host
) -> None:
    """With the copy deleted no aws runs at all; disable needs none."""
    script("enable")
    (plugins / "awscli_assume").rename(plugins / "lost")
    broken = aws("configure", "get", "region")

    disabled = script("disable")

    assert "No module named 'awscli_assume'" in broken.stderr
    assert disabled.returncode == 0, disabled.stderr
    assert config.read_text() == BEFORE
    assert aws("configure", "get", "region").stdout == "eu-west-1\n"


@on_version_2
def test_enable_mends_it_too(
    script: Run, aws: Run, config: Path, plugins: Path, host: Host
) -> None:
    """Enable brings a deleted copy back without changing the config file."""
    script("enable")
    enabled = config.read_bytes()
    (plugins / "awscli_assume").rename(plugins / "lost")

    again = script("enable")

    assert again.returncode == 0, again.stderr
    assert enabled == config.read_bytes()
    assert "role name" in aws("assume", "--role-name", "*").stderr


@on_version_2
def test_other_plugins_keep_their_folder(
    script: Run, aws: Run, config: Path, host: Host, tmp_path: Path
) -> None:
    """A plugin that was there works beside ours, and its path line comes back as it was."""
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "their_plugin.py").write_text(
        "import sys\ndef awscli_initialize(hooks): sys.stderr.write('theirs is here\\n')\n"
    )
    text = f"[plugins]\ntheirs = their_plugin\ncli_legacy_plugin_path={theirs}\n{BEFORE}\n"
    config.write_text(text)

    enabled = script("enable")
    both = aws("assume", "--role-name", "*")
    disabled = script("disable")

    assert enabled.returncode == 0, enabled.stderr
    assert "theirs is here" in both.stderr
    assert "role name" in both.stderr
    assert disabled.returncode == 0, disabled.stderr
    assert text == config.read_text()


@on_both
def test_edits_made_in_between_stay(script: Run, aws: Run, config: Path) -> None:
    """What `aws configure set` wrote after enable is there after disable."""
    script("enable")
    aws("configure", "set", "region", "us-west-2")
    aws("configure", "set", "output", "yaml", "--profile", "new")

    disabled = script("disable")

    assert disabled.returncode == 0, disabled.stderr
    expected = BEFORE.replace("eu-west-1", "us-west-2") + "\n[profile new]\noutput = yaml\n"
    assert expected == config.read_text()


@on_both
def test_an_aws_that_breaks_in_place_gets_everything_back(
    script: Run, host: Host, home: Path, config: Path, tmp_path: Path
) -> None:
    """When aws fails on the real file, the file, the record and the folder are as before."""
    line = (
        f'[ "$1" = assume ] && [ "$AWS_CONFIG_FILE" = "{config}" ] && echo it broke >&2 && exit 9'
    )
    wrapper = wrap(host, tmp_path / "bin", line)
    before = snapshot(home)

    enabled = script("enable", "--aws", str(wrapper))

    assert enabled.returncode == 1
    assert "aws failed: it broke. Everything was undone" in enabled.stderr
    assert "Traceback" not in enabled.stderr
    assert before == snapshot(home)


@on_both
def test_an_unreadable_config_file_is_told_by_its_name(
    script: Run, home: Path, config: Path
) -> None:
    """A file that no aws can read is named, not the draft that was made of it."""
    config.write_text("region without a section\n")
    before = snapshot(home)

    enabled = script("enable")

    assert enabled.returncode == 1
    assert str(config) in enabled.stderr
    assert "draft" not in enabled.stderr
    assert before == snapshot(home)


@on_both
def test_a_config_file_that_the_cli_would_damage_is_left_alone(
    script: Run, home: Path, config: Path
) -> None:
    """The CLI's writer adds a second [plugins] below an indented one; nobody can read that."""
    config.write_text(f"  [plugins]\n{BEFORE}\n")
    before = snapshot(home)

    enabled = script("enable")

    assert enabled.returncode == 1
    assert enabled.stderr.startswith("awscli-assume: error: ")
    assert enabled.stderr.count("\n") == 1
    assert before == snapshot(home)


@on_version_2
def test_aws_runs_at_every_moment_of_an_upgrade(
    script: Run, aws: Run, host: Host, config: Path
) -> None:
    """People who use aws while it is enabled, upgraded and disabled see no failure."""
    failures: list[str] = []
    done = threading.Event()

    def use() -> None:
        while not done.is_set():
            answer = aws("configure", "get", "region")
            if answer.stdout != "eu-west-1\n":
                failures.append(answer.stderr)

    user = threading.Thread(target=use)
    user.start()
    codes = [script(verb).returncode for verb in ("enable", "enable", "disable")]
    done.set()
    user.join()

    assert codes == [0, 0, 0]
    assert failures == []


@on_version_2
def test_refuses_to_break_version_1(
    script: Run, host: Host, home: Path, config: Path, tmp_path: Path
) -> None:
    """With a version 1 on the PATH that reads the same file, enabling version 2 is refused."""
    old = get_host("v1-newest").executable
    before = snapshot(home)
    path = os.pathsep.join([str(host.executable.parent), str(old.parent), os.defpath])

    refused = script("enable", PATH=path)
    forced = script("enable", "--force", PATH=path)
    broken = subprocess.run([str(old), "--version"], env={"HOME": str(home)}, capture_output=True)
    disabled = script("disable", PATH=path)
    mended = subprocess.run([str(old), "--version"], env={"HOME": str(home)}, capture_output=True)

    assert refused.returncode == 1
    assert str(old) in refused.stderr
    assert "AWS_CONFIG_FILE=~/.aws/config-v2" in refused.stderr
    assert forced.returncode == 0, forced.stderr
    # What the refusal had said.
    assert broken.returncode != 0
    assert disabled.returncode == 0
    assert mended.returncode == 0
    assert before == snapshot(home)


@on_version_2
def test_a_config_file_each_serves_both(
    script: Run, aws: Run, host: Host, home: Path, config: Path, clean_env: dict[str, str]
) -> None:
    """What the refusal advises works: a config file of its own for version 2."""
    old = get_host("v1-newest").executable
    own = home / ".aws" / "config-v2"

    enabled = script("enable", AWS_CONFIG_FILE="~/.aws/config-v2")
    ours = subprocess.run(
        [str(host.executable), "assume", "--role-name", "*"],
        env={**clean_env, "AWS_CONFIG_FILE": str(own)},
        capture_output=True,
        text=True,
    )
    theirs = subprocess.run([str(old), "--version"], env=clean_env, capture_output=True)

    assert enabled.returncode == 0, enabled.stderr
    assert "role name" in ours.stderr
    assert theirs.returncode == 0
    assert config.read_text() == BEFORE


@on_version_1
def test_refuses_version_1_on_a_file_made_for_version_2(
    script: Run, host: Host, home: Path, config: Path
) -> None:
    """A version 1 does not run on a file with cli_legacy_plugin_path, and enable says why."""
    config.write_text("[plugins]\ncli_legacy_plugin_path = /opt/plugins\n")
    before = snapshot(home)

    refused = script("enable")

    assert refused.returncode == 1
    assert "cli_legacy_plugin_path" in refused.stderr
    assert "config-v1" in refused.stderr
    assert before == snapshot(home)


@on_version_1
def test_version_1_without_the_plugin_says_what_to_type(
    script: Run, host: Host, home: Path, config: Path, tmp_path: Path
) -> None:
    """Version 1 has no plugin path: enable names its Python and changes nothing."""
    assert host.python is not None
    # The host's packages without ours, run by the host's own interpreter.
    packages = tmp_path / "packages"
    packages.mkdir()
    (found,) = host.python.parent.parent.glob("lib/python*/site-packages")
    for path in found.iterdir():
        if not path.name.startswith("awscli_assume"):
            (packages / path.name).symlink_to(path)
    executable = tmp_path / "bin" / "aws"
    executable.parent.mkdir()
    executable.write_text(
        f"#!{host.python} -S\nimport sys\nsys.path.insert(0, {str(packages)!r})\n"
        "from awscli.clidriver import main\nsys.exit(main())\n"
    )
    executable.chmod(0o755)
    before = snapshot(home)

    refused = script("enable", "--aws", str(executable))

    assert refused.returncode == 1, refused.stdout
    assert f"{host.python} -m pip install " in refused.stderr
    assert "Traceback" not in refused.stderr
    assert before == snapshot(home)


@on_both
def test_an_alias_is_told_and_not_run(script: Run, home: Path, config: Path) -> None:
    """An alias called assume beats the plugin: enable warns, and does not run it as its test."""
    alias = home / ".aws" / "cli" / "alias"
    alias.parent.mkdir()
    alias.write_text(f"[toplevel]\nassume = !touch {home}/was-run\n")

    enabled = script("enable")

    assert enabled.returncode == 0, enabled.stderr
    assert f"warning: {alias} has an alias named assume" in enabled.stderr
    assert not (home / "was-run").exists()


@on_both
def test_settings_of_the_terminal_do_not_matter(script: Run, aws: Run, config: Path) -> None:
    """A profile that is gone, a dead proxy or auto-prompt stop neither enable nor its test."""
    enabled = script(
        "enable", AWS_PROFILE="gone", HTTPS_PROXY="http://127.0.0.1:9", AWS_CLI_AUTO_PROMPT="on"
    )

    assert enabled.returncode == 0, enabled.stderr
    assert "role name" in aws("assume", "--role-name", "*").stderr


@on_version_2
def test_the_copy_disables_itself(
    script: Run, config: Path, plugins: Path, host: Host, clean_env: dict[str, str]
) -> None:
    """With the environment it came from deleted, the copy can still take itself back."""
    script("enable")
    record = json.loads((plugins / "awscli-assume.json").read_text())

    disabled = subprocess.run(
        [sys.executable, "-m", "awscli_assume.install", "disable"],
        env={**clean_env, "PYTHONPATH": str(plugins)},
        cwd="/",
        capture_output=True,
        text=True,
    )

    assert list(record["config_files"]) == [str(config)]
    assert disabled.returncode == 0, disabled.stderr
    assert config.read_text() == BEFORE
    assert not plugins.exists()
