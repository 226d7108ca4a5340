"""What ``aws assume`` prints: one object on stdout, one line for people on stderr."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Mapping, Optional

from awscli_assume.model.arns import parse_arn
from awscli_assume.model.credentials import format_time
from awscli_assume.outputs.shells import SHELLS, refusal, shell_of, word

_KEY_VARIABLES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def summary(state: Any) -> dict[str, Any]:
    """Return who one is now, in the shape of get-caller-identity and some more; no secret.

    ``state`` is a profile's state (neighbouring rooms do not import each other).
    """
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
    """Return the line for people: done, until when, and how to use it."""
    after = ", then renewed by itself" if state.record.auto_refresh else ""
    line = export_line(state.name, env)
    done = (
        "The source's credentials have been copied"
        if state.record.is_copy
        else "Role assumption has completed successfully"
    )
    until = "; the source does not say when they end"
    if state.expiration is not None:
        minutes = round((state.expiration - now).total_seconds() / 60)
        until = f", until {format_time(state.expiration)} ({minutes} minutes{after})"
    return (
        f"{done}{until}. Use it: aws ... --profile "
        f"{word(shell_of(env), state.name)}{', or: ' if line else ''}{line}\n"
    )


def shell_line(role_arn: Optional[str], expiration: Optional[datetime]) -> str:
    """Return the line for people that a shell of ours begins with."""
    whom = role_arn or "the source's temporary credentials"
    until = f", until {format_time(expiration)}" if expiration is not None else ""
    return f"This shell runs as {whom}{until}. To leave it: exit\n"


def renewal_note(expiration: datetime) -> str:
    """Return a note where a session can't be renewed without a person."""
    return (
        "aws: [NOTE]: the next session needs another code of the MFA device, so the credentials "
        f"end at {format_time(expiration)} and are not renewed\n"
    )


def other_command_warning(profile: str, source: str) -> str:
    """Return a warning where a renewal asks another profile for the code than was asked now."""
    return (
        f"aws: [WARNING]: mfa_process of the profile '{profile}' is not known to a renewal, which "
        f"reads the source profile: once the session of this code has ended, there is nobody to "
        f"answer the next one. Put mfa_process into the profile '{source}', too\n"
    )


def environment_warning(profile: str, env: Mapping[str, str]) -> str:
    """Return a warning where keys in the environment would beat AWS_PROFILE, else nothing."""
    if not env.get("AWS_ACCESS_KEY_ID"):
        return ""
    names = [name for name in _KEY_VARIABLES if name in env]
    shell = shell_of(env)
    return (
        "aws: [WARNING]: AWS_ACCESS_KEY_ID is set in this shell and beats AWS_PROFILE. Use "
        f"--profile {word(shell, profile)}, or first: {SHELLS[shell].unset(names)}\n"
    )


def replaced_note(held: Any, record: Any) -> str:
    """Return a note where the target held a different role that was still valid, else nothing."""
    if held is None or held.seconds_left <= 0 or _whose(held.record) == _whose(record):
        return ""
    return (
        f"aws: [NOTE]: the profile '{held.name}' held {_whose(held.record)} until "
        f"{format_time(held.expiration)}; that is replaced. To keep both: --update-profile NAME\n"
    )


def _whose(record: Any) -> str:
    source = record.source_profile or "the environment"
    return record.role_arn or f"a copy of the credentials of {source}"


def permission_warning(path: str) -> str:
    """Return the warning that ``aws configure set`` gives (2.34.53), for the same reason."""
    return (
        f"aws: [WARNING]: The file '{path}' is accessible by other users. Consider running "
        f"'chmod 600 {path}' to restrict access to only your user.\n"
    )


def chaining_note(source: str) -> str:
    """Return a note where AWS_PROFILE made a role session the source."""
    return (
        f"aws: [NOTE]: the source was the profile '{source}' (AWS_PROFILE), itself an assumed "
        "role: role chaining, one hour at the most. For another source: --profile NAME\n"
    )


def clamped_note(request: Any) -> str:
    """Return a note where a default was longer than role chaining gives, else nothing."""
    if not request.is_clamped or not isinstance(request.duration_seconds, int):
        return ""
    return (
        f"aws: [NOTE]: {request.why_chained}, and role chaining gives at most one "
        f"hour: {request.seconds} seconds in place of the configured {request.duration_seconds}\n"
    )


def remembered_account_note(
    name: str, account_id: str, at: datetime, refused: Mapping[str, str]
) -> str:
    """Return a note where an account's name is an old one, for nobody would say today."""
    why = " and ".join(f"{operation} {reason}" for operation, reason in refused.items())
    return (
        f"aws: [NOTE]: {why}: the account {name!r} is taken to be {account_id}, as it was at "
        f"{format_time(at)}. If it is not any more: --account-id ID\n"
    )


def unknown_maximum_note(role_arn: str) -> str:
    """Return a note where a token code left one attempt, and nobody said what the role allows."""
    return (
        f"aws: [NOTE]: IAM does not say how long {role_arn} allows, and a token code works once: "
        "3600 seconds. If you know the role's maximum: --duration-seconds SECONDS\n"
    )


def export_line(profile: str, env: Mapping[str, str]) -> str:
    """Return the line that makes a profile the current one, in the person's shell.

    It is empty where the shell can't carry the profile's name.
    """
    shell = shell_of(env)
    if shell == "cmd" and refusal(shell, profile) is not None:
        return ""
    # AWS CLI version 1 and boto3 read AWS_DEFAULT_PROFILE first, version 2 reads it second.
    names = ["AWS_PROFILE", *(["AWS_DEFAULT_PROFILE"] if env.get("AWS_DEFAULT_PROFILE") else [])]
    return SHELLS[shell].assign(dict.fromkeys(names, profile))
