"""What verbs print about profiles: objects for stdout, lines for stderr, without secrets.

A profile's state is any object with its attributes, because ``outputs`` does not import
``profiles``.
"""

from __future__ import annotations

import shlex
from datetime import datetime
from typing import Any, Iterable, Mapping, Optional, Sequence

from awscli_assume.model.arns import parse_arn
from awscli_assume.model.credentials import format_time
from awscli_assume.model.printable import option, option_words
from awscli_assume.outputs.profile_list import local_time
from awscli_assume.outputs.shells import SHELLS, shell_of, unsupported_reason, word
from awscli_assume.outputs.variables import KEY_VARIABLES

# An object with the types of a summary, to try a query on.
SUMMARY_EXAMPLE: Mapping[str, object] = dict.fromkeys(
    ("UserId", "Account", "Arn", "Profile", "RoleArn", "Expiration", "Region"), "text"
)


def summary(state: Any) -> dict[str, Any]:
    """Return the caller identity of a profile, as get-caller-identity, and the profile."""
    return {
        "UserId": state.principal_id,
        "Account": parse_arn(state.principal_arn).account_id,
        "Arn": state.principal_arn,
        "Profile": state.name,
        "RoleArn": state.role_arn,
        "Expiration": format_time(state.expiration) if state.expiration else None,
        "Region": state.region,
    }


def success_line(state: Any, now: datetime, env: Mapping[str, str]) -> str:
    """Return the line that says until when the credentials are valid and how to use them."""
    renewed = ", then renewed automatically" if state.record.auto_refresh else ""
    line = export_line(state.name, env)
    done = "Role assumption has completed successfully"
    if state.record.root_account is not None:
        done = f"A {_role(state.record)[2:]} has begun"
    elif state.record.is_copy:
        done = "The source's credentials have been copied"
    if state.record.scope is not None:
        done += f", narrowed to {state.record.scope}"
    until = "; the source does not say when they expire"
    if state.expiration is not None:
        minutes = round((state.expiration - now).total_seconds() / 60)
        until = f", until {local_time(state.expiration, now)} ({minutes} minutes{renewed})"
    return f"{done}{until}. Use it: aws ... {_profile_option(state.name, env)}\n" + (
        f"Or in this shell: {line}\n" if line else ""
    )


def _profile_option(profile: str, env: Mapping[str, str]) -> str:
    return " ".join(word(shell_of(env), one) for one in option_words("--profile", profile))


def shell_line(role_arn: Optional[str], expiration: Optional[datetime]) -> str:
    """Return the first line of a shell that runs as a role."""
    principal = role_arn or "the source's temporary credentials"
    until = f", until {format_time(expiration)}" if expiration is not None else ""
    return f"This shell runs as {principal}{until}. To leave it: exit\n"


def renewal_note(expiration: datetime) -> str:
    """Return the note for credentials that can't be renewed without an MFA code."""
    return (
        "aws: [NOTE]: the next session needs another MFA code, so the credentials expire at "
        f"{format_time(expiration)} and are not renewed\n"
    )


def other_command_warning(profile: str, source: str) -> str:
    """Return the warning for an mfa_process that renewals don't use."""
    return (
        f"aws: [WARNING]: a renewal reads mfa_process of the source profile only, not of the "
        f"profile '{profile}': once the MFA session has expired, the renewal has no MFA code. Add "
        f"mfa_process to the profile '{source}'\n"
    )


def missing_program_warning(state: Any) -> str:
    """Return the warning that no SDK can run the credential_process of a profile, or nothing."""
    if state.missing_program is None:
        return ""
    return (
        f"aws: [WARNING]: the credential_process of the profile '{state.name}' runs "
        f"{state.missing_program}, which is gone, so no SDK can use the profile. To write it "
        f"again: aws assume refresh {option('--update-profile', state.name)}\n"
    )


def environment_warning(profile: str, env: Mapping[str, str]) -> str:
    """Return the warning that keys in the environment override AWS_PROFILE, or nothing."""
    if not env.get("AWS_ACCESS_KEY_ID"):
        return ""
    names = [name for name in KEY_VARIABLES if name in env]
    shell = shell_of(env)
    return (
        "aws: [WARNING]: AWS_ACCESS_KEY_ID is set in this shell and overrides AWS_PROFILE. Use "
        f"{_profile_option(profile, env)}, or first: {SHELLS[shell].unset(names)}\n"
    )


def replaced_note(before: Any, record: Any) -> str:
    """Return the warning that a role which is still valid was replaced, or nothing."""
    is_valid = before is not None and (before.seconds_left > 0 or before.record.auto_refresh)
    if not is_valid or _role(before.record) == _role(record):
        return ""
    until = f" until {format_time(before.expiration)}" if before.expiration else ""
    return (
        f"aws: [WARNING]: the profile '{before.name}' had {_role(before.record)}{until}. Other "
        "shells that use the profile have the new role from now on. For a profile of its own for "
        "each role: --update-profile auto\n"
    )


def not_recorded_note(inputs: Sequence[str], profile: str) -> str:
    """Return the note that a renewal needs what the record does not hold, or nothing."""
    if not inputs:
        return ""
    return (
        f"aws: [NOTE]: this run used {', '.join(inputs)}, which the record of the profile "
        f"'{profile}' does not hold. A refresh without them fails or differs: set them again "
        "before it\n"
    )


def _role(record: Any) -> str:
    if record.role_arn is None and record.identity_center is not None:
        return f"{record.identity_center.account_id}/{record.identity_center.role_name}"
    if record.root_account is not None:
        return f"a privileged session on {record.root_account} for {record.task_policy}"
    source = record.source_profile or "the environment"
    scope = f" narrowed to {record.scope}" if record.scope is not None else ""
    return f"{record.role_arn or f'a copy of the credentials of {source}'}{scope}"


def permission_warning(path: str) -> str:
    """Return the warning of ``aws configure set`` (2.34.53) about the file's permissions."""
    return (
        f"aws: [WARNING]: The file '{path}' is accessible by other users. To restrict access "
        f"to only your user: chmod 600 {shlex.quote(path)}\n"
    )


def throttling_note(throttled: int) -> str:
    """Return the note that STS throttled requests, or nothing."""
    if not throttled:
        return ""
    what = "1 request" if throttled == 1 else f"{throttled} requests"
    return f"aws: [NOTE]: STS throttled {what}, so the rate of requests was lowered\n"


def role_profiles_note(count: int) -> str:
    """Return the note that profiles which name a role are not refreshed, or nothing."""
    if not count:
        return ""
    what = "1 profile names a role" if count == 1 else f"{count} profiles name a role"
    return (
        f"aws: [NOTE]: {what} (each --as role): the AWS CLI and SDKs assume it, so there is "
        "nothing to refresh\n"
    )


def chaining_note(source: str) -> str:
    """Return the note that AWS_PROFILE made a role session the source."""
    return (
        f"aws: [NOTE]: the source was the profile '{source}' (AWS_PROFILE), itself an assumed "
        "role: role chaining, one hour at most. For another source: --profile NAME\n"
    )


def clamped_note(request: Any) -> str:
    """Return the note that role chaining shortened a configured duration, or nothing."""
    if not request.is_clamped or not isinstance(request.duration_seconds, int):
        return ""
    return (
        f"aws: [NOTE]: {request.why_chained}, and role chaining gives at most one "
        f"hour: {request.seconds} seconds instead of the configured {request.duration_seconds}\n"
    )


def shortened_note(role_arn: str, seconds: int, configured: int) -> str:
    """Return the note that the role allows less than the configured duration."""
    return (
        f"aws: [NOTE]: {role_arn} allows at most {seconds} seconds: {seconds} seconds instead of "
        f"the configured {configured}\n"
    )


def remembered_account_note(
    name: str, account_id: str, at: datetime, refused: Mapping[str, str]
) -> str:
    """Return the note that an account's ID comes from an earlier lookup."""
    why = " and ".join(f"{operation} {reason}" for operation, reason in refused.items())
    return (
        f"aws: [NOTE]: {why}: the account {name!r} is taken to be {account_id}, as it was at "
        f"{format_time(at)}. If that has changed: --account-id ID\n"
    )


def unknown_maximum_note(role_arn: str) -> str:
    """Return the note that ``max`` became 3600: a token code allows only one attempt."""
    return (
        f"aws: [NOTE]: the maximum session duration of {role_arn} is not known, and a token code "
        "works once: "
        "3600 seconds. If you know the role's maximum: --duration-seconds SECONDS\n"
    )


def export_line(profile: str, env: Mapping[str, str]) -> str:
    """Return the line that sets AWS_PROFILE in the user's shell.

    It is empty if the shell can't represent the profile's name.
    """
    shell = shell_of(env)
    if shell == "cmd" and unsupported_reason(shell, profile) is not None:
        return ""
    # AWS CLI version 1 and boto3 read AWS_DEFAULT_PROFILE first, version 2 reads it second.
    names = ["AWS_PROFILE", *(["AWS_DEFAULT_PROFILE"] if env.get("AWS_DEFAULT_PROFILE") else [])]
    return SHELLS[shell].assign(dict.fromkeys(names, profile))


def changes(diffs: Iterable[Any]) -> list[dict[str, Any]]:
    """Return the files that would change, each with the lines of its diff."""
    return [{"File": diff.path, "Diff": list(diff.lines)} for diff in diffs if diff.lines]
