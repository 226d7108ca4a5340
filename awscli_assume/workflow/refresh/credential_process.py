"""``--auto-refresh`` profiles: their credential_process, and its cache."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Mapping, Optional

import awscli_assume
from awscli_assume.host import own_executable
from awscli_assume.host.context import CommandContext, RequestSettings
from awscli_assume.host.environment import Environment
from awscli_assume.host.protocols import Profile
from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.outputs.summary import other_command_warning
from awscli_assume.profiles.cache.process_cache import ProcessCache, remove_cache
from awscli_assume.profiles.cache.process_command import command_line, slow_command_line
from awscli_assume.profiles.cache.python_interpreter import find_python
from awscli_assume.profiles.record import Record
from awscli_assume.profiles.source import ProfilePair
from awscli_assume.profiles.state import ProfileState
from awscli_assume.profiles.target import Target, has_our_region, region_to_write
from awscli_assume.workflow.credentials.mfa_code import MFA_PROCESS, mfa_process_of
from awscli_assume.workflow.planning.plan import ObtainedCredentials, Plan
from awscli_assume.workflow.refresh.recorded_settings import request_settings


def make_target(
    context: CommandContext, obtained: ObtainedCredentials, before: Optional[Profile]
) -> Target:
    """Return what the target profile of a plan is going to hold; ``before`` is what it holds."""
    settings = request_settings(context, obtained.plan, obtained.region)
    return _target(context, obtained.plan.record(None), settings, obtained, before)


def target_again(
    context: CommandContext,
    record: Record,
    obtained: ObtainedCredentials,
    before: Optional[Profile],
) -> Target:
    """Return what a profile with a record is going to hold; the record keeps what it says.

    A session that was narrowed for a coding agent is recorded as such, or cached beside the
    other one if the profile renews itself.
    """
    found = record.request_settings
    settings = replace(found, region=context.parsed_globals.region or found.region)
    if not record.auto_refresh:
        record = obtained.plan.record_again(record)
    target = _target(context, record, settings, obtained, before)
    return replace(target, cached_as=narrowed_record(obtained.plan, target.record))


def _target(
    context: CommandContext,
    record: Record,
    settings: RequestSettings,
    obtained: ObtainedCredentials,
    before: Optional[Profile],
) -> Target:
    region = region_to_write(before, context.parsed_globals.region, obtained.region)
    record = record.sent_to(settings, region)
    name = obtained.plan.profile_pair.target
    return Target(
        name,
        obtained.credentials,
        record,
        region,
        process_line(name, record, context.environment),
        removes_region=region is None and has_our_region(before),
    )


def renewal_warning(
    profile_pair: ProfilePair, target: Target, profiles: Mapping[str, Profile]
) -> str:
    """Return a warning if no renewal reads the profile that has the mfa_process.

    The record names the source profile, not the profile that named the role.
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
    """Return the credential_process of a profile, or None if the profile gets access keys."""
    return process_lines({name: record}, environment).get(name)


def process_lines(records: Mapping[str, Record], environment: Environment) -> dict[str, str]:
    """Return the credential_process of each profile that renews its credentials, by its name.

    It is our program, run by a python3 of this machine, or ``aws`` itself without one.
    """
    records = {name: record for name, record in records.items() if record.auto_refresh}
    if not records:
        return {}
    aws = own_executable(environment.variables)
    python = find_python(environment.variables)
    if python is None:
        return {name: slow_command_line(aws, name) for name in records}
    folder = os.path.dirname(os.path.abspath(awscli_assume.__file__))
    program = os.path.join(folder, "process", "answer.py")
    return {
        name: command_line(python, program, ProcessCache(name, record.to_block()).path, name, aws)
        for name, record in records.items()
    }


def remove_old_cache(existing: Optional[ProfileState], target: Optional[Target] = None) -> None:
    """Remove the cache of what a profile was, unless what it is now uses the same one."""
    if existing is None or not existing.record.auto_refresh:
        return
    in_use = None
    if target is not None and target.process is not None:
        in_use = ProcessCache(target.name, target.record.to_block()).path
    cache = ProcessCache(existing.name, existing.record.to_block())
    # If the record was edited by hand, credential_process may name another file than it.
    folder = os.path.dirname(cache.path)
    for path in {cache.path, existing.cache_path or cache.path} - {in_use}:
        if os.path.dirname(path) == folder:
            remove_cache(path)


def narrowed_record(plan: Plan, record: Record) -> Optional[Record]:
    """Return the record of a session that an agent's plan narrows, None if it is the profile's."""
    narrowed = plan.record_again(record)
    return narrowed if narrowed.scope != record.scope else None


def profile_cache(name: str, record: Record, narrowed: Optional[Record] = None) -> ProcessCache:
    """Return the cache of a profile, or of its session that is ``narrowed`` for an agent."""
    block = None if narrowed is None else narrowed.to_block()
    return ProcessCache(name, record.to_block(), narrowed_block=block)


def check_cache(name: str, record: Record) -> None:
    """Raise UnusableFile if the cache of an ``--auto-refresh`` profile can't be written."""
    if record.auto_refresh:
        ProcessCache(name, record.to_block()).check()


def store_in_cache(target: Target, environment: Environment) -> None:
    """Store the credentials of an ``--auto-refresh`` profile in its cache."""
    if isinstance(target.credentials, TemporaryCredentials) and target.process is not None:
        cache = profile_cache(target.name, target.record, target.cached_as)
        cache.store(target.credentials, environment.now())
