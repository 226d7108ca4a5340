"""Fixtures of all tests."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from support.person import clean_environment
from support.sts_stub import StsStub

# No property fails because a machine is slow, and each run has the same examples.
settings.register_profile(
    "same everywhere",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("same everywhere")
# A test process that was started in the background or by nohup ignores these
# signals, and so would each process that it starts.
for _signal, _handler in (
    (signal.SIGINT, signal.default_int_handler),
    (signal.SIGHUP, signal.SIG_DFL),
    (signal.SIGQUIT, signal.SIG_DFL),
):
    if signal.getsignal(_signal) == signal.SIG_IGN:
        signal.signal(_signal, _handler)


def pytest_xdist_auto_num_workers() -> int:
    """Return one process more than there are cores: some tests wait for time to pass."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (cores or 1) + 1


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a fresh HOME."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def clean_env(home: Path) -> dict[str, str]:
    """Return a small environment with that HOME and nothing of AWS."""
    return clean_environment(home)


@pytest.fixture
def sts_stub():
    """Run a scripted STS for one test."""
    with StsStub() as stub:
        yield stub
