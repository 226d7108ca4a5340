"""The console script: its arguments, exit codes and error messages."""

from __future__ import annotations

import subprocess
import sys

import pytest

from awscli_assume import __version__
from awscli_assume.completion.startup_files import SHELLS
from awscli_assume.install.command import COMPLETER, main
from awscli_assume.install.enable import enable
from awscli_assume.install.package_copy import PACKAGE


@pytest.mark.parametrize("words", [[], ["install"], ["enable", "--nonsense"], ["disable", "x"]])
def test_wrong_arguments_are_a_usage_error(words: list[str], capsys) -> None:
    """Exit code 2 and argparse's usage line."""
    with pytest.raises(SystemExit) as error:
        main(words)

    assert error.value.code == 2
    assert "usage: awscli-assume" in capsys.readouterr().err


def test_version(capsys) -> None:
    """--version is the package's version."""
    with pytest.raises(SystemExit) as error:
        main(["--version"])

    assert error.value.code == 0
    assert capsys.readouterr().out == f"awscli-assume {__version__}\n"


def test_success_is_0_and_a_line_on_stdout(machine) -> None:
    """Enable and disable exit with 0 and print that they are done."""
    machine.add_aws("v2", "2.38.5")

    assert main(["enable"], machine.system()) == 0
    assert machine.out.getvalue().endswith("Enabled. Type: aws assume --role-name my-iam-role\n")
    assert main(["disable"], machine.system()) == 0
    assert machine.out.getvalue().endswith("Disabled.\n")
    assert machine.err.getvalue() == ""


def test_an_expected_problem_is_one_sentence_on_stderr(machine) -> None:
    """Exit code 1, no traceback."""
    assert main(["enable"], machine.system(PATH=str(machine.home))) == 1

    assert machine.err.getvalue().startswith("awscli-assume: error: There is no aws on the PATH.")
    assert machine.err.getvalue().count("\n") == 1


def test_interruption(machine) -> None:
    """Ctrl-C exits with 1 and without a traceback."""
    machine.add_aws("v2", "2.38.5")

    def interrupt(command, env):
        raise KeyboardInterrupt

    machine.override = interrupt

    assert main(["enable"], machine.system()) == 1
    assert "interrupted. Everything was undone" in machine.err.getvalue()


def test_needs_neither_awscli_nor_botocore() -> None:
    """The script runs in a Python that has no CLI: nothing of it is imported."""
    code = (
        "import sys, awscli_assume.install.command\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules}"
        " & {'awscli', 'botocore', 'boto3', 'ministack', 'moto'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert done.stdout == "[]\n", done.stderr


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_is_printed(machine, shell: str) -> None:
    """The text for a start-up file runs the copy of the plugin, or else this package."""
    machine.add_aws("v2", "2.38.5")

    assert main(["completion", shell], machine.system()) == 0
    assert str(PACKAGE / COMPLETER) in machine.out.getvalue()
    enable(machine.system())
    machine.out.truncate(0)
    assert main(["completion", shell], machine.system()) == 0
    assert str(machine.plugins / "awscli_assume" / COMPLETER) in machine.out.getvalue()
    assert (machine.plugins / "awscli_assume" / "completion" / "facts.json").exists()
    assert list(machine.home.iterdir()) == [machine.home / ".aws"]


def test_completion_of_a_path_that_a_shell_cannot_run(machine) -> None:
    """Exit code 1 and the reason."""
    machine.home = machine.home / "a b"
    (machine.home / ".aws" / "cli" / "plugins" / "awscli_assume" / "completion").mkdir(
        parents=True
    )
    (machine.home / ".aws/cli/plugins/awscli_assume" / COMPLETER).touch()

    assert main(["completion", "tcsh"], machine.system()) == 1
    assert "tcsh can't complete with a program whose path has spaces" in machine.err.getvalue()
