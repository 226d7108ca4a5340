"""The demonstration's own decisions: which aws, what is hidden, what counts as done."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from awscli_assume.install import demo, demo_story, local_servers
from awscli_assume.install.hosts import Host
from awscli_assume.install.local_aws import LocalAws
from awscli_assume.install.local_servers import AccessKey
from awscli_assume.install.refusal import Refusal

SECRET = "wJalrXUtnFEMI/K7MDENG"


@pytest.fixture
def stage(machine):
    """Return a stage whose aws answers what the test puts into machine.spoil."""
    executable = machine.add_aws("v2", "2.38.5")
    around = machine.around()
    return demo._Stage(around, Host(executable, (2, 38, 5)), LocalAws({}), machine.home, {})


def answer(code: int, out: str = "", err: str = ""):
    return lambda command, env: subprocess.CompletedProcess(command, code, out, err)


def test_prefers_a_version_2_wherever_it_is_on_the_path(machine) -> None:
    """A version 1 that comes first on the PATH is what the demo extra brought."""
    machine.add_aws("v1", "1.46.3")
    official = machine.add_aws("v2", "2.38.5")

    assert Host(official, (2, 38, 5)) == demo._choose_demo_host(machine.around(), None)


def test_takes_the_version_1_beside_the_interpreter_else(
    machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a version 2 it is the extra's own, not the first one on the PATH."""
    machine.add_aws("v1", "1.32.0")
    path = machine.around().env["PATH"]
    beside = machine.add_aws("bin", "1.46.3")
    monkeypatch.setattr(sys, "executable", str(beside.with_name("python")))

    chosen = demo._choose_demo_host(machine.around(PATH=path), None)

    assert Host(beside, (1, 46, 3)) == chosen


def test_says_what_to_install_without_an_aws(machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """No CLI at all: the extra has one."""
    monkeypatch.setattr(sys, "executable", str(machine.home / "python"))

    with pytest.raises(Refusal, match="pip install '.\\[demo\\]'"):
        demo._choose_demo_host(machine.around(PATH=str(machine.home)), None)


def test_says_what_to_install_without_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """No local AWS: the extra has one."""
    monkeypatch.setattr(local_servers.importlib.util, "find_spec", lambda name: None)

    with pytest.raises(Refusal, match="pip install '.\\[demo\\]'"), LocalAws():
        pass


def test_shows_no_secret(stage, machine) -> None:
    """Neither the key that was made nor anything that looks like one is shown."""
    made = f'{{"AccessKey": {{"AccessKeyId": "AKIA0000WXYZ", "SecretAccessKey": "{SECRET}"}}}}'
    machine.spoil = answer(0, made)

    key = demo._make_key(stage)
    stage.show(f"again {SECRET} and AKIA0000WXYZ")
    stage.show('"SessionToken": "unheard"')

    shown = machine.out.getvalue()
    assert AccessKey("AKIA0000WXYZ", SECRET) == key
    assert SECRET not in repr(key)
    assert SECRET not in shown
    assert "AKIA0000" not in shown
    assert '"SecretAccessKey": "****"' in shown
    assert "again **** and ****WXYZ\n" in shown
    assert "unheard" not in shown


@pytest.mark.parametrize(
    ("step", "code", "out", "err"),
    [
        (demo_story.Step("", ("s3", "ls")), 1, "", "no"),
        (demo_story.Step("", ("s3", "ls"), shows=("bucket",)), 0, "other", ""),
        (demo_story.Step("", ("s3", "ls"), refused=True), 0, "bucket", ""),
        (demo_story.Step("", ("s3", "ls"), refused=True), 255, "", "Could not connect"),
    ],
)
def test_a_step_that_does_not_do_what_it_must_ends_the_story(
    stage, machine, step: demo_story.Step, code: int, out: str, err: str
) -> None:
    """It fails, shows the wrong thing, works in spite of all, or is refused for another cause."""
    machine.spoil = answer(code, out, err)

    with pytest.raises(Refusal, match="'aws s3 ls' had to"):
        demo._take(stage, step)


def test_shows_what_was_typed_into_the_questions(stage, machine) -> None:
    """The four questions of aws configure come in one line; the key stays hidden."""
    stage.masks.update({SECRET: "****"})
    machine.spoil = answer(0, "Key [None]: Secret [None]: Region [None]: ")
    demo._take(stage, demo_story.Step("", ("configure",), typed=f"AK\n{SECRET}\nus-east-1\n"))

    shown = machine.out.getvalue()
    assert "Key [None]: AK\nSecret [None]: ****\nRegion [None]: us-east-1\n" in shown


def test_the_story_ends_with_the_listing_as_the_role() -> None:
    """The last command is the article's last step, after the refused one."""
    steps = demo_story.assuming()

    assert steps[-1].words == ("s3", "ls", "--profile", "assumed-role")
    assert steps[-1].shows == demo_story.BUCKETS
    assert steps[-2].refused


def test_old_hosts_get_the_endpoint_as_an_option(machine) -> None:
    """2.11.0 does not read AWS_ENDPOINT_URL."""
    aws = LocalAws({})
    aws.endpoint_url = "http://127.0.0.1:1"
    host = Host(machine.add_aws("v2", "2.11.0"), (2, 11, 0))
    stage = demo._Stage(machine.around(), host, aws, Path("/h"), {})

    expected = ("s3", "ls", "--endpoint-url", "http://127.0.0.1:1")
    assert expected == demo._words(stage, demo_story.Step("", ("s3", "ls")))
