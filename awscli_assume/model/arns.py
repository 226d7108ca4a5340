"""ARNs, and the roles that they or a role name and an account name."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Optional

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.accounts import ACCOUNT_ID, parse_account

# For patterns of ARNs: aws, aws-cn, aws-us-gov and others.
PARTITION = r"aws(?:-[a-z]+)*"
# IAM User Guide, "IAM and AWS STS quotas" and API reference, "CreateRole".
_ROLE_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_PATH = re.compile(r"/(?:[\x21-\x2e\x30-\x7e]+/)*")
_PATH_MAX = 512
_ARN_MAX = 2048
# The beginnings of the names of regions (botocore's partitions.json, regionRegex). All other
# regions are in aws.
_PARTITIONS = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "eusc-": "aws-eusc",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "us-isof-": "aws-iso-f",
    "eu-isoe-": "aws-iso-e",
}
# The end of the names of the pseudo regions of global endpoints, as in aws-global.
GLOBAL_SUFFIX = "-global"


@dataclass(frozen=True)
class Arn:
    """An Amazon Resource Name. ``resource`` follows the account, as in ``role/my-role``."""

    partition: str
    service: str
    region: str
    account_id: str
    resource: str

    def __str__(self) -> str:
        return (
            f"arn:{self.partition}:{self.service}:{self.region}:{self.account_id}:{self.resource}"
        )

    @property
    def assumed_role_name(self) -> Optional[str]:
        """The role name in the ARN of a role session, which lacks the role's path; else None."""
        kind, _, rest = self.resource.partition("/")
        is_session = self.service == "sts" and kind == "assumed-role"
        return rest.partition("/")[0] if is_session else None


def find_arn(text: Optional[str]) -> Optional[Arn]:
    """Return the parts of an ARN, or None if the text is not an ARN."""
    parts = (text or "").split(":", 5)
    return Arn(*parts[1:]) if len(parts) == 6 and parts[0] == "arn" else None


def parse_arn(text: str) -> Arn:
    """Return the parts of an ARN. Raises ValueError."""
    arn = find_arn(text)
    if arn is None:
        raise ValueError(f"not an ARN: {text!r}")
    return arn


def partition_of_region_name(region: str) -> str:
    """Return the partition of a region by its name, without the data of the AWS CLI.

    The region may be the pseudo region of a partition, such as ``aws-global``.
    """
    if region.endswith(GLOBAL_SUFFIX):
        return region[: -len(GLOBAL_SUFFIX)]
    return next((name for start, name in _PARTITIONS.items() if region.startswith(start)), "aws")


def iam_arn(partition: Optional[str], account_id: Optional[str], resource: str) -> str:
    """Return the ARN of a resource of IAM, as ``root`` or ``role/my-role``."""
    return f"arn:{partition}:iam::{account_id}:{resource}"


def session_arn(role: Role, session_name: str) -> str:
    """Return the ARN that GetCallerIdentity returns for a session of the role."""
    return f"arn:{role.partition}:sts::{role.account_id}:assumed-role/{role.name}/{session_name}"


def role_of_session(arn: Optional[str]) -> Optional[str]:
    """Return the ARN of the role of a session, without the role's path; None for other ARNs."""
    session = find_arn(arn)
    if session is None or not session.assumed_role_name:
        return None
    return iam_arn(session.partition, session.account_id, f"role/{session.assumed_role_name}")


def without_path(role_arn: str) -> str:
    """Return a role's ARN without the role's path; a role name is unique in its account."""
    start, _, path_and_name = role_arn.partition(":role/")
    return f"{start}:role/{path_and_name.rpartition('/')[2]}"


def principal_name(arn: Optional[str]) -> Optional[str]:
    """Return the name in the ARN of a caller: of a user or a role session; None if unknown.

    The session of IAM Identity Center has the user name there, often an e-mail address.
    """
    found = find_arn(arn)
    return None if found is None else found.resource.rpartition("/")[2] or None


@dataclass(frozen=True)
class Role:
    """A role named by an ARN, or by a name whose account may not be known yet.

    ``path`` begins and ends with a slash, as in IAM. ``account_name`` is the name of
    an account whose ID has to be looked up.
    """

    name: str
    path: str = "/"
    account_id: Optional[str] = None
    partition: Optional[str] = None
    account_name: Optional[str] = None

    @property
    def is_complete(self) -> bool:
        """Return whether the role's ARN is known."""
        return self.account_id is not None and self.partition is not None

    @property
    def arn(self) -> str:
        """The role ARN. Raises ValueError if the account or the partition is not known."""
        if not self.is_complete:
            raise ValueError(f"the account of role {self.name} is not known yet")
        return iam_arn(self.partition, self.account_id, f"role{self.path}{self.name}")

    @property
    def path_and_name(self) -> str:
        """The path and the name, without a leading slash."""
        return f"{self.path}{self.name}"[1:]

    def completed(self, partition: str, account_id: str) -> Role:
        """Return the role with the partition and the account ID that it lacks.

        An account name that was not looked up takes the place of the account ID.
        """
        return replace(
            self,
            partition=self.partition or partition,
            account_id=self.account_id or self.account_name or account_id,
        )

    def in_account(self, account_id: str) -> Role:
        """Return the role with the ID of its named account."""
        return replace(self, account_id=account_id, account_name=None)


def parse_role_name(text: str, account: Optional[str] = None) -> Role:
    """Return the role of ``--role-name``, which may have a path, as in ``team/dev/my-role``.

    ``account`` is an ID or a name. Raises InvalidRequest.
    """
    if text.startswith("arn:"):
        # Raises an error of its own for an ARN of another kind.
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
    arn = find_arn(text)
    if arn is None:
        raise _invalid_arn(
            text,
            "it must have the form arn:PARTITION:iam::ACCOUNT:role/NAME. For a role in your own "
            "account, try: --role-name my-iam-role",
        )
    if arn.assumed_role_name is not None:
        raise _invalid_arn(
            text, f"this is the ARN of a role session. Try: --role-arn {role_of_session(text)}"
        )
    if not re.fullmatch(PARTITION, arn.partition):
        raise _invalid_arn(
            text, f"{arn.partition!r} is not a partition, such as aws, aws-cn or aws-us-gov"
        )
    if arn.service != "iam" or arn.region:
        raise _invalid_arn(text, f"a role ARN begins with arn:{arn.partition}:iam::")
    if not ACCOUNT_ID.fullmatch(arn.account_id):
        raise _invalid_arn(text, f"the account {arn.account_id!r} must be 12 digits")
    kind, _, rest = arn.resource.partition("/")
    if kind != "role" or not rest:
        raise _invalid_arn(
            text, f"{arn.resource!r} is not a role; it must have the form role/NAME"
        )
    path, name = _split_path(rest)
    _check_name_and_path(text, path, name)
    if len(text) > _ARN_MAX:
        raise _invalid_arn(text, f"longer than {_ARN_MAX} characters")
    return Role(name=name, path=path, account_id=arn.account_id, partition=arn.partition)


def parse_role(text: str) -> Role:
    """Return the role that an ARN, or a name with its path, names. Raises InvalidRequest."""
    return parse_role_arn(text) if text.startswith("arn:") else parse_role_name(text)


def _invalid_arn(text: str, reason: str) -> InvalidRequest:
    return InvalidRequest(f"Invalid role ARN {text!r}: {reason}")


def _split_path(text: str) -> tuple[str, str]:
    path, slash, name = text.rpartition("/")
    return (f"/{path}/" if slash else "/"), name


def _check_name_and_path(text: str, path: str, name: str) -> None:
    if not _ROLE_NAME.fullmatch(name):
        raise InvalidRequest(
            f"Invalid role name in {text!r}: a role name has 1 to 64 letters, digits "
            "or _+=,.@- characters, after an optional PATH/"
        )
    if not _PATH.fullmatch(path) or len(path) > _PATH_MAX:
        raise InvalidRequest(
            f"Invalid role path in {text!r}: a path has names between slashes, without spaces, "
            f"and at most {_PATH_MAX} characters"
        )
