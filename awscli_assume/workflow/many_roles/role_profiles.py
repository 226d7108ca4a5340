"""Profiles that name a role and its source profile: the AWS CLI and SDKs assume the role."""

from __future__ import annotations

from typing import Optional

from awscli_assume.errors import ForeignProfile, InvalidRequest
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import Profile
from awscli_assume.model.arns import partition_of_region_name
from awscli_assume.model.printable import option
from awscli_assume.model.request.request import PARAMETERS
from awscli_assume.model.request.session_names import DEFAULT_SESSION_NAME
from awscli_assume.profiles.ownership import is_template
from awscli_assume.profiles.provisioned.edits import ProfileEdit
from awscli_assume.profiles.provisioned.mark import ROLE, Mark, is_intact, read_mark
from awscli_assume.profiles.record import read_record
from awscli_assume.workflow.planning.plan import AssumePlan

# The parameters that a profile of a role can have, and those of a request that it can't.
_IN_PROFILES = {"role_session_name", "duration_seconds", "external_id", "serial_number"}
_NOT_IN_PROFILES = ("scope", "via", *(name for name in PARAMETERS if name not in _IN_PROFILES))
_OTHER_KINDS = "Use --as keys or --as auto-refresh"


def check_can_be_role_profile(plan: AssumePlan) -> None:
    """Raise InvalidRequest for what a profile with role_arn and source_profile can't have."""
    request, pair = plan.request, plan.profile_pair
    if request.identity_token is not None:
        raise InvalidRequest(
            "--as role writes role_arn and source_profile, and a role that is assumed with an "
            f"identity provider's token has no source profile. {_OTHER_KINDS}"
        )
    given = next((name for name in _NOT_IN_PROFILES if getattr(request, name)), None)
    if given is not None:
        raise InvalidRequest(
            f"--as role writes profiles that the AWS CLI and SDKs read, and they know no "
            f"--{given.replace('_', '-')}. {_OTHER_KINDS}"
        )
    if isinstance(request.duration_seconds, str):
        raise InvalidRequest(
            "--as role needs a number for --duration-seconds, because the AWS CLI and SDKs don't "
            f"know {request.duration_seconds}. Name the seconds, or use --as keys or --as "
            "auto-refresh"
        )
    if pair.source is None or pair.credential_source is not None:
        raise InvalidRequest(
            "--as role needs a source profile with credentials of its own, which the profiles "
            "name. Name one: --profile NAME"
        )
    if plan.identity_center_role is not None:
        raise InvalidRequest(
            "--as role needs a source profile in the config file, and the role of IAM Identity "
            "Center that is the source here has none. To write one: aws assume profiles"
        )


def role_edit(
    context: CommandContext, name: str, plan: AssumePlan, before: Optional[Profile]
) -> ProfileEdit:
    """Return the edit that writes a profile. Raises ForeignProfile if it is not ours."""
    profile, request = before or {}, plan.request
    found = read_mark(profile)
    _check_ours(name, profile, found)
    is_foreign = "region" in profile and (found is None or profile["region"] != found.region)
    region = context.parsed_globals.region
    if region is None and not is_foreign:
        region = plan.expected_region(context.environment)
    mark = Mark(
        ROLE,
        "",
        str(request.role.account_id),
        request.role.path_and_name,
        request.role.arn,
        plan.profile_pair.source,
        region,
        _options(plan),
    )
    keys = {
        "role_arn": request.role.arn,
        "source_profile": str(plan.profile_pair.source),
        **dict(mark.options),
    }
    return ProfileEdit(name, profile, mark, keys if region is None else {**keys, "region": region})


def with_partition(context: CommandContext, plan: AssumePlan) -> AssumePlan:
    """Return the plan with the partition of its role, as far as it is known without a call."""
    region = context.parsed_globals.region or plan.expected_region(context.environment)
    known = plan.with_known_role()
    if known.request.role.partition != "PARTITION":
        return known
    return plan.completed(
        partition_of_region_name(region or ""), str(plan.request.role.account_id)
    )


def _check_ours(name: str, profile: Profile, found: Optional[Mark]) -> None:
    named = option("--update-profile", name)
    clear = f"To make it the profile of a role, first: aws assume clear {named}"
    if read_record(profile) is not None:
        raise ForeignProfile(f"The profile '{name}' has credentials of aws assume. {clear}")
    if found is not None and found.kind == ROLE and not found.sso_session:
        if is_intact(profile, found):
            return
        raise ForeignProfile(
            f"The profile '{name}' was written by aws assume each, and its credentials have been "
            "changed since. Choose other names (--write-profiles), or remove the profile"
        )
    if found is not None:
        raise ForeignProfile(f"The profile '{name}' was written by aws assume profiles. {clear}")
    if profile:
        raise ForeignProfile(
            f"The profile '{name}' exists, and was not written by aws assume. Choose other names "
            "(--write-profiles), or remove the profile"
        )


def _options(plan: AssumePlan) -> tuple[tuple[str, str], ...]:
    """Return the other keys of the profile, named as in ROLE_OPTIONS."""
    request = plan.request
    # The default has the user and the day of this run in it.
    is_named = plan.session_name != DEFAULT_SESSION_NAME and not is_template(plan.session_name)
    values = {
        "role_session_name": request.role_session_name if is_named else None,
        "duration_seconds": request.seconds,
        "external_id": request.external_id,
        "mfa_serial": request.serial_number,
    }
    return tuple((name, str(value)) for name, value in values.items() if value is not None)
