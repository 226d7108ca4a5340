"""Reuse a role session of the AWS CLI's cache of assumed roles, for ``export`` and ``exec``.

Ten commands in a row then make one AssumeRole, and ask for one MFA code. The key is made of the
complete request, so every parameter that narrows or names a session is part of it.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import Optional

from awscli_assume.aws.sts.client import region_of
from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import ParsedArgs
from awscli_assume.model.arns import session_arn
from awscli_assume.model.printable import option
from awscli_assume.model.request.identity_provider import SamlAssertion
from awscli_assume.model.request.session_key import session_key
from awscli_assume.profiles.cache.role_sessions import RoleSessionCache
from awscli_assume.profiles.source_chain import TOKEN_FILE
from awscli_assume.workflow.credentials.assume_role import ReadyRequest, assume_planned_role, send
from awscli_assume.workflow.credentials.mfa_session import check_code_available
from awscli_assume.workflow.planning.plan import AssumedRole, AssumePlan, Plan
from awscli_assume.workflow.planning.session_scope import setting_blocks

# STS's own default (AWS STS API reference, "AssumeRole").
_DEFAULT_SECONDS = 3600
# Providers whose access key changes while the identity is the same, which the settings of one
# profile name (``method`` of botocore's providers).
_RENEWING = ("custom-process", "sso", "login")


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
    """Return whether the nearest setting is on: that of the profile, its sources, or default."""
    for name, block in setting_blocks(plan.profiles, plan.profile_pair):
        value = str(block.get("cache") or "")
        if value.lower() in ("on", "off"):
            return value.lower() == "on"
        if value:
            raise InvalidConfiguration(
                f"assume.cache of the profile '{name}' is {value!r}, and has to be on or off. "
                f"Try: aws configure set assume.cache off {option('--profile', name)}"
            )
    return True


def assume_or_reuse(context: CommandContext, plan: AssumePlan) -> AssumedRole:
    """Return the cached session of the same request and source, else assume the role."""
    token = plan.request.identity_token
    # GitHub's token is another one each time, and a pipe can be read only once.
    is_read_once = token is not None and not (
        isinstance(token, SamlAssertion) or os.path.isfile(token.token_file)
    )
    if not plan.reuses or is_read_once:
        return plan.obtain(context)
    return assume_planned_role(context, plan, _reuse)


def _reuse(context: CommandContext, ready: ReadyRequest) -> AssumedRole:
    environment, request = context.environment, ready.request
    cache = _cache_of(context, ready)
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


def _cache_of(context: CommandContext, ready: ReadyRequest) -> RoleSessionCache:
    request, pair = ready.request, ready.plan.profile_pair
    profile = ready.plan.profiles.get(pair.configuration, {})
    token, web_identity_token = request.identity_token, None
    is_role_profile, identity = pair.is_role, None
    if isinstance(token, SamlAssertion):
        identity = token.document
    elif token is not None:
        # As the AWS CLI has it in its key, with a line end.
        web_identity_token = identity = _content(token.token_file)
        is_role_profile = os.path.abspath(profile.get(TOKEN_FILE, "")) == token.token_file
    source = [identity or _source_of(context, ready), ready.signer.client.meta.endpoint_url]
    has_name = bool(profile.get("role_session_name"))
    key = session_key(request, json.dumps(source), is_role_profile, has_name, web_identity_token)
    return RoleSessionCache(key, session_arn(request.role, request.role_session_name or ""))


def _content(path: str) -> str:
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        return file.read()


def _source_of(context: CommandContext, ready: ReadyRequest) -> object:
    """Return what says who signs the request."""
    source = ready.plan.profile_pair.source
    if source is not None and context.session.get_credentials().method in _RENEWING:
        return [source, json.dumps(ready.plan.profiles.get(source, {}), sort_keys=True)]
    # Even where two profiles have the same name in two files.
    return ready.signer.frozen().access_key


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
