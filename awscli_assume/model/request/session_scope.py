"""Scopes: session policies that narrow a role session, by one word.

Sources: IAM User Guide, "Session policies" (a session has what the role and any of its session
policies allow, so two policies allow more than one) and "AWS managed policies for job functions".
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Iterable, Mapping, Optional

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.arns import iam_arn
from awscli_assume.model.request import limits

READ_ONLY, NONE = "read-only", "none"
# The path and the name of AWS's managed policy of each scope.
_MANAGED: Mapping[str, str] = {
    READ_ONLY: "ReadOnlyAccess",
    "view-only": "job-function/ViewOnlyAccess",
    "security-audit": "SecurityAudit",
}
# What a role chain needs of the roles before the last.
_CHAIN_ACTIONS = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}", re.ASCII)
# A policy of AWS, which every partition has.
_OF_AWS = re.compile(r"arn:[^:]+:iam::aws:")
_DEFAULT_PARTITION = "aws"


@dataclass(frozen=True)
class SessionScope:
    """A scope: managed policies by ARN, or one inline policy.

    The ARNs of AWS's own policies get the partition of the role later (``in_partition``).
    """

    name: str
    policy_arns: tuple[str, ...] = ()
    policy: Optional[str] = None

    def options(self) -> dict[str, object]:
        """Return the options of AssumeRole that stand for the scope."""
        arns = [{"arn": arn} for arn in self.policy_arns]
        return {"scope": self.name, "policy": self.policy, "policy_arns": arns or None}

    def is_policy_of(self, policy: Optional[str], policy_arns: Iterable[str]) -> bool:
        """Return whether session policies are those of the scope, in whatever partition."""
        arns = {in_partition(arn, _DEFAULT_PARTITION) for arn in policy_arns}
        own = {in_partition(arn, _DEFAULT_PARTITION) for arn in self.policy_arns}
        return policy == self.policy and arns == own


def managed_scope(name: str) -> Optional[SessionScope]:
    """Return the scope of one of AWS's managed policies, None for another name."""
    policy = _MANAGED.get(name)
    if policy is None:
        return None
    return SessionScope(name, (iam_arn(_DEFAULT_PARTITION, "aws", f"policy/{policy}"),))


def own_scope(name: str, policies: str) -> SessionScope:
    """Return a scope of the settings: ARNs between commas, or an inline policy as JSON.

    Raises InvalidRequest.
    """
    if policies.lstrip().startswith("{"):
        return SessionScope(name, policy=limits.policy(policies))
    arns = [piece for piece in re.split(r"[,\s]+", policies) if piece]
    if not arns:
        # A session without session policies would not be narrowed at all.
        raise InvalidRequest(f"The scope {name!r} has no policy")
    return SessionScope(name, limits.policy_arns([{"arn": arn} for arn in arns], None))


def check_scope_name(name: str) -> None:
    """Raise InvalidRequest for a name that the key of a setting can't have."""
    if not _NAME.fullmatch(name):
        raise InvalidRequest(
            f"Invalid scope {name!r}: it must have lower-case letters, digits, - and _ only"
        )


def unknown_scope(name: str, own: Iterable[str]) -> InvalidRequest:
    """Return the error for a scope that is not defined; ``own`` are those of the settings."""
    known = ", ".join([*_MANAGED, *sorted(own), NONE])
    return InvalidRequest(
        f"There is no scope {name!r}, only: {known}. To define it: aws configure set "
        f"assume.scope_{name} arn:aws:iam::aws:policy/ReadOnlyAccess"
    )


def in_partition(arn: str, partition: str) -> str:
    """Return the ARN of a policy in a partition, if it is one of AWS's own policies."""
    return _OF_AWS.sub(f"arn:{partition}:iam::aws:", arn)


def chain_policy(has_contexts: bool) -> str:
    """Return the session policy of the roles before the last: what the next call needs.

    ``has_contexts`` is whether the last request has provided contexts.
    """
    actions = [*_CHAIN_ACTIONS, *(["sts:SetContext"] if has_contexts else [])]
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return json.dumps(document, separators=(",", ":"))
