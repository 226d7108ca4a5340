"""What a profile that names a role says of it, and which layer of the settings wins."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Mapping, MutableMapping

from awscli_assume.errors import InvalidRequest, configured_in
from awscli_assume.model.request import limits
from awscli_assume.model.request.request import check_option
from awscli_assume.profiles.include_profile import has_access_keys
from awscli_assume.profiles.settings import read_settings
from awscli_assume.profiles.source import ProfilePair
from awscli_assume.profiles.source_chain import (
    ACCESS_KEYS_ONLY,
    check_there,
    follow,
    names_role,
    source_of,
)

# Keys by which a profile names a role (AWS CLI User Guide, "Using an IAM role
# in the AWS CLI"), by the option that they stand in for.
_ROLE_KEYS = {
    "role_session_name": "role_session_name",
    "duration_seconds": "duration_seconds",
    "external_id": "external_id",
    "mfa_serial": "serial_number",
    "source_identity": "source_identity",
}
# Those of more than one value; source_identity and they are aws-vault's.
_TAGS, _TRANSITIVE = "session_tags", "transitive_session_tags"


def role_profile(
    profiles: MutableMapping[str, Any], profile_pair: ProfilePair, files: tuple[str, str]
) -> tuple[Mapping[str, Any], ProfilePair]:
    """Return the profile that names the role, and its source in place of itself.

    ``files`` are the paths of the two files, for a message. Raises InvalidRequest
    and InvalidConfiguration.
    """
    name = profile_pair.source or ""
    profile = profiles.get(name, {})
    if "role_arn" not in profile:
        raise InvalidRequest(
            "No role was named. Try: aws assume --role-name my-iam-role, or --role-arn ARN, or "
            "--profile with a profile that has a role_arn. To write the source's own temporary "
            "credentials: --copy-source"
        )
    follow(profiles, name, files)
    source = source_of(profile, name)
    if source is None:
        return profile, replace(profile_pair, credential_source=profile["credential_source"])
    check_there(profiles, [name, source], files)
    is_both = names_role(profiles[source]) and has_access_keys(profiles[source])
    provider = ACCESS_KEYS_ONLY if is_both else None
    return profile, replace(profile_pair, source=source, credential_source=provider)


def layered(
    given: Mapping[str, Any],
    role_profile: Mapping[str, Any],
    configuration: str,
    profiles: Mapping[str, Any],
) -> dict[str, Any]:
    """A flag beats the profile that names the role, that one its block, the block the default."""
    settings = read_settings(profiles.get(configuration), configuration)
    options: dict[str, Any] = {"account_id": settings.get("account_id")}
    by_profile = {_ROLE_KEYS[k]: v for k, v in role_profile.items() if k in _ROLE_KEYS}
    for name, value in given.items():
        options[name] = value
        for place, layer in ((name, by_profile), (f"assume.{name}", settings)):
            if options[name] is None and name in layer:
                options[name] = layer[name]
                with configured_in(f"{place} of the profile '{configuration}'"):
                    check_option(name, layer[name], is_own=layer is settings)
    options.update(_tags(given, role_profile, configuration))
    return options


def _tags(
    given: Mapping[str, Any], role_profile: Mapping[str, Any], configuration: str
) -> dict[str, Any]:
    """Return the session tags of a role's profile, and the keys of those that are passed on."""
    answer: dict[str, Any] = {}
    tags = given.get("tags")
    if tags is None and _TAGS in role_profile:
        with configured_in(f"{_TAGS} of the profile '{configuration}'"):
            tags = answer["tags"] = limits.read_tags(role_profile[_TAGS])
            limits.tags(tags)
    if given.get("transitive_tag_keys") is None and _TRANSITIVE in role_profile:
        keys = limits.read_keys(role_profile[_TRANSITIVE])
        known = [str(tag.get("Key", "")) for tag in tags or ()]
        if given.get("tags") is not None:
            # Of the tags that took the place of the profile's, those it passes on.
            lowered = {key.lower() for key in known}
            keys = [key for key in keys if key.lower() in lowered]
        with configured_in(f"{_TRANSITIVE} of the profile '{configuration}'"):
            limits.transitive_tag_keys(keys, [(key, "") for key in known])
        answer["transitive_tag_keys"] = keys
    return answer
