"""Which ``aws`` is which."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from awscli_assume.install.hosts import Host, choose_host, on_path, other_hosts, parse_version
from awscli_assume.install.system import InstallError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("aws-cli/2.38.5 Python/3.14.8 Linux/6 docker/x86_64.debian.12", (2, 38, 5)),
        ("aws-cli/1.46.3 Python/3.11.7 Linux/6 botocore/1.43.62", (1, 46, 3)),
        ("a warning first\naws-cli/2.11.0 Python/3.11.2 prompt/off", (2, 11, 0)),
        ("aws-cli/2.0.0dev4 Python/3.7", (2, 0, 0)),
        ("pyenv: aws: command not found", None),
        ("", None),
    ],
)
def test_reads_the_version(text: str, expected: tuple[int, ...]) -> None:
    """The version is read only from the line of an AWS CLI."""
    assert expected == parse_version(text)


@pytest.mark.parametrize(
    ("version", "expected"),
    [((2, 11, 0), False), ((2, 13, 0), True), ((1, 28, 9), False), ((1, 29, 0), True)],
)
def test_endpoint_variable(version: tuple[int, ...], expected: bool) -> None:
    """AWS_ENDPOINT_URL is read from 2.13.0 and 1.29.0 on."""
    assert expected == Host(Path("aws"), version).knows_endpoint_variable


def test_lists_each_executable_once_in_the_order_of_the_path(tmp_path: Path) -> None:
    """A link to an aws in the list is not another one; a folder without aws adds nothing."""
    for name in ("one", "two", "link", "none"):
        (tmp_path / name).mkdir()
    (tmp_path / "one" / "aws").touch(mode=0o755)
    (tmp_path / "two" / "aws").touch(mode=0o755)
    (tmp_path / "none" / "aws").touch(mode=0o644)
    (tmp_path / "link" / "aws").symlink_to(tmp_path / "two" / "aws")
    names = ["none", "link", "one", "two"]
    path = ":".join(["", *(str(tmp_path / name) for name in names), str(tmp_path / "gone")])

    assert [tmp_path / "link" / "aws", tmp_path / "one" / "aws"] == on_path({"PATH": path})


def test_takes_the_first_on_the_path_unless_named(machine) -> None:
    """The default is the aws that the user's shell runs."""
    first, second = machine.add_aws("a", "2.38.5"), machine.add_aws("b", "1.46.3")

    assert Host(first, (2, 38, 5)) == choose_host(machine.system())
    assert Host(second, (1, 46, 3)) == choose_host(machine.system(), str(second))


def test_no_aws(machine) -> None:
    """The error without any aws says where to get one."""
    with pytest.raises(InstallError, match=r"There is no aws on the PATH.*https://docs"):
        choose_host(machine.system(PATH=str(machine.home)))


def test_path_that_is_no_executable(machine) -> None:
    """The error names a wrong --aws."""
    with pytest.raises(InstallError, match="--aws /nowhere/aws"):
        choose_host(machine.system(), "/nowhere/aws")


def test_aws_that_does_not_run(machine) -> None:
    """The error quotes a shim that has no Python."""
    machine.add_aws("shim", "2.0.0")
    machine.override = lambda command, env: subprocess.CompletedProcess(
        command, 127, "", "pyenv: aws: command not found\n"
    )

    with pytest.raises(InstallError, match="pyenv: aws: command not found"):
        choose_host(machine.system())


def test_others_leave_out_itself_and_what_does_not_run(machine) -> None:
    """Only an aws that works can be broken by us."""
    host = choose_host(machine.system(PATH=str(machine.add_aws("a", "2.38.5").parent)))
    machine.add_aws("shim", "0")
    other = machine.add_aws("b", "1.46.3")

    assert [Host(other, (1, 46, 3))] == list(other_hosts(host, machine.system()))
