"""``aws assume``: assume a role and keep it as a named profile."""

from __future__ import annotations

import gc
from typing import Any, Optional, Union

from awscli.argparser import ArgTableArgParser

from awscli_assume.arguments.copy_source import copy_arguments
from awscli_assume.arguments.identity_provider import identity_provider_arguments
from awscli_assume.arguments.role import role_arguments
from awscli_assume.arguments.sts import sts_arguments
from awscli_assume.arguments.target_profile import target_arguments
from awscli_assume.aws.client_settings import apply_client_settings
from awscli_assume.commands.verbs import VERBS, Verb, check_not_verb, subcommands
from awscli_assume.host.context import CommandContext
from awscli_assume.host.environment import Environment
from awscli_assume.outputs.printing import print_object
from awscli_assume.outputs.summary import (
    chaining_note,
    clamped_note,
    environment_warning,
    permission_warning,
    replaced_note,
    success_line,
    summary,
)
from awscli_assume.profiles.files import ProfileFiles, is_open_to_others, locate
from awscli_assume.profiles.ownership import check_not_source, check_ours
from awscli_assume.profiles.record import read_record
from awscli_assume.profiles.source import is_role_session
from awscli_assume.profiles.state import ProfileState, inspect
from awscli_assume.profiles.target import (
    Target,
    check_writable,
    region_to_write,
    state_of,
    target_edits,
    write_targets,
)
from awscli_assume.profiles.writer.diff import preview
from awscli_assume.workflow.credentials.assume_role import assume_planned_role
from awscli_assume.workflow.credentials.copy_source import Copy, carry_out_copy, plan_copy
from awscli_assume.workflow.credentials.login import signed_in
from awscli_assume.workflow.credentials.source_codes import answer_for_sources
from awscli_assume.workflow.dry_run import dry_run_result, expected_target, with_known_role
from awscli_assume.workflow.existing_credentials import holds, is_enough
from awscli_assume.workflow.planning.plan import Plan, make_plan
from awscli_assume.workflow.planning.profile_selection import seconds_or_none
from awscli_assume.workflow.refresh.credential_process import (
    check_renewable,
    forget,
    keep_fresh,
    make_target,
    renewal_warning,
)


class AssumeCommand(Verb):
    """Assume a role through the CLI's own session and write it to a target profile."""

    NAME = "assume"

    def __init__(self, session: Any, environment: Optional[Environment] = None) -> None:
        super().__init__(session, environment)
        self.SUBCOMMANDS = subcommands(VERBS, self._environment)
        self._has_verb = True

    def arguments(self) -> list[dict[str, Any]]:
        """Return the role, the target profile, and the parameters of AssumeRole."""
        return [
            *role_arguments(),
            *copy_arguments(),
            *target_arguments(),
            *sts_arguments(),
            *identity_provider_arguments(),
        ]

    def __call__(self, args: Any, parsed_globals: Any) -> Any:
        """Run the command, or the verb that its arguments begin with."""
        # All that the CLI has loaded stays until the process ends, which is soon: the
        # collector need not go through it, here and at the end. With 5,000 profiles
        # that is a sixth of a second (2.38.5).
        gc.freeze()
        context = self._context(parsed_globals)
        apply_client_settings(context)
        answer_for_sources(context)
        # The CLI's parser gives a verb only what the command itself does not
        # know: it would keep the verb's --update-profile and --dry-run.
        self.narrow(args)
        if args and args[0] in VERBS:
            return self.subcommand_table[args[0]](args[1:], parsed_globals)
        parsed, others = ArgTableArgParser(self.arg_table).parse_known_args(args)
        profiles = self._session.full_config["profiles"]
        check_not_verb(getattr(parsed, "role", None), others, profiles)
        self._has_verb = False
        return super().__call__(args, parsed_globals)

    def narrow(self, args: Any) -> None:
        """Load the verb that a command line begins with, and no other."""
        if args and args[0] in VERBS:
            self.SUBCOMMANDS = subcommands(args[:1], self._environment)
            self._subcommand_table = self._build_subcommand_table()

    def _build_subcommand_table(self) -> Any:
        # The CLI's parser would take the word that names a role for a verb.
        return super()._build_subcommand_table() if self._has_verb else {}

    def _run(self, parsed_args: Any, context: CommandContext) -> int:
        least = seconds_or_none(parsed_args.min_ttl, "--min-ttl")
        make = plan_copy if parsed_args.copy_source else make_plan
        # The target may be the profile of the settings, and has inherited by then.
        written = dict(context.session.full_config["profiles"])
        plan = make(context, parsed_args)
        files = locate(context.session)
        before = written.get(plan.profile_pair.target)
        check_not_source(plan.profile_pair.target, plan.profile_pair.source)
        check_ours(plan.profile_pair.target, before)
        check_writable(files)
        held = inspect(plan.profile_pair.target, before, context.environment.now())
        if isinstance(plan, Plan):
            check_renewable(plan)
        if parsed_args.dry_run:
            return self._dry_run(plan, files, context)
        if not self._is_enough(held, least, plan, context):
            held = self._assume_and_write(plan, files, held, parsed_args, context)
        self._print(held, context)
        self._tell_neighbours(plan, files, context)
        return 0

    def _is_enough(
        self, held: Any, least: Optional[int], plan: Union[Plan, Copy], context: CommandContext
    ) -> bool:
        if isinstance(plan, Copy):
            return holds(held, least, plan.record(), context.parsed_globals.region)
        profiles = context.session.full_config["profiles"]
        known = plan if least is None else with_known_role(plan, profiles)
        return is_enough(held, least, known, context.parsed_globals.region)

    def _assume_and_write(
        self,
        plan: Union[Plan, Copy],
        files: ProfileFiles,
        held: Optional[ProfileState],
        parsed_args: Any,
        context: CommandContext,
    ) -> ProfileState:
        environment = context.environment
        before = context.session.full_config["profiles"].get(plan.profile_pair.target)
        target = signed_in(context, lambda: self._obtain(plan, before, context), parsed_args.login)
        # First, for without its cache such a profile would be of no use.
        keep_fresh(target, environment)
        write_targets(files, [target])
        forget(held, target)
        environment.notify(replaced_note(held, target.record))
        environment.notify(
            renewal_warning(plan.profile_pair, target, context.session.full_config["profiles"])
        )
        return state_of(target, before, environment.now())

    def _obtain(self, plan: Union[Plan, Copy], before: Any, context: CommandContext) -> Target:
        environment = context.environment
        if isinstance(plan, Copy):
            copied = carry_out_copy(context, plan)
            region = region_to_write(before, context.parsed_globals.region, copied.region)
            return Target(
                plan.profile_pair.target, copied.credentials, plan.record(region), region
            )
        assumed = assume_planned_role(context, plan)
        region = region_to_write(before, context.parsed_globals.region, assumed.region)
        return make_target(plan, assumed, region, environment)

    def _dry_run(
        self, plan: Union[Plan, Copy], files: ProfileFiles, context: CommandContext
    ) -> int:
        profiles = context.session.full_config["profiles"]
        if isinstance(plan, Plan):
            plan = with_known_role(plan, profiles)
        target = expected_target(
            plan, profiles, context.parsed_globals.region, context.environment
        )
        answer = dry_run_result([plan], preview(target_edits(files, [target])))
        print_object(context, self.name, answer)
        if isinstance(plan, Plan):
            context.environment.notify(clamped_note(plan.request))
        return 0

    def _print(self, state: Any, context: CommandContext) -> None:
        environment = context.environment
        print_object(context, self.name, summary(state))
        now, variables = environment.now(), environment.variables
        environment.notify(success_line(state, now, variables))
        environment.notify(environment_warning(state.name, variables))

    def _tell_neighbours(
        self, plan: Union[Plan, Copy], files: ProfileFiles, context: CommandContext
    ) -> None:
        source = plan.profile_pair.source
        is_by_variable = context.parsed_globals.profile is None and isinstance(plan, Plan)
        profile = context.session.full_config["profiles"].get(source)
        if source and is_by_variable and read_record(profile) and is_role_session(profile):
            context.environment.notify(chaining_note(source))
        if is_open_to_others(files.credentials):
            context.environment.notify(permission_warning(files.credentials))
