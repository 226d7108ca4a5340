"""The credential_process while the variable of a coding agent is set."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.program import AGENTS, Scene, content, document

NEW, OLD = document("NEW") + "\n", document("OLD") + "\n"
HOUR = 3600


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Return a fresh cache of a person, and a HOME with the AWS CLI's folder."""
    found = Scene(tmp_path)
    found.cache.write_text(content("OLD", HOUR, HOUR))
    found.cache.chmod(0o600)
    (tmp_path / ".aws").mkdir()
    return found


def with_setting(scene: Scene, path: str = ".aws/config") -> None:
    """Write a file that mentions the setting."""
    file = scene.folder / path
    file.write_text("[default]\nassume =\n  agent_scope = read-only\n")


@pytest.mark.parametrize("variable", AGENTS.split())
def test_aws_decides_what_an_agent_gets(scene: Scene, variable: str) -> None:
    """The cached credentials are a person's: `aws` is called, and their file stays."""
    with_setting(scene)
    before = scene.cache.read_bytes()
    scene.script(stdout=NEW, stored="")
    scene.env[variable] = "1"
    done = scene.run()

    assert (done.stdout, done.stderr) == (NEW, "")
    assert scene.call_environment[variable] == "1"
    assert scene.cache.read_bytes() == before


@pytest.mark.parametrize(
    ("variables", "has_setting"),
    [({}, True), ({"CLAUDECODE": ""}, True), ({"CLAUDECODE": "1"}, False), ({"OTHER": "1"}, True)],
)
def test_others_get_the_cache(scene: Scene, variables: dict[str, str], has_setting: bool) -> None:
    """Without an agent, or without the setting, `aws` is not needed."""
    if has_setting:
        with_setting(scene)
    scene.env.update(variables)

    assert scene.run().stdout == OLD
    assert scene.calls == []


def test_the_files_of_the_variables(scene: Scene) -> None:
    """The setting is looked for where the AWS CLI looks, with ~ and variables expanded."""
    for name, path in (("AWS_CONFIG_FILE", "c"), ("AWS_SHARED_CREDENTIALS_FILE", "s")):
        scene.script(stdout=NEW, stored="")
        scene.env.update({"CLAUDECODE": "1", name: f"~/{path}"})
        assert scene.run().stdout == OLD
        with_setting(scene, path)
        assert scene.run().stdout == NEW
        scene.env[name] = f"$HOME/{path}"
        assert scene.run().stdout == NEW
        (scene.folder / path).unlink()


def test_a_file_that_cannot_be_read(scene: Scene) -> None:
    """What can't be read may have the setting."""
    (scene.folder / ".aws" / "config").mkdir()
    scene.script(stdout=NEW, stored="")
    scene.env["CLAUDECODE"] = "1"

    assert scene.run().stdout == NEW


def test_a_failure_hands_out_nothing(scene: Scene) -> None:
    """If `aws` refuses an agent, the person's credentials do not bridge the failure."""
    with_setting(scene)
    scene.fail()
    scene.env["CLAUDECODE"] = "1"
    done = scene.run()

    assert (done.returncode, done.stdout) == (254, "")
    assert "OLD" not in done.stderr
