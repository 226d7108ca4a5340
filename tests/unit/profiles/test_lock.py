"""The lock between our processes: real child processes hold it here."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Iterator

import pytest

from awscli_assume.errors import UnusableFile
from awscli_assume.profiles.lock import files_locked

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="flock is POSIX's")

HOLD = """
import fcntl, os, sys
descriptor = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)
fcntl.flock(descriptor, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""
TAKE = """
import sys
from awscli_assume.profiles.lock import files_locked
with files_locked(sys.argv[1:]):
    print("held", flush=True)
    sys.stdin.read()
"""


class Clock:
    """A clock that only goes on while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.naps = 0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.naps += 1
        self.now += seconds
        assert self.naps < 100_000, "it waits for ever"


def never(seconds: float) -> None:
    raise AssertionError("it waited")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return the path of a file that need not exist to be locked."""
    return tmp_path / "credentials"


@pytest.fixture(params=[HOLD, TAKE], ids=["another tool", "one of ours"])
def holder(request: pytest.FixtureRequest, file: Path) -> Iterator[subprocess.Popen]:
    """Run another process that holds the file's lock until its stdin is closed."""
    name = f"{file}.lock" if request.param is HOLD else str(file)
    process = subprocess.Popen(
        [sys.executable, "-c", request.param, name],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_lock_that_is_free(file: Path) -> None:
    """A free lock is taken at once: a file beside the locked one, its owner's alone."""
    with files_locked([str(file)], sleep=never):
        names = {found.name for found in file.parent.iterdir()}

    assert names == {"credentials.lock"}
    assert stat.S_IMODE(Path(f"{file}.lock").stat().st_mode) == 0o600


def test_second_process_waits(file: Path, holder: subprocess.Popen) -> None:
    """Who finds the lock taken waits, and has it as soon as the other one lets go."""
    naps = []

    def let_go(seconds: float) -> None:
        naps.append(seconds)
        holder.communicate()

    with files_locked([str(file)], sleep=let_go):
        pass

    assert len(naps) == 1


def test_lock_of_a_killed_process(file: Path, holder: subprocess.Popen) -> None:
    """A lock dies with its owner: the file that a killed process left blocks nobody."""
    holder.send_signal(signal.SIGKILL)
    holder.wait()

    with files_locked([str(file)], sleep=never):
        pass

    assert Path(f"{file}.lock").exists()


def wait_in_vain(paths: list[Path], wait: float, clock: Clock) -> str:
    """Return the message when one of the locks stays locked."""
    names = [str(path) for path in paths]
    lock = files_locked(names, wait, clock, clock.sleep)
    with pytest.raises(UnusableFile, match="holds the lock") as error, lock:
        raise AssertionError("the locks are held")
    return str(error.value)


def test_wait_is_bounded(file: Path, holder: subprocess.Popen) -> None:
    """After the wait the lock is named, with what to do; it was not taken."""
    clock = Clock()

    message = wait_in_vain([file], 30, clock)

    assert f"{file}.lock" in message
    assert "Nothing was written" in message
    assert "Run the command again" in message
    assert 30 <= clock.now - 100 < 31
    assert clock.naps > 10


def test_lock_is_given_back(file: Path) -> None:
    """The lock is free again afterwards, also when something was raised inside."""
    with pytest.raises(RuntimeError), files_locked([str(file)], sleep=never):
        raise RuntimeError

    with files_locked([str(file)], sleep=never):
        pass


def test_first_lock_is_given_back_when_the_second_is_taken(
    file: Path, holder: subprocess.Popen
) -> None:
    """Nothing stays locked when one of several locks can't be had."""
    first = file.with_name("a-config")

    wait_in_vain([first, file], 1, Clock())

    with files_locked([str(first)], sleep=never):
        pass


def test_one_file_twice(file: Path) -> None:
    """One file that is named twice is locked once, not against ourselves."""
    with files_locked([str(file), str(file)], sleep=never):
        pass


def test_order_of_the_locks(file: Path, holder: subprocess.Popen) -> None:
    """Locks are taken in the order of their names, whatever order they are given in."""
    before, after = file.with_name("a-config"), file.with_name("z-config")

    wait_in_vain([after, file, before], 1, Clock())

    assert Path(f"{before}.lock").exists()
    assert not Path(f"{after}.lock").exists()


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    """A lock that can't be made is named, with the folder to look at."""
    path = tmp_path / "none" / "credentials"

    lock = files_locked([str(path)], sleep=never)
    with pytest.raises(UnusableFile, match="Cannot open the lock") as error, lock:
        raise AssertionError("the lock is not held")

    assert f"{path}.lock: No such file" in str(error.value)
    assert f"ls -ld {path.parent}" in str(error.value)


def test_lock_that_is_a_dangling_link(file: Path) -> None:
    """A lock that is a link is refused, and what it leads to is not created."""
    victim = file.with_name("victim")
    Path(f"{file}.lock").symlink_to(victim)

    lock = files_locked([str(file)], sleep=never)
    with pytest.raises(UnusableFile, match="is a link to .*Try: rm "), lock:
        raise AssertionError("the lock is not held")

    assert not victim.exists()
