"""Who asks IAM about a role: the caller, or another profile of the role's account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

from awscli_assume.aws.callers import get_caller_identity
from awscli_assume.aws.sts.client_pool import SourceClients
from awscli_assume.errors import NoTerminal, UnexpectedAnswer
from awscli_assume.host import BotoCoreError, ClientError
from awscli_assume.host.context import CommandContext
from awscli_assume.model.arns import Role
from awscli_assume.model.diagnosis import ROLE, UNKNOWN, Step
from awscli_assume.workflow.credentials.assume_role import source_mfa_device_named
from awscli_assume.workflow.explain.subject import Subject
from awscli_assume.workflow.explain.suggested_commands import Lines


@dataclass(frozen=True)
class RoleLookup:
    """Who asks IAM about the role, and where they are; ``profile`` is None for the caller."""

    iam: Any
    partition: str
    account_id: str
    profile: Optional[str] = None

    @property
    def name(self) -> str:
        """Who it is, in words."""
        return "the caller" if self.profile is None else f"the profile '{self.profile}'"

    def sees(self, role: Role) -> bool:
        """Return whether IAM shows them the role: it finds those of one account, by name alone."""
        return (self.partition, self.account_id) == (role.partition, role.account_id)


def find_role_lookup(
    context: CommandContext, subject: Optional[Subject], profile: Optional[str]
) -> tuple[Optional[RoleLookup], Optional[Step]]:
    """Return who asks IAM about the role; a step where another profile can't."""
    if profile is None:
        if subject is None:
            return None, None
        own = subject.identity.caller
        return RoleLookup(subject.iam(), own.partition, own.account_id), None
    try:
        with source_mfa_device_named(context.session):
            signer = SourceClients(context).get(profile)
        their = get_caller_identity(signer.client).caller
        iam = signer.iam() if signer.iam is not None else None
    except (ClientError, BotoCoreError, UnexpectedAnswer, NoTerminal) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        evidence = f"the profile '{profile}' of --role-account-profile can't be used: {first}"
        command = Lines(profile, None).by_caller("sts", "get-caller-identity")
        return None, Step(ROLE, UNKNOWN, (evidence,), (command,))
    return RoleLookup(iam, their.partition, their.account_id, profile), None
