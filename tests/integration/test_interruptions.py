"""Kills, Ctrl-C, full disks and odd files: a file is always the old or the new one, whole.

The interrupted writes are made by forks of one clean interpreter, which is this
module run as a program; the odd files are given to the official CLI.
"""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import stat
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Callable, Optional

import pytest

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

from support.person import Person, clean_environment
from support.sts_stub import ACCOUNT, ROLE_ARN, USER_KEY_ID, USER_SECRET, StsStub

OFFICIAL = pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
# What a write that was ended early may leave: the config file comes first.
WHOLE = {"old old", "new old", "new new"}
KILLS = 500


@pytest.fixture
def person(make_person: Callable[..., Person], sts_stub: StsStub) -> Person:
    """Return a user with the official CLI and a scripted STS."""
    return make_person(sts_stub.url)


def interrupt_writes(home: Path, how: str) -> dict[str, Any]:
    """Interrupt writes in a process of its own, and return what was seen."""
    done = subprocess.run(
        [sys.executable, __file__, how], env=clean_environment(home), cwd=home,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_killed_at_random_moments(home: Path) -> None:
    """After 500 kills both files were the old or the new ones, and each next run worked."""
    seen = interrupt_writes(home, "random kills")

    assert sum(seen["left"].values()) == KILLS
    assert set(seen["left"]) <= WHOLE
    assert {"old old", "new new"} <= set(seen["left"]), "kills early and late"
    assert seen["next"] == {"new new": KILLS}


@pytest.mark.parametrize("how", ["kill", "Ctrl-C"])
def test_ended_at_every_line(home: Path, how: str) -> None:
    """A kill or a Ctrl-C before any line of the writer leaves whole files and no lock."""
    seen = interrupt_writes(home, how)

    assert seen["trials"] > 200
    assert set(seen["left"]) <= WHOLE
    assert seen["next"] == {"new new": seen["trials"]}
    assert seen["ends"] == {"killed" if how == "kill" else "KeyboardInterrupt": seen["trials"]}


def test_full_disk_at_every_write(home: Path) -> None:
    """A full disk at any step is told as such, leaves whole files and no copies."""
    seen = interrupt_writes(home, "full disk")

    assert seen["trials"] > 20
    assert set(seen["left"]) <= WHOLE
    assert seen["copies"] == 0
    assert seen["next"] == {"new new": seen["trials"]}
    assert seen["ends"] == {"UnusableFile": seen["trials"]}


def test_killed_while_it_is_written_in_place(home: Path) -> None:
    """Where a rename is impossible, the file or the backup beside it is whole at any moment."""
    seen = interrupt_writes(home, "kill in place")

    assert seen["trials"] > 100
    assert set(seen["left"]) <= {*WHOLE, "saved old", "new saved"}
    # The next run works, or names the backup and leaves all as it is.
    mended = sum(n for state, n in seen["next"].items() if state.startswith("new new"))
    assert mended > 100
    assert mended + seen["next"].get("told", 0) == seen["trials"]


def test_busy_file_is_written_in_place(home: Path) -> None:
    """A file whose rename answers EBUSY is written in place, and no backup stays."""
    seen = interrupt_writes(home, "busy")

    assert seen == {"state": "new new", "same": True, "names": ["config", "credentials"]}


def in_namespace(preparation: str, *command: str) -> list[str]:
    """Return a command in a mount namespace of its own; skip where there may be none."""
    unshare = ["unshare", "--mount"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
    try:
        probe = subprocess.run(
            [*unshare, "sh", "-c", "mount -t tmpfs t /mnt"], capture_output=True, check=False
        )
    except FileNotFoundError:
        probe = None
    if probe is None or probe.returncode:
        pytest.skip("this machine lets nobody mount here")
    return [*unshare, "sh", "-ec", f'{preparation}\nexec "$@"', "sh", *command]


def run_in_namespace(person: Person, preparation: str) -> subprocess.CompletedProcess:
    """Run ``aws assume``, and what is to be looked at afterwards, with mounts of its own."""
    command = in_namespace(preparation, "sh", "-c", f'"{person.host.executable}" assume "$@" && '
                           "cat .aws/credentials >seen; code=$?; ls -A .aws >names; exit $code",
                           "sh", "--role-arn", ROLE_ARN)  # fmt: skip
    env = {**person.environment, "AWS_ENDPOINT_URL": person.endpoint_url}
    return subprocess.run(
        command, env=env, cwd=person.home, capture_output=True, text=True, timeout=60, check=False
    )


@OFFICIAL
def test_file_that_is_bind_mounted(person: Person) -> None:
    """A credentials file that is mounted by itself is written, and no backup stays."""
    mounted = person.home / "mounted"
    mounted.write_bytes(person.credentials.read_bytes())

    done = run_in_namespace(person, f'mount --bind "{mounted}" .aws/credentials')

    assert done.returncode == 0, done.stderr
    assert sorted(person.sections(mounted)) == ["assumed-role", "default"]
    assert (person.home / "seen").read_bytes() == mounted.read_bytes()
    assert list(person.sections(person.credentials)) == ["default"]
    assert not [name for name in os.listdir(person.home / ".aws") if "assume" in name]


@OFFICIAL
@pytest.mark.parametrize("free", [0, 4])
def test_disk_that_is_full(person: Person, free: int) -> None:
    """On a full file system the command says so, and both files stay as they were."""
    before = person.snapshot()
    person.credentials.write_text(before[".aws/credentials"].decode() + "# long\n" * 2000)
    before = person.snapshot()

    done = run_in_namespace(
        person,
        "cp -a .aws kept; mount -t tmpfs -o size=96k t .aws; cp -a kept/. .aws; touch "
        ".aws/config.lock .aws/credentials.lock; dd if=/dev/zero of=.aws/filler bs=1k 2>/dev/null "
        f"|| true; truncate -s -{free}k .aws/filler; trap : EXIT; "
        f'"{person.host.executable}" assume --role-arn {ROLE_ARN} && exit 3; '
        "ls -A .aws >names; cmp .aws/config kept/config; cmp .aws/credentials kept/credentials; "
        "rm .aws/filler",
    )

    assert done.returncode == 0, done.stderr
    assert "No space left on device" in done.stderr
    assert ".assume-" not in (person.home / "names").read_text().replace("filler", "")
    assert "[assumed-role]" in (person.home / "seen").read_text(), "the next run"
    assert {k: v for k, v in person.snapshot().items() if k in before} == before


@OFFICIAL
def test_folder_that_is_not_writable(person: Person, sts_stub: StsStub) -> None:
    """In a folder that can't be written nothing changes, and the message names it."""
    before = person.snapshot()
    if os.geteuid() == 0:
        done = run_in_namespace(person, "mount --bind .aws .aws; mount -o remount,ro,bind .aws")
    else:
        person.config.parent.chmod(0o500)
        done = person.aws("assume", "--role-arn", ROLE_ARN)
        person.config.parent.chmod(0o700)

    assert done.returncode == 253, done.stderr
    assert str(person.config.parent) in done.stderr
    assert person.snapshot() == before


@OFFICIAL
@pytest.mark.parametrize("name", ["config", "credentials"])
def test_file_that_is_read_only(person: Person, sts_stub: StsStub, name: str) -> None:
    """A read-only file is left alone, and STS is not asked."""
    path = person.config.with_name(name)
    path.chmod(0o400)
    before = person.snapshot()

    done = person.aws("assume", "--role-name", "my-iam-role")

    assert done.returncode == 253
    assert f"{path} is read-only" in done.stderr
    assert person.snapshot() == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert sts_stub.actions == []


@OFFICIAL
@pytest.mark.parametrize("is_there", [True, False])
def test_file_that_is_a_link(person: Person, is_there: bool) -> None:
    """A link stays one, relative as it was, and the file that it names is written."""
    behind = person.home / "elsewhere" / "secrets"
    behind.parent.mkdir()
    if is_there:
        person.credentials.rename(behind)
    else:
        person.credentials.unlink()
    person.credentials.symlink_to("../elsewhere/secrets")
    keys = {"AWS_ACCESS_KEY_ID": USER_KEY_ID, "AWS_SECRET_ACCESS_KEY": USER_SECRET}

    done = person.aws("assume", "--role-arn", ROLE_ARN, env=None if is_there else keys)

    assert done.returncode == 0, done.stderr
    assert os.readlink(person.credentials) == "../elsewhere/secrets"
    assert not behind.is_symlink()
    assert "assumed-role" in person.sections(behind)
    assert ("default" in person.sections(behind)) is is_there


@OFFICIAL
def test_file_of_another_group(person: Person) -> None:
    """A file that a group may read keeps that group and its mode."""
    group = 12345 if os.geteuid() == 0 else next(iter(set(os.getgroups()) - {os.getegid()}), None)
    if group is None:
        pytest.skip("this user has one group only")
    os.chown(person.credentials, -1, group)
    person.credentials.chmod(0o640)

    done = person.aws("assume", "--role-arn", ROLE_ARN)

    assert done.returncode == 0, done.stderr
    found = person.credentials.stat()
    assert (found.st_gid, stat.S_IMODE(found.st_mode)) == (group, 0o640)
    assert "assumed-role" in person.sections(person.credentials)


@OFFICIAL
@pytest.mark.parametrize("said", ["kept/credentials", "$PLACE/credentials", "~/kept/credentials"])
def test_credentials_file_elsewhere(person: Person, said: str) -> None:
    """A relative path, a variable and a ~ in the variable lead to the file that the CLI reads."""
    kept = person.home / "kept"
    kept.mkdir(mode=0o700)
    person.credentials.rename(kept / "credentials")
    env = {"AWS_SHARED_CREDENTIALS_FILE": said, "PLACE": str(kept)}

    done = person.aws("assume", "--role-arn", ROLE_ARN, env=env)
    later = person.aws("assume", "--min-ttl", "60", "--role-arn", ROLE_ARN, env=env)

    assert done.returncode == later.returncode == 0, done.stderr + later.stderr
    assert sorted(person.sections(kept / "credentials")) == ["assumed-role", "default"]
    assert not person.credentials.exists()
    assert not [p for p in person.home.iterdir() if "$" in p.name or "~" in p.name]


@OFFICIAL
def test_one_file_for_both(person: Person) -> None:
    """Where both variables name one file, it gets both sections, once, however often."""
    both = person.home / "both"
    head = person.config.read_text().replace("[default]\n", person.credentials.read_text())
    both.write_text(head)
    env = {"AWS_SHARED_CREDENTIALS_FILE": str(both), "AWS_CONFIG_FILE": str(both)}

    for _ in range(2):
        done = person.aws("assume", "--role-arn", ROLE_ARN, env=env)
        assert done.returncode == 0, done.stderr

    sections = person.sections(both)
    assert sorted(sections) == ["assumed-role", "default", "plugins", "profile assumed-role"]
    assert both.read_text().startswith(head)
    who = person.aws("sts", "get-caller-identity", "--profile", "assumed-role", env=env)
    assert who.returncode == 0, who.stderr


@OFFICIAL
def test_without_a_home(person: Person) -> None:
    """Without HOME, and with both files named, the command works."""
    env = {
        "HOME": None,
        "AWS_CONFIG_FILE": str(person.config),
        "AWS_SHARED_CREDENTIALS_FILE": str(person.credentials),
    }

    done = person.aws("assume", "--role-arn", ROLE_ARN, env=env)

    assert done.returncode == 0, done.stderr
    assert "assumed-role" in person.sections(person.credentials)


@pytest.mark.parametrize("name", ["config", "credentials"])
def test_file_that_is_a_fifo(home: Path, name: str) -> None:
    """The writer refuses a FIFO, and does not hang on it as the CLI's reader does."""
    seen = interrupt_writes(home, f"fifo {name}")

    assert seen == {"error": "UnusableFile", "is_named": True, "is_fifo": True}


# From here on: the program, which interrupts writes.


class Scratch:
    """Two files, as they were and as one write leaves them; each trial starts from the former."""

    def __init__(self) -> None:
        from awscli_assume.model.credentials import TemporaryCredentials
        from awscli_assume.profiles.files import ProfileFiles
        from awscli_assume.profiles.record import Record
        from awscli_assume.profiles.target import Target

        folder = Path.home() / ".aws"
        folder.mkdir(exist_ok=True)
        self.paths = [folder / "config", folder / "credentials"]
        self._files = ProfileFiles(*map(str, self.paths))
        token = {"assumed_role_arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/my-iam-role/me",
                 "assumed_role_id": "AROASTUB:me"}  # fmt: skip
        later = datetime(2099, 1, 1, tzinfo=timezone.utc)
        found = TemporaryCredentials("ASIAOLDOLDOLDOLDOLD1", "old", "t" * 300, later, **token)
        old = Target("target", found, Record(ROLE_ARN, "old", "default", "us-east-1"), "us-east-1")
        found = TemporaryCredentials("ASIANEWNEWNEWNEWNEW1", "new", "n" * 400, later, **token)
        self._new = Target(
            "target", found, replace(old.record, session_name="new"), "eu-central-1"
        )
        half = [range(40), range(40, 80)]
        for path, prefix, line in zip(self.paths, ("profile ", ""), ("output = json", "x = y")):
            path.write_text("".join(f"[{prefix}p{n}]\n{line * 9}\n" for n in half[0]))
        self._write(old)
        for path, prefix, line in zip(self.paths, ("profile ", ""), ("output = json", "x = y")):
            with open(path, "a") as file:
                file.write("".join(f"[{prefix}p{n}]\n{line * 9}\n" for n in half[1]))
        self._old = [path.read_bytes() for path in self.paths]
        self._age()
        self.write()
        self._now = [path.read_bytes() for path in self.paths]
        self._extra = set(os.listdir(folder))

    def _write(self, target: Any) -> None:
        from awscli_assume.profiles.target import write_targets

        write_targets(self._files, [target])

    def write(self) -> None:
        """Write the new target profile."""
        self._write(self._new)

    def _age(self) -> None:
        # Else each write would wait until the files are quiet.
        for path in self.paths:
            os.utime(path, (1, 1))

    def reset(self) -> None:
        """Make the files what they were, and remove what a trial left."""
        for name in self.left_behind():
            os.unlink(self.paths[0].with_name(name))
        for path, content in zip(self.paths, self._old):
            path.write_bytes(content)
        self._age()

    def left_behind(self) -> set[str]:
        """Return the files that are neither of the two, nor locks."""
        return set(os.listdir(self.paths[0].parent)) - self._extra

    def state(self) -> str:
        """Return what both files are: old, new, broken, or saved where the backup is the old."""
        words = []
        for path, old, new in zip(self.paths, self._old, self._now):
            content = path.read_bytes()
            backup = path.with_name(f"{path.name}.assume-backup")
            if content == old:
                words.append("old")
            elif content == new:
                words.append("new")
            else:
                is_saved = backup.exists() and backup.read_bytes() == old
                words.append("saved" if is_saved else f"broken ({len(content)} bytes)")
        return " ".join(words)

    def fork(self, prepare: Callable[[], None]) -> tuple[int, int]:
        """Write in a child; return its process id and a pipe that tells how it went."""
        reading, writing = os.pipe()
        child = os.fork()
        if child:
            os.close(writing)
            return child, reading
        word = "done"
        try:
            os.write(writing, b"ready ")
            prepare()
            self.write()
        except BaseException as error:  # a child must never go on as its parent
            word = type(error).__name__
        sys.settrace(None)
        sys.setprofile(None)
        os.write(writing, word.encode())
        os._exit(0)

    def trial(self, prepare: Callable[[], None], delay: Optional[float] = None) -> str:
        """Write in a child, killed after a delay; return how it ended."""
        self.reset()
        child, pipe = self.fork(prepare)
        word = os.read(pipe, 6).decode()
        if delay is not None:
            time.sleep(delay)
            os.kill(child, signal.SIGKILL)
        with open(pipe) as file:
            word = file.read()
        _, status = os.waitpid(child, 0)
        return word if os.WIFEXITED(status) else "killed"

    def next_run(self) -> str:
        """Write again, and answer the state, or ``told`` where the backup stood in the way."""
        from awscli_assume.errors import UnusableFile

        self._age()
        before = self.state()
        try:
            self.write()
        except UnusableFile as error:
            is_clear = "assume-backup" in str(error) and self.state() in (before, "new saved")
            return "told" if is_clear else f"{error}"
        return self.state() + "".join(f" and {name}" for name in self.left_behind())


def at_line(number: int, act: Callable[[], None], count: Optional[list[Any]] = None) -> None:
    """Act before the n-th line that the writer runs, ours or the CLI's; or note them all."""
    from awscli.customizations.configure import writer

    from awscli_assume.files import replace
    from awscli_assume.profiles import lock
    from awscli_assume.profiles.writer import store

    ours = (replace, store)
    modules = (lock, *ours, writer) if os.replace.__module__ == "posix" else ours
    watched = {module.__file__ for module in modules}
    seen = 0

    def local(frame: Any, event: str, argument: Any) -> Any:
        nonlocal seen
        if event == "line":
            if count is not None:
                count.append(f"{frame.f_code.co_filename}:{frame.f_lineno}")
            elif seen == number:
                act()
            seen += 1
        return local

    sys.settrace(lambda frame, *rest: local if frame.f_code.co_filename in watched else None)


def at_write(number: int, act: Callable[[], None], count: Optional[list[Any]] = None) -> None:
    """Act in place of the n-th call that needs space on the disk; or note them all."""
    seen = 0

    def profile(frame: Any, event: str, function: Any) -> None:
        nonlocal seen
        caller = os.path.basename(frame.f_code.co_filename)
        name = getattr(function, "__name__", "")
        if event != "c_call" or not (
            name in ("write", "fsync", "replace")
            or (name == "open" and caller in ("tempfile.py", "lock.py"))
        ):
            return
        if count is not None:
            count.append(f"{caller}:{name}")
        elif seen == number:
            act()
        seen += 1

    sys.setprofile(profile)


def points(scratch: Scratch, at: Callable[..., None], is_each: bool) -> list[int]:
    """Return the numbers of the places to interrupt at: all, or each line's first and last."""
    scratch.reset()
    count: list[str] = []
    at(-1, lambda: None, count)
    try:
        scratch.write()
    finally:
        sys.settrace(None)
        sys.setprofile(None)
    if is_each:
        return list(range(len(count)))
    numbered = list(enumerate(count))
    first = {line: number for number, line in reversed(numbered)}
    last = {line: number for number, line in numbered}
    return sorted({*first.values(), *last.values()})


def interrupt_everywhere(scratch: Scratch, how: str) -> dict[str, Any]:
    """Interrupt a write at each place in turn, and count what was left."""

    def kill() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def press() -> None:
        raise KeyboardInterrupt

    def fill() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    at = at_write if how == "full disk" else at_line
    act = {"full disk": fill, "kill": kill, "Ctrl-C": press}[how.replace(" in place", "")]
    counted: dict[str, Any] = {key: Counter() for key in ("ends", "left", "next")}
    counted["copies"] = 0
    places = points(scratch, at, is_each=how == "full disk")
    for place in places:
        counted["ends"][scratch.trial(lambda place=place: at(place, act))] += 1
        counted["left"][scratch.state()] += 1
        counted["copies"] += len(scratch.left_behind())
        counted["next"][scratch.next_run()] += 1
    return {**counted, "trials": len(places)}


def kill_at_random(scratch: Scratch) -> dict[str, Any]:
    """Kill writes at moments that are spread over the time that one takes."""
    durations = []
    for _ in range(5):
        started = time.perf_counter()
        scratch.trial(lambda: None)
        durations.append(time.perf_counter() - started)
    dice = random.Random(20231126)
    counted: dict[str, Any] = {"left": Counter(), "next": Counter()}
    for _ in range(KILLS):
        scratch.trial(lambda: None, dice.random() * 1.2 * max(durations))
        counted["left"][scratch.state()] += 1
        counted["next"][scratch.next_run()] += 1
    return counted


def make_busy() -> None:
    """Let every rename answer EBUSY, as that of a mounted file does."""

    def busy(copy: str, path: str, **options: object) -> None:
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))

    os.replace = busy


def write_busy(scratch: Scratch) -> dict[str, Any]:
    """Write in place once, and return what is left."""
    scratch.reset()
    make_busy()
    inodes = [path.stat().st_ino for path in scratch.paths]
    scratch.write()
    return {
        "state": scratch.state(),
        "same": inodes == [path.stat().st_ino for path in scratch.paths],
        "names": sorted(n for n in os.listdir(scratch.paths[0].parent) if not n.endswith(".lock")),
    }


def write_fifo(scratch: Scratch, name: str) -> dict[str, Any]:
    """Write where one of the files is a FIFO, with an alarm clock."""
    scratch.reset()
    path = scratch.paths[0].with_name(name)
    path.unlink()
    os.mkfifo(path)
    signal.alarm(20)
    word, text = "", ""
    try:
        scratch.write()
    except Exception as error:
        word, text = type(error).__name__, str(error)
    return {
        "error": word,
        "is_named": str(path) in text,
        "is_fifo": stat.S_ISFIFO(path.stat().st_mode),
    }


def main(how: str) -> dict[str, Any]:
    """Do what is asked and return what was seen."""
    scratch = Scratch()
    if how == "random kills":
        return kill_at_random(scratch)
    if how == "busy":
        return write_busy(scratch)
    if how.startswith("fifo"):
        return write_fifo(scratch, how.split()[1])
    if how.endswith("in place"):
        make_busy()
    return interrupt_everywhere(scratch, how)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
