"""The demonstration: which aws it runs, what it masks, and when a step has failed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from awscli_assume.install import local_aws
from awscli_assume.install.demo import BUCKETS, Demo, Step, choose_demo_host, steps_as_role
from awscli_assume.install.hosts import Host
from awscli_assume.install.local_aws import AccessKey, LocalAws
from awscli_assume.install.system import InstallError

SECRET = "wJalrXUtnFEMI/K7MDENG"


@pytest.fixture
def demo(machine) -> Demo:
    """Return a demonstration whose aws returns what the test puts into machine.override."""
    executable = machine.add_aws("v2", "2.38.5")
    host = Host(executable, (2, 38, 5))
    return Demo(machine.system(), host, LocalAws({}), machine.home, {})


def answer(code: int, out: str = "", err: str = ""):
    return lambda command, env: subprocess.CompletedProcess(command, code, out, err)


def test_prefers_a_version_2_wherever_it_is_on_the_path(machine) -> None:
    """A version 1 that comes first on the PATH may be the demo extra's."""
    machine.add_aws("v1", "1.46.3")
    official = machine.add_aws("v2", "2.38.5")

    assert Host(official, (2, 38, 5)) == choose_demo_host(machine.system(), None)


def test_otherwise_takes_the_version_1_beside_the_interpreter(
    machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a version 2 it is the demo extra's, not the first one on the PATH."""
    machine.add_aws("v1", "1.32.0")
    path = machine.system().env["PATH"]
    beside = machine.add_aws("bin", "1.46.3")
    monkeypatch.setattr(sys, "executable", str(beside.with_name("python")))

    chosen = choose_demo_host(machine.system(PATH=path), None)

    assert Host(beside, (1, 46, 3)) == chosen


def test_says_what_to_install_without_an_aws(machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any CLI, the error names the extra that has one."""
    monkeypatch.setattr(sys, "executable", str(machine.home / "python"))

    with pytest.raises(InstallError, match="pip install '.\\[demo\\]'"):
        choose_demo_host(machine.system(PATH=str(machine.home)), None)


def test_says_what_to_install_without_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a local AWS, the error names the extra that has one."""
    monkeypatch.setattr(local_aws.importlib.util, "find_spec", lambda name: None)

    with pytest.raises(InstallError, match="pip install '.\\[demo\\]'"), LocalAws():
        pass


def test_shows_no_secret(demo, machine) -> None:
    """Neither the created key nor anything that looks like a secret is printed."""
    made = f'{{"AccessKey": {{"AccessKeyId": "AKIA0000WXYZ", "SecretAccessKey": "{SECRET}"}}}}'
    machine.override = answer(0, made)

    key = demo.create_key()
    demo.print(f"again {SECRET} and AKIA0000WXYZ")
    demo.print('"SessionToken": "unheard"')

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
        (Step("", ("s3", "ls")), 1, "", "no"),
        (Step("", ("s3", "ls"), output=("bucket",)), 0, "other", ""),
        (Step("", ("s3", "ls"), is_refused=True), 0, "bucket", ""),
        (Step("", ("s3", "ls"), is_refused=True), 255, "", "Could not connect"),
    ],
)
def test_a_failed_step_ends_the_demonstration(
    demo, machine, step: Step, code: int, out: str, err: str
) -> None:
    """It fails, prints the wrong thing, is not refused, or fails for another reason."""
    machine.override = answer(code, out, err)

    with pytest.raises(InstallError, match="'aws s3 ls' had to"):
        demo.run_step(step)


def test_prints_the_input_after_each_question(demo, machine) -> None:
    """aws configure prints its questions in one line; the key stays masked."""
    demo.masks.update({SECRET: "****"})
    machine.override = answer(0, "Key [None]: Secret [None]: Region [None]: ")
    demo.run_step(Step("", ("configure",), stdin=f"AK\n{SECRET}\nus-east-1\n"))

    shown = machine.out.getvalue()
    assert "Key [None]: AK\nSecret [None]: ****\nRegion [None]: us-east-1\n" in shown


def test_ends_with_the_listing_as_the_role() -> None:
    """The last command lists the buckets as the role, after the refused one."""
    steps = steps_as_role()

    assert steps[-1].words == ("s3", "ls", "--profile", "assumed-role")
    assert steps[-1].output == BUCKETS
    assert [step.words[1] for step in steps if step.is_refused] == ["ls", "create-user"]
    assert [step.words[1] for step in steps[-4:-1]] == ["exec", "export", "explain"]


def test_old_hosts_get_the_endpoint_as_an_option(machine) -> None:
    """2.11.0 does not read AWS_ENDPOINT_URL."""
    aws = LocalAws({})
    aws.endpoint_url = "http://127.0.0.1:1"
    host = Host(machine.add_aws("v2", "2.11.0"), (2, 11, 0))
    demo = Demo(machine.system(), host, aws, Path("/h"), {})

    expected = ("s3", "ls", "--endpoint-url", "http://127.0.0.1:1")
    assert expected == demo.words(Step("", ("s3", "ls")))
