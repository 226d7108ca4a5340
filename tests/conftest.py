"""Fixtures that every room's tests may use."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from support.person import clean_environment
from support.sign_in_stub import SignInStub
from support.sts_stub import StsStub

# Started in the background or by nohup, a test process ignores these, and so
# would every program that it starts.
for _signal, _handler in (
    (signal.SIGINT, signal.default_int_handler),
    (signal.SIGHUP, signal.SIG_DFL),
    (signal.SIGQUIT, signal.SIG_DFL),
):
    if signal.getsignal(_signal) == signal.SIG_IGN:
        signal.signal(_signal, _handler)


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


@pytest.fixture
def sign_in_stub():
    """Run a stand-in of SSO's portal and of a container's endpoint for one test."""
    with SignInStub() as stub:
        yield stub
