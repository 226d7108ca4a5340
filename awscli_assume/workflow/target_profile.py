"""The target profile of ``aws assume``: checked before any call, written after the last one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping, Optional, Sequence

from awscli_assume.host.context import CommandContext
from awscli_assume.host.environment import Environment
from awscli_assume.host.protocols import Profile
from awscli_assume.outputs.summary import changes, permission_warning, replaced_note
from awscli_assume.profiles.files import ProfileFiles, is_open_to_others, locate
from awscli_assume.profiles.ownership import check_not_source, check_ours
from awscli_assume.profiles.state import ProfileState, inspect
from awscli_assume.profiles.target import (
    Target,
    check_writable,
    region_to_write,
    state_of,
    target_edits,
    write_targets,
)
from awscli_assume.profiles.writer.diff import FileDiff, preview
from awscli_assume.workflow.credentials.login import signed_in
from awscli_assume.workflow.planning.plan import Plan
from awscli_assume.workflow.refresh.credential_process import (
    make_target,
    process_line,
    remove_old_cache,
    renewal_warning,
    store_in_cache,
)


@dataclass(frozen=True)
class CheckedTarget:
    """A target profile that may be written, as it is before: None for a new one.

    ``existing`` is its state if we wrote it.
    """

    plan: Plan
    files: ProfileFiles
    before: Optional[Profile]
    existing: Optional[ProfileState]


def check_target(context: CommandContext, plan: Plan) -> CheckedTarget:
    """Return the target of a plan. Raises ForeignProfile, UnusableFile and InvalidRequest."""
    pair, files = plan.profile_pair, locate(context.session)
    before = context.session.full_config["profiles"].get(pair.target)
    check_not_source(pair.target, pair.source)
    check_ours(pair.target, before)
    check_writable(files)
    plan.check_can_refresh()
    existing = inspect(pair.target, before, context.environment.now())
    return CheckedTarget(plan, files, before, existing)


def obtain_and_write(context: CommandContext, checked: CheckedTarget, login: bool) -> ProfileState:
    """Get the credentials of the plan, write them to the target, and return its new state."""
    plan, environment = checked.plan, context.environment
    obtained = signed_in(context, plan, lambda: plan.obtain(context), login)
    region = context.parsed_globals.region
    target = make_target(obtained, checked.before, region, environment)
    # Before the profile: without its cache, an --auto-refresh profile would be of no use.
    store_in_cache(target, environment)
    write_targets(checked.files, [target])
    remove_old_cache(checked.existing, target)
    environment.notify(replaced_note(checked.existing, target.record))
    environment.notify(renewal_warning(plan.profile_pair, target, plan.profiles))
    return state_of(target, checked.before, environment.now())


def preview_target(context: CommandContext, checked: CheckedTarget) -> dict[str, object]:
    """Return what ``--dry-run`` prints; notes go to stderr."""
    plan = checked.plan.with_known_role()
    profiles, region = context.session.full_config["profiles"], context.parsed_globals.region
    target = expected_target(plan, profiles, region, context.environment)
    result = dry_run_result([plan], preview(target_edits(checked.files, [target])))
    context.environment.notify(plan.notes())
    return result


def warn_about_target(context: CommandContext, checked: CheckedTarget) -> None:
    """Warn the user of what may surprise later: role chaining, and a file that others can read."""
    is_explicit = context.parsed_globals.profile is not None
    context.environment.notify(checked.plan.warnings(is_explicit))
    if is_open_to_others(checked.files.credentials):
        context.environment.notify(permission_warning(checked.files.credentials))


def expected_target(
    plan: Plan, profiles: Mapping[str, Profile], region: Optional[str], environment: Environment
) -> Target:
    """Return what the target would hold, with ``(new)`` for what STS would hand out.

    ``profiles`` are those of both files, ``region`` is that of ``--region``.
    """
    target = plan.profile_pair.target
    written = region_to_write(profiles.get(target), region, plan.expected_region(environment))
    record = plan.record(written)
    return Target(
        target,
        plan.expected_credentials(environment.now()),
        record,
        written,
        process_line(target, record, environment),
        expires=plan.expected_expiry,
    )


def dry_run_result(plans: Sequence[Plan], diffs: Sequence[FileDiff]) -> dict[str, object]:
    """Return the requests and the changes of files, as an object to print."""
    return {
        "Requests": [request for plan in plans for request in plan.dry_run_requests()],
        "Changes": changes(diffs),
    }
