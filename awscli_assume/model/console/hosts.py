"""The hosts of the console and of its sign-in, by partition and region.

Sources: AWS General Reference, "AWS Sign-In endpoints and quotas" and "AWS Management Console
endpoints"; IAM User Guide, "Enable custom identity broker access to the AWS console"; for the
regional sign-in hosts botocore's rules of the service ``signin``, which a test compares with
this table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.arns import GLOBAL_SUFFIX, partition_of_region_name

# botocore accepts no other names of regions, and this one becomes a part of a host name.
_REGION = re.compile(r"(?a:[a-z]{2,}(?:-[a-z0-9]+)+)")


@dataclass(frozen=True)
class ConsolePartition:
    """The console of a partition.

    ``region`` is the region of the host without a region.
    """

    name: str
    sign_in_host: str
    console_host: str
    region: str
    has_bare_host: bool = True

    def sign_in(self, region: Optional[str]) -> str:
        """Return the sign-in host of a region, or of the partition without one."""
        if region is None and self.has_bare_host:
            return self.sign_in_host
        return f"{region or self.region}.{self.sign_in_host}"

    def console(self, region: Optional[str]) -> str:
        """Return the console host of a region, or of the partition without one."""
        return self.console_host if region is None else f"{region}.{self.console_host}"

    def has_console_host(self, host: str) -> bool:
        """Return whether a host is one of the console in this partition."""
        return host == self.console_host or host.endswith(f".{self.console_host}")

    @property
    def sign_out_host(self) -> str:
        """The only sign-in host that signs out and then goes on to another page."""
        return f"{self.region}.{self.sign_in_host}"


PARTITIONS = {
    one.name: one
    for one in (
        ConsolePartition("aws", "signin.aws.amazon.com", "console.aws.amazon.com", "us-east-1"),
        ConsolePartition("aws-cn", "signin.amazonaws.cn", "console.amazonaws.cn", "cn-north-1"),
        ConsolePartition(
            "aws-us-gov",
            "signin.amazonaws-us-gov.com",
            "console.amazonaws-us-gov.com",
            "us-gov-west-1",
        ),
        # Its sign-in host without a region does not know every page.
        ConsolePartition(
            "aws-eusc",
            "signin.amazonaws-eusc.eu",
            "console.amazonaws-eusc.eu",
            "eusc-de-east-1",
            has_bare_host=False,
        ),
    )
}


def find_partition(name: str) -> ConsolePartition:
    """Return the console of a partition. Raises InvalidRequest if this plugin knows none."""
    if name not in PARTITIONS:
        raise InvalidRequest(
            f"The console of the partition {name} is not supported: its addresses are not "
            f"public. Supported partitions: {', '.join(PARTITIONS)}"
        )
    return PARTITIONS[name]


def console_region(region: Optional[str], partition: str) -> Optional[str]:
    """Return the region of the console, None for none or a global one. Raises InvalidRequest."""
    if region is None or region.endswith(GLOBAL_SUFFIX):
        return None
    if not _REGION.fullmatch(region):
        raise InvalidRequest(
            f"Invalid region {region[:64]!r}: it must be a name such as us-east-1. Try: --region "
            f"{PARTITIONS[partition].region}"
        )
    found = partition_of_region_name(region)
    if found != partition:
        raise InvalidRequest(
            f"The region {region} is not in the partition {partition} of the role. Try: --region "
            f"{PARTITIONS[partition].region}"
        )
    return region
