"""The line whose syntax the CLI's writer does not support is named, and its value is not."""

from __future__ import annotations

from typing import Optional

import pytest

from awscli_assume.host import build_profile_map
from awscli_assume.profiles.writer.verify import find_unsupported_syntax

KEYS = {"region", "assumed", "aws_session_token"}


def find(text: str, section: str = "profile dev") -> Optional[tuple[int, str]]:
    """Return what is found in a config file for the profile dev."""
    return find_unsupported_syntax(
        text.split("\n"),
        section,
        KEYS,
        lambda header: header == section or "dev" in build_profile_map({header: {}})["profiles"],
    )


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ('[a]\n[profile "dev"]\n[profile dev]\n', 3, "as a section above"),
        ("[a]\n  [profile dev]\n", 2, "[profile dev]"),
        ("[profile  dev]\n", 1, "[profile  dev]"),
        ("[profile dev]\n[profile dev]\n", 2, "as a section above"),
        ("[DEFAULT]\nx = S3cret\n[profile dev]\n", 1, "[DEFAULT]"),
        ("[profile dev]\nREGION = S3cret\n", 2, "REGION"),
        ("[profile dev]\ns3 =\n  region = S3cret\n", 3, "region"),
        ("[profile dev]\naws_session_token = S3cret\n  S3cret2\n", 3, "continues the value"),
        ("\ufeff[profile dev]\n", 1, "[profile dev]"),
    ],
)
def test_line_and_reason(text: str, line: int, word: str) -> None:
    """The number and the name of the first such line are found, and no value."""
    found = find(text)

    assert found is not None
    assert found[0] == line
    assert word in found[1]
    assert "S3cret" not in found[1]


@pytest.mark.parametrize(
    "text",
    [
        "[profile dev]\nregion = x\n",
        "[profile other]\nREGION = x\n  goes on\n[profile dev]\n",
        "[profile dev]\noutput = x\n  goes on\n",
        "# [profile dev]\n[profile dev]\n",
        "",
    ],
)
def test_supported_syntax(text: str) -> None:
    """Unusual lines of other profiles and of other keys do not matter."""
    assert find(text) is None
