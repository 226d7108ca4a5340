"""The hosts of the console and of its sign-in."""

from __future__ import annotations

import pytest

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.console.hosts import PARTITIONS, console_region, find_partition


@pytest.mark.parametrize(
    ("partition", "region", "sign_in", "console"),
    [
        ("aws", None, "signin.aws.amazon.com", "console.aws.amazon.com"),
        ("aws", "eu-west-1", "eu-west-1.signin.aws.amazon.com",
         "eu-west-1.console.aws.amazon.com"),
        ("aws-cn", None, "signin.amazonaws.cn", "console.amazonaws.cn"),
        ("aws-cn", "cn-northwest-1", "cn-northwest-1.signin.amazonaws.cn",
         "cn-northwest-1.console.amazonaws.cn"),
        ("aws-us-gov", None, "signin.amazonaws-us-gov.com", "console.amazonaws-us-gov.com"),
        ("aws-us-gov", "us-gov-east-1", "us-gov-east-1.signin.amazonaws-us-gov.com",
         "us-gov-east-1.console.amazonaws-us-gov.com"),
        ("aws-eusc", None, "eusc-de-east-1.signin.amazonaws-eusc.eu",
         "console.amazonaws-eusc.eu"),
        ("aws-eusc", "eusc-de-east-1", "eusc-de-east-1.signin.amazonaws-eusc.eu",
         "eusc-de-east-1.console.amazonaws-eusc.eu"),
    ],
)  # fmt: skip
def test_hosts(partition: str, region: str | None, sign_in: str, console: str) -> None:
    """The hosts have the region as their first label; the European Sovereign Cloud always."""
    found = find_partition(partition)

    assert (found.sign_in(region), found.console(region)) == (sign_in, console)
    assert found.has_console_host(console)


@pytest.mark.parametrize("name", ["aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-new"])
def test_other_partitions(name: str) -> None:
    """A partition without a public console is an error that names the others."""
    with pytest.raises(InvalidRequest, match=f"partition {name} is not supported.*aws-eusc"):
        find_partition(name)


@pytest.mark.parametrize(
    "region",
    ["evil.example/", "us-east-1.evil.example", "a", "US-EAST-1", "us-east-1\n", "us_east"],
)
def test_region_that_would_be_another_host(region: str) -> None:
    """What is no name of a region never becomes a part of a host."""
    with pytest.raises(InvalidRequest, match="Invalid region.*--region us-east-1"):
        console_region(region, "aws")


@pytest.mark.parametrize("partition", PARTITIONS)
def test_region_of_another_partition(partition: str) -> None:
    """A region that is not in the role's partition is an error that names one that is."""
    for other in PARTITIONS.values():
        if other.name != partition:
            with pytest.raises(InvalidRequest, match=f"not in the partition {partition} of"):
                console_region(other.region, partition)
    assert console_region(PARTITIONS[partition].region, partition) == PARTITIONS[partition].region


@pytest.mark.parametrize("region", [None, "aws-global", "aws-us-gov-global"])
def test_no_region(region: str | None) -> None:
    """A pseudo region is no region."""
    assert console_region(region, "aws") is None


def test_console_hosts_of_others() -> None:
    """Only the console's own host names count, not names that begin or end alike."""
    aws = find_partition("aws")

    assert aws.has_console_host("s3.console.aws.amazon.com")
    for host in ("evilconsole.aws.amazon.com", "console.aws.amazon.com.evil.example",
                 "signin.aws.amazon.com", "console.amazonaws.cn", ""):  # fmt: skip
        assert not aws.has_console_host(host)
