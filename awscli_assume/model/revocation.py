"""The inline policies that revoke sessions of a role, and the calls of IAM that put them there.

Source: IAM User Guide, "Revoke IAM role temporary security credentials" and "Disabling
permissions for temporary security credentials". ``aws:userid`` of a role session is the role's
ID and the session name ("IAM JSON policy elements: Variables and tags").
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Iterable, Mapping, Optional

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.arns import Role
from awscli_assume.model.credentials import format_time
from awscli_assume.model.identity_center import permission_set_of
from awscli_assume.model.role_creation.new_role import Call

# The name that the console gives to the policy.
ALL_SESSIONS = "AWSRevokeOlderSessions"
_SERVICE_PATH, _SERVICE_NAME = "/aws-service-role/", "AWSServiceRoleFor"
_IDENTITY_CENTER_GUIDE = (
    "https://docs.aws.amazon.com/singlesignon/latest/userguide/revoke-user-permissions.html"
)


@dataclass(frozen=True)
class Revocation:
    """The sessions of a role to revoke: all of them, or the one with ``user_id``.

    ``user_id`` is the value of ``aws:userid``: the role's ID, a colon and the session name.
    """

    role: Role
    user_id: Optional[str] = None

    @property
    def session_name(self) -> Optional[str]:
        """The name of the session, None for all sessions."""
        return None if self.user_id is None else self.user_id.partition(":")[2]

    @property
    def policy_name(self) -> str:
        """The name of the inline policy.

        One session has a policy of its own, so that it doesn't replace that of all sessions. A
        session name has only characters that the name of a policy may have.
        """
        name = self.session_name
        return ALL_SESSIONS if name is None else f"{ALL_SESSIONS}-{name}"

    @property
    def what(self) -> str:
        """What is revoked, for a message."""
        name = self.session_name
        return "all sessions" if name is None else f"the session {name}"

    def policy(self, until: datetime) -> Mapping[str, object]:
        """Return the policy for the sessions that STS issued up to a time, with its whole second.

        The time of AWS and that of a session have no fractions. The policy is AWS's own, with one
        condition more for a single session.
        """
        before = until.replace(microsecond=0) + timedelta(seconds=1)
        condition: dict[str, object] = {
            "DateLessThan": {"aws:TokenIssueTime": format_time(before)}
        }
        if self.user_id is not None:
            condition["StringEquals"] = {"aws:userid": self.user_id}
        return {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Deny",
                "Action": "*",
                "Resource": "*",
                "Condition": condition,
            },
        }

    def revoke_call(self, until: datetime) -> Call:
        """Return the call that revokes the sessions."""
        names = {"RoleName": self.role.name, "PolicyName": self.policy_name}
        return Call("PutRolePolicy", {**names, "PolicyDocument": self.policy(until)})

    def undo_calls(self, policy_names: Iterable[str]) -> list[Call]:
        """Return the calls that undo it; ``policy_names`` are the role's inline policies.

        For all sessions, the policies of single sessions are removed as well.
        """
        is_all = self.user_id is None
        return [
            Call("DeleteRolePolicy", {"RoleName": self.role.name, "PolicyName": name})
            for name in policy_names
            if name == self.policy_name or (is_all and name.startswith(f"{ALL_SESSIONS}-"))
        ]


def check_revocable(role: Role) -> None:
    """Raise InvalidRequest for a role whose policies nobody can change, with the place to go."""
    if role.path.startswith(_SERVICE_PATH) or role.name.startswith(_SERVICE_NAME):
        raise InvalidRequest(
            f"The role '{role.name}' is linked to a service of AWS, and its sessions can't be "
            "revoked (IAM refuses to change its policies). Stop the service's work in that "
            "service, or delete the role: aws iam delete-service-linked-role --role-name "
            f"{role.name}"
        )
    if role.name.startswith("AWSReservedSSO_"):
        raise permission_set_error(permission_set_of(role.name) or role.name)


def permission_set_error(permission_set: str) -> InvalidRequest:
    """Return the error for a session of a permission set, with the place to go."""
    return InvalidRequest(
        f"The role belongs to the permission set '{permission_set}', and only IAM Identity Center "
        "can change its policies. An administrator revokes its sessions there: "
        f"{_IDENTITY_CENTER_GUIDE}"
    )
