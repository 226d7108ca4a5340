"""Credentials of the source profile: where they come from, and whether they are a role's."""

from __future__ import annotations

from typing import Any, Callable, Optional

from awscli_assume.aws.caller_identity import CallerCache
from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sso.login import login_hint_added
from awscli_assume.aws.sts.errors import error_hints_added
from awscli_assume.errors import InvalidConfiguration, InvalidRequest, configured_in, with_advice
from awscli_assume.host import (
    CredentialResolver,
    CredentialRetrievalError,
    EnvProvider,
    InvalidConfigError,
    NoCredentialsError,
    create_credential_resolver,
    role_source_loader,
    use_profile,
)
from awscli_assume.host.protocols import Credentials, FrozenCredentials, Session
from awscli_assume.model.accounts import check_account_id
from awscli_assume.model.credentials import SessionCredentials, read_session
from awscli_assume.model.printable import option

# The providers of each credential_source (credentials.py, METHOD, all versions).
_PROVIDERS: dict[str, tuple[str, ...]] = {
    "Environment": (),
    "Ec2InstanceMetadata": ("iam-role",),
    "EcsContainer": ("container-role",),
    "SharedCredentials": ("shared-credentials-file", "config-file"),
}
# What to do if a credential_source has no credentials.
_HINTS = {
    "Environment": "Export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "Ec2InstanceMetadata": "They exist on an EC2 instance that has a role",
    "EcsContainer": "They exist in a container of ECS or EKS that has a role",
}
# The providers that return role sessions (credentials.py, METHOD of each).
_ROLE_PROVIDERS = ("assume-role", "assume-role-with-web-identity", "sso")
# "Applications that run on EC2 instances" are exempt from the one hour of role chaining
# (AWS STS API reference, "AssumeRole"). Only STS can say how long their sessions may be.
_EXEMPT_PROVIDERS = ("iam-role", "container-role")


def use_credential_source(session: Session, name: str) -> None:
    """Restrict the session's credentials to one place, as ``credential_source`` does.

    ``SharedCredentials`` are the access keys of the session's own profile.
    """
    chain = create_credential_resolver(session)
    # With --profile, the chain lacks the environment.
    providers = [EnvProvider()] if name == "Environment" else []
    providers += [chain.get_provider(method) for method in _PROVIDERS[name]]
    session.register_component("credential_provider", CredentialResolver(providers))


class _RoleSource:
    """A credential provider: the source credentials of a profile with a role."""

    METHOD = "role-source"

    def __init__(self, load: Callable[[], Credentials]) -> None:
        self._load = load

    def load(self) -> Credentials:
        """Return the credentials. Raises botocore's errors with a hint added."""
        try:
            return self._load()
        except CredentialRetrievalError as error:
            hint = _HINTS.get(error.kwargs["provider"])
            if hint is not None:
                with_advice(error, hint)
            raise
        except InvalidConfigError as error:
            if "must have credentials" in str(error):
                source = str(error).split('"')[1]
                with_advice(
                    error, f"Add its access key: aws configure {option('--profile', source)}"
                )
            raise


def use_role_source(session: Session, profile: str) -> None:
    """Make a profile with a role the session's own, with the credentials of its source.

    The client settings are those of the profile, as in every other command.
    """
    use_profile(session, profile)
    source = _RoleSource(role_source_loader(session, profile))
    session.register_component("credential_provider", CredentialResolver([source]))


def no_credentials(profile: Optional[str], credential_source: Optional[str]) -> Exception:
    """Return the error for a source without credentials."""
    if credential_source not in _HINTS:
        error: Exception = NoCredentialsError()
        return error
    return InvalidConfiguration(
        f"The profile '{profile}' has credential_source = {credential_source}, which has no "
        f"credentials. {_HINTS[credential_source]}, or use another source profile: --profile NAME"
    )


def account_place(session: Session, credentials: Credentials, profile: Optional[str]) -> str:
    """Return where the account ID of the source credentials is set, for a message."""
    of_profile = f"of the profile '{profile or 'default'}'"
    key = f"aws_account_id {of_profile} in"
    process = f"AccountId of the credential_process {of_profile}"
    if "aws_account_id" in session.full_config["profiles"].get(profile or "default", {}):
        process += ", or its aws_account_id"
    # The providers that have an account ID by configuration (credentials.py, METHOD of each).
    places = {
        "env": "AWS_ACCOUNT_ID in the environment",
        "shared-credentials-file": f"{key} {session.get_config_variable('credentials_file')}",
        "config-file": f"{key} {session.get_config_variable('config_file')}",
        "custom-process": process,
        "sso": f"sso_account_id {of_profile}",
    }
    return places.get(credentials.method, f"AccountId of the provider {credentials.method}")


def known_account(frozen: FrozenCredentials, place: str) -> Optional[str]:
    """Return the account ID that botocore (2.22+) has with credentials, None if it has none.

    ``place`` is where it is set. Raises InvalidConfiguration for an ID that is not 12 digits.
    """
    found = getattr(frozen, "account_id", None)
    if found is None:
        return None
    with configured_in(place):
        try:
            return check_account_id(str(found))
        except InvalidRequest as error:
            raise InvalidRequest(
                f"{error} Correct it there, or name the account: --account-id ID"
            ) from None


def source_credentials(
    session: Session, load: Optional[Callable[[], Any]] = None
) -> Optional[SessionCredentials]:
    """Return the source's own temporary credentials, None if they are long-lived.

    ``load`` returns botocore's credentials. Without it, they are those that the session
    found first. Raises NoCredentialsError, InvalidConfiguration for malformed credentials,
    and the errors of the profile's credential provider.
    """
    with credentials_redacted(), error_hints_added(), login_hint_added(session):
        credentials = session.get_credentials() if load is None else load()
        if credentials is None:
            raise NoCredentialsError()
        frozen = credentials.get_frozen_credentials()
    if not frozen.token:
        return None
    # botocore has no public attribute for it (credentials.py, all versions).
    expiration = getattr(credentials, "_expiry_time", None)
    return read_session(frozen.access_key, frozen.secret_key, frozen.token, expiration)


def is_known_role_session(credentials: Credentials, cache: CallerCache) -> bool:
    """Return whether credentials are known to be a role session, without calling AWS.

    Their provider decides, else a cached GetCallerIdentity. Role sessions are limited to
    one hour (role chaining; AWS STS API reference, "AssumeRole").
    """
    if credentials.method in _ROLE_PROVIDERS:
        return True
    if credentials.method in _EXEMPT_PROVIDERS:
        return False
    with credentials_redacted(), error_hints_added():
        access_key_id = credentials.get_frozen_credentials().access_key
    caller = cache.load(access_key_id)
    return caller is not None and caller.is_role_session
