"""``aws assume``: assume a role and keep it as a named profile."""

from __future__ import annotations

import gc
from typing import Any, Optional, Union

from awscli.argparser import ArgTableArgParser
from awscli.customizations.commands import BasicCommand

import awscli_assume
from awscli_assume.arguments.identity_provider import (
    exclude_identity_tokens,
    identity_provider_arguments,
)
from awscli_assume.arguments.profiles import copy_arguments, target_arguments
from awscli_assume.arguments.role import role_arguments
from awscli_assume.arguments.sts import sts_arguments
from awscli_assume.aws.client_settings import apply_client_settings
from awscli_assume.commands.verb_words import check_no_verb
from awscli_assume.commands.verbs import VERBS, entries
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


class AssumeCommand(BasicCommand):
    """Assume a role through the CLI's own session and write it to a target profile."""

    NAME = "assume"
    SUBCOMMANDS = entries(*VERBS)
    DESCRIPTION = BasicCommand.FROM_FILE("assume", "_description.rst", root_module=awscli_assume)
    SYNOPSIS = ""
    EXAMPLES = BasicCommand.FROM_FILE("assume", "_examples.rst", root_module=awscli_assume)

    def __init__(self, session: Any, environment: Optional[Environment] = None) -> None:
        super().__init__(session)
        exclude_identity_tokens(session, self.NAME)
        self.ARG_TABLE = role_arguments() + copy_arguments() + target_arguments()
        self.ARG_TABLE += sts_arguments() + identity_provider_arguments()
        self._environment = environment if environment is not None else Environment()
        self._has_verb = True

    def __call__(self, args: Any, parsed_globals: Any) -> Any:
        """Run the command, or the verb that its arguments begin with."""
        # All that the CLI has loaded stays until the process ends, which is soon: the
        # collector need not go through it, here and at the end. With 5,000 profiles
        # that is a sixth of a second (2.38.5).
        gc.freeze()
        apply_client_settings(self._session, parsed_globals)
        answer_for_sources(self._session, self._environment)
        # The CLI's parser gives a verb only what the command itself does not
        # know: it would keep the verb's --update-profile and --dry-run.
        self.narrow(args)
        if args and args[0] in VERBS:
            return self.subcommand_table[args[0]](args[1:], parsed_globals)
        parsed, others = ArgTableArgParser(self.arg_table).parse_known_args(args)
        check_no_verb(
            getattr(parsed, "role", None),
            others,
            VERBS,
            self._session.full_config["profiles"],
        )
        self._has_verb = False
        return super().__call__(args, parsed_globals)

    def narrow(self, args: Any) -> None:
        """Load the verb that a command line begins with, and no other."""
        if args and args[0] in VERBS:
            self.SUBCOMMANDS = entries(args[0])
            self._subcommand_table = self._build_subcommand_table()

    def _build_subcommand_table(self) -> Any:
        # The CLI's parser would take the word that names a role for a verb.
        return super()._build_subcommand_table() if self._has_verb else {}

    def _run_main(self, parsed_args: Any, parsed_globals: Any) -> int:
        least = seconds_or_none(parsed_args.min_ttl, "--min-ttl")
        make = plan_copy if parsed_args.copy_source else make_plan
        # The target may be the profile of the settings, and has inherited by then.
        written = dict(self._session.full_config["profiles"])
        plan = make(self._session, parsed_args, parsed_globals, self._environment)
        files = locate(self._session)
        before = written.get(plan.profile_pair.target)
        check_not_source(plan.profile_pair.target, plan.profile_pair.source)
        check_ours(plan.profile_pair.target, before)
        check_writable(files)
        held = inspect(plan.profile_pair.target, before, self._environment.now())
        if isinstance(plan, Plan):
            check_renewable(plan)
        if parsed_args.dry_run:
            return self._dry_run(plan, files, parsed_globals)
        if not self._is_enough(held, least, plan, parsed_globals):
            held = self._assume_and_write(plan, files, held, parsed_args, parsed_globals)
        self._print(held, parsed_globals)
        self._tell_neighbours(plan, files, parsed_globals)
        return 0

    def _is_enough(
        self, held: Any, least: Optional[int], plan: Union[Plan, Copy], parsed_globals: Any
    ) -> bool:
        if isinstance(plan, Copy):
            return holds(held, least, plan.record(), parsed_globals.region)
        profiles = self._session.full_config["profiles"]
        known = plan if least is None else with_known_role(plan, profiles)
        return is_enough(held, least, known, parsed_globals.region)

    def _assume_and_write(
        self, plan: Union[Plan, Copy], files: ProfileFiles, held: Optional[ProfileState],
        parsed_args: Any, parsed_globals: Any,
    ) -> ProfileState:  # fmt: skip
        environment = self._environment
        before = self._session.full_config["profiles"].get(plan.profile_pair.target)
        target = signed_in(
            self._session,
            lambda: self._obtain(plan, before, parsed_globals),
            parsed_args.login,
            environment,
        )
        # First, for without its cache such a profile would be of no use.
        keep_fresh(target, environment)
        write_targets(files, [target])
        forget(held, target)
        environment.notify(replaced_note(held, target.record))
        environment.notify(
            renewal_warning(plan.profile_pair, target, self._session.full_config["profiles"])
        )
        return state_of(target, before, environment.now())

    def _obtain(self, plan: Union[Plan, Copy], before: Any, parsed_globals: Any) -> Target:
        environment = self._environment
        if isinstance(plan, Copy):
            copied = carry_out_copy(self._session, parsed_globals, plan, environment)
            region = region_to_write(before, parsed_globals.region, copied.region)
            return Target(
                plan.profile_pair.target, copied.credentials, plan.record(region), region
            )
        assumed = assume_planned_role(self._session, parsed_globals, plan, environment)
        region = region_to_write(before, parsed_globals.region, assumed.region)
        return make_target(plan, assumed, region, environment)

    def _dry_run(self, plan: Union[Plan, Copy], files: ProfileFiles, parsed_globals: Any) -> int:
        profiles = self._session.full_config["profiles"]
        if isinstance(plan, Plan):
            plan = with_known_role(plan, profiles)
        target = expected_target(plan, profiles, parsed_globals.region, self._environment)
        answer = dry_run_result([plan], preview(target_edits(files, [target])))
        print_object(self._session, parsed_globals, self.name, answer, self._environment)
        if isinstance(plan, Plan):
            self._environment.notify(clamped_note(plan.request))
        return 0

    def _print(self, state: Any, parsed_globals: Any) -> None:
        environment = self._environment
        print_object(self._session, parsed_globals, self.name, summary(state), environment)
        now, variables = environment.now(), environment.variables
        environment.notify(success_line(state, now, variables))
        environment.notify(environment_warning(state.name, variables))

    def _tell_neighbours(
        self, plan: Union[Plan, Copy], files: ProfileFiles, parsed_globals: Any
    ) -> None:
        source = plan.profile_pair.source
        is_by_variable = parsed_globals.profile is None and isinstance(plan, Plan)
        profile = self._session.full_config["profiles"].get(source)
        if source and is_by_variable and read_record(profile) and is_role_session(profile):
            self._environment.notify(chaining_note(source))
        if is_open_to_others(files.credentials):
            self._environment.notify(permission_warning(files.credentials))
