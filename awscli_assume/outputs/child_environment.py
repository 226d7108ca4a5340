"""The environment of a child that runs as a role, made of the person's own."""

from __future__ import annotations

from typing import Mapping, Optional

from awscli_assume.model.credentials import SessionCredentials, format_time

# For prompts and scripts: the role that a shell of ours runs as.
ROLE_VARIABLE = "AWS_ASSUMED_ROLE"
# What would beat what we set, or speak of other credentials than those (AWS
# SDKs and Tools Reference Guide, "Settings reference", and what other tools
# of the field set beside them).
_CONFLICTS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_ACCOUNT_ID",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_SESSION_EXPIRATION",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    ROLE_VARIABLE,
)
# AWS_BEARER_TOKEN_BEDROCK and its like sign requests in place of credentials.
_BEARER = "AWS_BEARER_TOKEN_"


def environment_with_keys(
    before: Mapping[str, str],
    credentials: SessionCredentials,
    region: Optional[str],
    role_arn: Optional[str],
) -> dict[str, str]:
    """Return a child's environment that holds the credentials themselves."""
    answer = _without_conflicts(before, region, role_arn)
    answer["AWS_ACCESS_KEY_ID"] = credentials.access_key_id
    answer["AWS_SECRET_ACCESS_KEY"] = credentials.secret_access_key
    answer["AWS_SESSION_TOKEN"] = credentials.session_token
    if credentials.expiration is not None:
        answer["AWS_CREDENTIAL_EXPIRATION"] = format_time(credentials.expiration)
    return answer


def environment_with_endpoint(
    before: Mapping[str, str],
    url: str,
    token: str,
    region: Optional[str],
    role_arn: Optional[str],
    profile: Optional[str],
) -> dict[str, str]:
    """Return a child's environment that says where credentials are handed out, and holds none.

    ``profile`` becomes the child's profile where its default one has credentials
    of its own: every SDK asks the endpoint after the profile.
    """
    answer = _without_conflicts(before, region, role_arn)
    answer["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url
    answer["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = token
    if profile is not None:
        answer["AWS_PROFILE"] = profile
    return answer


def _without_conflicts(
    before: Mapping[str, str], region: Optional[str], role_arn: Optional[str]
) -> dict[str, str]:
    answer = {
        name: value
        for name, value in before.items()
        if name.upper() not in _CONFLICTS and not name.upper().startswith(_BEARER)
    }
    if region is not None:
        answer["AWS_REGION"] = answer["AWS_DEFAULT_REGION"] = region
    if role_arn is not None:
        answer[ROLE_VARIABLE] = role_arn
    return answer
