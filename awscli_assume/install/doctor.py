"""Find what is wrong in the AWS CLI's files, and repair it, without a working ``aws``."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import stat
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Callable, Optional

from awscli_assume.completion.index_file import BROKEN, STALE, indexes, state_of
from awscli_assume.files.ini import HEADER, OPTION, read_lines
from awscli_assume.files.masking import masked_diff
from awscli_assume.files.repair import join_duplicates, replace_with_backup
from awscli_assume.files.replace import PREFIX, ReplaceError, Snapshot, identity_of
from awscli_assume.install.hosts import Host, identify, on_path
from awscli_assume.install.package_copy import ABANDONED_AFTER_SECONDS
from awscli_assume.install.plugin_settings import (
    PATH_KEY,
    read_settings,
    replace_option,
    split_folders,
)
from awscli_assume.install.record import decode, encode
from awscli_assume.install.system import (
    CliPaths,
    InstallError,
    System,
    child_environment,
    find_credentials_file,
    find_paths,
    read_file,
)

_DAY = 86400
_OLD_KEY_DAYS = 90
# The folder of locks that serve many cache files (profiles/cache/role_sessions.py).
_LOCKS = "assume-locks"
# The name of a copy before it is renamed (files/private_folder.py).
_COPY = re.compile(r"\.[0-9a-f]{16}$")
_BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True)
class Problem:
    """A place, what is wrong there, and what ``--fix`` or else the user does about it.

    ``fix`` repairs something other than a file's content.
    """

    path: Path
    line: int
    reason: str
    advice: str
    fix: Optional[Callable[[], None]] = None


@dataclass
class _Content:
    """A file's content, before and after its repair, and the problems in it."""

    path: Path
    before: Snapshot
    after: bytes
    problems: list[Problem] = field(default_factory=list)

    def add(self, line: int, reason: str, advice: str) -> None:
        self.problems.append(Problem(self.path, line, reason, advice))


def doctor(system: System, fix: bool = False) -> int:
    """Print what is wrong, or repair it; return 1 if something is (still) wrong, else 0.

    Raises InstallError if a file can't be read or written.
    """
    contents, others = _examine(system)
    problems = [problem for content in contents for problem in content.problems] + others
    _print(system, contents, problems)
    if fix:
        for content in contents:
            _repair(system, content)
        for problem in others:
            if problem.fix is not None:
                with contextlib.suppress(FileNotFoundError):
                    problem.fix()
        contents, others = _examine(system)
        problems = [problem for content in contents for problem in content.problems] + others
        if problems:
            system.print("Still wrong after --fix:")
            _print(system, contents, problems)
    if not problems:
        system.print("Nothing is wrong.")
    return 1 if problems else 0


def _examine(system: System) -> tuple[list[_Content], list[Problem]]:
    paths = find_paths(system.env)
    credentials = find_credentials_file(system.env)
    contents: list[_Content] = []
    others = _broken_links([paths.config_file, credentials, paths.plugins])
    for path in (paths.config_file, credentials):
        content = read_file(path)
        if content is not None:
            real = os.path.realpath(path)
            one = _Content(path, Snapshot(content, identity_of(real)), content)
            _check_text(one)
            contents.append(one)
    if contents and contents[0].path == paths.config_file:
        _check_plugins(system, contents[0])
    for one in contents:
        others += _old_keys(one)
    others += _shadowed(contents)
    caches = sorted((paths.plugins.parent / "cache").glob("assume-*"))
    others += _modes(paths, credentials, caches)
    for path in (paths.config_file, credentials):
        others += _leftovers(path)
    for folder in caches:
        others += _cache_leftovers(folder)
    others += _unusable_indexes(paths)
    return contents, others


def _check_text(content: _Content) -> None:
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if content.after.startswith(mark):
            with contextlib.suppress(UnicodeError):
                content.after = content.after.decode(encoding).encode()
            content.add(1, "the file begins with a byte-order mark", "--fix writes it as UTF-8")
    text = decode(content.after)
    repair = join_duplicates(text)
    for finding in repair.joined:
        advice = "--fix joins them; the later value of a key wins"
        content.add(finding.line, finding.reason, "" if repair.conflicts else advice)
    for finding in repair.conflicts:
        advice = "only you can tell which one is right: remove the other line"
        content.add(finding.line, finding.reason, advice)
    if not repair.conflicts:
        content.after = encode(repair.text)
    for number, line in enumerate(read_lines(text), 1):
        stripped = line.text.strip()
        if not stripped or stripped[0] in "#;" or line.is_header or line.is_continuation:
            continue
        if line.section is None:
            content.add(number, "a line above the first [section]", "correct it by hand")
        elif not (OPTION.match(line.text) or HEADER.match(line.text)):
            content.add(number, "neither [section] nor key = value", "correct it by hand")


def _check_plugins(system: System, content: _Content) -> None:
    text = decode(content.after)
    settings = read_settings(text)
    folders = settings.get(PATH_KEY)
    lines = {one.key: n for n, one in enumerate(read_lines(text), 1) if one.section == "plugins"}
    hosts = _version_1_hosts(system)
    for key, module in settings.items():
        if key == PATH_KEY or module.startswith("awscli."):
            continue
        if folders is not None:
            missing = "" if _is_in(folders, module) else f"is in none of {folders}"
        else:
            lacking = [host for host in hosts if _cannot_import(system, host, module)]
            missing = f"is not installed in the Python of {lacking[0].executable}" * bool(lacking)
            if missing and len(lacking) < len(hosts):
                # Keep the line: another version 1 has the module.
                content.add(lines.get(key, 0), f"{module} {missing}", "install it there too")
                continue
        if missing:
            reason = f"the module of the plugin {key} = {module} {missing}"
            content.add(lines.get(key, 0), reason, "--fix removes the line")
            text = replace_option(text, key, "")
    content.after = encode(text)
    for host in hosts if folders is not None else ():
        reason = f"{host.executable} is {host.name}, which fails on {PATH_KEY}"
        advice = "give version 2 a file of its own with AWS_CONFIG_FILE (docs/install.md)"
        content.add(lines.get(PATH_KEY, 0), reason, advice)


def _is_in(folders: str, module: str) -> bool:
    """Return whether one of the plugin folders has a module."""
    place = os.path.join(*module.split("."))
    roots = [os.path.join(folder, place) for folder in split_folders(folders)]
    return any(os.path.isdir(root) or os.path.isfile(f"{root}.py") for root in roots)


def _version_1_hosts(system: System) -> list[Host]:
    """Return the AWS CLIs of version 1 on the PATH. They have no plugin folder."""
    hosts = []
    for executable in on_path(system.env):
        with contextlib.suppress(InstallError):
            hosts.append(identify(executable, system))
    return [host for host in hosts if host.major == 1]


def _cannot_import(system: System, host: Host, module: str) -> bool:
    """Return whether a version 1 can't import a plugin, which makes every command fail."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "config")
        config.write_text(f"[plugins]\nplugin = {module}\n", encoding="utf-8")
        env = child_environment(system.env, AWS_CONFIG_FILE=str(config))
        done = system.run([str(host.executable), "--version"], env, "")
    return done.returncode != 0 and "No module named" in f"{done.stdout}{done.stderr}"


def _old_keys(content: _Content) -> list[Problem]:
    """Return the access keys of a file that has not changed for 90 days: they are no younger."""
    identity = content.before.identity
    days = int((time.time() - identity[3] / 1e9) / _DAY) if identity else 0
    if days <= _OLD_KEY_DAYS:
        return []
    return [
        Problem(
            content.path,
            number,
            f"the access key of [{line.section}] is at least {days} days old: the file has not "
            "changed since",
            f"replace it: aws iam create-access-key {_profile_option(line.section or '')}",
        )
        for number, line in enumerate(read_lines(decode(content.before.content)), 1)
        if line.key == "aws_access_key_id" and line.value.startswith("AKIA")
    ]


def _profile_option(section: str) -> str:
    """Return ``--profile`` for the profile of a section, as a shell reads it."""
    name = re.sub(r"^profile\s+", "", section).strip("'\"")
    return f"--profile={shlex.quote(name)}"


def _shadowed(contents: Sequence[_Content]) -> list[Problem]:
    seen: dict[tuple[str, str], tuple[Path, int, str]] = {}
    found = []
    for content in reversed(contents):
        is_config = content is contents[0] and len(contents) > 1
        headers: dict[str, int] = {}
        for number, line in enumerate(read_lines(decode(content.after)), 1):
            name = re.sub(r"^profile\s+", "", line.section or "").strip("'\" ")
            if line.is_header:
                if name in headers and is_config:
                    reason = f"[{line.section}] is the same profile as line {headers[name]}"
                    found.append(Problem(content.path, number, reason, "keep one of the two"))
                headers.setdefault(name, number)
            elif line.key and not line.is_continuation:
                path, other, value = seen.setdefault(
                    (name, line.key), (content.path, number, line.value)
                )
                if path != content.path and value != line.value:
                    reason = (
                        f"{line.key} of profile {name} is ignored: {path}:{other} sets it, too"
                    )
                    found.append(Problem(content.path, number, reason, "remove one of the two"))
    return found


def _broken_links(paths: Sequence[Path]) -> list[Problem]:
    return [
        Problem(
            path, 0, f"the link leads to {os.readlink(path)}, which does not exist", "correct it"
        )
        for path in paths
        if path.is_symlink() and not path.exists()
    ]


def _modes(paths: CliPaths, credentials: Path, caches: Sequence[Path]) -> list[Problem]:
    if os.name == "nt":
        return []
    wanted = [(paths.config_file, 0o022), (credentials, 0o077), (paths.plugins, 0o022)]
    wanted += [(path, 0o022) for path in paths.plugins.rglob("*") if not path.is_symlink()]
    wanted += [(folder, 0o077) for folder in caches]
    found = []
    for path, mask in wanted:
        if not path.exists():
            continue
        state = path.stat()
        mode = stat.S_IMODE(state.st_mode)
        if state.st_uid != os.geteuid():
            words = shlex.join([str(path), f"{path}.untrusted"])
            reason, advice = f"it belongs to user {state.st_uid}", f"move it away: mv {words}"
            found.append(Problem(path, 0, reason, advice))
        elif mode & mask:
            reason = f"other users have access to it (mode {mode:o})"
            advice = f"--fix sets mode {mode & ~mask:o}"
            found.append(Problem(path, 0, reason, advice, partial(path.chmod, mode & ~mask)))
    return found


def _leftovers(path: Path) -> list[Problem]:
    """Return copies of killed processes, and locks that are links."""
    real = Path(os.path.realpath(path))
    found = []
    for prefix in (PREFIX, ".{}.enable-"):
        for copy in real.parent.glob(prefix.format(real.name) + "*"):
            if time.time() - copy.lstat().st_mtime > ABANDONED_AFTER_SECONDS:
                reason = "a killed process left this private copy"
                found.append(Problem(copy, 0, reason, "--fix removes it", copy.unlink))
    lock = Path(f"{real}.lock")
    if lock.is_symlink():
        found.append(Problem(lock, 0, "the lock is a link", "--fix removes it", lock.unlink))
    return found


def _cache_leftovers(folder: Path) -> list[Problem]:
    """Return links, locks of missing cache files, and copies that killed processes left."""
    found = []
    names = set(os.listdir(folder)) if folder.is_dir() and not folder.is_symlink() else set()
    for name in sorted(names):
        path = folder / name
        owner = re.sub(r"(\.call)?\.lock$", "", name)
        is_lock = owner != name and folder.name != _LOCKS
        is_old = time.time() - path.lstat().st_mtime > ABANDONED_AFTER_SECONDS
        if path.is_symlink():
            reason = "a link in a folder of private files"
        elif is_lock and owner not in names and is_old and not _is_locked(path):
            reason = "the lock of a cache file that no longer exists"
        elif _COPY.search(name) and is_old:
            reason = "a killed process left this private copy"
        else:
            continue
        found.append(Problem(path, 0, reason, "--fix removes it", path.unlink))
    return found


def _is_locked(path: Path) -> bool:
    """Return whether a process holds a lock."""
    if sys.platform == "win32":
        return True
    import fcntl

    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _unusable_indexes(paths: CliPaths) -> list[Problem]:
    """Return completion indexes that are out of date or that make aws_completer fail."""
    reasons = {
        BROKEN: "the completion index is damaged and makes aws_completer fail",
        STALE: "the completion index is for another version of the AWS CLI or of the plugin",
    }
    advice = "--fix removes it; the next aws assume makes it again"
    return [
        Problem(Path(path), 0, reasons[state], advice, Path(path).unlink)
        for path in indexes(str(paths.home))
        for state in [state_of(path)]
        if state in reasons
    ]


def _print(system: System, contents: Sequence[_Content], problems: Sequence[Problem]) -> None:
    for problem in problems:
        place = f"{problem.path}:{problem.line}" if problem.line else str(problem.path)
        system.print(
            f"{place}: {problem.reason}" + (f" ({problem.advice})" * bool(problem.advice))
        )
    for content in contents:
        for line in masked_diff(str(content.path), content.before.content, content.after):
            system.print(line)


def _repair(system: System, content: _Content) -> None:
    if content.after == content.before.content:
        return
    real = os.path.realpath(content.path)
    try:
        with _locked(real):
            backup = replace_with_backup(real, content.before, content.after)
    except (OSError, ReplaceError) as error:
        raise InstallError(f"Cannot write {content.path}: {error}.") from error
    if backup is None:
        raise InstallError(f"Another program is writing {content.path}. Run the command again.")
    system.print(f"Repaired {content.path}. The file as it was before: {backup}")


@contextlib.contextmanager
def _locked(path: str) -> Iterator[None]:
    """Hold the lock of the profile writer (profiles/lock.py)."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
