"""The texts for the start-up files of the shells."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from awscli_assume.completion.startup_files import SHELLS, startup_text
from support.shells import find_shell

PATH = "/home/alice/.aws/cli/plugins/awscli_assume/completion/complete.py"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "tcsh"])
@pytest.mark.parametrize("path", [PATH, '/home/al ice/it\'s "$(x)" \\ !/complete.py'])
def test_syntax(shell: str, path: str, tmp_path: Path) -> None:
    """Each shell can parse its text, and runs the Python with the path as it is."""
    if shell == "tcsh" and path != PATH:
        with pytest.raises(ValueError, match="tcsh can't complete with a program"):
            startup_text(shell, "/usr/bin/python3", path)
        return
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    python.chmod(0o755)
    text = startup_text(shell, str(python), path)
    script = tmp_path / "script"
    script.write_text(text)

    done = subprocess.run([find_shell(shell), "-n", str(script)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")

    begin = text.index(str(python))
    begin -= text[begin - 1] == "'"
    command = text[begin : text.index(f" {shell}", begin)]
    script.write_text(f"{command}\n")
    done = subprocess.run([find_shell(shell), str(script)], capture_output=True, text=True)
    assert done.stdout.splitlines() == ["-I", "-S", path]


def test_powershell() -> None:
    """PowerShell gets single quotes, a quote doubled (no PowerShell runs in the tests)."""
    text = startup_text("powershell", r"C:\Program Files\python.exe", r"C:\it's\complete.py")

    command = r"& 'C:\Program Files\python.exe' '-I' '-S' 'C:\it''s\complete.py' powershell $line"
    assert command in text
    assert text.count("{") == text.count("}")
    assert "[System.Management.Automation.CompletionResult]::new(" in text


@pytest.mark.parametrize("shell", SHELLS)
def test_the_first_line_names_the_command(shell: str) -> None:
    """The first line is a comment with the command that printed the text."""
    first = startup_text(shell, "/usr/bin/python3", PATH).splitlines()[0]

    assert first.startswith(f"# Completes aws assume; from: awscli-assume completion {shell} >> ")
