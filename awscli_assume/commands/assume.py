"""``aws assume``: assume a role and write its temporary credentials to a profile."""

from __future__ import annotations

import gc
from typing import Any, Optional

from awscli.argparser import ArgTableArgParser

from awscli_assume.arguments.profiles import target_arguments
from awscli_assume.arguments.role import role_verb_arguments
from awscli_assume.aws.sts.client import apply_client_settings
from awscli_assume.commands.verbs import VERBS, Verb, subcommands
from awscli_assume.host.context import CommandContext
from awscli_assume.host.environment import Environment
from awscli_assume.outputs.printing import print_object
from awscli_assume.outputs.summary import (
    SUMMARY_EXAMPLE,
    environment_warning,
    success_line,
    summary,
)
from awscli_assume.profiles.files import reread_fresh_files
from awscli_assume.profiles.state import ProfileState
from awscli_assume.workflow.credentials.mfa_code import answer_source_mfa
from awscli_assume.workflow.planning.make_plan import read_plan
from awscli_assume.workflow.planning.profile_selection import seconds_or_none
from awscli_assume.workflow.planning.typed_words import check_not_verb
from awscli_assume.workflow.target_profile import (
    check_target,
    obtain_and_write,
    preview_target,
    verify_profile,
    warn_about_target,
    with_target_name,
)


class AssumeCommand(Verb):
    """Assume a role through the CLI's own session and write it to a target profile."""

    NAME = "assume"
    EXAMPLE = SUMMARY_EXAMPLE

    def __init__(self, session: Any, environment: Optional[Environment] = None) -> None:
        super().__init__(session, environment)
        self.SUBCOMMANDS = subcommands(VERBS, self._environment)
        self._has_verb = True

    def arguments(self) -> list[dict[str, Any]]:
        """Return the role, the target profile, and the parameters of AssumeRole."""
        return role_verb_arguments(*target_arguments())

    def __call__(self, args: Any, parsed_globals: Any) -> Any:
        """Run the command, or the verb that its arguments begin with."""
        # All that the CLI has loaded stays until the process ends, which is soon: the
        # garbage collector need not go through it, now and at the end. With 5,000 profiles
        # that saves a sixth of a second (2.38.5).
        gc.freeze()
        _prepare_session(self._context(parsed_globals))
        # The CLI's parser passes a verb only the options that this command does not
        # have: it would keep the verb's --update-profile and --dry-run.
        if args[:1] == ["help"] and "".join(args[1:2]) in VERBS:
            args = [args[1], "help"]
        self.narrow(args)
        if args and args[0] in VERBS:
            return self.subcommand_table[args[0]](args[1:], parsed_globals)
        args = self._understood(list(args))
        parsed, others = ArgTableArgParser(self.arg_table).parse_known_args(args)
        profiles = self._session.full_config["profiles"]
        role = None if getattr(parsed, "account_id", None) else getattr(parsed, "role", None)
        check_not_verb(role, others, VERBS, profiles)
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
        plan = with_target_name(
            context,
            read_plan(context, parsed_args),
            parsed_args.login,
            is_called=not parsed_args.dry_run,
        )
        checked = check_target(context, plan)
        if parsed_args.dry_run:
            print_object(context, self.name, preview_target(context, checked))
            return 0
        state = checked.existing
        if state is None or not plan.satisfied_by(state, least, context.parsed_globals.region):
            state = obtain_and_write(context, checked, parsed_args.login)
        if parsed_args.verify:
            verify_profile(context, state)
        self._print(state, context)
        warn_about_target(context, checked)
        return 0

    def _print(self, state: ProfileState, context: CommandContext) -> None:
        environment = context.environment
        print_object(context, self.name, summary(state))
        environment.notify(success_line(state, environment.now(), environment.variables))
        environment.notify(environment_warning(state.name, environment.variables))


def _prepare_session(context: CommandContext) -> None:
    """Apply the plugin's options and keys to what botocore does by itself.

    botocore reads files that were just written, creates clients for a source profile, and asks
    for an MFA code.
    """
    reread_fresh_files(context.session)
    apply_client_settings(context)
    answer_source_mfa(context)
