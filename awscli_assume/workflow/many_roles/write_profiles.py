"""Write a profile for each account: the option ``--write-profiles`` of ``aws assume each``."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Callable, Optional, Sequence, Union

from awscli_assume.arguments.write_profiles import AUTO_REFRESH, ROLE, WriteRequest
from awscli_assume.errors import ForeignProfile
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import Profile
from awscli_assume.model.printable import option
from awscli_assume.outputs.printing import PARTIAL_FAILURE, print_object
from awscli_assume.outputs.profile_list import listing
from awscli_assume.outputs.summary import changes, not_recorded_note, replaced_note
from awscli_assume.profiles.files import ProfileFiles, locate
from awscli_assume.profiles.ownership import PROFILE_TEMPLATE, check_name_or_template, obstacle_of
from awscli_assume.profiles.provisioned.edits import ProfileEdit, config_edit, write_profiles
from awscli_assume.profiles.provisioned.mark import marked_profiles, read_mark, role_state
from awscli_assume.profiles.record import Record
from awscli_assume.profiles.state import ProfileState, inspect, inspect_all
from awscli_assume.profiles.target import (
    Target,
    check_usable_files,
    check_writable,
    state_of,
    target_edits,
    write_each,
)
from awscli_assume.profiles.writer.diff import preview
from awscli_assume.profiles.writer.verify import Refused
from awscli_assume.workflow.many_roles.engine import RoleEngine
from awscli_assume.workflow.many_roles.role_profiles import (
    check_can_be_role_profile,
    role_edit,
    with_partition,
)
from awscli_assume.workflow.planning.plan import AssumePlan, ObtainedCredentials
from awscli_assume.workflow.profiles.names import Grant, Naming
from awscli_assume.workflow.refresh.credential_process import (
    check_cache,
    make_target,
    remove_old_cache,
    store_in_cache,
)
from awscli_assume.workflow.refresh.recorded_settings import inputs_not_recorded
from awscli_assume.workflow.target_profile import dry_run_result, expected_target

# The fields of the template, and the fields of Naming for them: there an account is its name.
FIELDS = {"account": "account_id", "name": "account", "role": "role"}
# No profile could be written. The other exit codes are 0 and PARTIAL_FAILURE.
NONE_WRITTEN = 2
# The state of a profile that was not written.
FAILED = "failed"


@dataclass(frozen=True)
class AccountRole:
    """The role of an account: its plan without a target, or why there is none."""

    account_id: str
    account_name: str
    plan: Union[AssumePlan, Exception]


@dataclass(frozen=True)
class AccountProfile:
    """A profile to write: its plan, what it is before, and then what it gets, or an error."""

    name: str
    plan: AssumePlan
    before: Optional[Profile]
    existing: Optional[ProfileState] = None
    request: Optional[Callable[[], ObtainedCredentials]] = None
    obtained: Optional[ObtainedCredentials] = None
    target: Optional[Target] = None
    edit: Optional[ProfileEdit] = None
    error: Optional[Exception] = None


Profiles = list[AccountProfile]
Step = Callable[[AccountProfile], AccountProfile]


def write_account_profiles(
    context: CommandContext,
    request: WriteRequest,
    accounts: Sequence[AccountRole],
    workers: Optional[int] = None,
    check_source: Callable[[RoleEngine], None] = lambda engine: None,
) -> int:
    """Write the profiles with one replace of each file, and return the exit code.

    ``check_source`` finds the credentials that sign the requests of all accounts. The error of an
    account does not affect the others. Raises InvalidRequest for what no profile of the kind can
    have, and UnusableFile.
    """
    files, profiles = locate(context.session), _named(context, request, accounts)
    for one in profiles:
        # Before any call: all accounts have the same options.
        (check_can_be_role_profile if request.kind == ROLE else AssumePlan.check_can_refresh)(
            one.plan
        )
    check_usable_files(files, has_keys=request.kind not in (AUTO_REFRESH, ROLE))
    if request.kind == ROLE:
        profiles = _attempted(lambda one: _with_edit(context, one), profiles)
    else:
        profiles = _attempted(_checked, profiles)
    if request.dry_run:
        profiles, result = _previewed(context, request, files, profiles)
    else:
        if request.kind == ROLE:
            profiles = _write_roles(files, profiles)
        else:
            check_writable(files, [])
            profiles = _assumed(context, profiles, workers, check_source)
            profiles = _write_credentials(context, files, profiles)
        result = _listing(context, profiles)
    print_object(context, "each", result)
    return _report(context, accounts, profiles, request.dry_run)


def _named(
    context: CommandContext, request: WriteRequest, accounts: Sequence[AccountRole]
) -> Profiles:
    """Return a profile with a name of its own for each role of an account."""
    template = check_name_or_template(
        request.template, f"--write-profiles '{PROFILE_TEMPLATE}'", tuple(FIELDS)
    )
    template = re.sub(r"\{(\w+)\}", lambda field: f"{{{FIELDS[field[1]]}}}", template)
    plans = {
        Grant(one.account_id, one.account_name, one.plan.request.role.path_and_name): one.plan
        for one in accounts
        if isinstance(one.plan, AssumePlan)
    }
    now, existing = context.environment.now(), context.session.full_config["profiles"]
    names = {one.account_id: one.account_name for one in accounts}
    naming = Naming(template, "", names, _existing_roles(context))
    is_auto_refresh = request.kind == AUTO_REFRESH
    return [
        AccountProfile(
            name,
            replace(
                plans[grant], profile_pair=replace(plans[grant].profile_pair, target=name),
                auto_refresh=is_auto_refresh,
            ),
            existing.get(name),
            inspect(name, existing.get(name), now),
        )
        for grant, name in naming.unique_names(list(plans)).items()
    ]  # fmt: skip


def _existing_roles(context: CommandContext) -> dict[str, tuple[str, str]]:
    """Return the account and the role of each profile that we wrote, which keeps its name."""
    profiles = context.session.full_config["profiles"]
    found = {
        name: (mark.account_id, mark.role_name)
        for name, mark in marked_profiles(profiles).items()
        if not mark.sso_session
    }
    for state in inspect_all(profiles, context.environment.now()):
        role_arn = state.record.role_arn
        if role_arn is not None and state.account_id is not None:
            found[state.name] = (state.account_id, role_arn.partition(":role/")[2])
    return found


def _checked(profile: AccountProfile) -> AccountProfile:
    """Return the profile if credentials may be written to it. Raises ForeignProfile."""
    name = profile.name
    obstacle = obstacle_of(profile.before or {})
    if name == profile.plan.profile_pair.source:
        obstacle = "is the source of the credentials"
    mark = read_mark(profile.before)
    if mark is not None:
        by = "profiles" if mark.sso_session else "each"
        raise ForeignProfile(
            f"The profile '{name}' was written by aws assume {by} with another --as. To write it "
            f"anew, first: aws assume clear {option('--update-profile', name)}"
        )
    if obstacle is not None:
        raise ForeignProfile(
            f"The profile '{name}' {obstacle}, and --write-profiles never overwrites that. Choose "
            f"other names, as in: --write-profiles '{PROFILE_TEMPLATE}'"
        )
    if profile.plan.request.role.is_complete:
        check_cache(name, profile.plan.record(None))
    return profile


def _with_edit(context: CommandContext, profile: AccountProfile) -> AccountProfile:
    plan = with_partition(context, profile.plan)
    return replace(profile, edit=role_edit(context, profile.name, plan, profile.before))


def _write_roles(files: ProfileFiles, profiles: Profiles) -> Profiles:
    """Write the profiles that name a role. Nothing is called."""
    edits = [one.edit for one in profiles if one.edit is not None and not one.edit.is_void]
    return _with_errors(profiles, write_profiles(files, edits))


def _write_credentials(
    context: CommandContext, files: ProfileFiles, profiles: Profiles
) -> Profiles:
    """Write the credentials of the roles that were assumed."""
    profiles = _attempted(lambda one: _with_target(context, one), profiles)
    done = [one for one in profiles if one.target is not None]
    targets = [one.target for one in done if one.target is not None]
    existing = [one.existing for one in done if one.existing is not None]
    profiles = _with_errors(profiles, write_each(files, targets, existing))
    _notify(context, profiles)
    return profiles


def _assumed(
    context: CommandContext,
    profiles: Profiles,
    workers: Optional[int],
    check_source: Callable[[RoleEngine], None],
) -> Profiles:
    """Assume the roles. Raises what ``check_source`` raises, before any of them."""
    session_profiles = {
        name: profile for one in profiles for name, profile in one.plan.session_profiles.items()
    }
    done: Profiles = []
    with RoleEngine(context, workers, session_profiles) as engine:
        check_source(engine)

        def start(one: AccountProfile) -> AccountProfile:
            return replace(one, request=engine.start(one.plan))

        def assume(one: AccountProfile) -> AccountProfile:
            return replace(one, obtained=one.request()) if one.request else one

        started = (_attempt(start, one) for one in profiles)
        engine.run(started, lambda one: _attempt(assume, one), done.append)
    order = {one.name: number for number, one in enumerate(profiles)}
    return sorted(done, key=lambda one: order[one.name])


def _with_target(context: CommandContext, profile: AccountProfile) -> AccountProfile:
    if profile.obtained is None:
        return profile
    target = make_target(context, profile.obtained, profile.before)
    store_in_cache(target, context.environment)
    return replace(profile, target=target)


def _notify(context: CommandContext, profiles: Profiles) -> None:
    """Print notes about the profiles that were written."""
    is_noted = False
    for one in profiles:
        if one.target is None or one.error is not None or one.obtained is None:
            continue
        remove_old_cache(one.existing, one.target)
        context.environment.notify(replaced_note(one.existing, one.target.record))
        if not is_noted:
            # All accounts have the same one.
            inputs = inputs_not_recorded(context, one.obtained.plan, one.target.record)
            context.environment.notify(not_recorded_note(inputs, one.name))
            is_noted = True


def _previewed(
    context: CommandContext, request: WriteRequest, files: ProfileFiles, profiles: Profiles
) -> tuple[Profiles, dict[str, object]]:
    """Return the profiles with the errors of those that would be refused, and what is printed."""
    refused: Refused = {}
    ready = [one for one in profiles if one.error is None]
    if request.kind == ROLE:
        edits = [one.edit for one in ready if one.edit is not None and not one.edit.is_void]
        diffs = preview([config_edit(files, edits)], refused) if edits else []
        return _with_errors(profiles, refused), {"Changes": changes(diffs)}
    plans = [with_partition(context, one.plan) for one in ready]
    targets = [expected_target(context, plan) for plan in plans]
    diffs = preview(target_edits(files, targets), refused)
    return _with_errors(profiles, refused), dry_run_result(plans, diffs)


def _listing(context: CommandContext, profiles: Profiles) -> dict[str, object]:
    errors = {one.name: str(one.error) for one in profiles if one.error is not None}
    return dict(listing([_state(context, one) for one in profiles], errors))


def _state(context: CommandContext, profile: AccountProfile) -> ProfileState:
    """Return the state of a profile after the command."""
    if profile.error is None and profile.edit is not None and profile.edit.mark is not None:
        return role_state(profile.name, profile.edit.mark)
    if profile.error is None and profile.target is not None:
        return state_of(profile.target, profile.before, context.environment.now())
    role = with_partition(context, profile.plan).request.role
    return ProfileState(
        profile.name, Record(role.arn, "", profile.plan.profile_pair.source), FAILED, 0
    )


def _report(
    context: CommandContext, accounts: Sequence[AccountRole], profiles: Profiles, is_dry_run: bool
) -> int:
    """Print the errors and the counts on stderr, and return the exit code."""
    notify = context.environment.notify
    failures = [(one.account_id, one.plan) for one in accounts if isinstance(one.plan, Exception)]
    failures += [(one.name, one.error) for one in profiles if one.error is not None]
    for name, error in failures:
        notify(f"aws: [ERROR]: {name}: {error}\n")
    done = sum(one.error is None for one in profiles)
    verb = "Would write" if is_dry_run else "Wrote"
    notify(f"{verb} {done} of {done + len(failures)} profiles\n")
    return (PARTIAL_FAILURE if done else NONE_WRITTEN) if failures else 0


def _with_errors(profiles: Profiles, refused: Refused) -> Profiles:
    return [
        replace(one, error=refused[one.name]) if one.name in refused else one for one in profiles
    ]


def _attempted(step: Step, profiles: Profiles) -> Profiles:
    return [_attempt(step, one) for one in profiles]


def _attempt(step: Step, profile: AccountProfile) -> AccountProfile:
    if profile.error is not None:
        return profile
    try:
        return step(profile)
    except Exception as error:
        return replace(profile, error=error)
