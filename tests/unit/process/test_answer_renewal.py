"""Renewal by many at once, and everything that can go wrong with it."""

from __future__ import annotations

import fcntl
import os
import shlex
import subprocess
from pathlib import Path

import pytest

from awscli_assume.process import renew
from awscli_assume.process.answer import read_cache
from awscli_assume.process.renew import open_lock, try_lock
from support.program import Scene, document

HOUR = 3600
NEW, OLD = document("NEW") + "\n", document("OLD") + "\n"
MANY = 50


# Many at once


def test_many_that_find_it_expired_make_one_call(scene: Scene) -> None:
    """Fifty processes that come while nothing is valid call aws once and all get the answer."""
    scene.put(-HOUR, -60)
    scene.script(wait=True)
    processes = [scene.start() for _ in range(MANY)]
    scene.wait_for(processes)
    scene.go.touch()
    answers = [process.communicate(timeout=60) for process in processes]

    assert answers == [(NEW, "")] * MANY
    assert [process.returncode for process in processes] == [0] * MANY
    assert len(scene.calls) == 1


def test_many_that_see_a_renewal_fail_do_not_try_again(scene: Scene) -> None:
    """Those who waited for a renewal that failed fail with it: no fifty wrong token codes."""
    scene.fail(wait=True)
    processes = [scene.start() for _ in range(MANY)]
    scene.wait_for(processes)
    scene.go.touch()
    answers = [process.communicate(timeout=60) for process in processes]

    assert [out for out, _ in answers] == [""] * MANY
    assert [process.returncode for process in processes] == [254] * MANY
    assert sum("could not renew" in err for _, err in answers) == MANY - 1
    assert len(scene.calls) == 1


def test_a_renewal_that_ended_just_before_the_lock_counts(scene: Scene) -> None:
    """Who gets the lock looks again: the file may have been renewed since it was found stale."""
    scene.put(60, HOUR)
    job = renew.Job(str(scene.cache), "assumed-role", str(scene.aws), read_cache)

    assert renew.find_document(job).decode() == OLD.strip()
    assert scene.calls == []


def test_who_comes_after_a_failure_tries_again(scene: Scene) -> None:
    """A failure counts for those who waited for it, not for ever."""
    scene.fail()
    first = scene.run()
    scene.script()

    assert (first.returncode, scene.run().stdout) == (254, NEW)
    assert len(scene.calls) == 2


def test_a_killed_owner_of_the_lock_blocks_nobody(scene: Scene) -> None:
    """The kernel gives the lock back when the process that renews is killed."""
    scene.script(wait=True)
    owner = scene.start()
    scene.wait_for([owner])
    owner.kill()
    owner.wait()
    scene.script()

    done = scene.run()
    scene.go.touch()  # its aws, which has lost its parent, may end

    assert (done.returncode, done.stdout) == (0, NEW)
    assert len(scene.calls) == 2
    owner.communicate()


def test_waiting_for_the_lock_has_an_end(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A renewal of somebody else that hangs is named after a while, and not waited for longer."""
    monkeypatch.setattr(renew, "WAIT_SECONDS", 0.1)
    with open(scene.lock, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        job = renew.Job(str(scene.cache), "assumed-role", str(scene.aws), lambda path: (0, 0, b""))
        with pytest.raises(renew.NotRenewed, match="did not end within") as error:
            renew.find_document(job)

    assert str(scene.lock) in str(error.value)
    assert scene.calls == []


def test_a_lock_keeps_others_out_until_it_is_closed(tmp_path: Path) -> None:
    """One holds it at a time."""
    path = str(tmp_path / "lock")
    first, second = open_lock(path), open_lock(path)
    assert first is not None
    assert second is not None

    assert (try_lock(first), try_lock(second)) == (True, False)
    os.close(first)
    assert try_lock(second)
    os.close(second)


def test_without_a_place_for_a_lock_it_renews_all_the_same(scene: Scene) -> None:
    """Where the cache can't be written, each process makes its own call."""
    scene.cache.parent.rmdir()
    scene.cache.parent.touch()
    scene.script(stored="")

    assert scene.run().stdout == NEW


def test_a_renewal_that_needs_itself_ends_with_an_error(scene: Scene) -> None:
    """Where aws asks the target profile for credentials, nobody waits for nobody."""
    scene.script(ask_again=scene.command(), stored="", stdout="")

    done = scene.run()

    assert (done.returncode, done.stdout) == (1, "")
    assert "needs that profile itself" in done.stderr
    assert "aws assume --role-arn ARN --auto-refresh --profile SOURCE" in done.stderr
    assert len(scene.calls) == 1


# Failures


def test_a_failure_is_bridged_while_the_old_ones_are_valid(scene: Scene) -> None:
    """Credentials that have not expired are printed, with a line after the message of aws."""
    scene.put(-60, 600)
    scene.fail()

    done = scene.run()

    assert (done.returncode, done.stdout) == (0, OLD)
    first, second = done.stderr.splitlines()
    assert first == "aws: [ERROR]: refused"
    assert second.startswith("awscli-assume: profile assumed-role was not renewed")
    assert "they expire, in 10 min" in second


def test_a_failure_with_nothing_left_is_an_error(scene: Scene) -> None:
    """Expired credentials are never answered: the code is that of aws, which is heard."""
    scene.put(-HOUR, -1)
    scene.fail()

    done = scene.run()

    assert (done.returncode, done.stdout) == (254, "")
    assert done.stderr.startswith("aws: [ERROR]: refused\nawscli-assume: ")
    assert done.stderr.endswith("Type: aws assume refresh --update-profile assumed-role\n")


@pytest.mark.parametrize(
    "stdout",
    ["", "[]", "{", "secret-NEW", '{"Version": 1, "AccessKeyId": "A"}', '"\udcff"',
     '{"Version": 2, "AccessKeyId": "A", "SecretAccessKey": "secret-NEW"}'],
)  # fmt: skip
def test_output_of_aws_that_is_no_document(scene: Scene, stdout: str) -> None:
    """Output that is no credential_process document is an error, which does not quote it."""
    scene.script(stored="", stdout=stdout.encode("utf-8", "replace").decode())

    done = scene.run()

    assert (done.returncode, done.stdout) == (1, "")
    assert "printed no credentials" in done.stderr


def test_an_aws_that_was_killed_is_an_ordinary_failure(scene: Scene) -> None:
    """After a signal the program exits with 1."""
    scene.aws.write_text("#!/bin/sh\nkill -9 $$\n")

    assert scene.run().returncode == 1


@pytest.mark.parametrize("left", ["nothing", "a file that is no program"])
def test_an_aws_that_was_moved_is_found_on_the_path(scene: Scene, left: str) -> None:
    """If the recorded aws can't be started, the first one on the PATH is used."""
    other = scene.folder / "other"
    other.mkdir()
    scene.write_aws(other / "aws")
    scene.aws.unlink()
    if left != "nothing":
        scene.aws.write_text("")

    assert scene.run(PATH=f"{scene.folder / 'bin'}:{other}").stdout == NEW


def test_an_aws_that_is_nowhere_is_named(scene: Scene) -> None:
    """The message has path, reason and a command; an aws in the current folder is not run."""
    trap = scene.folder / "trap"
    trap.mkdir()
    scene.write_aws(trap / "aws")
    scene.aws.unlink()

    done = scene.run(cwd=trap, PATH=":.:/nonexistent")

    assert (done.returncode, done.stdout, scene.calls) == (1, "", [])
    for part in (str(scene.aws), "No such file", "PATH", "PATH-OF-AWS assume refresh"):
        assert part in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("closed", [">&-", ">&- 2>&-"])
def test_a_closed_stdout(scene: Scene, closed: str) -> None:
    """No renewal is made for nobody, and there is no traceback."""
    scene.put(-HOUR, -60)
    line = f"{shlex.join(scene.command())} {closed}"
    done = subprocess.run(
        ["/bin/sh", "-c", line], env=scene.env, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert ("stdout is closed" in done.stderr) == ("2>" not in closed)
    assert scene.calls == []
