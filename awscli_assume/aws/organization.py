"""Which organization the caller's account is in."""

from __future__ import annotations

from typing import Any

from awscli_assume.aws.asking import asking


def organization_id(client: Any) -> str:
    """Ask Organizations for the id of the caller's own (DescribeOrganization).

    Any account of an organization may call it. Raises NotAnswered.
    """
    with asking("organizations:DescribeOrganization"):
        return str(client.describe_organization()["Organization"]["Id"])
