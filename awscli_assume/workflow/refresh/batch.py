"""Assume again as recorded, for many profiles at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Callable, Mapping, Optional, Sequence

from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sso.login import login_hint_added
from awscli_assume.aws.sts.client import Signer, region_of, region_warning
from awscli_assume.aws.sts.client_pool import SourceClients
from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host import overridden_profiles
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import Profile
from awscli_assume.model.credentials import PrincipalCredentials
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
from awscli_assume.workflow.credentials.assume_role import ReadyRequest, assume, ready_request_for
from awscli_assume.workflow.credentials.copy_source import copy_again
from awscli_assume.workflow.credentials.mfa_session import needs_code, uses_mfa_session
from awscli_assume.workflow.planning.make_plan import plan_again
from awscli_assume.workflow.planning.plan import AssumePlan, ObtainedCredentials, Plan
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

# STS throttles per account; eight at once renew 200 profiles in a second.
WORKERS = 8


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


class Run:
    """What the requests of one run share: the clients, and the MFA devices that gave a code."""

    def __init__(self, context: CommandContext) -> None:
        self.context = context
        self.clients = SourceClients(context)
        self._devices: set[tuple[str, str]] = set()
        self._regions: set[Optional[str]] = set()

    def start_assuming(
        self, plan: AssumePlan, refreshed: Optional[PrincipalCredentials]
    ) -> Callable[[], ObtainedCredentials]:
        """Return the request of a plan; if it may ask for an MFA code, it is made at once."""
        ready = ready_request_for(self.context, self._signer(plan, refreshed), plan)
        region = region_of(ready.signer.client)
        if region not in self._regions:
            self._regions.add(region)
            self.context.environment.notify(region_warning(self.context.session, region))
        first = self._assume_sequentially(ready)
        if first is not None:
            obtained = first
            return lambda: obtained
        return lambda: assume(ready, self.context.environment)

    def _signer(self, plan: AssumePlan, refreshed: Optional[PrincipalCredentials]) -> Signer:
        if plan.request.identity_token is not None:
            return self.clients.unsigned(plan.settings)
        pair = plan.profile_pair
        return self.clients.get(pair.source, refreshed, pair.credential_source, plan.settings)

    def _assume_sequentially(self, ready: ReadyRequest) -> Optional[ObtainedCredentials]:
        """Assume a role whose MFA device may ask for a code; None for a concurrent request.

        The questions come one after another. Once a device has given a code, its MFA session
        signs the other requests of the device.
        """
        signer, request = ready.signer, ready.request
        if not needs_code(request):
            return None
        if not uses_mfa_session(request, signer):
            return assume(ready, self.context.environment)
        device = (signer.frozen().access_key, str(request.serial_number))
        if device in self._devices:
            return None
        obtained = assume(ready, self.context.environment)
        self._devices.add(device)
        return obtained


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


def renew(context: CommandContext, renewals: Sequence[Renewal]) -> list[Renewal]:
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
    run = Run(context)

    @login_hint_added(context.session)
    def start(renewal: Renewal) -> Renewal:
        _check_source(renewal, done)
        if (plan := renewal.plan) is None:
            return renewal
        source = done.get(plan.profile_pair.source or "")
        refreshed = source.obtained.credentials if source and source.obtained else None
        return replace(renewal, request=plan.start_refresh(run, refreshed))

    def finish(renewal: Renewal) -> Renewal:
        return replace(renewal, obtained=renewal.request()) if renewal.request else renewal

    with ExitStack() as stack:
        # They hold around all threads: each call ends in its own time.
        stack.enter_context(overridden_profiles(context.session, overrides))
        stack.enter_context(credentials_redacted())
        pool = stack.enter_context(ThreadPoolExecutor(WORKERS))
        for level in in_levels(_sources([one.state for one in ordered])):
            started = [_attempt(start, by_name[name]) for name in level]
            finished = list(pool.map(lambda one: _attempt(finish, one), started))
            done.update({one.state.name: one for one in finished})
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

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(lambda one: _attempt(verify, one), renewals))


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
