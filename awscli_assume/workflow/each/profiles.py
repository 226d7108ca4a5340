"""``--write-profiles``: a profile for each selected account in place of a command."""

from __future__ import annotations

from typing import Sequence, Union

from awscli_assume.arguments.each_command import read_each_options
from awscli_assume.arguments.write_profiles import WriteRequest
from awscli_assume.errors import InvalidRequest
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import ParsedArgs
from awscli_assume.model.targets.account import TargetAccount
from awscli_assume.workflow.each.roles import PlannedRole, TargetRole, TargetRoles
from awscli_assume.workflow.many_roles.write_profiles import AccountRole, write_account_profiles


def write_each_profile(
    context: CommandContext,
    parsed_args: ParsedArgs,
    request: WriteRequest,
    roles: TargetRoles,
    accounts: Sequence[TargetAccount],
) -> int:
    """Write a profile for each account, and return the exit code. Raises InvalidRequest."""
    planned = [_account_role(one, roles.attempt(one)) for one in accounts]
    workers = read_each_options(parsed_args).workers
    return write_account_profiles(context, request, planned, workers, roles.check_source)


def _account_role(account: TargetAccount, role: Union[TargetRole, Exception]) -> AccountRole:
    if isinstance(role, (PlannedRole, Exception)):
        plan = role.plan if isinstance(role, PlannedRole) else role
        return AccountRole(account.account_id, account.name, plan)
    raise InvalidRequest(
        f"IAM Identity Center grants the role in {account.label}, and --write-profiles is for "
        "roles that STS assumes. For profiles of what Identity Center grants: aws assume profiles"
    )
