"""Return a profile's credentials out of a file, as ``credential_process`` asks for them.

    python3 -I -S answer.py CACHE-FILE PROFILE AWS

Every process of every SDK runs this before its first call, and Python compiles
a main script each time: so it is short, and imports what is built into Python
alone. All that takes longer is in renew.py. It runs on Python 3.6.

The file (profiles/cache/process_cache.py writes it): ``RENEW_AT EXPIRES_AT`` in Unix
seconds, the document to print, and a line that is not for this program.
"""

import sys
from time import time

if sys.platform == "win32":
    from nt import _exit, write
else:
    from posix import _exit, write


def read_cache(path: str) -> "tuple[int, int, bytes]":
    """Return when to renew, when the credentials end, and the document without its line end.

    A file that is missing, half written or somebody else's answers ``(0, 0, b"")``.
    """
    try:
        with open(path, "rb", 0) as file:
            # A document that was cut off has no line after it.
            times, document, _ = file.read().split(b"\n", 2)
        renew_at, expires_at = map(int, times.split())
    except (OSError, ValueError):
        return 0, 0, b""
    whole = document.startswith(b'{"Version": 1, "') and document.endswith(b'"}')
    return (renew_at, expires_at, document) if whole and renew_at <= expires_at else (0, 0, b"")


def print_document(document: bytes) -> None:
    """Print the document in one write and end the process."""
    rest = document + b"\n"
    try:
        while rest:
            rest = rest[write(1, rest) :]
    except OSError:
        # Whoever asked is gone.
        _exit(1)
    # Nothing is left to tidy up, and tidying up costs a millisecond.
    _exit(0)


def main() -> None:
    """Print what the file has while it is fresh, else hand over to renew.py."""
    if len(sys.argv) == 4:
        renew_at, _, document = read_cache(sys.argv[1])
        if time() < renew_at:
            print_document(document)
    # After Python's own folders; -I keeps the working directory out.
    sys.path.append(__file__[: -len("/awscli_assume/process/answer.py")])
    from awscli_assume.process import renew

    sys.exit(renew.main(sys.argv[1:], read_cache))


if __name__ == "__main__":
    main()
