"""What a profile that names a role says of it, and which layer of the settings wins."""

from __future__ import annotations

from typing import Any, Mapping

from awscli_assume.errors import InvalidConfiguration, InvalidRequest, configured_in
from awscli_assume.model.request import check_option
from awscli_assume.profiles.settings import read_settings
from awscli_assume.profiles.source import Ends

# Keys by which a profile names a role (AWS CLI User Guide, "Using an IAM role
# in the AWS CLI"), by the option that they stand in for.
_ROLE_KEYS = {
    "role_session_name": "role_session_name",
    "duration_seconds": "duration_seconds",
    "external_id": "external_id",
    "mfa_serial": "serial_number",
}


def role_profile(profiles: Mapping[str, Any], ends: Ends) -> tuple[Mapping[str, Any], Ends]:
    """Answer the profile that names the role, and its source in place of itself."""
    profile = profiles.get(ends.source or "", {})
    if "role_arn" not in profile:
        raise InvalidRequest(
            "No role was named. Try: aws assume --role-name my-iam-role, or --role-arn ARN, or "
            "--profile with a profile that has a role_arn"
        )
    source = profile.get("source_profile")
    if source is None:
        raise InvalidConfiguration(
            f"The profile '{ends.source}' names a role and no source_profile. Where the "
            "credentials come from the environment or the instance, leave --profile out: "
            f"aws assume --role-arn {profile['role_arn']}"
        )
    if source not in profiles:
        raise InvalidConfiguration(
            f"The profile '{ends.source}' has source_profile = {source}, and there is no profile "
            "of that name. To see them: aws configure list-profiles"
        )
    return profile, Ends(source, ends.target, ends.configuration)


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
    return options
