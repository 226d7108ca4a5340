"""The source credentials of a ``credential_source``: from one provider of botocore's only."""

from __future__ import annotations

from typing import Any, Optional

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host import (
    CredentialResolver,
    EnvProvider,
    NoCredentialsError,
    create_credential_resolver,
)

# The providers behind each (credentials.py, METHOD, all versions).
_PROVIDERS: dict[str, tuple[str, ...]] = {
    "Environment": (),
    "Ec2InstanceMetadata": ("iam-role",),
    "EcsContainer": ("container-role",),
    "SharedCredentials": ("shared-credentials-file", "config-file"),
}
# What to do where there is nothing.
_WHERE = {
    "Environment": "Export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "Ec2InstanceMetadata": "They are there on an EC2 instance that has a role",
    "EcsContainer": "They are there in a container of ECS or EKS that has a role",
}


def use_credential_source(session: Any, name: str) -> None:
    """Let the session's credentials come from one place only, as ``credential_source`` does.

    ``SharedCredentials`` are the access keys of the session's own profile.
    """
    chain = create_credential_resolver(session)
    # --profile has taken that one out of the chain.
    found = [EnvProvider()] if name == "Environment" else []
    found += [chain.get_provider(method) for method in _PROVIDERS[name]]
    session.register_component("credential_provider", CredentialResolver(found))


def no_credentials(source: Optional[str], credential_source: Optional[str]) -> Exception:
    """Return the error of a source that has no credentials."""
    if credential_source not in _WHERE:
        error: Exception = NoCredentialsError()
        return error
    return InvalidConfiguration(
        f"The profile '{source}' has credential_source = {credential_source}, and there are no "
        f"credentials. {_WHERE[credential_source]}; or name another source: --profile NAME"
    )
