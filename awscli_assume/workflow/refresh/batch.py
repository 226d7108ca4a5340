"""Assume again as recorded, for many profiles at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Callable, Mapping, Optional, Sequence

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import Profile
from awscli_assume.profiles.files import ProfileFiles
from awscli_assume.profiles.include_profile import ResolvedProfiles
from awscli_assume.profiles.ownership import check_ours
from awscli_assume.profiles.state import AUTO_REFRESH, UNKNOWN, VALID, ProfileState
from awscli_assume.profiles.target import (
    Target,
    check_usable_files,
    check_writable,
    target_edits,
    write_each,
    write_targets,
)
from awscli_assume.profiles.writer.diff import preview
from awscli_assume.profiles.writer.verify import Refused
from awscli_assume.workflow.credentials.copy_source import copy_again
from awscli_assume.workflow.many_roles.engine import RoleEngine
from awscli_assume.workflow.many_roles.workers import run_all
from awscli_assume.workflow.planning.make_plan import plan_again
from awscli_assume.workflow.planning.plan import ObtainedCredentials, Plan
from awscli_assume.workflow.planning.source_profile import resolve_recorded_source
from awscli_assume.workflow.refresh.credential_process import (
    check_cache,
    remove_old_cache,
    store_in_cache,
    target_again,
)
from awscli_assume.workflow.refresh.source_order import (
    check_no_loop,
    check_source_is_there,
    in_levels,
)
from awscli_assume.workflow.target_profile import dry_run_result, expected_target, verify_profile


@dataclass(frozen=True)
class Renewal:
    """One profile of a run: its state before, then a plan, then credentials, or an error."""

    state: ProfileState
    plan: Optional[Plan] = None
    obtained: Optional[ObtainedCredentials] = None
    target: Optional[Target] = None
    error: Optional[Exception] = None
    request: Optional[Callable[[], ObtainedCredentials]] = None

    @property
    def after(self) -> ProfileState:
        """The state of the profile when the renewal is written."""
        if self.obtained is None:
            return self.state
        found = self.obtained.credentials
        state = AUTO_REFRESH if self.state.record.auto_refresh else VALID
        return replace(
            self.state,
            record=self.state.record if self.target is None else self.target.record,
            expiration=found.expiration,
            seconds_left=found.seconds_left(self.obtained.at),
            state=state if found.expiration is not None else UNKNOWN,
            # The source of a copy may be another principal now.
            principal_arn=found.assumed_role_arn,
        )


def plan_renewals(
    states: Sequence[ProfileState], profiles: ResolvedProfiles, context: CommandContext
) -> list[Renewal]:
    """Return a plan or an error for each profile; nothing is called."""
    sources = _sources(states)
    by_name = {state.name: state for state in states}
    done: dict[str, Renewal] = {}

    def plan(renewal: Renewal) -> Renewal:
        state = renewal.state
        check_ours(state.name, profiles.written.get(state.name))
        check_no_loop(state, sources)
        _check_source(renewal, done)
        if state.record.identity_center is None:
            check_source_is_there(state, profiles, context.environment)
        resolve_recorded_source(profiles, state.record)
        if state.record.root_account is not None:
            # Here, because most profiles have no privileged session.
            from awscli_assume.workflow.root.plan import root_again

            return replace(renewal, plan=root_again(state, profiles, context.environment))
        if state.record.role_arn is None:
            return replace(renewal, plan=copy_again(state, profiles))
        return replace(renewal, plan=plan_again(state, profiles, context.environment))

    for level in in_levels(sources):
        done.update({name: _attempt(plan, Renewal(by_name[name])) for name in level})
    return [done[state.name] for state in states]


def check_can_write(
    context: CommandContext, files: ProfileFiles, renewals: Sequence[Renewal], is_named: bool
) -> list[Renewal]:
    """Return the renewals with the errors of those whose cache can't be written.

    Raises the error that the write would end with; of many profiles, that of a file alone.
    """

    def check(renewal: Renewal) -> Renewal:
        check_cache(renewal.state.name, renewal.state.record)
        return renewal

    check_usable_files(files, has_keys=any(not one.state.has_program for one in renewals))
    targets = [
        expected_target(context, one.plan, one.state.record)
        for one in renewals
        if one.plan is not None and is_named
    ]
    check_writable(files, targets)
    return [_attempt(check, one) for one in renewals]


def renew(
    context: CommandContext, renewals: Sequence[Renewal], workers: Optional[int] = None
) -> list[Renewal]:
    """Carry out all plans, a bounded number at once; an error stays its profile's.

    A profile that was made from another one of them comes after it, and its
    request is signed with the new credentials of that one.
    """
    # The environment's keys come first: a profile, once named, beats them.
    ordered = sorted(renewals, key=lambda one: one.state.record.source_profile or "")
    by_name = {one.state.name: one for one in ordered}
    done: dict[str, Renewal] = {}
    overrides: dict[str, Profile] = {}
    for one in ordered:
        overrides.update(one.plan.session_profiles if one.plan is not None else {})
    with RoleEngine(context, workers, overrides) as engine:

        def start(renewal: Renewal) -> Renewal:
            _check_source(renewal, done)
            if (plan := renewal.plan) is None:
                return renewal
            source = done.get(plan.profile_pair.source or "")
            refreshed = source.obtained.credentials if source and source.obtained else None
            return replace(renewal, request=engine.start(plan, refreshed))

        def finish(renewal: Renewal) -> Renewal:
            return replace(renewal, obtained=renewal.request()) if renewal.request else renewal

        for level in in_levels(_sources([one.state for one in ordered])):
            results: list[Renewal] = []
            started = (_attempt(start, by_name[name]) for name in level)
            engine.run(started, lambda one: _attempt(finish, one), results.append)
            done.update({one.state.name: one for one in results})
    return sorted(done.values(), key=lambda one: one.state.name)


def with_targets(context: CommandContext, renewals: Sequence[Renewal]) -> list[Renewal]:
    """Return the renewals with what is going to be written; their caches are filled."""
    profiles = context.session.full_config["profiles"]

    def add_target(renewal: Renewal) -> Renewal:
        if renewal.obtained is None:
            return renewal
        before = profiles.get(renewal.state.name)
        target = target_again(context, renewal.state.record, renewal.obtained, before)
        store_in_cache(target, context.environment)
        return replace(renewal, target=target)

    return [_attempt(add_target, one) for one in renewals]


def write_renewals(
    files: ProfileFiles, renewals: Sequence[Renewal], is_named: bool
) -> list[Renewal]:
    """Write all targets at once, and return the renewals with the errors of those refused.

    If the user named the profile (``is_named``), its error is raised.
    """
    done = [one for one in renewals if one.target is not None]
    targets = [one.target for one in done if one.target is not None]
    refused: Refused = {}
    if is_named:
        write_targets(files, targets)
    else:
        refused = write_each(files, targets, [one.state for one in done])
    renewals = _with_errors(renewals, refused)
    for one in renewals:
        if one.target is not None:
            remove_old_cache(one.state, one.target)
    return renewals


def verify_renewals(context: CommandContext, renewals: Sequence[Renewal]) -> list[Renewal]:
    """Return the renewals with the errors of those whose profile is somebody else for AWS."""

    def verify(renewal: Renewal) -> Renewal:
        verify_profile(context, renewal.after)
        return renewal

    verified: list[Renewal] = []
    run_all(renewals, lambda one: _attempt(verify, one), verified.append)
    return sorted(verified, key=lambda one: one.state.name)


def preview_renewals(
    context: CommandContext, files: ProfileFiles, renewals: Sequence[Renewal], is_named: bool
) -> tuple[list[Renewal], Mapping[str, object]]:
    """Return the renewals with the errors of those that would be refused, and the preview."""
    planned = [(one.plan, one.state.record) for one in renewals if one.plan is not None]
    plans = [plan for plan, _ in planned]
    targets = [expected_target(context, plan, record) for plan, record in planned]
    refused: Optional[Refused] = None if is_named else {}
    diffs = preview(target_edits(files, targets), refused)
    return _with_errors(renewals, refused or {}), dry_run_result(plans, diffs)


def renew_one(
    context: CommandContext, state: ProfileState, profiles: ResolvedProfiles
) -> ObtainedCredentials:
    """Carry out the plan of one profile again. Raises the error that prevents it."""
    (done,) = renew(context, plan_renewals([state], profiles, context))
    if done.error is not None:
        raise done.error
    assert done.obtained is not None  # noqa: S101 - for the type checker
    return done.obtained


def _with_errors(renewals: Sequence[Renewal], errors: Mapping[str, Exception]) -> list[Renewal]:
    return [
        replace(one, obtained=None, error=errors[one.state.name])
        if one.state.name in errors
        else one
        for one in renewals
    ]


def _sources(states: Sequence[ProfileState]) -> dict[str, Optional[str]]:
    return {state.name: state.record.source_profile for state in states}


def _check_source(renewal: Renewal, done: Mapping[str, Renewal]) -> None:
    """Raise InvalidConfiguration if the source is in the same run, and has failed."""
    name = renewal.state.record.source_profile
    if (source := done.get(name or "")) is not None and source.error is not None:
        raise InvalidConfiguration(
            f"The profile '{renewal.state.name}' was made from the profile '{name}', whose "
            "renewal failed: see there"
        )


def _attempt(step: Callable[[Renewal], Renewal], renewal: Renewal) -> Renewal:
    if renewal.error is not None:
        return renewal
    try:
        return step(renewal)
    except Exception as error:
        return replace(renewal, error=error)
