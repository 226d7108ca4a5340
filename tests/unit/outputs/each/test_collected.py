"""Output that waits for its command, or for all commands."""

from __future__ import annotations

import tempfile

import pytest

from awscli_assume.outputs.each.collected import Capture


def test_large_output_is_stored_outside_of_memory() -> None:
    """All bytes come back in their order, from both streams."""
    capture = Capture()
    for number in range(300):
        capture.write("stdout", bytes([number % 256]) * 10_000)
    capture.write("stderr", b"note")
    stdout, stderr = capture.close()

    assert stdout == b"".join(bytes([number % 256]) * 10_000 for number in range(300))
    assert stderr == b"note"


def test_nothing_was_written() -> None:
    """A command without output has empty streams."""
    assert Capture().close() == (b"", b"")


def test_full_temporary_folder_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large output that can't be stored fails its own result, not the run."""

    def full(size: int) -> object:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", full)
    capture = Capture()
    capture.write("stdout", b"x")

    assert capture.failure == "No space left on device"
    assert capture.close() == (b"", b"")
