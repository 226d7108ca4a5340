"""What we use of the AWS CLI's and botocore's own objects, as structural types.

The CLI and botocore have no types. A protocol names the members that we rely on, which are
the same in all supported versions.
"""

from __future__ import annotations

from typing import Any, Callable, Mapping, MutableMapping, Optional, Protocol, Sequence

Profile = Mapping[str, Any]


class ParsedArgs(Protocol):
    """The options of a command line (argparse.Namespace); None, or False for a flag, if absent."""

    def __getattr__(self, name: str) -> Any:
        """Return the value of an option."""


class ParsedGlobals(Protocol):
    """The global options of a command line (awscli/data/cli.json); None where not given."""

    profile: Optional[str]
    region: Optional[str]
    output: Optional[str]
    query: Any
    endpoint_url: Optional[str]
    verify_ssl: Any
    ca_bundle: Optional[str]
    connect_timeout: Any
    read_timeout: Any


class FrozenCredentials(Protocol):
    """One consistent triple of keys (botocore/credentials.py, ReadOnlyCredentials)."""

    access_key: str
    secret_key: str
    token: Optional[str]


class Credentials(Protocol):
    """Credentials of a session (botocore/credentials.py); ``method`` names their provider."""

    method: str

    def get_frozen_credentials(self) -> FrozenCredentials:
        """Return the keys; refreshable credentials may call AWS first."""


class Client(Protocol):
    """A botocore client; its operations are methods that botocore makes from the service model."""

    meta: Any

    def __getattr__(self, name: str) -> Any:
        """Return an operation."""


class Session(Protocol):
    """The CLI's session (botocore/session.py)."""

    full_config: MutableMapping[str, Any]
    _config: Optional[Mapping[str, Any]]
    _profile_map: Optional[Mapping[str, Profile]]
    available_profiles: Sequence[str]
    # Client settings of the command line wrap it (aws/client_settings.py).
    create_client: Callable[..., Any]

    def get_config_variable(self, logical_name: str) -> Any:
        """Return a configuration value by its logical name, such as ``profile``."""

    def get_available_services(self) -> Sequence[str]:
        """Return the names of all services that this AWS CLI knows."""

    def get_service_model(self, service_name: str) -> Any:
        """Return botocore's model of a service, with its ``operation_names``."""

    def get_scoped_config(self) -> MutableMapping[str, Any]:
        """Return the session's profile. Raises ProfileNotFound."""

    def get_default_client_config(self) -> Any:
        """Return the botocore Config with the time-outs of the command line, or None."""

    def get_credentials(self) -> Any:
        """Return the session's Credentials, which are looked up once, or None."""

    def get_component(self, name: str) -> Any:
        """Return a component, such as ``credential_provider``."""

    def register_component(self, name: str, component: Any) -> None:
        """Replace a component."""

    def set_config_variable(self, logical_name: str, value: Any) -> None:
        """Set a configuration value for this session alone."""


class ClientMeta(Protocol):
    """What a botocore client knows about itself (botocore/client.py, ClientMeta)."""

    region_name: Optional[str]
    endpoint_url: str
    partition: str
    service_model: Any


class StsClient(Protocol):
    """An AWS STS client; each method takes the parameters of the API operation."""

    meta: ClientMeta
    assume_role: Callable[..., Any]
    assume_root: Callable[..., Any]
    assume_role_with_saml: Callable[..., Any]
    assume_role_with_web_identity: Callable[..., Any]
    get_caller_identity: Callable[..., Any]
    get_session_token: Callable[..., Any]


class IamClient(Protocol):
    """An IAM client; each method takes the parameters of the API operation."""

    get_open_id_connect_provider: Callable[..., Any]
    get_paginator: Callable[..., Any]
    get_role: Callable[..., Any]
    get_role_policy: Callable[..., Any]
    get_user: Callable[..., Any]
    list_account_aliases: Callable[..., Any]
    list_mfa_devices: Callable[..., Any]
    list_organizations_features: Callable[..., Any]
    put_role_policy: Callable[..., Any]
    delete_role_policy: Callable[..., Any]
    simulate_principal_policy: Callable[..., Any]


class OrganizationsClient(Protocol):
    """An AWS Organizations client."""

    meta: ClientMeta
    describe_organization: Callable[..., Any]
    get_paginator: Callable[..., Any]
    list_accounts: Callable[..., Any]
    list_accounts_for_parent: Callable[..., Any]
    list_organizational_units_for_parent: Callable[..., Any]
    list_roots: Callable[..., Any]
    list_tags_for_resource: Callable[..., Any]


class AssumeRoleProvider(Protocol):
    """botocore's provider of roles (botocore/credentials.py), with its private steps."""

    _loaded_config: Mapping[str, Any]

    def _get_role_config(self, profile_name: str) -> Mapping[str, Any]:
        """Return the checked settings of a profile's role. Raises botocore's exceptions."""

    def _resolve_source_credentials(
        self, role_config: Mapping[str, Any], profile_name: str
    ) -> Credentials:
        """Return the credentials that sign AssumeRole. Raises botocore's exceptions."""
