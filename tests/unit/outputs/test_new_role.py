"""What create-role prints."""

from __future__ import annotations

import pytest

from awscli_assume.outputs.new_role import existing_line

ROLE_ARN = "arn:aws:iam::123456789012:role/r"


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "exactly as requested. Nothing was changed"),
        (1, "with 1 difference. An existing role is never changed"),
        (2, "with 2 differences. An existing role is never changed"),
    ],
)
def test_existing_role(count: int, text: str) -> None:
    """The line has the number of differences."""
    assert existing_line(ROLE_ARN, count).startswith(f"{ROLE_ARN} already exists, {text}")
