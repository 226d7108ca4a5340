"""Temporary credentials as the variables of the environment that the CLI and the SDKs read."""

from __future__ import annotations

from typing import Callable, Mapping, Optional

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.model.credentials import SessionCredentials, format_time


def credential_variables(
    credentials: SessionCredentials, region: Optional[str] = None
) -> dict[str, str]:
    """Return names and values; what is not known has no variable.

    The names are those of ``aws configure export-credentials``, and the region's two.
    """
    variables = {
        "AWS_ACCESS_KEY_ID": credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
        "AWS_SESSION_TOKEN": credentials.session_token,
    }
    if credentials.expiration is not None:
        variables["AWS_CREDENTIAL_EXPIRATION"] = format_time(credentials.expiration)
    if region:
        # AWS CLI version 1 and boto3 read the second only, the other SDKs the first.
        variables.update(AWS_REGION=region, AWS_DEFAULT_REGION=region)
    return variables


def check_variables(
    variables: Mapping[str, str], refusal: Callable[[str], Optional[str]]
) -> Mapping[str, str]:
    """Return variables as they are, if ``refusal`` has no reason against a value.

    Raises InvalidConfiguration, which names the variable and the reason, never the value.
    """
    for name, value in variables.items():
        reason = refusal(value)
        if reason is not None:
            raise InvalidConfiguration(
                f"Unable to export {name}: its value {reason}; correct it where it comes from, "
                "or try another --format"
            )
    return variables
