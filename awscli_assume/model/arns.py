"""Role ARNs, and role names that become ARNs once the account is known."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Optional

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.accounts import ACCOUNT_ID, parse_account

# IAM User Guide, "IAM and AWS STS quotas" and API reference, "CreateRole".
_ROLE_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_PATH = re.compile(r"/(?:[\x21-\x2e\x30-\x7e]+/)*")
_PATH_MOST = 512
_PARTITION = re.compile(r"aws(?:-[a-z]+)*")
_ARN_MOST = 2048


@dataclass(frozen=True)
class Role:
    """A role as a person named it: an ARN, or a name whose account may not be known yet.

    ``path`` begins and ends with a slash, as IAM prints it. ``account_name`` is
    that of an account whose id has to be looked up.
    """

    name: str
    path: str = "/"
    account_id: Optional[str] = None
    partition: Optional[str] = None
    account_name: Optional[str] = None

    @property
    def is_complete(self) -> bool:
        """Return whether the role has an ARN already."""
        return self.account_id is not None and self.partition is not None

    @property
    def arn(self) -> str:
        """The role ARN. Raises ValueError while account or partition are not known."""
        if not self.is_complete:
            raise ValueError(f"the account of role {self.name} is not known yet")
        return f"arn:{self.partition}:iam::{self.account_id}:role{self.path}{self.name}"

    def completed(self, partition: str, account_id: str) -> Role:
        """Return the role with what it lacks filled in.

        An account name that was not looked up stands for itself: no other account
        takes its place.
        """
        return replace(
            self,
            partition=self.partition or partition,
            account_id=self.account_id or self.account_name or account_id,
        )

    def in_account(self, account_id: str) -> Role:
        """Return the role with the id that its account name was found to have."""
        return replace(self, account_id=account_id, account_name=None)


def parse_role_name(text: str, account: Optional[str] = None) -> Role:
    """Return the role of ``--role-name``, which may hold a path: ``team/dev/my-role``.

    ``account`` is an id or a name. Raises InvalidRequest.
    """
    if text.startswith("arn:"):
        # A session's or a user's ARN gets its own words from there.
        role = parse_role_arn(text)
        raise InvalidRequest(
            f"Invalid role name {text!r}: this is an ARN. Try: --role-arn {role.arn}"
        )
    path, name = _split_path(text.lstrip("/"))
    _check_name_and_path(text, path, name)
    account_id, account_name = parse_account(account) if account is not None else (None, None)
    return Role(name=name, path=path, account_id=account_id, account_name=account_name)


def parse_role_arn(text: str) -> Role:
    """Return the role of ``--role-arn``. Raises InvalidRequest."""
    parts = text.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn":
        raise InvalidRequest(
            f"Invalid role ARN {text!r}: it has to read "
            "arn:PARTITION:iam::ACCOUNT:role/NAME. For a role of your own account try: "
            "--role-name my-iam-role"
        )
    _, partition, service, region, account_id, resource = parts
    if service == "sts" and resource.startswith("assumed-role/"):
        role_name = resource.split("/")[1]
        raise InvalidRequest(
            f"Invalid role ARN {text!r}: this is a session of a role. Try: "
            f"--role-arn arn:{partition}:iam::{account_id}:role/{role_name}"
        )
    if not _PARTITION.fullmatch(partition):
        raise InvalidRequest(
            f"Invalid role ARN {text!r}: {partition!r} is no partition; "
            "it has to be aws, aws-cn, aws-us-gov or another of the form aws-NAME"
        )
    if service != "iam" or region:
        raise InvalidRequest(
            f"Invalid role ARN {text!r}: a role's ARN begins with arn:{partition}:iam::"
        )
    if not ACCOUNT_ID.fullmatch(account_id):
        raise InvalidRequest(
            f"Invalid role ARN {text!r}: the account {account_id!r} has to be 12 digits"
        )
    kind, _, rest = resource.partition("/")
    if kind != "role" or not rest:
        raise InvalidRequest(
            f"Invalid role ARN {text!r}: {resource!r} is not a role; it has to read role/NAME"
        )
    path, name = _split_path(rest)
    _check_name_and_path(text, path, name)
    if len(text) > _ARN_MOST:
        raise InvalidRequest(f"Invalid role ARN {text!r}: longer than {_ARN_MOST} characters")
    return Role(name=name, path=path, account_id=account_id, partition=partition)


def parse_role(text: str) -> Role:
    """Return the role of an option that takes either, an ARN or a name with its path.

    Raises InvalidRequest.
    """
    return parse_role_arn(text) if text.startswith("arn:") else parse_role_name(text)


def partition_of(arn: str) -> str:
    """Return the partition of any ARN: ``aws``, ``aws-cn`` …"""
    return arn.split(":", 2)[1]


def _split_path(text: str) -> tuple[str, str]:
    path, slash, name = text.rpartition("/")
    return (f"/{path}/" if slash else "/"), name


def _check_name_and_path(text: str, path: str, name: str) -> None:
    if not _ROLE_NAME.fullmatch(name):
        raise InvalidRequest(
            f"Invalid role name in {text!r}: a role name has 1 to 64 letters, digits "
            "or _+=,.@- characters, after an optional PATH/"
        )
    if not _PATH.fullmatch(path) or len(path) > _PATH_MOST:
        raise InvalidRequest(
            f"Invalid role path in {text!r}: a path is words between slashes, without blanks, "
            f"of at most {_PATH_MOST} characters"
        )


def role_of_session(arn: Optional[str]) -> Optional[str]:
    """Return the ARN of the role of an assumed-role ARN, which knows no path; None for others."""
    match = re.fullmatch(r"arn:([a-z-]+):sts::(\d{12}):assumed-role/([^/]+)/.+", arn or "")
    if match is None:
        return None
    return f"arn:{match[1]}:iam::{match[2]}:role/{match[3]}"
