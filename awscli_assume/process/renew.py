"""Renew a profile's credentials by a call of ``aws``, one for all who ask at the same time.

Runs in the bare Python of answer.py, from 3.6 on, and is imported when the file
there is not fresh. That file is replaced by the ``aws`` that is called.
"""

import json
import os
import subprocess
import sys
import time
from shlex import quote
from typing import Any, Callable, NamedTuple, Sequence, Tuple

from awscli_assume.process.child import child_environment, is_under_way, other_aws
from awscli_assume.process.lock import open_lock, read_failure, try_lock, write_failure

WAIT_SECONDS = 120.0
_PAUSE_SECONDS = 0.05

ReadCache = Callable[[str], Tuple[int, int, bytes]]


class Job(NamedTuple):
    """What the command line asks for, and how the file is read."""

    cache_file: str
    profile: str
    aws: str
    read_cache: ReadCache

    def fresh(self) -> bytes:
        """Return the document of a file that needs no renewal, else nothing."""
        renew_at, _, document = self.read_cache(self.cache_file)
        return document if time.time() < renew_at else b""

    def still_valid(self) -> bytes:
        """Return the document of a file whose credentials have not expired, else nothing."""
        _, expires_at, document = self.read_cache(self.cache_file)
        return document if time.time() < expires_at else b""


class NotRenewed(Exception):
    """There are no new credentials; ``code`` is what the process ends with."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def main(arguments: Sequence[str], read_cache: ReadCache) -> int:
    """Print the credentials and answer the exit code; messages go to stderr, secrets never."""
    if len(arguments) != 3:
        sys.stderr.write("usage: python3 -I -S answer.py CACHE-FILE PROFILE AWS\n")
        return 2
    job = Job(arguments[0], arguments[1], arguments[2], read_cache)
    try:
        document = find_document(job)
    except KeyboardInterrupt:
        return 130
    except NotRenewed as failure:
        document = job.still_valid()
        sys.stderr.write(f"awscli-assume: {failure}{_meanwhile(job, document)}\n")
        if not document:
            return failure.code
    try:
        sys.stdout.buffer.write(document + b"\n")
        sys.stdout.flush()
    except OSError:
        # Whoever asked is gone; no second try when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    return 0


def find_document(job: Job) -> bytes:
    """Renew under the lock, or wait for somebody else's renewal. Raises NotRenewed."""
    if is_under_way(os.environ, job.cache_file):
        raise NotRenewed(
            f"the renewal of profile {quote(job.profile)} needs that profile itself. Name another "
            "source profile: aws assume --auto-refresh --profile SOURCE "
            f"--update-profile {quote(job.profile)}"
        )
    began, deadline = time.time(), time.monotonic() + WAIT_SECONDS
    lock = open_lock(f"{job.cache_file}.lock")
    if lock is None:
        # A file system that can't be written: two may renew at once, which harms nobody.
        return _renew(job)
    try:
        while not try_lock(lock):
            document = job.fresh()
            if document:
                return document
            if time.monotonic() > deadline:
                raise NotRenewed(
                    f"another process renews profile {quote(job.profile)} and has not ended "
                    f"within {WAIT_SECONDS:.0f} s (it holds {job.cache_file}.lock). {_hint(job)}"
                )
            time.sleep(_PAUSE_SECONDS)
        return job.fresh() or _renew_for_all(job, lock, began)
    finally:
        os.close(lock)


def _renew_for_all(job: Job, lock: int, began: float) -> bytes:
    """Renew with the lock held; a failure is left in it for those who wait."""
    failed_at, code = read_failure(lock)
    if began <= failed_at <= time.time():
        raise NotRenewed(
            f"another process could not renew profile {quote(job.profile)} just now. {_hint(job)}",
            code,
        )
    try:
        return _renew(job)
    except NotRenewed as failure:
        write_failure(lock, time.time(), failure.code)
        raise


def _renew(job: Job) -> bytes:
    target = ["--update-profile", job.profile]
    if job.profile.startswith("-"):
        target = ["=".join(target)]
    words = ["assume", "export", *target, "--format", "process"]
    done = _run(job, words)
    if done.returncode:
        raise NotRenewed(
            f"profile {quote(job.profile)} was not renewed, aws ended with {done.returncode}. "
            f"{_hint(job)}",
            done.returncode if 0 < done.returncode < 256 else 1,
        )
    document: bytes = done.stdout.strip()
    if not _is_answer(document):
        raise NotRenewed(
            f"'{quote(job.aws)} {' '.join(map(quote, words))}' answered no credentials. "
            f"{_hint(job)}"
        )
    return document


def _run(job: Job, words: Sequence[str]) -> Any:
    # stderr is ours, so that the SDK shows it; stdin too, though nothing is read from it.
    trouble = ""
    for aws in (job.aws, other_aws(os.environ.get("PATH", os.defpath))):
        try:
            if aws:
                env = child_environment(os.environ, job.cache_file)
                return subprocess.run([aws, *words], stdout=subprocess.PIPE, env=env)  # noqa: S603
        except OSError as error:
            trouble = trouble or error.strerror or str(error)
    raise NotRenewed(
        f"can't start {quote(job.aws)} ({trouble}), and no aws on the PATH either. Put aws on the "
        "PATH, or have its new place written down: aws assume --auto-refresh --update-profile "
        f"{quote(job.profile)}"
    )


def _is_answer(document: bytes) -> bool:
    try:
        found = json.loads(document.decode())
        return found["Version"] == 1 and bool(found["AccessKeyId"] and found["SecretAccessKey"])
    except (ValueError, KeyError, TypeError):
        return False


def _meanwhile(job: Job, document: bytes) -> str:
    if not document:
        return ""
    left = job.read_cache(job.cache_file)[1] - time.time()
    return f". Until then the old credentials are used, for {max(left, 0) / 60:.0f} min more"


def _hint(job: Job) -> str:
    return f"Type: aws assume refresh --update-profile {quote(job.profile)}"
