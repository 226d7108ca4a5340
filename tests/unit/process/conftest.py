"""The credential_process program in a temporary folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.program import Scene


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Return a scene whose cache file is missing and whose ``aws`` renews."""
    return Scene(tmp_path.resolve())
