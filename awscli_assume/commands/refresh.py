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
from awscli_assume.workflow.dry_run import dry_run_result, expected_target
from awscli_assume.workflow.planning.profile_selection import check_alone, choose_one, seconds
from awscli_assume.workflow.refresh.batch import (
    Renewal,
    carry_out,
    plan_renewals,
    with_targets,
)
from awscli_assume.workflow.refresh.credential_process import forget

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
        profiles = context.session.full_config["profiles"]
        renewals = plan_renewals(
            self._chosen(profiles, parsed_args, context), profiles, context.environment
        )
        _raise_of_one(renewals, parsed_args)
        files = locate(context.session)
        check_writable(files)
        do = self._dry_run if parsed_args.dry_run else self._renew
        renewals, answer = do(renewals, files, parsed_args, context)
        print_object(context, self.name, answer)
        return self._report(renewals, parsed_args.dry_run)

    def _dry_run(
        self,
        renewals: list[Renewal],
        files: ProfileFiles,
        parsed_args: Any,
        context: CommandContext,
    ) -> tuple[list[Renewal], Any]:
        profiles = context.session.full_config["profiles"]
        plans = [one.plan for one in renewals if one.plan is not None]
        region = context.parsed_globals.region
        targets = [expected_target(one, profiles, region, context.environment) for one in plans]
        refused: Optional[Refused] = None if _is_named(parsed_args) else {}
        diffs = preview(target_edits(files, targets), refused)
        return _without_refused(renewals, refused or {}), dry_run_result(plans, diffs)

    def _renew(
        self,
        renewals: list[Renewal],
        files: ProfileFiles,
        parsed_args: Any,
        context: CommandContext,
    ) -> tuple[list[Renewal], Any]:
        profiles = context.session.full_config["profiles"]
        renewals = carry_out(context, renewals)
        region = context.parsed_globals.region
        renewals = with_targets(renewals, profiles, region, context.environment)
        _raise_of_one(renewals, parsed_args)
        done = [one for one in renewals if one.target is not None]
        targets = [one.target for one in done if one.target is not None]
        if _is_named(parsed_args):
            write_targets(files, targets)
        else:
            refused = write_each(files, targets, [one.state for one in done])
            renewals = _without_refused(renewals, refused)
        for one in renewals:
            if one.target is not None:
                forget(one.state, one.target)
        return renewals, listing([one.after for one in renewals], _errors(renewals))

    def _chosen(
        self, profiles: Any, parsed_args: Any, context: CommandContext
    ) -> list[ProfileState]:
        if _is_named(parsed_args):
            named = parsed_args.update_profile
            return [choose_one(context, profiles, named)]
        states = inspect_all(profiles, context.environment.now())
        # Keys that somebody else has set are theirs, until a person names the profile.
        states = [state for state in states if state.state != REPLACED]
        if parsed_args.all:
            return states
        least = seconds(parsed_args.expiring_within, "--expiring-within")
        return [state for state in states if state.seconds_left < least]

    def _report(self, renewals: list[Renewal], is_rehearsal: bool) -> int:
        failed = [one for one in renewals if one.error is not None]
        for one in failed:
            self._environment.notify(f"aws: [ERROR]: {one.state.name}: {one.error}\n")
        done = len(renewals) - len(failed)
        verb = "Would refresh" if is_rehearsal else "Refreshed"
        self._environment.notify(f"{verb} {done} of {len(renewals)} profiles\n")
        return PARTIAL_FAILURE if failed else 0


def _raise_of_one(renewals: list[Renewal], parsed_args: Any) -> None:
    """Raise the error of the one profile that was meant: there is no other to go on with."""
    if _is_named(parsed_args) and renewals[0].error:
        raise renewals[0].error


def _without_refused(
    renewals: Sequence[Renewal], refused: Mapping[str, Exception]
) -> list[Renewal]:
    """Return the renewals with the errors of those that can't be written in their files."""
    return [
        replace(one, assumed=None, error=refused[one.state.name])
        if one.state.name in refused
        else one
        for one in renewals
    ]


def _is_named(parsed_args: Any) -> bool:
    return not parsed_args.all and parsed_args.expiring_within is None


def _errors(renewals: list[Renewal]) -> dict[str, str]:
    return {one.state.name: str(one.error) for one in renewals if one.error is not None}
