"""The output of credential_process for an SDK, from real processes."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.program import PROGRAM, Scene, content, document

HOUR = 3600
CALL = ["assume", "export", "--update-profile", "assumed-role", "--format", "process"]
NEW, OLD = document("NEW") + "\n", document("OLD") + "\n"
# Modules that a fresh cache file may need beyond a Python that does nothing; both are built in.
BUILT_IN = {"posix", "time"}


def imports_of(command: list[str]) -> set[str]:
    """Return the modules that a Python loads."""
    python, *rest = command
    done = subprocess.run(
        [python, "-X", "importtime", *rest], env={}, capture_output=True, text=True, check=True
    )
    rows = [line.split("|") for line in done.stderr.splitlines() if line.startswith("import time")]
    return {row[2].strip() for row in rows[1:]}


# Fresh


def test_a_fresh_file_needs_no_aws(scene: Scene) -> None:
    """Before the time of renewal the program prints the document and does nothing else."""
    scene.put(60, HOUR)

    done = scene.run()

    assert (done.returncode, done.stdout, done.stderr) == (0, OLD, "")
    assert scene.calls == []
    assert not scene.lock.exists()


def test_a_fresh_file_needs_no_module(scene: Scene) -> None:
    """With a fresh file no module is loaded beyond those of Python itself."""
    scene.put(60, HOUR)
    bare = imports_of([sys.executable, "-I", "-S", "-c", "pass"])

    assert len(bare) > 5
    assert imports_of(scene.command()) - bare <= BUILT_IN


def test_a_long_document_arrives_whole(scene: Scene) -> None:
    """A document larger than a pipe is not cut off."""
    long = json.dumps({**json.loads(OLD), "SessionToken": "t" * 200_000, "Expiration": "x"})
    scene.cache.write_text(content("OLD", 60, HOUR).replace(OLD.strip(), long))

    assert f"{long}\n" == scene.run().stdout


def test_a_reader_that_has_ended_is_no_traceback(scene: Scene) -> None:
    """If the reader has ended, the program exits with 1 and prints nothing."""
    for renew_in in (60, -60):
        scene.put(renew_in, HOUR)
        reading, writing = os.pipe()
        os.close(reading)
        done = subprocess.run(
            scene.command(), env=scene.env, stdout=writing, stderr=subprocess.PIPE, check=False
        )
        os.close(writing)

        assert (done.returncode, done.stderr) == (1, b"")


# Not fresh


def test_a_stale_file_is_renewed_by_one_call(scene: Scene) -> None:
    """From the time of renewal on aws is called, and its answer printed."""
    scene.put(-1, HOUR)

    done = scene.run()

    assert (done.returncode, done.stdout, done.stderr) == (0, NEW, "")
    assert scene.calls == [CALL]
    assert scene.lock.stat().st_mode & 0o777 == 0o600


def test_a_missing_file_in_a_missing_folder_is_renewed(scene: Scene) -> None:
    """Somebody who emptied the CLI's cache folder loses a second and nothing else."""
    scene.cache.parent.rmdir()
    scene.script(stored="")

    assert scene.run().stdout == NEW
    assert scene.cache.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "broken",
    [
        "", "\n\n\n", "\0" * 400, "[default]\naws_access_key_id = x\n",
        "soon later\n{document}\n{{}}\nAGENT\n", "9999999999\n{document}\n{{}}\nAGENT\n",
        "9999999999 9999999999 1\n{document}\n{{}}\nAGENT\n",
        "9999999999 1\n{document}\n{{}}\nAGENT\n",
        "9999999999 9999999999\n{half}", "9999999999 9999999999\n{document}",
        "9999999999 9999999999\n{document}\n{{}}\n",
        "9999999999 9999999999\n{half}\n{{}}\nAGENT\n",
        '9999999999 9999999999\n{{"Version": 2}}\n{{}}\nAGENT\n',
        "9999999999 9999999999\n\n{{}}\nAGENT\n",
        "9999999999 9999999999\nhello\n{{}}\nAGENT\n",
    ],
)  # fmt: skip
def test_what_is_not_a_whole_file_is_not_answered(scene: Scene, broken: str) -> None:
    """Garbage in any line, or a file that was cut off, is renewed like a missing one."""
    scene.cache.write_text(broken.format(document=document("OLD"), half=document("OLD")[:-20]))

    done = scene.run()

    assert (done.returncode, done.stdout, done.stderr) == (0, NEW, "")
    assert scene.calls == [CALL]


def test_a_folder_in_place_of_the_file_is_renewed(scene: Scene) -> None:
    """A file that can't be read is as a missing one."""
    scene.cache.mkdir()
    scene.script(stored="")

    assert scene.run().stdout == NEW


def test_aws_gets_the_variables_that_it_needs(scene: Scene) -> None:
    """No profile of the SDK's process and no leftover of a frozen one; the files' places stay."""
    scene.run(
        AWS_PROFILE="assumed-role", AWS_DEFAULT_PROFILE="gone", AWS_CONFIG_FILE="/c",
        AWS_SHARED_CREDENTIALS_FILE="/s", LD_LIBRARY_PATH="/frozen", LD_LIBRARY_PATH_ORIG="/mine",
        _PYI_ARCHIVE_FILE="/frozen/aws", _MEIPASS2="/frozen", AWS_CLI_AUTO_PROMPT="on",
    )  # fmt: skip

    found = scene.call_environment
    gone = {"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "LD_LIBRARY_PATH_ORIG", "_MEIPASS2"}
    assert not gone & {*found}
    assert not [name for name in found if name.startswith("_PYI_")]
    assert (found["AWS_CONFIG_FILE"], found["AWS_SHARED_CREDENTIALS_FILE"]) == ("/c", "/s")
    assert (found["LD_LIBRARY_PATH"], found["AWS_CLI_AUTO_PROMPT"]) == ("/mine", "off")


def test_a_profile_that_looks_like_an_option_is_one_word_with_it(scene: Scene) -> None:
    """A profile named -x is not taken for an option of aws."""
    scene.run(profile="-x")

    assert scene.calls == [["assume", "export", "--update-profile=-x", "--format", "process"]]


# Where it runs


@pytest.mark.parametrize("renew_in", [60, -60])
def test_nothing_is_imported_from_the_working_directory(
    scene: Scene, tmp_path: Path, renew_in: int
) -> None:
    """Modules that lie where the SDK runs, or on PYTHONPATH, are never loaded."""
    trap = tmp_path / "trap"
    (trap / "awscli_assume" / "process").mkdir(parents=True)
    names = ["json", "os", "renew", "posix", "time", "subprocess", "shlex", "typing", "fcntl"]
    names += ["sitecustomize", "awscli_assume/__init__", "awscli_assume/process/renew"]
    names += ["awscli_assume/process/agent", "child"]
    for name in names:
        (trap / f"{name}.py").write_text(f"open({str(tmp_path / 'sprung')!r}, 'w')\n")
    scene.put(renew_in, HOUR)

    done = scene.run(cwd=trap, PYTHONPATH=str(trap), PYTHONSTARTUP=str(trap / "json.py"))

    assert done.stdout == (OLD if renew_in > 0 else NEW)
    assert not (tmp_path / "sprung").exists()


def test_the_program_is_written_for_old_pythons() -> None:
    """Its sources have the syntax of Python 3.6, and no import that is younger."""
    for path in sorted(PROGRAM.parent.glob("*.py")):
        tree = ast.parse(path.read_text(), feature_version=(3, 6))

        assert "from __future__ import annotations" not in path.read_text(), path
        assert tree.body


def test_the_wrong_number_of_words_is_explained(scene: Scene) -> None:
    """A line that was edited by hand gets the usage, not a traceback."""
    done = subprocess.run(scene.command()[:-1], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: ")


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes and owners")
@pytest.mark.parametrize("what", ["folder", "file", "link", "folder link", "owner"])
def test_file_that_others_may_have_written(scene: Scene, tmp_path: Path, what: str) -> None:
    """Credentials that another user may have put there are not printed: they are renewed."""
    scene.put(60, HOUR)
    folder = scene.cache.parent
    if what == "folder":
        folder.chmod(0o777)
    elif what == "file":
        scene.cache.chmod(0o620)
    elif what == "link":
        scene.cache.rename(tmp_path / "planted")
        scene.cache.symlink_to(tmp_path / "planted")
    elif what == "folder link":
        folder.rename(tmp_path / "planted")
        folder.symlink_to(tmp_path / "planted")
    elif os.geteuid() != 0:
        pytest.skip("only root can give a file to another user")
    else:
        os.chown(scene.cache, 65534, -1)

    assert scene.run().stdout == NEW
    assert scene.calls == [CALL]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_lock_that_is_a_link(scene: Scene, tmp_path: Path) -> None:
    """A lock that is a link is not opened: the file behind it keeps its content."""
    victim = tmp_path / "victim"
    victim.write_text("mine")
    scene.put(-60, HOUR)
    scene.lock.symlink_to(victim)

    scene.run()

    assert victim.read_text() == "mine"
