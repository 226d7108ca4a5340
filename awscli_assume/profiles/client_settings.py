"""Client settings of a profile: those of a role's profile apply to the calls its source signs."""

from __future__ import annotations

from awscli_assume.host.protocols import Profile

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


def client_settings(profile: Profile) -> Profile:
    """Return the client settings of a profile."""
    return {name: profile[name] for name in CLIENT_SETTINGS if name in profile}
