"""A private file that pieces of the CLI's files are edited on, by the CLI's own writer."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager, suppress
from typing import Callable, Iterator, Mapping, Optional, Sequence, Union

from awscli_assume.errors import UnusableFile
from awscli_assume.files.replace import PrivateCopy
from awscli_assume.host import ConfigFileWriter
from awscli_assume.profiles.files import parse

Value = Union[str, Mapping[str, str]]


class ScratchFile:
    """A private file that pieces of another file are written to, edited and parsed on.

    Messages name the other file, ``shown_as``.
    """

    def __init__(self, path: str, shown_as: str) -> None:
        self._path = path
        self.shown_as = shown_as

    def parse(
        self, content: bytes, lines_before: Callable[[], int] = lambda: 0
    ) -> dict[str, dict[str, object]]:
        """Return the sections of a piece, as the CLI's parser reads them. Raises UnusableFile."""
        self._write(content)
        return parse(self._path, self.shown_as, lines_before)

    def parse_or_none(self, content: bytes) -> Optional[dict[str, dict[str, object]]]:
        """Return the sections of a piece, or None where it can't be parsed."""
        try:
            return self.parse(content)
        except UnusableFile:
            return None

    def set_values(
        self, content: bytes, section: str, groups: Sequence[Sequence[tuple[str, Value]]]
    ) -> bytes:
        """Return a piece after the CLI's writer has set the values, one call a group."""
        self._write(content)
        try:
            for group in groups:
                # The writer empties the dicts that it is given.
                new = {k: dict(v) if isinstance(v, Mapping) else v for k, v in group}
                ConfigFileWriter().update_config({"__section__": section, **new}, self._path)
        except (ValueError, UnicodeError, UnboundLocalError) as error:
            # The error's own text may quote the file, or the value.
            reason = "a name or a value contains a line break"
            if isinstance(error, UnicodeError):
                reason = "the text can't be encoded in this locale"
            elif isinstance(error, UnboundLocalError):
                # writer.py of all versions, where a nested block ends the file.
                reason = f"the AWS CLI's own writer fails on the nested block of [{section}]"
            raise UnusableFile(
                f"Cannot write {self.shown_as}: {reason}. The file was not changed. Correct that "
                "section, or choose another profile with --update-profile NAME"
            ) from None
        return self._read()

    def change_text(self, content: bytes, change: Callable[[str], str]) -> bytes:
        """Return a piece after a change of its text, in the encoding that the CLI reads it in."""
        self._write(content)
        with open(self._path, newline="") as file:
            text = change(file.read())
        with open(self._path, "w", newline="") as file:
            file.write(text)
        return self._read()

    def _write(self, content: bytes) -> None:
        with open(self._path, "wb") as file:
            file.write(content)

    def _read(self) -> bytes:
        with open(self._path, "rb") as file:
            return file.read()


@contextmanager
def scratch_path(copy: PrivateCopy) -> Iterator[str]:
    """Return the path of a file to work on that nobody else can replace: in memory, if possible.

    ext4 flushes a file that is truncated and written again when it is closed (auto_da_alloc):
    2 ms each time, and an edit of many profiles does that a thousand times. The official CLI's
    Python has no memfd_create (2.38.5).
    """
    descriptor = None
    with suppress(AttributeError, OSError):
        # A file without a name: nothing remains when this process is killed.
        descriptor = os.open("/dev/shm", os.O_TMPFILE | os.O_RDWR, 0o600)  # noqa: S108
    try:
        path = f"/proc/self/fd/{copy.descriptor if descriptor is None else descriptor}"
        if os.path.isfile(path):
            yield path
        elif _is_closed_to_others(os.path.dirname(copy.path)):
            yield copy.path
        else:
            with tempfile.TemporaryDirectory() as folder:
                yield os.path.join(folder, "scratch")
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _is_closed_to_others(folder: str) -> bool:
    return os.name == "nt" or not os.stat(folder).st_mode & 0o022
