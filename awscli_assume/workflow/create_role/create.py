"""Compare a planned role with an existing one, create it, and wait until it can be assumed."""

from __future__ import annotations

from typing import Iterator, Mapping, Optional, Sequence

from awscli_assume.aws.iam import role_creation
from awscli_assume.aws.iam.role_creation import (
    RoleCreation,
    get_role_policies,
    is_provider_missing,
    wait_until_assumable,
)
from awscli_assume.aws.optional_call import error_code
from awscli_assume.host import ClientError
from awscli_assume.host.context import CommandContext
from awscli_assume.model.request.session_names import DEFAULT_SESSION_NAME, render, session_date
from awscli_assume.model.role_creation.new_trust import without_mfa
from awscli_assume.model.role_creation.role_difference import differences, external_id_of
from awscli_assume.model.role_creation.trust_terms import OIDC
from awscli_assume.outputs import new_role as texts
from awscli_assume.workflow.create_role.plan import CreateRolePlan
from awscli_assume.workflow.run.signals import ended_as_by_ctrl_c


def find_existing_role(plan: CreateRolePlan) -> Optional[Mapping[str, object]]:
    """Return the ``Role`` of GetRole; None if it does not exist or the caller may not read it."""
    try:
        return role_creation.find_existing_role(plan.account.iam, plan.role.role.name)
    except ClientError as error:
        # CreateRole fails if the name is taken, so GetRole is not essential.
        if error_code(error) in ("AccessDenied", "AccessDeniedException"):
            return None
        raise


def compare(
    plan: CreateRolePlan, existing: Mapping[str, object]
) -> tuple[Sequence[Mapping[str, object]], Optional[str]]:
    """Return the differences, and the external ID if an earlier run generated it."""
    external_id = external_id_of(existing.get("AssumeRolePolicyDocument"))
    if external_id is not None:
        plan = plan.with_external_id(external_id)
    rows = differences(plan.role, get_role_policies(plan.account.iam, existing))
    is_generated = plan.options.is_to_generate and not rows
    return rows, external_id if is_generated else None


def trust_warnings(plan: CreateRolePlan, profile: Optional[str]) -> Iterator[str]:
    """Yield a warning for each principal that cannot assume the role yet, or at all.

    The suggested commands have the source ``profile``.
    """
    options, caller = plan.options, plan.account.caller
    for arn in without_mfa(options.terms, options.trust_conditions, plan.principals):
        yield texts.without_mfa_warning(arn)
    prefix = f"arn:{caller.partition}:iam::{caller.account_id}:oidc-provider/"
    for provider in dict.fromkeys(term.who for term in options.terms if term.kind == OIDC):
        if is_provider_missing(plan.account.optional_client, prefix + provider):
            yield texts.provider_warning(provider, profile)


def create(context: CommandContext, plan: CreateRolePlan) -> Mapping[str, object]:
    """Create the role and return the ``Role`` of CreateRole.

    The requests are shown first. If a request fails or the command is interrupted, the
    earlier ones are undone, and the commands that undo the rest are shown.
    """
    notify = context.environment.notify
    notify(texts.requests_text(plan.role.calls()))
    creation = RoleCreation(plan.role, plan.account.create_client, plan.account.iam)
    with ended_as_by_ctrl_c():
        try:
            return creation.run()
        except BaseException:
            remains = creation.rollback
            profile = context.parsed_globals.profile
            notify(
                texts.remains_text(
                    remains.undone, remains.cleanup_commands, remains.may_exist, profile
                )
            )
            raise


def wait(context: CommandContext, plan: CreateRolePlan, role_arn: str) -> bool:
    """Wait until the caller can assume the role; return False if STS denies it for a minute."""
    environment, account = context.environment, plan.account
    values = {
        "user": environment.login_name(),
        "host": environment.host_name(),
        "date": session_date(environment.now().astimezone()),
        "role": plan.role.role.name,
        "account": account.caller.account_id,
    }
    session_name = render(DEFAULT_SESSION_NAME, values)
    external_id = plan.options.trust_conditions.external_id
    return wait_until_assumable(account.sts, role_arn, session_name, external_id)
