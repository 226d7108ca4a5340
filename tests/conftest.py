"""Fixtures that every room's tests may use."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.person import clean_environment
from support.sts_stub import StsStub


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Answer a fresh HOME."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def clean_env(home: Path) -> dict[str, str]:
    """Answer a small environment with that HOME and nothing of AWS."""
    return clean_environment(home)


@pytest.fixture
def sts_stub():
    """Run a scripted STS for one test."""
    with StsStub() as stub:
        yield stub
