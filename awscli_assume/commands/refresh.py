"""``aws assume refresh``: assume again as recorded, one profile or many at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Mapping, Optional, Sequence

from awscli_assume.arguments.sts import flag, text
from awscli_assume.arguments.target_profile import dry_run_argument, profile_argument
from awscli_assume.commands.verbs import Verb
from awscli_assume.host.context import CommandContext
from awscli_assume.outputs.listing import listing
from awscli_assume.outputs.printing import print_object
from awscli_assume.profiles.files import ProfileFiles, locate
from awscli_assume.profiles.state import REPLACED, ProfileState, inspect_all
from awscli_assume.profiles.target import check_writable, target_edits, write_each, write_targets
from awscli_assume.profiles.writer.diff import preview
from awscli_assume.profiles.writer.verify import Refused
from awscli_assume.workflow.planning.profile_selection import check_alone, choose_one, seconds
from awscli_assume.workflow.planning.source_profile import read_profiles
from awscli_assume.workflow.refresh.batch import Renewal, plan_renewals, renew, with_targets
from awscli_assume.workflow.refresh.credential_process import remove_old_cache
from awscli_assume.workflow.target_profile import dry_run_result, expected_target

# Some worked and some did not: what `aws s3 cp` ends with in that case.
PARTIAL_FAILURE = 1


class RefreshCommand(Verb):
    """Renew the credentials of profiles of ours, with one replace of each file at the end."""

    NAME = "refresh"

    def arguments(self) -> list[dict[str, Any]]:
        """Return the profiles to refresh, and --dry-run."""
        return [
            profile_argument("The profile to refresh."),
            flag("all", "Refresh every profile of ours."),
            text(
                "expiring-within",
                "Refresh every profile of ours that has less than this many seconds left.",
            ),
            dry_run_argument(),
        ]

    def _run(self, parsed_args: Any, context: CommandContext) -> int:
        check_alone(parsed_args, "update_profile", "all", "expiring_within")
        renewals = plan_renewals(
            self._chosen(parsed_args, context), read_profiles(context), context
        )
        _raise_if_named(renewals, parsed_args)
        files = locate(context.session)
        check_writable(files)
        run = self._dry_run if parsed_args.dry_run else self._renew
        renewals, result = run(renewals, files, parsed_args, context)
        print_object(context, self.name, result)
        return self._report(renewals, parsed_args.dry_run)

    def _dry_run(
        self,
        renewals: list[Renewal],
        files: ProfileFiles,
        parsed_args: Any,
        context: CommandContext,
    ) -> tuple[list[Renewal], Any]:
        profiles, region = context.session.full_config["profiles"], context.parsed_globals.region
        plans = [one.plan for one in renewals if one.plan is not None]
        targets = [expected_target(one, profiles, region, context.environment) for one in plans]
        refused: Optional[Refused] = None if _is_named(parsed_args) else {}
        diffs = preview(target_edits(files, targets), refused)
        return _with_errors(renewals, refused or {}), dry_run_result(plans, diffs)

    def _renew(
        self,
        renewals: list[Renewal],
        files: ProfileFiles,
        parsed_args: Any,
        context: CommandContext,
    ) -> tuple[list[Renewal], Any]:
        renewals = with_targets(context, renew(context, renewals))
        _raise_if_named(renewals, parsed_args)
        done = [one for one in renewals if one.target is not None]
        targets = [one.target for one in done if one.target is not None]
        if _is_named(parsed_args):
            write_targets(files, targets)
        else:
            refused = write_each(files, targets, [one.state for one in done])
            renewals = _with_errors(renewals, refused)
        for one in renewals:
            if one.target is not None:
                remove_old_cache(one.state, one.target)
        return renewals, listing([one.after for one in renewals], _errors(renewals))

    def _chosen(self, parsed_args: Any, context: CommandContext) -> list[ProfileState]:
        if _is_named(parsed_args):
            return [choose_one(context, parsed_args.update_profile)]
        states = inspect_all(context.session.full_config["profiles"], context.environment.now())
        # Keys that somebody else has set are theirs, until the user names the profile.
        states = [state for state in states if state.state != REPLACED]
        if parsed_args.all:
            return states
        least = seconds(parsed_args.expiring_within, "--expiring-within")
        return [state for state in states if state.seconds_left < least]

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
    if _is_named(parsed_args) and renewals[0].error:
        raise renewals[0].error


def _with_errors(renewals: Sequence[Renewal], refused: Mapping[str, Exception]) -> list[Renewal]:
    """Return the renewals with the errors of those that were not written."""
    return [
        replace(one, obtained=None, error=refused[one.state.name])
        if one.state.name in refused
        else one
        for one in renewals
    ]


def _is_named(parsed_args: Any) -> bool:
    return not parsed_args.all and parsed_args.expiring_within is None


def _errors(renewals: list[Renewal]) -> dict[str, str]:
    return {one.state.name: str(one.error) for one in renewals if one.error is not None}
