"""Print a profile's credentials from its cache file, as ``credential_process`` requires.

    python3 -I -S answer.py CACHE-FILE PROFILE AWS

Every process of every SDK runs this before its first call, and Python compiles a main script each
time. So it is short, and imports only what is built into Python; renew.py does all the rest. It
runs on Python 3.6.

profiles/cache/process_cache.py writes the file: ``RENEW_AT EXPIRES_AT`` in Unix seconds, the
document to print, a line that this program ignores, and the variables of coding agents. If an
agent's variable is set and its sessions may be narrowed, ``aws`` decides what the agent gets.
"""

import sys
from time import time

if sys.platform == "win32":
    from nt import _exit, environ, umask, write
else:
    import posix
    from posix import _exit, environ, umask, write


def read_cache(path: str) -> "tuple[int, int, bytes]":
    """Return when to renew, when the credentials expire, and the document without its line end.

    Returns ``(0, 0, b"")`` for a file that is missing, half written or not one of ours, and if
    a coding agent may have to get a narrower session.
    """
    try:
        with open(path, "rb", 0, opener=_open_private) as file:
            # There is no fourth line where the file was cut off, or is one of an older version.
            times, document, _, variables = file.read().split(b"\n", 3)
        if not variables or _is_for_agent(variables.decode().split()):
            return 0, 0, b""
        renew_at, expires_at = map(int, times.split())
    except (OSError, ValueError):
        return 0, 0, b""
    whole = document.startswith(b'{"Version": 1, "') and document.endswith(b'"}')
    return (renew_at, expires_at, document) if whole and renew_at <= expires_at else (0, 0, b"")


def _is_for_agent(names: "list[str]") -> bool:
    """Return whether a coding agent's variable is set, and a setting may narrow its sessions."""
    if sys.platform == "win32":
        is_set = any(environ.get(name) for name in names)
    else:
        is_set = any(environ.get(name.encode()) for name in names)
    if not is_set:
        return False
    _add_package()
    from awscli_assume.process import agent

    return agent.may_be_narrowed()


def _add_package() -> None:
    """Let Python find the package, after its own folders; -I keeps the working directory out."""
    folder = __file__[: -len("/awscli_assume/process/answer.py")]
    if folder not in sys.path:
        sys.path.append(folder)


def _open_private(path: str, flags: int) -> int:
    """Open a file that only this user can have written, through no link. Raises OSError."""
    if sys.platform == "win32":
        import nt

        return nt.open(path, flags)
    folder, _, name = path.rpartition("/")
    flags |= posix.O_NOFOLLOW | posix.O_NONBLOCK
    parent = posix.open(folder or "/", flags | posix.O_DIRECTORY)
    try:
        descriptor = posix.open(name, flags, dir_fd=parent)
        for each in (parent, descriptor):
            found = posix.fstat(each)
            if found.st_uid != posix.geteuid() or found.st_mode & 0o077:
                posix.close(descriptor)
                raise PermissionError(path)
    finally:
        posix.close(parent)
    return descriptor


def print_document(document: bytes) -> None:
    """Print the document in one write and end the process."""
    rest = document + b"\n"
    try:
        while rest:
            rest = rest[write(1, rest) :]
    except OSError:
        # The reader has ended.
        _exit(1)
    # Skip Python's clean-up, which takes a millisecond.
    _exit(0)


def main() -> None:
    """Print the cached document while it is fresh, else run renew.py."""
    # Nobody else may write the byte code that Python leaves beside an imported module.
    before = umask(0o022)
    umask(before | 0o022)
    if len(sys.argv) == 4:
        renew_at, _, document = read_cache(sys.argv[1])
        if time() < renew_at:
            print_document(document)
    _add_package()
    from awscli_assume.process import renew

    umask(before)
    sys.exit(renew.main(sys.argv[1:], read_cache))


if __name__ == "__main__":
    main()
