"""A private file that pieces of the CLI's files are edited on, by the CLI's own writer."""

from __future__ import annotations

from typing import Any, Callable, Mapping, Optional, Sequence, Union

from awscli_assume.errors import UnusableFile
from awscli_assume.host import ConfigFileWriter
from awscli_assume.profiles.files import parse

Value = Union[str, Mapping[str, str]]


class ScratchFile:
    """A private file that pieces of another one are written to, edited and read back on."""

    def __init__(self, copy: str, shown_as: str) -> None:
        self._copy = copy
        self.shown_as = shown_as

    def parse(
        self, content: bytes, lines_before: Callable[[], int] = lambda: 0
    ) -> dict[str, dict[str, Any]]:
        """Return the sections of a piece, as the CLI's parser reads them. Raises UnusableFile."""
        self._write(content)
        return parse(self._copy, self.shown_as, lines_before)

    def parse_or_none(self, content: bytes) -> Optional[dict[str, dict[str, Any]]]:
        """Return the sections of a piece, or None where it can't be read."""
        try:
            return self.parse(content)
        except UnusableFile:
            return None

    def set_values(
        self, content: bytes, section: str, groups: Sequence[Sequence[tuple[str, Value]]]
    ) -> bytes:
        """Return a piece after the CLI's writer has set the values, a group at a time."""
        self._write(content)
        try:
            for group in groups:
                # The writer empties the dicts that it is given.
                new = {k: dict(v) if isinstance(v, Mapping) else v for k, v in group}
                ConfigFileWriter().update_config({"__section__": section, **new}, self._copy)
        except (ValueError, UnicodeError, UnboundLocalError) as error:
            # Their own texts may quote the file, or the value.
            reason = "a name or a value holds a line break"
            if isinstance(error, UnicodeError):
                reason = "it is not text in this locale"
            elif isinstance(error, UnboundLocalError):
                # writer.py of all versions, where a nested block ends the file.
                reason = f"the CLI's own writer fails on the nested block of [{section}]"
            raise UnusableFile(
                f"Can't write {self.shown_as}: {reason}. The file is as it was. Mend that "
                "section, or choose another profile with --update-profile NAME"
            ) from None
        with open(self._copy, "rb") as file:
            return file.read()

    def change_text(self, content: bytes, change: Callable[[str], str]) -> bytes:
        """Return a piece after a change of its text, in the encoding that the CLI reads it in."""
        self._write(content)
        with open(self._copy, newline="") as file:
            text = change(file.read())
        with open(self._copy, "w", newline="") as file:
            file.write(text)
        with open(self._copy, "rb") as file:
            return file.read()

    def _write(self, content: bytes) -> None:
        with open(self._copy, "wb") as file:
            file.write(content)
