"""Programs that tests run, and that a machine may lack."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

VARIABLE = "AWSCLI_ASSUME_REQUIRE_BROWSERS"


def missing(what: str, package: str) -> NoReturn:
    """Skip a test for a missing program; fail it where the variable is 1, as in .ci/run."""
    reason = f"{what} is missing; on Debian: apt-get install {package}"
    if os.environ.get(VARIABLE) == "1":
        pytest.fail(f"{VARIABLE}=1, and {reason}", pytrace=False)
    pytest.skip(reason)
