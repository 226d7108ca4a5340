"""Keys that the CLI reads in place of those that were written."""

from __future__ import annotations

from typing import Any

import pytest

from awscli_assume.errors import ForeignProfile
from awscli_assume.profiles.shadowing import check_not_shadowed

KEYS = {
    "aws_access_key_id": "ASIAOURS",
    "aws_secret_access_key": "s3cr3t",
    "aws_session_token": "t0k3n",
}
OURS = ("ASIAOURS", "t0k3n")
PROCESS = {"credential_process": "ours"}


@pytest.mark.parametrize(
    ("config", "credentials", "written", "settings"),
    [
        ({"region": "r"}, KEYS, OURS, {"region": "r"}),
        ({"aws_access_key_id": "ASIAOTHER", "aws_secret_access_key": "x"}, KEYS, OURS, {}),
        (PROCESS, {}, None, PROCESS),
    ],
)
def test_profile_as_written(config: Any, credentials: Any, written: Any, settings: Any) -> None:
    """A profile that is read as it was written passes."""
    check_not_shadowed(config, {"dev": credentials}, "dev", written, settings)


@pytest.mark.parametrize(
    ("config", "credentials", "written", "settings", "shadowed"),
    [
        ({}, {**KEYS, "aws_security_token": "OLD"}, OURS, {}, "session token"),
        ({}, {**KEYS, "aws_access_key_id": "ASIAOTHER"}, OURS, {}, "access key"),
        ({}, {}, OURS, {}, "access key"),
        ({"region": "r"}, {**KEYS, "region": "old"}, OURS, {"region": "r"}, "region"),
        ({**PROCESS, **KEYS}, {}, None, PROCESS, "access key"),
        (PROCESS, {"credential_process": "other"}, None, PROCESS, "credential_process"),
    ],
)
def test_shadowed_profile(
    config: Any, credentials: Any, written: Any, settings: Any, shadowed: str
) -> None:
    """A profile that is read as something else is an error without secrets."""
    sections = (config, {"dev": credentials})

    with pytest.raises(ForeignProfile, match=f"take precedence over .*{shadowed}") as error:
        check_not_shadowed(*sections, "dev", written, settings)

    assert "s3cr3t" not in str(error.value)
    assert "OLD" not in str(error.value)
