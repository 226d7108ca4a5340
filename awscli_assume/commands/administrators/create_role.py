"""``aws assume create-role``: create a role, with the trust policy that lets it be assumed."""

from __future__ import annotations

from typing import Any, Mapping

from awscli_assume.arguments.create_role import create_role_arguments, read_options
from awscli_assume.commands.verbs import Verb
from awscli_assume.host.context import CommandContext
from awscli_assume.outputs import new_role as texts
from awscli_assume.outputs.printing import print_object
from awscli_assume.workflow.create_role.create import (
    compare,
    create,
    find_existing_role,
    trust_warnings,
    wait,
)
from awscli_assume.workflow.create_role.plan import CreateRolePlan, make_create_role_plan

# The role exists and differs, or STS does not allow it yet.
NOT_AS_REQUESTED = 1


class CreateRoleCommand(Verb):
    """Create a role and its permissions, or nothing. An existing role is never changed."""

    NAME = "create-role"
    EXAMPLE = texts.ROLE_EXAMPLE

    def arguments(self) -> list[dict[str, Any]]:
        """Return the principals to trust, the permissions, and the parameters of CreateRole."""
        return create_role_arguments()

    def _run(self, parsed_args: Any, context: CommandContext) -> int:
        notify = context.environment.notify
        plan = make_create_role_plan(context, read_options(parsed_args), parsed_args.wait)
        existing = find_existing_role(plan)
        if existing is not None:
            return self._compare(context, plan, existing)
        for text in trust_warnings(plan, context.parsed_globals.profile):
            notify(text)
        if parsed_args.dry_run:
            print_object(context, self.name, texts.requests(plan.role.calls()))
            return 0
        plan = plan.with_external_id()
        role = create(context, plan)
        print_object(context, self.name, {"Role": role})
        notify(_created_text(context, plan, role))
        if not parsed_args.wait:
            return 0
        arn = str(role["Arn"])
        is_assumable = wait(context, plan, arn)
        notify(texts.waited_line(is_assumable, arn))
        return 0 if is_assumable else NOT_AS_REQUESTED

    def _compare(
        self, context: CommandContext, plan: CreateRolePlan, existing: Mapping[str, Any]
    ) -> int:
        arn = existing["Arn"]
        differences, external_id = compare(plan, existing)
        shown = texts.difference(differences, arn) if differences else {"Role": existing}
        print_object(context, self.name, shown)
        context.environment.notify(texts.existing_line(arn, len(differences)))
        if external_id is not None:
            context.environment.notify(texts.external_id_line(external_id))
        return NOT_AS_REQUESTED if differences else 0


def _created_text(context: CommandContext, plan: CreateRolePlan, role: Mapping[str, Any]) -> str:
    external_id = plan.options.trust_conditions.external_id
    text = texts.external_id_line(external_id or "") if plan.options.is_to_generate else ""
    command = None
    if plan.trusts_caller:
        name = f"{role['Path']}{role['RoleName']}".lstrip("/")
        command = texts.assume_line(name, external_id, context.parsed_globals.profile)
    return text + texts.created_line(role["Arn"], command)
