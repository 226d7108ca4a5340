"""The credential_process program in a temporary folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Iterator

import pytest

from support.program import Scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Return a scene whose cache file is missing and whose ``aws`` renews, with private files."""
    before = os.umask(0o077)
    yield Scene(tmp_path.resolve())
    os.umask(before)
