"""Session tags as a profile spells them."""

from __future__ import annotations

from typing import Any

import pytest

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.request.session_tags import read_keys, read_tags


@pytest.mark.parametrize(
    "text",
    ["a=1,b=2=3", " a = 1 , b = 2=3, ", "a=1\nb=2=3", {"a": "1", "b": "2=3"}, {"a": "1,b=2=3"}],
)
def test_pairs(text: Any) -> None:
    """Pairs stand between commas, on lines, or in a block as botocore reads it."""
    assert read_tags(text) == [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2=3"}]


def test_what_is_no_pair() -> None:
    """A word without a value is named."""
    with pytest.raises(InvalidRequest, match="'b': it has to be KEY=VALUE"):
        read_tags("a=1,b")


@pytest.mark.parametrize("text", ["a,b", " a , b ,", "a\nb"])
def test_keys(text: str) -> None:
    """Keys stand between commas or on lines."""
    assert read_keys(text) == ["a", "b"]
