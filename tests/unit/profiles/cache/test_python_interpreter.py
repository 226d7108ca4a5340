"""Which Python the program of credential_process is run by."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from awscli_assume.profiles.cache.python_interpreter import ask_python, find_python

REAL = os.path.realpath(sys.executable)


@pytest.fixture(autouse=True)
def frozen(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be the frozen CLI, which has no Python to lend, in a HOME of its own."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setenv("HOME", str(home))


def executable(path: Path, text: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


def link(path: Path) -> str:
    """Make a name for the real Python, as /usr/bin/python3 is one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(REAL)
    return str(path)


def record(home: Path, content: str) -> None:
    path = home / ".aws" / "cli" / "plugins" / "awscli-assume.json"
    path.parent.mkdir(parents=True)
    path.write_text(content)


def test_version_1_lends_the_python_that_it_runs_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first choice is the running one, without its virtual environment, which may go."""
    monkeypatch.delattr(sys, "frozen")

    found = find_python(env={"PATH": "/nonexistent"}, system=())

    assert found is not None
    assert os.path.realpath(found) == REAL
    assert not (Path(found).parent.parent / "pyvenv.cfg").exists()


def test_the_frozen_cli_has_no_python_to_lend() -> None:
    """The executable of the frozen build is never run as a Python."""
    asked: list[str] = []

    assert find_python({"PATH": "/nonexistent"}, asked.append, system=()) is None
    assert asked == []


def test_the_recorded_one_comes_first(home: Path, tmp_path: Path) -> None:
    """What awscli-assume enable wrote down is preferred to the system's."""
    recorded, system = link(tmp_path / "one" / "python3"), link(tmp_path / "two" / "python3")
    record(home, json.dumps({"config_files": {}, "python": recorded}))

    assert find_python({"PATH": "/nonexistent"}, system=(system,)) == recorded


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"python": 3}', '{"python": "python3"}', '{"python": "/gone"}']
)
def test_a_damaged_record_is_passed_over(home: Path, tmp_path: Path, content: str) -> None:
    """A record that is broken, or names what is gone, does no harm."""
    record(home, content)
    system = link(tmp_path / "python3")

    assert find_python({"PATH": "/nonexistent"}, system=(system,)) == system


def test_the_name_is_kept_that_outlives_an_upgrade(tmp_path: Path) -> None:
    """A link such as /usr/bin/python3 is written down as it is, not what it leads to today."""
    system = link(tmp_path / "python3")

    assert find_python({"PATH": ""}, system=("/nonexistent/python3", system)) == system


def test_a_shim_is_seen_through(tmp_path: Path) -> None:
    """A shim of pyenv or asdf is a slow shell script: what it runs is taken instead."""
    executable(tmp_path / "shims" / "python3", f'#!/bin/sh\nexec {REAL} "$@"\n')

    found = find_python({"PATH": str(tmp_path / "shims")}, system=())

    assert found is not None
    assert os.path.realpath(found) == REAL
    assert "shims" not in found


def test_a_real_one_on_the_path_is_taken_after_the_systems(tmp_path: Path) -> None:
    """With nothing recorded and no system Python, the PATH is searched in its order."""
    broken = executable(tmp_path / "one" / "python3", "#!/bin/sh\nexit 1\n")
    good = link(tmp_path / "two" / "python3")
    path = os.pathsep.join([str(Path(broken).parent), str(Path(good).parent)])

    assert find_python({"PATH": path}, system=()) == good


def test_a_virtual_environment_is_seen_through(tmp_path: Path) -> None:
    """A virtual environment is deleted one day: the Python behind it is taken."""
    venv.create(tmp_path / "env", symlinks=True)
    inside = tmp_path / "env" / "bin" / "python3"

    found = find_python({"PATH": str(inside.parent)}, system=())

    assert ask_python(str(inside)) is not None
    assert found is not None
    assert os.path.realpath(found) == REAL
    assert not found.startswith(str(tmp_path))


def test_the_working_directory_is_not_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A python3 that lies where the command is typed is not taken."""
    link(tmp_path / "python3")
    monkeypatch.chdir(tmp_path)

    assert find_python({"PATH": os.pathsep.join(["", "."])}, system=()) is None


@pytest.mark.parametrize(
    "script", ["exit 1", "exec sleep 60", "echo", "echo /nonexistent/python3"]
)
def test_what_does_not_run_is_not_taken(
    tmp_path: Path, script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A candidate has to answer in time, with the path of a Python that runs as well."""
    monkeypatch.setattr("awscli_assume.profiles.cache.python_interpreter.TIMEOUT_SECONDS", 1)
    executable(tmp_path / "bin" / "python3", f"#!/bin/sh\n{script}\n")

    assert find_python({"PATH": str(tmp_path / "bin")}, system=()) is None


def test_what_was_found_runs_the_program() -> None:
    """The Python of this machine runs with -I -S."""
    found = find_python(dict(os.environ))

    assert found is not None
    subprocess.run([found, "-I", "-S", "-c", "pass"], check=True)


def test_the_libraries_of_the_frozen_cli_are_not_lent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A candidate is run with the user's own library path."""
    monkeypatch.setenv("LD_LIBRARY_PATH", "/frozen")
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/mine")
    shim = executable(tmp_path / "python3", '#!/bin/sh\necho "$LD_LIBRARY_PATH"\n')

    assert ask_python(shim) == "/mine"
    monkeypatch.delenv("LD_LIBRARY_PATH_ORIG")
    assert ask_python(shim) is None
