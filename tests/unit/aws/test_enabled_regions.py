"""The regions of an account, and those of all accounts of a partition."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Optional

import pytest
from botocore.loaders import create_loader

from awscli_assume.aws.enabled_regions import DEFAULT_REGIONS, default_regions, enabled_regions
from awscli_assume.aws.optional_call import CallUnavailable
from awscli_assume.model.credentials import SessionCredentials

KEYS = SessionCredentials("ASIAX", "secret", "token", None)


class Session:
    """A session whose EC2 client returns a response."""

    def __init__(self, response: Any) -> None:
        self.response = response
        self.options: dict[str, Any] = {}

    def get_component(self, name: str) -> Any:
        return create_loader()

    def get_default_client_config(self) -> None:
        return None

    def create_client(self, service: str, **options: Any) -> Any:
        assert service == "ec2"
        self.options = options
        return SimpleNamespace(describe_regions=lambda: self.response)


def context(response: Any = None) -> Any:
    given = SimpleNamespace(region=None, endpoint_url=None, verify_ssl=None)
    return SimpleNamespace(session=Session(response), parsed_globals=given)


def test_enabled_regions() -> None:
    """They are asked for with the role, in its region, and sorted."""
    found = context({"Regions": [{"RegionName": "us-east-1"}, {"RegionName": "il-central-1"}]})
    assert enabled_regions(found, KEYS, "eu-west-1") == ("il-central-1", "us-east-1")
    options = found.session.options
    assert options["region_name"] == "eu-west-1"
    assert options["aws_session_token"] == "token"
    enabled_regions(found, KEYS, None)
    assert found.session.options["region_name"] == "us-east-1"


@pytest.mark.parametrize("response", [{}, {"Regions": [{}]}, None])
def test_response_without_regions(response: Any) -> None:
    """A response of a proxy is a failure of the call."""
    with pytest.raises(CallUnavailable, match="ec2:DescribeRegions failed"):
        enabled_regions(context(response), KEYS, None)


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("eu-west-1", DEFAULT_REGIONS),
        (None, DEFAULT_REGIONS),
        ("nowhere-1", DEFAULT_REGIONS),
        ("cn-north-1", ("cn-north-1", "cn-northwest-1")),
        ("us-gov-east-1", ("us-gov-east-1", "us-gov-west-1")),
    ],
)
def test_default_regions(region: Optional[str], expected: tuple[str, ...]) -> None:
    """Those that every account of the partition has."""
    assert default_regions(context(), region) == expected
