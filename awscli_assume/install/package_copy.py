"""The copy of the package in the plugin folder: staged beside it, then swapped by a rename."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from awscli_assume.install.system import InstallError

PACKAGE = Path(__file__).resolve().parent.parent

_WORKSPACE_PREFIX = ".awscli-assume-"
ABANDONED_AFTER_SECONDS = 3600


def package_files(source: Path) -> list[Path]:
    """Return the files of a package that the CLI needs, relative to it: code, help and facts."""
    wanted = ("*.py", "py.typed", "completion/facts.json", "examples/**/*.rst")
    found = {path.relative_to(source) for pattern in wanted for path in source.rglob(pattern)}
    return sorted(path for path in found if "__pycache__" not in path.parts)


@contextmanager
def workspace(plugins: Path) -> Iterator[Path]:
    """Create a private folder in the plugin folder, on the same disk, and remove it at the end.

    Parent folders that were created for it are removed as well if they are still empty.
    Raises InstallError.
    """
    missing = [path for path in (plugins, *plugins.parents) if not path.exists()]
    _check_owner(plugins)
    try:
        for path in reversed(missing):
            path.mkdir(mode=0o700)
        folder = Path(tempfile.mkdtemp(prefix=_WORKSPACE_PREFIX, dir=plugins))
    except OSError as error:
        raise InstallError(f"Cannot write to {plugins}: {error.strerror}.") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _sweep(plugins)
        remove_empty(missing)


def _check_owner(plugins: Path) -> None:
    """Check that nobody else can change what ``aws`` will run. Raises InstallError."""
    if os.name == "nt" or not os.path.lexists(plugins):
        return
    found = os.lstat(plugins)
    path = shlex.quote(str(plugins))
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise InstallError(
            f"{plugins} is not a folder of yours: it is a link or a file, or it belongs to "
            "another user, who could change what aws runs. "
            f"Move it away: mv {path} {path}.untrusted"
        )
    if found.st_mode & 0o022:
        raise InstallError(
            f"Other users can write to {plugins} (mode {stat.S_IMODE(found.st_mode):o}), and so "
            f"change what aws runs. Check what is in it, then type: chmod -R go-w {path}"
        )


def remove_empty(folders: list[Path]) -> None:
    """Remove folders that are empty, innermost first."""
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.rmdir()


def stage_package(source: Path, folder: Path) -> Path:
    """Copy the package into a folder, flush it to the disk, and return the copy's path.

    Raises InstallError if a file can't be read or written.
    """
    staged = folder / "staged" / "awscli_assume"
    try:
        for name in package_files(source):
            _copy_file(source / name, staged / name)
        for folder_of_code in {(staged / name).parent for name in package_files(source)}:
            # Python would create it with the user's umask, and others could change what aws runs.
            cache = folder_of_code / "__pycache__"
            cache.mkdir()
            os.chmod(cache, 0o755)  # noqa: S103 - readable by all
    except OSError as error:
        raise InstallError(
            f"Cannot copy {source} to {folder.parent}: {error.strerror} ({error.filename})."
        ) from error
    return staged


def swap_in(staged: Path, package: Path, folder: Path) -> None:
    """Put the staged copy in the package's place; the previous one stays in the workspace.

    An ``aws`` that starts between the two renames does not find the package.
    """
    previous = folder / "previous"
    if os.path.lexists(package):
        os.rename(package, previous)
    try:
        os.rename(staged, package)
    except BaseException:
        if os.path.lexists(previous):
            os.rename(previous, package)
        raise


def swap_back(package: Path, folder: Path) -> None:
    """Undo swap_in()."""
    os.rename(package, folder / "undone")
    if os.path.lexists(folder / "previous"):
        os.rename(folder / "previous", package)


def remove_package(package: Path) -> bool:
    """Remove the copy by one rename, and return whether there was one."""
    if not os.path.lexists(package):
        return False
    with workspace(package.parent) as folder:
        os.rename(package, folder / "removed")
    return True


def _copy_file(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with open(target, "wb") as copy:
        copy.write(source.read_bytes())
        copy.flush()
        # A rename can reach the disk before the content. After a power cut, an empty module
        # would break every aws command.
        os.fsync(copy.fileno())
    # Whatever the umask, other users must not be able to write what aws will run.
    os.chmod(target, 0o644)
    os.chmod(target.parent, 0o755)  # noqa: S103 - readable by all


def _sweep(plugins: Path) -> None:
    # A killed enable leaves its workspace. A recent one may belong to a running process.
    for path in plugins.glob(f"{_WORKSPACE_PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > ABANDONED_AFTER_SECONDS:
                shutil.rmtree(path, ignore_errors=True)
