"""Which organization the caller's account is in."""

from __future__ import annotations

from typing import Any

from awscli_assume.aws.optional_call import CallUnavailable, optional_call


def organization_id(client: Any) -> str:
    """Ask Organizations for the id of the caller's own (DescribeOrganization), empty without one.

    Any account of an organization may call it. Raises NotAnswered.
    """
    try:
        with optional_call("organizations:DescribeOrganization"):
            return str(client.describe_organization()["Organization"]["Id"])
    except CallUnavailable as error:
        if error.code == "AWSOrganizationsNotInUseException":
            return ""
        raise
