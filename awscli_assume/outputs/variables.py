"""Environment variables with temporary credentials, and the environment of a child process."""

from __future__ import annotations

from typing import Callable, Mapping, Optional

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.model.credentials import SessionCredentials, format_time

KEY_VARIABLES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
# For prompts and scripts: the role of the child process.
ROLE_VARIABLE = "AWS_ASSUMED_ROLE"
# For the next run in the same shell: the profile that the credentials come from, which is
# empty if it is not known, and the access key that this was true for.
SOURCE_VARIABLE = "AWS_ASSUME_SOURCE_PROFILE"
KEY_VARIABLE = "AWS_ASSUME_ACCESS_KEY_ID"
# For the scripts of ``aws assume each``: the account, and its name if it is known.
ACCOUNT_VARIABLE, NAME_VARIABLE = "AWS_ASSUME_ACCOUNT_ID", "AWS_ASSUME_ACCOUNT_NAME"
# Variables that take precedence over ours or describe other credentials (AWS SDKs and
# Tools Reference Guide, "Settings reference", and what other tools set).
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
    SOURCE_VARIABLE,
    KEY_VARIABLE,
    ACCOUNT_VARIABLE,
    NAME_VARIABLE,
)
# AWS_BEARER_TOKEN_BEDROCK and others sign requests in place of credentials.
_BEARER_TOKEN = "AWS_BEARER_TOKEN_"  # noqa: S105 - the prefix of a name


def credential_variables(
    credentials: SessionCredentials, region: Optional[str] = None
) -> dict[str, str]:
    """Return the variables of ``aws configure export-credentials`` and those of the Region.

    There is no variable for a value that is not known.
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


def source_variables(
    credentials: SessionCredentials, role_arn: Optional[str], source: Optional[str]
) -> dict[str, str]:
    """Return the variables by which a later run finds the source of credentials.

    Those that are not known are empty, to replace what an earlier run has set.
    """
    return {
        ROLE_VARIABLE: role_arn or "",
        SOURCE_VARIABLE: source or "",
        KEY_VARIABLE: credentials.access_key_id,
    }


def exported_role(variables: Mapping[str, str]) -> Optional[str]:
    """Return the role whose keys we have put into an environment, or None for other keys.

    It is empty for the copied credentials of a source.
    """
    key_id = variables.get("AWS_ACCESS_KEY_ID")
    is_ours = key_id and key_id == variables.get(KEY_VARIABLE)
    return variables.get(ROLE_VARIABLE, "") if is_ours else None


def check_variables(
    variables: Mapping[str, str], unsupported_reason: Callable[[str], Optional[str]]
) -> Mapping[str, str]:
    """Return the variables if ``unsupported_reason`` returns None for each value.

    Raises InvalidConfiguration, which names the variable and the reason, but not the value.
    """
    for name, value in variables.items():
        reason = unsupported_reason(value)
        if reason is not None:
            raise InvalidConfiguration(
                f"Unable to export {name}: its value {reason}; correct it where it comes from, "
                "or try another --format"
            )
    return variables


def environment_with_keys(
    before: Mapping[str, str],
    credentials: SessionCredentials,
    region: Optional[str],
    role_arn: Optional[str],
    source: Optional[str] = None,
) -> dict[str, str]:
    """Return a child's environment with the credentials themselves."""
    environment = _without_conflicts(before, region, role_arn)
    known = source_variables(credentials, role_arn, source)
    return {
        **environment,
        **credential_variables(credentials),
        **{name: value for name, value in known.items() if value},
    }


def target_variables(account_id: str, name: str) -> dict[str, str]:
    """Return the variables that tell a script which account it runs in."""
    named = {NAME_VARIABLE: name} if name else {}
    return {ACCOUNT_VARIABLE: account_id, **named}


def environment_without_credentials(before: Mapping[str, str]) -> dict[str, str]:
    """Return a child's environment without any variable that names credentials."""
    return _without_conflicts(before, None, None)


def environment_with_endpoint(
    before: Mapping[str, str],
    url: str,
    token: str,
    region: Optional[str],
    role_arn: Optional[str],
    profile: Optional[str],
) -> dict[str, str]:
    """Return a child's environment with a credentials endpoint and no credentials.

    ``profile`` is the child's profile if its default profile has credentials: every SDK
    reads the profile before it calls the endpoint.
    """
    environment = _without_conflicts(before, region, role_arn)
    environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url
    environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = token
    if profile is not None:
        environment["AWS_PROFILE"] = profile
    return environment


def _without_conflicts(
    before: Mapping[str, str], region: Optional[str], role_arn: Optional[str]
) -> dict[str, str]:
    environment = {
        name: value
        for name, value in before.items()
        if name.upper() not in _CONFLICTS and not name.upper().startswith(_BEARER_TOKEN)
    }
    if region is not None:
        environment["AWS_REGION"] = environment["AWS_DEFAULT_REGION"] = region
    if role_arn is not None:
        environment[ROLE_VARIABLE] = role_arn
    return environment
