"""The target profile of ``aws assume``: checked before any call, written after the last one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Optional, Sequence

from awscli_assume.aws.caller_identity import get_caller_identity
from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sts.client import profile_client
from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import Profile
from awscli_assume.model.printable import option
from awscli_assume.outputs.summary import (
    changes,
    not_recorded_note,
    permission_warning,
    replaced_note,
)
from awscli_assume.profiles.files import ProfileFiles, is_open_to_others, locate
from awscli_assume.profiles.ownership import (
    check_not_source,
    check_ours,
    is_template,
    name_from_template,
)
from awscli_assume.profiles.record import Record
from awscli_assume.profiles.state import ProfileState, inspect
from awscli_assume.profiles.target import (
    Target,
    check_usable_files,
    check_writable,
    state_of,
    target_edits,
    write_targets,
)
from awscli_assume.profiles.writer.diff import FileDiff, preview
from awscli_assume.workflow.credentials.login import signed_in
from awscli_assume.workflow.planning.attribution import placeholder_values
from awscli_assume.workflow.planning.plan import AssumePlan, ObtainedCredentials, Plan
from awscli_assume.workflow.refresh.credential_process import (
    check_cache,
    make_target,
    remove_old_cache,
    renewal_warning,
    store_in_cache,
    target_again,
)
from awscli_assume.workflow.refresh.recorded_settings import inputs_not_recorded


@dataclass(frozen=True)
class CheckedTarget:
    """A target profile that may be written, as it is before: None for a new one.

    ``existing`` is its state if we wrote it.
    """

    plan: Plan
    files: ProfileFiles
    before: Optional[Profile]
    existing: Optional[ProfileState]


def with_target_name(
    context: CommandContext, plan: Plan, login: bool, is_called: bool = True
) -> Plan:
    """Return the plan with the target that its template makes.

    The account is looked up if the template has it and nothing tells it, unless not
    ``is_called``: then it is ACCOUNT. Raises InvalidRequest for a copy, which has no role.
    """
    template = plan.profile_pair.target
    if not is_template(template):
        return plan

    def look_up(unknown: AssumePlan) -> AssumePlan:
        # Here, because most targets need no lookup.
        from awscli_assume.workflow.credentials.assume_role import plan_with_account

        return signed_in(context, unknown, lambda: plan_with_account(context, unknown), login)

    plan, role = plan.with_role(look_up if is_called and "{account}" in template else None)
    name = name_from_template(template, placeholder_values(role, context.environment))
    return plan.with_target(name)


def check_target(context: CommandContext, plan: Plan) -> CheckedTarget:
    """Return the target of a plan. Raises ForeignProfile, UnusableFile and InvalidRequest."""
    pair, files = plan.profile_pair, locate(context.session)
    before = context.session.full_config["profiles"].get(pair.target)
    check_not_source(pair.target, pair.source)
    check_ours(pair.target, before)
    check_usable_files(files, has_keys=not plan.auto_refresh)
    plan.check_can_refresh()
    existing = inspect(pair.target, before, context.environment.now())
    return CheckedTarget(plan, files, before, existing)


def obtain_and_write(context: CommandContext, checked: CheckedTarget, login: bool) -> ProfileState:
    """Get the credentials of the plan, write them to the target, and return its new state."""
    plan, environment = checked.plan, context.environment
    expected = expected_target(context, plan.with_known_role())
    check_writable(checked.files, [expected])
    check_cache(expected.name, expected.record)
    obtained = signed_in(context, plan, lambda: plan.obtain(context), login)
    target = make_target(context, obtained, checked.before)
    # Before the profile: without its cache, an --auto-refresh profile would be of no use.
    store_in_cache(target, environment)
    write_targets(checked.files, [target])
    remove_old_cache(checked.existing, target)
    environment.notify(replaced_note(checked.existing, target.record))
    environment.notify(renewal_warning(plan.profile_pair, target, plan.profiles))
    environment.notify(
        not_recorded_note(inputs_not_recorded(context, plan, target.record), target.name)
    )
    return state_of(target, checked.before, environment.now())


def verify_profile(context: CommandContext, state: ProfileState) -> None:
    """Raise InvalidConfiguration where AWS knows a written profile as somebody else."""
    with credentials_redacted():
        identity = get_caller_identity(profile_client(context, state.name))
    if identity.arn != state.principal_arn:
        raise InvalidConfiguration(
            f"The profile '{state.name}' was written for {state.principal_arn}, but AWS knows its "
            f"credentials as {identity.arn}. Look at it: aws configure list "
            f"{option('--profile', state.name)}"
        )


def preview_target(context: CommandContext, checked: CheckedTarget) -> dict[str, object]:
    """Return what ``--dry-run`` prints; notes go to stderr."""
    plan = checked.plan.with_known_role()
    target = expected_target(context, plan)
    result = dry_run_result([plan], preview(target_edits(checked.files, [target])))
    context.environment.notify(plan.notes())
    return result


def warn_about_target(context: CommandContext, checked: CheckedTarget) -> None:
    """Print notes on role chaining and on a file that others can read."""
    is_explicit = context.parsed_globals.profile is not None
    context.environment.notify(checked.plan.warnings(is_explicit))
    if is_open_to_others(checked.files.credentials):
        context.environment.notify(permission_warning(checked.files.credentials))


def expected_target(
    context: CommandContext, plan: Plan, record: Optional[Record] = None
) -> Target:
    """Return what the target would hold, with ``(new)`` for what STS would hand out.

    ``record`` is the one that a renewal keeps.
    """
    environment, name = context.environment, plan.profile_pair.target
    region = context.parsed_globals.region or plan.expected_region(environment)
    obtained = ObtainedCredentials(
        plan, plan.expected_credentials(environment.now()), region, environment.now()
    )
    before = context.session.full_config["profiles"].get(name)
    if record is None:
        target = make_target(context, obtained, before)
    else:
        target = target_again(context, record, obtained, before)
    return replace(target, expires=plan.expected_expiry)


def dry_run_result(plans: Sequence[Plan], diffs: Sequence[FileDiff]) -> dict[str, object]:
    """Return the requests and the changes of files, as an object to print."""
    return {
        "Requests": [request for plan in plans for request in plan.dry_run_requests()],
        "Changes": changes(diffs),
    }
