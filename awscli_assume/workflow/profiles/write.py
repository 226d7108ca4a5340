"""List the granted roles, write the profiles, and report the outcomes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Sequence

from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import ParsedArgs
from awscli_assume.model.assumable_role import AssumableRole
from awscli_assume.model.identity_center import SsoSession
from awscli_assume.model.printable import printable
from awscli_assume.outputs.printing import PARTIAL_FAILURE
from awscli_assume.outputs.written_profiles import profiles_line
from awscli_assume.profiles.files import ProfileFiles
from awscli_assume.profiles.provisioned.edits import ProfileEdit, config_edit, write_profiles
from awscli_assume.profiles.provisioned.mark import AUTO_REFRESH
from awscli_assume.profiles.state import inspect
from awscli_assume.profiles.writer.diff import FileDiff, preview
from awscli_assume.profiles.writer.verify import Refused
from awscli_assume.workflow.profiles.plan import REMOVED, UNCHANGED, UPDATED, Outcome
from awscli_assume.workflow.profiles.request import ProfilesRequest
from awscli_assume.workflow.refresh.credential_process import remove_old_cache
from awscli_assume.workflow.roles.granted import granted_or_login_hint

FAILED = "failed"


@dataclass(frozen=True)
class Listed:
    """The granted roles and the request. If the list is incomplete, the request prunes nothing."""

    roles: Sequence[AssumableRole]
    failures: Sequence[str]
    request: ProfilesRequest


def list_granted(
    context: CommandContext, session: SsoSession, request: ProfilesRequest, parsed_args: ParsedArgs
) -> Listed:
    """Return the roles that a session grants. Raises botocore's SIGN_IN_ERRORS.

    With ``--prune`` the cache is not used, because it may be out of date.
    """
    no_cache = parsed_args.no_cache or request.prune
    granted = granted_or_login_hint(context, session, no_cache, parsed_args.login)
    failures = list(granted.failures)
    if failures and request.prune:
        request = replace(request, prune=False)
        failures.append("Because the list of roles is incomplete, no profile was removed")
    return Listed(granted.roles, failures, request)


def preview_outcomes(
    files: ProfileFiles, outcomes: Sequence[Outcome]
) -> tuple[list[FileDiff], list[Outcome]]:
    """Return the changes to the files, and the outcomes with the errors of the writer."""
    refused: Refused = {}
    edits = _edits(outcomes)
    diffs = preview([config_edit(files, edits)], refused) if edits else []
    return diffs, _with_errors(outcomes, refused)


def write_outcomes(
    context: CommandContext, files: ProfileFiles, outcomes: Sequence[Outcome]
) -> list[Outcome]:
    """Write and remove profiles with at most one replacement of the config file."""
    outcomes = _with_errors(outcomes, write_profiles(files, _edits(outcomes)))
    for outcome in outcomes:
        edit = outcome.edit
        if edit is None or outcome.state not in (UPDATED, REMOVED):
            continue
        if edit.mark is None or edit.mark.kind != AUTO_REFRESH:
            remove_old_cache(inspect(edit.name, edit.before, context.environment.now()))
    return outcomes


def _edits(outcomes: Sequence[Outcome]) -> list[ProfileEdit]:
    return [one.edit for one in outcomes if one.edit is not None and one.state != UNCHANGED]


def _with_errors(outcomes: Sequence[Outcome], refused: Refused) -> list[Outcome]:
    return [
        replace(one, state=FAILED, error=str(refused[one.name])) if one.name in refused else one
        for one in outcomes
    ]


def report(
    context: CommandContext, outcomes: Sequence[Outcome], failures: Sequence[str], is_dry_run: bool
) -> int:
    """Print errors and the counts on stderr, and return the exit code."""
    notify = context.environment.notify
    for failure in failures:
        notify(f"aws: [WARNING]: {printable(failure)}\n")
    errors = [one.error for one in outcomes if one.error is not None]
    for error in errors:
        notify(f"aws: [ERROR]: {error}\n")
    notify(profiles_line(outcomes, is_dry_run))
    return PARTIAL_FAILURE if errors or failures else 0
