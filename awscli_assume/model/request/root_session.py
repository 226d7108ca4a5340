"""A privileged session on a member account: the request of AssumeRoot.

Sources: AWS STS API reference, "AssumeRoot"; IAM User Guide, "AWS managed policies for AWS
Identity and Access Management" and "Perform a privileged task on a member account".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.arns import find_arn, iam_arn
from awscli_assume.model.request.limits import in_seconds
from awscli_assume.model.request.role_specifier import similar_names

OPERATION = "AssumeRoot"
SECONDS_MAX = 900
# What each of the five policies allows.
TASK_POLICIES = {
    "IAMAuditRootUserCredentials": "see which credentials the root user has",
    "IAMCreateRootUserPassword": "allow password recovery of the root user",
    "IAMDeleteRootUserCredentials": "delete the root user's password, keys and MFA devices",
    "S3UnlockBucketPolicy": "delete a bucket policy that locks everybody out",
    "SQSUnlockQueuePolicy": "delete a queue policy that locks everybody out",
}
_PATH = "policy/root-task/"
UNKNOWN_PARTITION = "PARTITION"


@dataclass(frozen=True)
class RootRequest:
    """The account, the name of the task policy, and the seconds; None is STS's default (900)."""

    account_id: str
    task_policy: str
    seconds: Optional[int] = None

    def parameters(self, partition: str) -> dict[str, object]:
        """Return the parameters of AssumeRoot."""
        arn = iam_arn(partition, "aws", f"{_PATH}{self.task_policy}")
        found: dict[str, object] = {
            "TargetPrincipal": self.account_id,
            "TaskPolicyArn": {"arn": arn},
        }
        return found if self.seconds is None else {**found, "DurationSeconds": self.seconds}

    def arn(self, partition: str) -> str:
        """Return the ARN of the account's root user."""
        return iam_arn(partition, self.account_id, "root")

    @property
    def words(self) -> list[str]:
        """The words after ``aws assume`` that make the same request."""
        words = ["root", "--account-id", self.account_id, "--task-policy", self.task_policy]
        more = [] if self.seconds is None else ["--duration-seconds", str(self.seconds)]
        return [*words, *more]


def task_policy(text: str) -> str:
    """Return the name of a task policy, which may be given as an ARN. Raises InvalidRequest."""
    arn = find_arn(text)
    name = text if arn is None else arn.resource[len(_PATH) :]
    is_one = arn is None or (arn.account_id == "aws" and arn.resource.startswith(_PATH))
    if is_one and name in TASK_POLICIES:
        return name
    near = similar_names(text, TASK_POLICIES)
    hint = f" Try: --task-policy {near[0]}" if near else ""
    known = ", ".join(TASK_POLICIES)
    raise InvalidRequest(
        f"Invalid task policy {text!r}: AssumeRoot accepts these policies of AWS only: {known}."
        f"{hint}"
    )


def root_seconds(text: Optional[str]) -> Optional[int]:
    """Return the duration of a privileged session. Raises InvalidRequest."""
    if text is None:
        return None
    seconds = in_seconds(text)
    if not seconds.isdecimal() or not 1 <= int(seconds) <= SECONDS_MAX:
        raise InvalidRequest(
            f"Invalid duration {text!r}: a privileged session lasts from 1 to {SECONDS_MAX} "
            f"seconds. Try: --duration-seconds {SECONDS_MAX}"
        )
    return int(seconds)
