"""Settings of a profile: our own block ``assume =``, and the CLI's client settings.

The block is set by ``aws configure set assume.duration_seconds 28800``.
"""

from __future__ import annotations

from typing import Mapping, Optional

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host.protocols import Profile
from awscli_assume.model.printable import option

BLOCK = "assume"
NAMES = (
    "account_id",
    "agent_scope",
    "auto_refresh",
    "browser",
    "browser_identity",
    "cache",
    "duration_seconds",
    "external_id",
    "role_session_name",
    "serial_number",
    "source_identity",
    "update_profile",
)
# The beginning of the settings that define scopes, as in scope_deploy.
SCOPE_PREFIX = "scope_"
# AWS SDKs and Tools Reference Guide, "Settings reference". Not the region, which is the
# target's as well, and no credentials.
CLIENT_SETTINGS = (
    "ca_bundle",
    "defaults_mode",
    "endpoint_url",
    "ignore_configured_endpoint_urls",
    "max_attempts",
    "retry_mode",
    "sdk_ua_app_id",
    "services",
    "sts_regional_endpoints",
    "tcp_keepalive",
    "use_dualstack_endpoint",
    "use_fips_endpoint",
)


def read_settings(profile: Optional[Profile], name: str = "default") -> dict[str, str]:
    """Return the settings of the source profile of a name. Raises InvalidConfiguration."""
    # Without a line below it, the CLI reads `assume =` as an empty text.
    block = (profile or {}).get(BLOCK) or {}
    if not isinstance(block, Mapping):
        raise InvalidConfiguration(
            f"'{BLOCK} = {block}' in the profile '{name}': it has to be a block of its own keys. "
            "Remove that line, then: aws configure set assume.duration_seconds 3600 "
            f"{option('--profile', name)}"
        )
    for setting in block:
        if setting not in NAMES and not setting.startswith(SCOPE_PREFIX):
            known = ", ".join([*NAMES, f"{SCOPE_PREFIX}NAME"])
            raise InvalidConfiguration(
                f"There is no setting 'assume.{setting}', only: {known}. "
                f"Remove it from the profile '{name}' in the config file"
            )
    return {setting: str(value) for setting, value in block.items() if value != ""}


def is_on(setting: str, settings: Mapping[str, str], name: str) -> bool:
    """Return whether a setting of a profile is ``true``. Raises InvalidConfiguration."""
    value = settings.get(setting, "false").lower()
    if value not in ("true", "false"):
        profile = option("--profile", name)
        raise InvalidConfiguration(
            f"assume.{setting} of the profile '{name}' is {settings[setting]!r}, and has to be "
            f"true or false. Try: aws configure set assume.{setting} true {profile}"
        )
    return value == "true"


def client_settings(profile: Profile) -> Profile:
    """Return the client settings of a profile."""
    return {name: profile[name] for name in CLIENT_SETTINGS if name in profile}
