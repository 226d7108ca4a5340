"""``aws assume each``: run one command in many accounts."""

from __future__ import annotations

from typing import Any, Optional

from awscli_assume.arguments.assume_role import sts_arguments
from awscli_assume.arguments.each_command import each_command_argument, each_command_arguments
from awscli_assume.arguments.each_output import each_output_arguments, read_each_output
from awscli_assume.arguments.identity_provider import identity_provider_arguments
from awscli_assume.arguments.profiles import login_argument
from awscli_assume.arguments.role import role_arguments
from awscli_assume.arguments.targets import target_arguments
from awscli_assume.arguments.write_profiles import write_profiles_arguments
from awscli_assume.commands.verbs import Verb
from awscli_assume.host.context import CommandContext
from awscli_assume.outputs.each.target_list import TARGET_LIST_EXAMPLE
from awscli_assume.outputs.printing import check_stdout
from awscli_assume.outputs.profile_list import LISTING_EXAMPLE
from awscli_assume.workflow.each.run import list_targets, run_each
from awscli_assume.workflow.planning.typed_words import check_command_is_apart, split_command


class EachCommand(Verb):
    """Assume a role in each account, and run a command there."""

    NAME = "each"

    def arguments(self) -> list[dict[str, Any]]:
        """Return the role, the accounts, the regions, the results and the command."""
        return [
            *role_arguments(),
            *target_arguments(),
            *each_command_arguments(),
            *each_output_arguments(),
            *write_profiles_arguments(),
            login_argument(),
            *sts_arguments(),
            *identity_provider_arguments(),
            each_command_argument(),
        ]

    def __call__(self, args: Any, parsed_globals: Any) -> Any:
        """Run the command. Everything after the first ``--`` belongs to it."""
        own, self._command = split_command(args)
        return super().__call__(own, parsed_globals)

    def example(self, parsed_args: Any) -> Optional[object]:
        """Return an object with the types of the list of accounts, or of the written profiles."""
        if parsed_args.list:
            return TARGET_LIST_EXAMPLE
        return LISTING_EXAMPLE if parsed_args.write_profiles and not parsed_args.dry_run else None

    def check_output(self, parsed_args: Any, context: CommandContext) -> None:
        """Raise an error if stdout is closed or full, or the list can't be printed."""
        if parsed_args.list or parsed_args.write_profiles:
            super().check_output(parsed_args, context)
        check_stdout(context)

    def _run(self, parsed_args: Any, context: CommandContext) -> int:
        check_command_is_apart(self.NAME, parsed_args)
        if parsed_args.merge_results:
            # Imported here: no other command line reads files of results.
            from awscli_assume.outputs.each.joined import join_results

            output = read_each_output(parsed_args, context.parsed_globals, self._command)
            return join_results(context, output)
        if parsed_args.list:
            return list_targets(context, parsed_args)
        return run_each(context, parsed_args, self._command)
