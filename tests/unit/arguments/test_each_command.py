"""The options of `aws assume each` about regions and workers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Optional

import pytest

from awscli_assume.arguments.each_command import EachOptions, read_each_options
from awscli_assume.errors import InvalidRequest


def options(**given: Any) -> EachOptions:
    names = ("regions", "workers", "fail_fast", "processes")
    return read_each_options(SimpleNamespace(**{**dict.fromkeys(names), **given}))


@pytest.mark.parametrize(
    ("given", "regions"),
    [
        (None, ()),
        (["us-east-1", "eu-west-1"], ("us-east-1", "eu-west-1")),
        (["us-east-1,eu-west-1", "us-east-1"], ("us-east-1", "eu-west-1")),
        (["all"], None),
    ],
)
def test_regions(given: Optional[list[str]], regions: Optional[tuple[str, ...]]) -> None:
    """Each region is there once; None stands for all regions of an account."""
    assert options(regions=given).regions == regions


@pytest.mark.parametrize(
    "name", ["us_east_1", "-x", "a b", "12", "ünder", "x" * 64, "a.b", "", ","]
)
def test_invalid_region(name: str) -> None:
    """A region becomes part of a host name."""
    with pytest.raises(InvalidRequest, match="Invalid region"):
        options(regions=[name])


def test_all_and_another_region() -> None:
    """All has every other one."""
    with pytest.raises(InvalidRequest, match="Leave out all"):
        options(regions=["all", "us-east-1"])


@pytest.mark.parametrize("text", ["0", "-1", "129", "many", "1.5", "", "٣"])
def test_invalid_workers(text: str) -> None:
    """It is a small number."""
    with pytest.raises(InvalidRequest, match="Invalid --workers"):
        options(workers=text)


def test_workers() -> None:
    """The number of the command line."""
    assert options(workers="16").workers == 16
    assert options().workers is None
