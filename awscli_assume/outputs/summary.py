"""What ``aws assume`` prints: one object on stdout, one line for people on stderr."""

from __future__ import annotations

import shlex
from datetime import datetime
from typing import Any, Mapping, Optional

from awscli_assume.model.credentials import TemporaryCredentials, format_time
from awscli_assume.model.roles import Role

_KEY_VARIABLES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def summary(
    credentials: TemporaryCredentials, role: Role, profile: str, region: Optional[str]
) -> dict[str, Any]:
    """Answer who one is now, in the shape of get-caller-identity and some more; no secret."""
    return {
        "UserId": credentials.assumed_role_id,
        "Account": credentials.account_id,
        "Arn": credentials.assumed_role_arn,
        "Profile": profile,
        "RoleArn": role.arn,
        "Expiration": format_time(credentials.expiration),
        "Region": region,
    }


def success_line(expiration: datetime, now: datetime, profile: str, env: Mapping[str, str]) -> str:
    """Answer the line for people: done, until when, and how to use it."""
    minutes = round((expiration - now).total_seconds() / 60)
    return (
        f"Role assumption has completed successfully, until {format_time(expiration)} "
        f"({minutes} minutes). Use it: aws ... --profile {shlex.quote(profile)}, or: "
        f"{export_line(profile, env)}\n"
    )


def environment_warning(profile: str, env: Mapping[str, str]) -> str:
    """Answer a warning where keys in the environment would beat AWS_PROFILE, else nothing."""
    if not env.get("AWS_ACCESS_KEY_ID"):
        return ""
    names = [name for name in _KEY_VARIABLES if name in env]
    return (
        "aws: [WARNING]: AWS_ACCESS_KEY_ID is set in this shell and beats AWS_PROFILE. Use "
        f"--profile {shlex.quote(profile)}, or first: {_unset_line(names, env)}\n"
    )


def chaining_note(source: str) -> str:
    """Answer a note where AWS_PROFILE made a role session the source."""
    return (
        f"aws: [NOTE]: the source was the profile '{source}' (AWS_PROFILE), itself an assumed "
        "role: role chaining, one hour at the most. For another source: --profile NAME\n"
    )


def export_line(profile: str, env: Mapping[str, str]) -> str:
    """Answer the line that makes a profile the current one, in the person's shell."""
    # AWS CLI version 1 and boto3 read AWS_DEFAULT_PROFILE first, version 2 reads it second.
    names = ["AWS_PROFILE", *(["AWS_DEFAULT_PROFILE"] if env.get("AWS_DEFAULT_PROFILE") else [])]
    shell = shell_of(env)
    if shell == "powershell":
        quoted = "'" + profile.replace("'", "''") + "'"
        return "; ".join(f"$Env:{name} = {quoted}" for name in names)
    quoted = shlex.quote(profile)
    if shell == "fish":
        return "; ".join(f"set -gx {name} {quoted}" for name in names)
    if shell == "csh":
        return "; ".join(f"setenv {name} {quoted}" for name in names)
    return "export " + " ".join(f"{name}={quoted}" for name in names)


def shell_of(env: Mapping[str, str]) -> str:
    """Answer ``powershell``, ``fish``, ``csh`` or ``sh`` from the environment."""
    # SHELL is not set on Windows, where PSModulePath always is.
    if "SHELL" not in env and "PSModulePath" in env:
        return "powershell"
    name = env.get("SHELL", "").rpartition("/")[2]
    return {"fish": "fish", "csh": "csh", "tcsh": "csh", "pwsh": "powershell"}.get(name, "sh")


def _unset_line(names: list[str], env: Mapping[str, str]) -> str:
    shell = shell_of(env)
    if shell == "powershell":
        return "Remove-Item " + ", ".join(f"Env:{name}" for name in names)
    if shell == "fish":
        return "set -e " + " ".join(names)
    if shell == "csh":
        return "; ".join(f"unsetenv {name}" for name in names)
    return "unset " + " ".join(names)
