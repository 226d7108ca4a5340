"""The roles that the user can assume (a stand-in until the branch `roles` is merged)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

from awscli_assume.host.context import CommandContext
from awscli_assume.model.arns import find_arn
from awscli_assume.model.assumable_role import PROFILE, AssumableRole


@dataclass(frozen=True)
class RoleList:
    """The roles, and a sentence for each place that could not be listed."""

    roles: tuple[AssumableRole, ...]
    failures: tuple[str, ...]


def list_roles(
    context: CommandContext,
    words: Sequence[str] = (),
    trusting_me: bool = False,
    no_cache: bool = False,
    use_network: bool = True,
) -> RoleList:
    """Return the roles that profiles name."""
    found = []
    for name, profile in context.session.full_config["profiles"].items():
        arn = find_arn(profile.get("role_arn", ""))
        if arn is not None and "assumed" not in profile:
            account_name = profile.get("account_name")
            role = arn.resource.partition("/")[2]
            found.append(
                AssumableRole(role, arn.account_id, account_name, PROFILE, str(arn), name)
            )
    return RoleList(tuple(one for one in found if one.matches(words)), ())
