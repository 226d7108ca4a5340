"""What a run used beside its command line: what the record keeps of it, and what it can't keep."""

from __future__ import annotations

import os
from typing import Mapping, Optional
from urllib.parse import urlsplit

from awscli_assume.host import ENDPOINT_VARIABLES
from awscli_assume.host.context import CommandContext, RequestSettings
from awscli_assume.host.protocols import Profile
from awscli_assume.model.request.identity_provider import GITHUB
from awscli_assume.profiles.record import NOT_STORED, Record
from awscli_assume.profiles.settings import client_settings
from awscli_assume.workflow.planning.plan import Plan

_FILES = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_WEB_IDENTITY = ("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME")
# Of an instance or a container, whose credentials no profile has.
_MACHINE = (
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
)
_SIGN_IN = ("AWS_ENDPOINT_URL_SSO", "AWS_ENDPOINT_URL_SSO_OIDC", "AWS_ENDPOINT_URL_SIGNIN")
_GITHUB = ("ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN")
# They change the endpoint of STS where no endpoint is recorded.
_ENDPOINT_KINDS = (
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_STS_REGIONAL_ENDPOINTS",
)
_PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
# Any of them is a source of credentials of the profile itself.
_OWN_SOURCES = (
    "aws_access_key_id",
    "credential_process",
    "login_session",
    "sso_account_id",
    "sso_session",
    "sso_start_url",
    "web_identity_token_file",
)


def request_settings(
    context: CommandContext, plan: Plan, region: Optional[str]
) -> RequestSettings:
    """Return where a request was sent, without what the source profile says by itself.

    ``region`` is the client's region, or None for the global endpoint.
    """
    region = region or context.session.get_config_variable("region")
    given, source = context.parsed_globals, plan.profiles.get(plan.profile_pair.source or "", {})
    bundle = given.verify_ssl if isinstance(given.verify_ssl, str) else None
    bundle = bundle if bundle != source.get("ca_bundle") else None
    bundle = bundle or plan.settings.ca_bundle or _named(plan).get("ca_bundle")
    return RequestSettings(
        region if region != source.get("region") else None,
        _without_secret(_endpoint(context, plan)),
        None if bundle is None else os.path.abspath(os.path.expanduser(bundle)),
    )


def inputs_not_recorded(context: CommandContext, plan: Plan, record: Record) -> list[str]:
    """Return what the run used and the record does not keep: variables, options, and secrets."""
    variables = context.environment.variables
    names = [*_FILES, *_source_variables(context, plan, record)]
    if record.settings.endpoint_url is None:
        names += [*ENDPOINT_VARIABLES, *_ENDPOINT_KINDS]
    if record.auto_refresh:
        # Other programs run it; a person types refresh where the proxy is set.
        names += _PROXIES
    found = [name for name in names if variables.get(name)]
    found += ["--no-verify-ssl"] if context.parsed_globals.verify_ssl is False else []
    found += [f"--{name}" for name, value in record.options if value == NOT_STORED]
    recorded = ("endpoint_url", "ca_bundle")
    return found + [
        f"{name} of the profile '{plan.profile_pair.configuration}'"
        for name in _named(plan)
        if name not in recorded
    ]


def _source_variables(context: CommandContext, plan: Plan, record: Record) -> list[str]:
    if record.has_identity_token:
        return list(_GITHUB) if record.web_identity_token_file == GITHUB else []
    if record.source_profile is None:
        return list(_KEYS)
    names = [] if context.parsed_globals.profile else [*_WEB_IDENTITY]
    end = _end_of_chain(plan.profiles, record.source_profile)
    provider = record.credential_source or end.get("credential_source")
    if provider == "Environment":
        return [*names, *_KEYS]
    if any(key in end for key in _OWN_SOURCES) and record.credential_source is None:
        return (
            [*names, *_SIGN_IN] if any(key.startswith(("sso_", "login")) for key in end) else names
        )
    return [*names, *_MACHINE]


def _end_of_chain(profiles: Mapping[str, Profile], name: str) -> Profile:
    """Return the profile whose credentials sign the first request of a source."""
    seen: set[str] = set()
    profile = profiles.get(name, {})
    while "source_profile" in profile and "role_arn" in profile and name not in seen:
        seen.add(name)
        name = profile["source_profile"]
        profile = profiles.get(name, {})
    return profile


def _endpoint(context: CommandContext, plan: Plan) -> Optional[str]:
    """Return the endpoint that an option, a record, a variable or the role's profile names."""
    variables = context.environment.variables
    given: Optional[str] = context.parsed_globals.endpoint_url or plan.settings.endpoint_url
    by_variable = next(
        (variables[name] for name in ENDPOINT_VARIABLES if variables.get(name)), None
    )
    return given or by_variable or _named(plan).get("endpoint_url")


def _named(plan: Plan) -> Profile:
    """Return the client settings of the profile that names the role, if it is not the source."""
    pair = plan.profile_pair
    if not pair.is_role or pair.source == pair.configuration:
        return {}
    return client_settings(plan.profiles.get(pair.configuration, {}))


def _without_secret(endpoint: Optional[str]) -> Optional[str]:
    """Return an endpoint, or None for one with a password."""
    return None if endpoint is None or "@" in urlsplit(endpoint).netloc else endpoint
