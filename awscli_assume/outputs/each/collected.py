"""Output that has to wait: of a command until it ends, and of all commands for one array."""

from __future__ import annotations

import json
import tempfile
from typing import IO, Optional

from awscli_assume.host.context import CommandContext
from awscli_assume.model.each.result_lines import Record, json_line, merged
from awscli_assume.outputs.printing import output_format, print_object

# More than this is in a temporary file without a name.
_IN_MEMORY = 1 << 20
_MERGED_IN_MEMORY = 16 << 20
# These formats escape control characters by themselves.
_ESCAPING = ("json", "yaml", "yaml-stream")


class Capture:
    """The output of a command that runs."""

    def __init__(self) -> None:
        # Why some output is missing.
        self.failure: Optional[str] = None
        self._files: dict[str, IO[bytes]] = {}

    def write(self, stream: str, data: bytes) -> None:
        """Store a chunk of ``stdout`` or ``stderr``."""
        try:
            if stream not in self._files:
                self._files[stream] = _spool(_IN_MEMORY)
            self._files[stream].write(data)
        except OSError as error:
            self.failure = error.strerror or str(error)

    def close(self) -> tuple[bytes, bytes]:
        """Return all that was written to stdout and stderr."""
        found = []
        for stream in ("stdout", "stderr"):
            data = b""
            if stream in self._files:
                with self._files[stream] as file:
                    file.seek(0)
                    data = file.read()
            found.append(data)
        self._files.clear()
        return found[0], found[1]


class MergedArray:
    """The array of ``--merge``, in the order of the targets. It is in memory only at the end."""

    def __init__(self, context: CommandContext) -> None:
        self._context = context
        self._file = _spool(_MERGED_IN_MEMORY)
        self._places: list[tuple[int, int]] = []

    def add(self, record: Record, order: int) -> None:
        """Add the result of a target with its place in the order of the targets."""
        self._places.append((order, self._file.tell()))
        self._file.write(json_line(list(merged(record)), is_ascii=True).encode())

    def print(self) -> None:
        """Print the array through the CLI's formatter."""
        elements: list[object] = []
        with self._file as file:
            for _, place in sorted(self._places):
                file.seek(place)
                elements.extend(json.loads(file.readline()))
        is_unchanged = output_format(self._context) in _ESCAPING
        print_object(self._context, "each", elements, is_unchanged=is_unchanged)


def _spool(size: int) -> IO[bytes]:
    """Return a file that is in memory up to a size, and has no name beyond it."""
    return tempfile.SpooledTemporaryFile(size)
