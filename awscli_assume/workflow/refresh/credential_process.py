"""Profiles that refresh by themselves: the program behind them, and its cache."""

from __future__ import annotations

import os
from typing import Any, Mapping, Optional

import awscli_assume
from awscli_assume.errors import InvalidRequest
from awscli_assume.host import own_executable
from awscli_assume.host.environment import Environment
from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.outputs.summary import other_command_warning
from awscli_assume.profiles.cache.process_cache import ProcessCache, remove_cache
from awscli_assume.profiles.cache.process_command import command_line, slow_command_line
from awscli_assume.profiles.cache.python_interpreter import find_python
from awscli_assume.profiles.names import RESERVED
from awscli_assume.profiles.record import Record
from awscli_assume.profiles.source import ProfilePair
from awscli_assume.profiles.state import ProfileState
from awscli_assume.profiles.target import Target
from awscli_assume.workflow.credentials.assume_role import Assumed
from awscli_assume.workflow.credentials.mfa_code import MFA_PROCESS, mfa_process_of
from awscli_assume.workflow.planning.plan import Plan


def check_renewable(plan: Plan) -> None:
    """Raise InvalidRequest where a target could not refresh itself by the record alone."""
    # A web identity needs no source: its file is read again.
    if not plan.auto_refresh or plan.request.identity_token is not None:
        return
    if plan.profile_pair.source is None or plan.profile_pair.credential_source == "Environment":
        raise InvalidRequest(
            "--auto-refresh has to assume the role again later, and the keys in this environment "
            "will not be there then. Name a source profile: --profile NAME"
        )
    if plan.profile_pair.source == RESERVED:
        raise InvalidRequest(
            f"--auto-refresh has to assume the role again later, and the profile '{RESERVED}' has "
            "credentials inside of this aws assume exec only. Name a source profile: "
            "--profile NAME"
        )
    if plan.request.provided_contexts:
        raise InvalidRequest(
            "--auto-refresh has to assume the role again later, and the assertions of "
            "--provided-contexts are not kept. Leave one of the two out"
        )


def make_target(
    plan: Plan,
    assumed: Assumed,
    region: Optional[str],
    environment: Environment,
) -> Target:
    """Return what the target profile of a plan is going to hold."""
    record = plan.record(assumed.request, region)
    process = process_line(plan.profile_pair.target, record, environment)
    return Target(plan.profile_pair.target, assumed.credentials, record, region, process)


def renewal_warning(profile_pair: ProfilePair, target: Target, profiles: Mapping[str, Any]) -> str:
    """Return a warning where mfa_process is of a profile that no renewal reads, else nothing.

    The record names the source profile, and not the one that named the role.
    """
    if target.process is None or "serial-number" not in dict(target.record.options):
        return ""
    process = mfa_process_of(profiles, profile_pair)
    if process is None:
        return ""
    source = profile_pair.source or "default"
    if MFA_PROCESS in profiles.get(source, {}):
        return ""
    return other_command_warning(process.profile, source)


def process_line(name: str, record: Record, environment: Environment) -> Optional[str]:
    """Return the credential_process of a profile, or None where it has keys.

    The fast program, run by a python3 of this machine; without one, ``aws`` itself.
    """
    if not record.auto_refresh:
        return None
    aws = own_executable(environment.variables)
    python = find_python(environment.variables)
    if python is None:
        return slow_command_line(aws, name)
    folder = os.path.dirname(os.path.abspath(awscli_assume.__file__))
    program = os.path.join(folder, "process", "answer.py")
    return command_line(python, program, ProcessCache(name, record.to_block()).path, name, aws)


def forget(state: Optional[ProfileState], target: Optional[Target] = None) -> None:
    """Remove the cache of what a profile was, unless it is the one of what it is now."""
    if state is None or not state.record.auto_refresh:
        return
    kept = None
    if target is not None and target.process is not None:
        kept = ProcessCache(target.name, target.record.to_block()).path
    cache = ProcessCache(state.name, state.record.to_block())
    # What the profile names may be another file than its record's, edited by hand.
    folder = os.path.dirname(cache.path)
    for path in {cache.path, state.cache_path or cache.path} - {kept}:
        if os.path.dirname(path) == folder:
            remove_cache(path)


def keep_fresh(target: Target, environment: Environment) -> None:
    """Put the credentials of a profile that refreshes by itself into its cache."""
    if isinstance(target.credentials, TemporaryCredentials) and target.process is not None:
        cache = ProcessCache(target.name, target.record.to_block())
        cache.store(target.credentials, environment.now())
