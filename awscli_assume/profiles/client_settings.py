"""Client settings of a profile that names a role, for the calls that its source signs."""

from __future__ import annotations

from typing import Any, Mapping, MutableMapping, Optional

# AWS SDKs and Tools reference guide, "Settings reference": what a client is made
# with. Not the region, which is the target's as well, and no credentials.
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


def lend_client_settings(
    profiles: Mapping[str, MutableMapping[str, Any]], named: Optional[str], source: Optional[str]
) -> None:
    """Let the client settings of the profile that names the role hold for its source.

    The session is going to have the source as its profile. As with every other
    command, the settings of the profile that a person named come first.
    ``profiles`` are the session's own, in memory; nothing is written.
    """
    if named is None or source is None or named == source or source not in profiles:
        return
    given = profiles.get(named, {})
    profiles[source].update({name: given[name] for name in CLIENT_SETTINGS if name in given})
