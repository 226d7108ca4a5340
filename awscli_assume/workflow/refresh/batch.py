"""Assuming again as recorded, for many profiles at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Callable, Mapping, Optional, Sequence, Union

from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sts.client_pool import SourceClients
from awscli_assume.aws.sts.mfa import Signer
from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host.environment import Environment
from awscli_assume.profiles.ownership import check_ours
from awscli_assume.profiles.state import AUTO_REFRESH, UNKNOWN, VALID, ProfileState
from awscli_assume.profiles.target import Target, region_to_write
from awscli_assume.workflow.credentials.assume_role import (
    Assumed,
    ReadyRequest,
    assume,
    ready_request_for,
    source_mfa_device_named,
)
from awscli_assume.workflow.credentials.copy_source import Copied, Copy, copied, copy_again
from awscli_assume.workflow.planning.plan import Plan, plan_again
from awscli_assume.workflow.planning.source_profile import make_recorded_ready
from awscli_assume.workflow.refresh.ahead import assume_ahead
from awscli_assume.workflow.refresh.credential_process import keep_fresh, process_line
from awscli_assume.workflow.refresh.source_order import (
    check_no_loop,
    check_source_is_there,
    in_levels,
)

# STS throttles per account; eight at once renew 200 profiles in a second.
WORKERS = 8


@dataclass(frozen=True)
class Renewal:
    """One profile on its way: its state before, then a plan, then credentials, or an error."""

    state: ProfileState
    plan: Optional[Union[Plan, Copy]] = None
    assumed: Optional[Union[Assumed, Copied]] = None
    target: Optional[Target] = None
    error: Optional[Exception] = None
    ready_request: Optional[ReadyRequest] = None

    @property
    def after(self) -> ProfileState:
        """The state of the profile when the renewal is written."""
        if self.assumed is None:
            return self.state
        found = self.assumed.credentials
        state = AUTO_REFRESH if self.state.record.auto_refresh else VALID
        return replace(
            self.state,
            expiration=found.expiration,
            seconds_left=found.seconds_left(self.assumed.at),
            state=state if found.expiration is not None else UNKNOWN,
            # The source of a copy may be somebody else now.
            principal_arn=found.assumed_role_arn,
        )


def plan_renewals(
    states: Sequence[ProfileState], profiles: Mapping[str, Any], environment: Environment
) -> list[Renewal]:
    """Return a plan or an error for each profile; nothing is called."""
    sources = _sources(states)
    by_name = {state.name: state for state in states}
    done: dict[str, Renewal] = {}

    def plan(renewal: Renewal) -> Renewal:
        state = renewal.state
        check_ours(state.name, profiles.get(state.name))
        check_no_loop(state.name, sources)
        _check_source(renewal, done)
        check_source_is_there(state, profiles, environment)
        make_recorded_ready(profiles, state.record, environment)
        if state.record.is_copy:
            return replace(renewal, plan=copy_again(state))
        return replace(renewal, plan=plan_again(state, environment).chained_by(profiles))

    for level in in_levels(sources):
        done.update({name: _attempt(plan, Renewal(by_name[name])) for name in level})
    return [done[state.name] for state in states]


def carry_out(
    session: Any, parsed_globals: Any, renewals: Sequence[Renewal], environment: Environment
) -> list[Renewal]:
    """Assume all roles of the plans, a bounded number at once; an error stays its profile's.

    A profile that was made from another one of them comes after it, and its
    request is signed with the new credentials of that one.
    """
    clients = SourceClients(session, parsed_globals)
    # The environment's keys come first: a profile, once named, beats them.
    ordered = sorted(renewals, key=lambda one: one.state.record.source_profile or "")
    by_name = {one.state.name: one for one in ordered}
    done: dict[str, Renewal] = {}
    devices: set[tuple[str, str]] = set()

    @source_mfa_device_named(session)
    def prepare(renewal: Renewal) -> Renewal:
        _check_source(renewal, done)
        if (plan := renewal.plan) is None:
            return renewal
        source = done.get(plan.profile_pair.source or "")
        renewed = source.assumed.credentials if source and source.assumed else None
        if isinstance(plan, Copy):
            return replace(renewal, assumed=copied(session, clients, plan, environment, renewed))
        signer = _signer(clients, plan, renewed)
        ready = ready_request_for(session, signer, plan, environment)
        assumed = assume_ahead(ready, devices, environment)
        return replace(renewal, ready_request=ready, assumed=assumed)

    def ask(renewal: Renewal) -> Renewal:
        if renewal.ready_request is None or renewal.assumed is not None:
            return renewal
        return replace(renewal, assumed=assume(renewal.ready_request, environment))

    # Held around all threads: each call lets go of it in its own time.
    with credentials_redacted(), ThreadPoolExecutor(WORKERS) as pool:
        for level in in_levels(_sources([one.state for one in ordered])):
            prepared = [_attempt(prepare, by_name[name]) for name in level]
            answers = list(pool.map(lambda one: _attempt(ask, one), prepared))
            done.update({one.state.name: one for one in answers})
    return sorted(done.values(), key=lambda one: one.state.name)


def with_targets(
    renewals: Sequence[Renewal],
    profiles: Mapping[str, Any],
    region: Optional[str],
    environment: Environment,
) -> list[Renewal]:
    """Return what was assumed with what is going to be written, its cache filled already."""

    def prepare(renewal: Renewal) -> Renewal:
        if renewal.assumed is None:
            return renewal
        target = target_of(renewal, profiles, region, environment)
        keep_fresh(target, environment)
        return replace(renewal, target=target)

    return [_attempt(prepare, one) for one in renewals]


def renew_one(
    session: Any, parsed_globals: Any, state: ProfileState, environment: Environment
) -> Union[Assumed, Copied]:
    """Assume the role of one profile again, as recorded. Raises what stands in the way."""
    renewals = plan_renewals([state], session.full_config["profiles"], environment)
    (done,) = carry_out(session, parsed_globals, renewals, environment)
    if done.error is not None:
        raise done.error
    assert done.assumed is not None  # noqa: S101 - for the type checker
    return done.assumed


def target_of(
    renewal: Renewal,
    profiles: Mapping[str, Any],
    explicit_region: Optional[str],
    environment: Environment,
) -> Target:
    """Return what a renewed profile is going to hold."""
    assert renewal.assumed is not None  # noqa: S101 - for the type checker
    state = renewal.state
    region = region_to_write(profiles.get(state.name), explicit_region, renewal.assumed.region)
    record = replace(state.record, region=region)
    process = process_line(state.name, record, environment)
    return Target(state.name, renewal.assumed.credentials, record, region, process)


def _sources(states: Sequence[ProfileState]) -> dict[str, Optional[str]]:
    return {state.name: state.record.source_profile for state in states}


def _check_source(renewal: Renewal, done: Mapping[str, Renewal]) -> None:
    """Raise InvalidConfiguration where the source is of this run too, and has failed in it."""
    name = renewal.state.record.source_profile
    if (source := done.get(name or "")) is not None and source.error is not None:
        raise InvalidConfiguration(
            f"The profile '{renewal.state.name}' was made from the profile '{name}', whose "
            "renewal failed: see there"
        )


def _signer(clients: SourceClients, plan: Plan, renewed: Any) -> Signer:
    if plan.request.identity_token is not None:
        return clients.unsigned(plan.region)
    return clients.get(plan.profile_pair.source, renewed, plan.profile_pair.credential_source)


def _attempt(step: Callable[[Renewal], Renewal], renewal: Renewal) -> Renewal:
    if renewal.error is not None:
        return renewal
    try:
        return step(renewal)
    except Exception as error:
        return replace(renewal, error=error)
