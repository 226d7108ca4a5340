"""Renew a profile's credentials with one call of ``aws`` for all concurrent processes.

answer.py imports this when its cache file is not fresh, in any Python from 3.6 on. The ``aws``
that is called replaces the file. Processes wait for each other with a lock of the kernel, which
is released when its process ends. A failed renewal leaves its time and exit code in the lock's
file, so that the waiting processes do not all try again.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from shlex import quote
from typing import Callable, Dict, Mapping, NamedTuple, Optional, Sequence, Tuple

# answer.py needs it to read a file; here, its byte code is written for this user alone.
import awscli_assume.process.agent  # noqa: F401

WAIT_SECONDS = 120.0
_PAUSE_SECONDS = 0.05
# The cache files that the parent processes are renewing.
_RENEWING = "_AWSCLI_ASSUME_RENEWING"
# A profile that was deleted would stop aws, and the target profile would run this program again.
# The rest is what a frozen program (the AWS CLI may be our parent) passes on to its children.
_NOT_FOR_AWS = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "_MEIPASS2", "LD_LIBRARY_PATH_ORIG")

ReadCache = Callable[[str], Tuple[int, int, bytes]]


class Job(NamedTuple):
    """The arguments of the command line, and the function that reads the cache file."""

    cache_file: str
    profile: str
    aws: str
    read_cache: ReadCache

    def fresh(self) -> bytes:
        """Return the document if it needs no renewal, else nothing."""
        renew_at, _, document = self.read_cache(self.cache_file)
        return document if time.time() < renew_at else b""

    def still_valid(self) -> bytes:
        """Return the document if its credentials have not expired, else nothing."""
        _, expires_at, document = self.read_cache(self.cache_file)
        return document if time.time() < expires_at else b""


class NotRenewed(Exception):
    """There are no new credentials; ``code`` is the exit code."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def main(arguments: Sequence[str], read_cache: ReadCache) -> int:
    """Print the credentials and return the exit code; messages without secrets go to stderr."""
    if len(arguments) != 3:
        _write("usage: python3 -I -S answer.py CACHE-FILE PROFILE AWS")
        return 2
    job = Job(arguments[0], arguments[1], arguments[2], read_cache)
    if sys.stdout is None:
        _say("stdout is closed, and the credentials are for it")
        return 1
    try:
        document = find_document(job)
    except KeyboardInterrupt:
        return 130
    except NotRenewed as error:
        document = job.still_valid()
        _say(f"{error}{_old_credentials_note(job, document)}")
        if not document:
            return error.code
    try:
        sys.stdout.buffer.write(document + b"\n")
        sys.stdout.flush()
    except OSError:
        # The reader has ended; Python must not flush again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    return 0


def _say(text: str) -> None:
    """Write a message with our name to stderr."""
    _write(f"awscli-assume: {text}")


def _write(line: str) -> None:
    """Write a line to stderr, if that is possible."""
    if sys.stderr is not None:
        try:
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def find_document(job: Job) -> bytes:
    """Renew with the lock, or wait for another process's renewal. Raises NotRenewed."""
    if is_renewing(os.environ, job.cache_file):
        raise NotRenewed(
            f"the renewal of profile {quote(job.profile)} needs that profile itself. Use another "
            "source profile: aws assume --role-arn ARN --auto-refresh --profile SOURCE "
            f"{_target(job)}"
        )
    started, deadline = time.time(), time.monotonic() + WAIT_SECONDS
    lock = open_lock(f"{job.cache_file}.lock")
    if lock is None:
        # On a read-only file system two processes may renew at once, which does no harm.
        return _renew(job)
    try:
        while not try_lock(lock):
            document = job.fresh()
            if document:
                return document
            if time.monotonic() > deadline:
                raise NotRenewed(
                    f"another process is renewing profile {quote(job.profile)} and did not end "
                    f"within {WAIT_SECONDS:.0f} s (it holds {job.cache_file}.lock). {_hint(job)}"
                )
            time.sleep(_PAUSE_SECONDS)
        return job.fresh() or _renew_with_lock(job, lock, started)
    finally:
        os.close(lock)


def _renew_with_lock(job: Job, lock: int, started: float) -> bytes:
    failed_at, code = read_failure(lock)
    if started <= failed_at <= time.time():
        raise NotRenewed(
            f"another process could not renew profile {quote(job.profile)} just now. {_hint(job)}",
            code,
        )
    try:
        return _renew(job)
    except NotRenewed as error:
        write_failure(lock, time.time(), error.code)
        raise


def _renew(job: Job) -> bytes:
    target = ["--update-profile", job.profile]
    if job.profile.startswith("-"):
        target = ["=".join(target)]
    words = ["assume", "export", *target, "--format", "process"]
    code, output = _run_aws(job, words)
    if code:
        raise NotRenewed(
            f"profile {quote(job.profile)} was not renewed: aws exited with {code}. {_hint(job)}",
            code if 0 < code < 256 else 1,
        )
    document = output.strip()
    if not _has_credentials(document):
        raise NotRenewed(
            f"'{quote(job.aws)} {' '.join(map(quote, words))}' printed no credentials. "
            f"{_hint(job)}"
        )
    return document


def _run_aws(job: Job, words: Sequence[str]) -> Tuple[int, bytes]:
    """Run ``aws`` with our stdin and stderr, which an SDK shows; return exit code and output."""
    reason = ""
    for aws in (job.aws, find_aws(os.environ.get("PATH", os.defpath))):
        try:
            if aws:
                env = child_environment(os.environ, job.cache_file)
                done = subprocess.run([aws, *words], stdout=subprocess.PIPE, env=env)  # noqa: S603
                return done.returncode, done.stdout
        except OSError as error:
            reason = reason or error.strerror or str(error)
    raise NotRenewed(
        f"cannot start {quote(job.aws)} ({reason}), and there is no aws on the PATH. Add aws to "
        f"the PATH, or store its new path: PATH-OF-AWS assume refresh {_target(job)}"
    )


def _has_credentials(document: bytes) -> bool:
    try:
        found = json.loads(document.decode())
        return found["Version"] == 1 and bool(found["AccessKeyId"] and found["SecretAccessKey"])
    except (ValueError, KeyError, TypeError):
        return False


def _old_credentials_note(job: Job, document: bytes) -> str:
    if not document:
        return ""
    left = job.read_cache(job.cache_file)[1] - time.time()
    return f". The old credentials are used until they expire, in {max(left, 0) / 60:.0f} min"


def _hint(job: Job) -> str:
    return f"Type: aws assume refresh {_target(job)}"


def _target(job: Job) -> str:
    """Return the option for a shell; a name such as -x would be another option."""
    return f"--update-profile{'=' if job.profile.startswith('-') else ' '}{quote(job.profile)}"


def is_renewing(env: Mapping[str, str], cache_file: str) -> bool:
    """Return whether a parent process renews the same file: the two would wait for each other."""
    return cache_file in env.get(_RENEWING, "").split(os.pathsep)


def find_aws(path: str) -> Optional[str]:
    """Return the first ``aws`` in the absolute folders of a PATH."""
    name = "aws.exe" if os.name == "nt" else "aws"
    found = (os.path.join(folder, name) for folder in path.split(os.pathsep))
    return next((p for p in found if os.path.isabs(p) and _is_executable(p)), None)


def child_environment(env: Mapping[str, str], cache_file: str) -> Dict[str, str]:
    """Return the variables for ``aws``, without those that would change its result."""
    inherited = {
        n: v for n, v in env.items() if n not in _NOT_FOR_AWS and not n.startswith("_PYI_")
    }
    if "LD_LIBRARY_PATH_ORIG" in env:
        inherited["LD_LIBRARY_PATH"] = env["LD_LIBRARY_PATH_ORIG"]
    renewing = [env[_RENEWING]] if env.get(_RENEWING) else []
    # A prompt or a pager would wait for the user for ever.
    inherited.update({"AWS_CLI_AUTO_PROMPT": "off", "AWS_PAGER": ""})
    return {**inherited, _RENEWING: os.pathsep.join([*renewing, cache_file])}


def _is_executable(path: str) -> bool:
    return os.path.isfile(path) and os.access(path, os.X_OK)


def open_lock(path: str) -> Optional[int]:
    """Open a private lock file and return its descriptor, None where it can't be written."""
    try:
        folder = os.path.dirname(path)
        os.makedirs(folder, mode=0o700, exist_ok=True)
        found = os.lstat(folder)
        if os.name != "nt" and (found.st_uid != os.geteuid() or found.st_mode & 0o022):
            # In a folder that others may change, aws refuses to store what it gets.
            return None
        # A link would lead to a file of somebody else.
        return os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    except OSError:
        return None


def try_lock(lock: int) -> bool:
    """Take the lock if no process has it, and return whether it was taken."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(lock, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # On a file system without locks two processes may renew at once, which does no harm.
        return True
    return True


def read_failure(lock: int) -> Tuple[float, int]:
    """Return when the last renewal failed (Unix seconds) and its exit code, zeros for never."""
    os.lseek(lock, 0, os.SEEK_SET)
    try:
        when, code = os.read(lock, 64).split()
        return float(when), int(code)
    except ValueError:
        return 0.0, 0


def write_failure(lock: int, when: float, code: int) -> None:
    """Store a failure for the waiting processes, unless the disk is full."""
    with contextlib.suppress(OSError):
        os.lseek(lock, 0, os.SEEK_SET)
        os.ftruncate(lock, 0)
        os.write(lock, b"%f %d" % (when, code))
