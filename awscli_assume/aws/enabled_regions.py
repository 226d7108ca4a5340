"""The regions that are enabled in an account."""

from __future__ import annotations

from threading import Lock
from typing import Mapping, Optional

from awscli_assume.aws.optional_call import create_optional_client, failure_named
from awscli_assume.aws.sts.client import client_options, freeze
from awscli_assume.host.context import CommandContext
from awscli_assume.model.credentials import SessionCredentials

# Those that every account has: later regions have to be enabled (AWS Account Management User
# Guide, "Considerations before enabling and disabling Regions").
DEFAULT_REGIONS = (
    "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1",
    "ap-southeast-2", "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2",
    "eu-west-3", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
)  # fmt: skip
# Where EC2 is asked if no region is known.
_START = "us-east-1"
# A session makes one client at a time.
_LOCK = Lock()


def enabled_regions(
    context: CommandContext, credentials: SessionCredentials, region: Optional[str]
) -> tuple[str, ...]:
    """Return the regions of an account, by ec2:DescribeRegions. Raises CallUnavailable.

    ``region`` is where EC2 is asked. Any thread may call it.
    """
    options = client_options(context.parsed_globals, region or _START, freeze(credentials))
    with failure_named("ec2:DescribeRegions", "the role"):
        with _LOCK:
            client = create_optional_client(context.session, "ec2", options)
        # Without AllRegions, only those that are enabled (EC2 API reference, "DescribeRegions").
        found = client.describe_regions()["Regions"]
        return tuple(sorted(_name(one) for one in found))


def default_regions(context: CommandContext, region: Optional[str]) -> tuple[str, ...]:
    """Return the regions that all accounts of the partition have, as far as this CLI knows."""
    partitions = context.session.get_component("data_loader").load_data("endpoints")["partitions"]
    for partition in partitions:
        if region in partition["regions"] and partition["partition"] != "aws":
            return tuple(sorted(name for name in partition["regions"] if "global" not in name))
    return DEFAULT_REGIONS


def _name(region: Mapping[str, str]) -> str:
    return region["RegionName"]
