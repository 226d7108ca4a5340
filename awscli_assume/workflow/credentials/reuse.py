"""Reuse a role session of the AWS CLI's cache of assumed roles, for ``export`` and ``exec``.

Ten commands in a row then make one AssumeRole, and ask for one MFA code. The key is made of the
complete request, so every parameter that narrows or names a session is part of it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Optional

from awscli_assume.aws.sts.client import region_of
from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import ParsedArgs
from awscli_assume.model.arns import session_arn
from awscli_assume.model.printable import option
from awscli_assume.model.request.session_key import session_key
from awscli_assume.profiles.cache.role_sessions import RoleSessionCache
from awscli_assume.profiles.settings import read_settings
from awscli_assume.workflow.credentials.assume_role import ReadyRequest, assume_planned_role, send
from awscli_assume.workflow.credentials.mfa_session import check_code_available
from awscli_assume.workflow.planning.plan import AssumedRole, AssumePlan, Plan

# STS's own default (AWS STS API reference, "AssumeRole").
_DEFAULT_SECONDS = 3600


def with_cache(plan: Plan, parsed_args: ParsedArgs) -> Plan:
    """Return the plan, which reuses a cached session unless the user has switched that off.

    Raises InvalidConfiguration for another value of the setting.
    """
    if not isinstance(plan, AssumePlan):
        return plan
    return replace(plan, reuses=not parsed_args.no_cache and _is_setting_on(plan))


def without_cache(plan: Plan, parsed_args: ParsedArgs) -> Plan:
    """Return the plan of a program that renews its credentials, which are never cached."""
    plan = with_cache(plan, parsed_args)
    is_off = isinstance(plan, AssumePlan) and plan.reuses is False
    return plan if is_off or not isinstance(plan, AssumePlan) else replace(plan, reuses=None)


def _is_setting_on(plan: AssumePlan) -> bool:
    name = plan.profile_pair.configuration
    value = read_settings(plan.profiles.get(name), name).get("cache", "on").lower()
    if value not in ("on", "off"):
        raise InvalidConfiguration(
            f"assume.cache of the profile '{name}' is {value!r}, and has to be on or off. Try: "
            f"aws configure set assume.cache off {option('--profile', name)}"
        )
    return value == "on"


def assume_or_reuse(context: CommandContext, plan: AssumePlan) -> AssumedRole:
    """Return the cached session of the same request and source, else assume the role.

    The session of an identity provider's token is not cached: the token says who has it.
    """
    if not plan.reuses or plan.request.identity_token is not None:
        return plan.obtain(context)
    return assume_planned_role(context, plan, _reuse)


def _reuse(context: CommandContext, ready: ReadyRequest) -> AssumedRole:
    environment, request = context.environment, ready.request
    cache = _cache_of(ready)
    found = _cached(context, ready, cache)
    if found is not None:
        return found
    check_code_available(request, ready.signer, ready.process, environment)
    if not cache.is_possible():
        return send(context, ready)
    with cache.locked():
        found = _cached(context, ready, cache)
        if found is not None:
            return found
        obtained = send(context, ready)
        # With an MFA device that was looked up, the request is not the one of the profile.
        is_shared = obtained.plan.request.serial_number == request.serial_number
        cache.store(obtained.credentials, is_shared)
    return obtained


def _cached(
    context: CommandContext, ready: ReadyRequest, cache: RoleSessionCache
) -> Optional[AssumedRole]:
    now, seconds = context.environment.now(), ready.request.seconds
    found = cache.load(
        now,
        seconds if isinstance(seconds, int) else _DEFAULT_SECONDS,
        accepts_unmarked=not _has_other_source(ready.plan),
    )
    if found is None:
        return None
    context.environment.notify(ready.plan.notes())
    region = region_of(ready.signer.client) or ready.plan.source_region
    return AssumedRole(ready.plan, found, region, now)


def _cache_of(ready: ReadyRequest) -> RoleSessionCache:
    request, pair = ready.request, ready.plan.profile_pair
    # The access key says who signs, even where two profiles have the same name in two files.
    source = [ready.signer.frozen().access_key, ready.signer.client.meta.endpoint_url]
    profile = ready.plan.profiles.get(pair.configuration, {})
    key = session_key(
        request, json.dumps(source), pair.is_role, bool(profile.get("role_session_name"))
    )
    return RoleSessionCache(key, session_arn(request.role, request.role_session_name))


def _has_other_source(plan: AssumePlan) -> bool:
    """Return whether another profile assumes the same role from another source.

    The AWS CLI's key has no source, so its session may be from either.
    """
    profiles, pair = plan.profiles, plan.profile_pair
    sources = {
        (profile.get("source_profile"), profile.get("credential_source"))
        for name, profile in profiles.written.items()
        if name == pair.configuration or profile.get("role_arn") == plan.request.role.arn
    }
    return len(sources) > 1
