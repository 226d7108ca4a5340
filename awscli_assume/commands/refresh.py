"""``aws assume refresh``: assume again as recorded, one profile or many at once."""

from __future__ import annotations

from typing import Any, Mapping

from awscli_assume.arguments.each_command import read_workers, workers_argument
from awscli_assume.arguments.options import flag, text
from awscli_assume.arguments.profiles import dry_run_argument, profile_arguments, verify_argument
from awscli_assume.commands.verbs import Verb
from awscli_assume.host.context import CommandContext
from awscli_assume.outputs.printing import PARTIAL_FAILURE, print_object
from awscli_assume.outputs.profile_list import LISTING_EXAMPLE, listing
from awscli_assume.profiles.files import locate
from awscli_assume.workflow.planning.profile_selection import (
    check_alone,
    is_one_named,
    profiles_to_refresh,
)
from awscli_assume.workflow.planning.source_profile import read_profiles
from awscli_assume.workflow.refresh.batch import (
    Renewal,
    check_can_write,
    plan_renewals,
    preview_renewals,
    renew,
    verify_renewals,
    with_targets,
    write_renewals,
)


class RefreshCommand(Verb):
    """Renew the credentials of profiles of ours, with one replace of each file at the end."""

    NAME = "refresh"
    EXAMPLE = LISTING_EXAMPLE

    def arguments(self) -> list[dict[str, Any]]:
        """Return the profiles to refresh, and --dry-run."""
        return [
            *profile_arguments("The profile to refresh."),
            flag("all", "Refresh every profile that aws assume wrote."),
            text(
                "expiring-within",
                "Refresh the profiles that aws assume wrote and that expire within this many "
                "seconds, or within a duration such as 15m.",
            ),
            workers_argument("profiles are refreshed"),
            verify_argument(),
            dry_run_argument(),
        ]

    def _run(self, parsed_args: Any, context: CommandContext) -> int:
        check_alone(parsed_args, "name", "update_profile", "all", "expiring_within")
        workers = read_workers(parsed_args)
        renewals = plan_renewals(
            profiles_to_refresh(context, parsed_args), read_profiles(context), context
        )
        _raise_if_named(renewals, parsed_args)
        notes = [one.plan.agent_note() for one in renewals if one.plan is not None]
        context.environment.notify("".join(dict.fromkeys(notes)))
        files, is_named = locate(context.session), is_one_named(parsed_args)
        result: Mapping[str, object]
        if parsed_args.dry_run:
            renewals, result = preview_renewals(context, files, renewals, is_named)
        else:
            renewals = check_can_write(context, files, renewals, is_named)
            _raise_if_named(renewals, parsed_args)
            renewals = with_targets(context, renew(context, renewals, workers))
            _raise_if_named(renewals, parsed_args)
            renewals = write_renewals(files, renewals, is_named)
            if parsed_args.verify:
                renewals = verify_renewals(context, renewals)
                _raise_if_named(renewals, parsed_args)
            result = listing([one.after for one in renewals], _errors(renewals))
        print_object(context, self.name, result)
        return self._report(renewals, parsed_args.dry_run)

    def _report(self, renewals: list[Renewal], is_dry_run: bool) -> int:
        failed = [one for one in renewals if one.error is not None]
        for one in failed:
            self._environment.notify(f"aws: [ERROR]: {one.state.name}: {one.error}\n")
        done = len(renewals) - len(failed)
        verb = "Would refresh" if is_dry_run else "Refreshed"
        self._environment.notify(f"{verb} {done} of {len(renewals)} profiles\n")
        return PARTIAL_FAILURE if failed else 0


def _raise_if_named(renewals: list[Renewal], parsed_args: Any) -> None:
    """Raise the error of the one profile that was named."""
    if is_one_named(parsed_args) and renewals[0].error:
        raise renewals[0].error


def _errors(renewals: list[Renewal]) -> dict[str, str]:
    return {one.state.name: str(one.error) for one in renewals if one.error is not None}
