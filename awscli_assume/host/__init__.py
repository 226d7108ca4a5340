"""Every difference between the AWS CLIs that we run in, each with its version.

What more than one module needs of the AWS CLI is imported from here.
``awscli`` has to be imported before ``botocore``: version 2, and version 1 from
1.46 on, carry a botocore of their own which ``import awscli`` puts in place.
"""

from __future__ import annotations

from typing import Any, Mapping, Optional

import awscli
import botocore
from awscli.customizations.assumerole import CACHE_DIR
from awscli.customizations.configure import profile_to_section as _profile_to_section
from awscli.customizations.configure.writer import ConfigFileWriter
from botocore import configprovider, exceptions, xform_name
from botocore.awsrequest import AWSRequest
from botocore.compat import compat_shell_split
from botocore.config import Config
from botocore.configloader import build_profile_map, raw_config_parse
from botocore.credentials import (
    ConfigProvider,
    CredentialResolver,
    EnvProvider,
    ReadOnlyCredentials,
    RefreshableCredentials,
    SharedCredentialProvider,
    create_credential_resolver,
)
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConfigNotFound,
    ConfigParseError,
    CredentialRetrievalError,
    EndpointConnectionError,
    InfiniteLoopConfigError,
    InvalidConfigError,
    InvalidRegionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOTokenLoadError,
    UnauthorizedSSOTokenError,
)
from botocore.history import get_global_history_recorder
from botocore.httpsession import URLLib3Session
from botocore.parsers import ResponseParserError
from botocore.regions import EndpointResolver
from botocore.session import Session as BotocoreSession
from botocore.tokens import SSOTokenProvider
from botocore.utils import (
    JSONFileCache,
    SSOTokenLoader,
    ensure_boolean,
    get_environ_proxies,
    parse_timestamp,
)

from awscli_assume.host.process import cache_folder, config_files, own_executable, user_environment
from awscli_assume.host.protocols import Credentials
from awscli_assume.host.session import (
    hand_prompter,
    overridden_profiles,
    profiles_as_written,
    role_source_loader,
    use_prompter,
)

try:
    # Version 2 maps these two to the exit codes 252 and 253.
    from awscli.customizations.exceptions import ConfigurationError, ParamValidationError
except ImportError:
    # Version 1 (seen in 1.32.0 and 1.46.3) lacks the module and ends every
    # exception with 255.
    class ParamValidationError(Exception):  # type: ignore[no-redef]
        """Stand for the exception of the same name in version 2."""

    class ConfigurationError(Exception):  # type: ignore[no-redef]
        """Stand for the exception of the same name in version 2."""


CLI_VERSION: str = awscli.__version__
CLI_NAME = f"AWS CLI {CLI_VERSION}"
# The loggers that --debug gives a handler to (clidriver.py, both majors).
DEBUG_LOGGERS = ("botocore", "awscli", "s3transfer", "urllib3")
# In a client's retry configuration, max_attempts counts all attempts in version 2, which
# refuses the other name (2.38.5), and the retries alone in version 1.
ATTEMPTS = "max_attempts" if CLI_VERSION.startswith("2.") else "total_max_attempts"
# No retry at all.
ONE_ATTEMPT = {ATTEMPTS: 1}
# Whether there is `aws sso login` and the like; version 1 never had them.
HAS_SIGN_IN = not CLI_VERSION.startswith("1.")
# Version 2 reads the first one too, before the other (clidriver.py, 2.38.5).
REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")[0 if HAS_SIGN_IN else 1 :]
# Of STS, the first one that is set (configprovider.py, from 2.13.0 and 1.29.0).
ENDPOINT_VARIABLES = (
    ("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL")
    if hasattr(configprovider, "ConfiguredEndpointProvider")
    else ()
)
# What a session of IAM Identity Center or `aws login` (2.32.0) raises at its end.
# Of LoginError only these two: for the others signing in again is no help.
_ENDED = ("SSOError", "TokenRetrievalError", "LoginRefreshRequired", "LoginTokenLoadError")
SIGN_IN_ERRORS: tuple[type[Exception], ...] = tuple(
    getattr(exceptions, name) for name in _ENDED if hasattr(exceptions, name)
)


def region_of_variable(variables: Mapping[str, str]) -> Optional[str]:
    """Return the region of the first variable that names one, in the order of the CLI."""
    return next((variables[name] for name in REGION_VARIABLES if variables.get(name)), None)


def configured_endpoint(
    session: Any, service: str, variable: str, variables: Mapping[str, str]
) -> Optional[str]:
    """Return the endpoint URL that a user has set for a service, None without one.

    It is what a client of the session would use (args.py, _compute_configured_endpoint_url). AWS
    CLIs before 2.13.0 and 1.29.0 know no such setting: there only the ``variable`` counts.
    """
    provider = getattr(configprovider, "ConfiguredEndpointProvider", None)
    ignored = "ignore_configured_endpoint_urls"
    if provider is None:
        is_ignored = ensure_boolean(variables.get(f"AWS_{ignored.upper()}", False))
        return None if is_ignored else variables.get(variable)
    if session.get_config_variable(ignored):
        return None
    try:
        profile = session.get_scoped_config()
    except ProfileNotFound:
        # AWS_PROFILE may name the target, which does not exist before the first run.
        profile = {}
    found = provider(session.full_config, profile, service, dict(variables)).provide()
    return None if found is None else str(found)


def sign_in_rules(session: Any, region: str) -> Optional[str]:
    """Return the URL that this AWS CLI's rules of ``signin`` have for a region, or None.

    The service came with `aws login` (2.32.0).
    """
    loader = session.get_component("data_loader")
    try:
        rules = loader.load_service_model("signin", "endpoint-rule-set-1")
        # Here, because only the console needs it.
        from botocore.endpoint_provider import EndpointProvider

        provider = EndpointProvider(rules, loader.load_data("partitions"))
        found = provider.resolve_endpoint(Region=region, UseFIPS=False, UseDualStack=False)
    except (BotoCoreError, ImportError):
        return None
    return str(found.url)


def profile_to_section(profile: str) -> str:
    """Return the config file's section name of a profile, as ``aws configure set`` words it.

    Version 1 returns ``profile default`` for the default profile, which the
    rest of that version does not read (seen in 1.32.0 and 1.46.3).
    """
    return "default" if profile == "default" else str(_profile_to_section(profile))


def get_formatter(output: str, parsed_globals: Any) -> Any:
    """Return the CLI's formatter for an ``--output`` value."""
    # Not at the top: it brings YAML and the table writer, which the verbs
    # that print nothing do not need.
    from awscli import formatter

    return formatter.get_formatter(output, parsed_globals)


def unsigned_config() -> Any:
    """Return the configuration of a client that signs nothing."""
    return Config(signature_version=botocore.UNSIGNED)


def sso_token_loader() -> Any:
    """Return botocore's loader for the tokens that ``aws sso login`` stores."""
    # botocore has no public name for the folder (tokens.py, from 2.9 and 1.27).
    return SSOTokenLoader(cache=JSONFileCache(SSOTokenProvider._SSO_TOKEN_CACHE_DIR))


def sso_token_provider(session: Any, sso_session: str) -> Any:
    """Return botocore's token provider for an sso-session. It refreshes the token."""
    # It reads the session's name in a profile (tokens.py, all versions).
    name = f"sso-session {sso_session}"
    with overridden_profiles(session, {name: {"sso_session": sso_session}}):
        return SSOTokenProvider(session, profile_name=name).load_token()


def use_regional_sts(session: Any) -> None:
    """Let new clients of STS use the endpoint of their region, whatever the settings say.

    An older version 1 uses the global one for the regions that it has had (legacy).
    """
    store = session.get_component("config_store")
    provider = configprovider.ConstantProvider(value="regional")
    store.set_config_provider("sts_regional_endpoints", provider)


def use_profile(session: Any, profile: Optional[str]) -> None:
    """Make a profile the session's own, as ``--profile`` would have; None is no profile at all.

    By the time that a command runs, the CLI has built the credential provider
    for the profile it began with, to give it the cache of role credentials
    (customizations/assumerole.py, both majors): build it again.
    """
    if profile is not None:
        # Keeps the environment's keys out, as --profile does.
        session.set_config_variable("profile", profile)
    _select_profile(session, profile)


def load_role_source(session: Any, profile: str) -> Credentials:
    """Return the source credentials of any profile with a role; the session keeps its own."""
    before = session.get_component("credential_provider")
    _renew_credential_chain(session)
    try:
        return role_source_loader(session, profile)()
    finally:
        session.register_component("credential_provider", before)


def reset_profile(session: Any, profile: Optional[str], is_explicit: bool) -> None:
    """Make a profile the session's own again, as before ``use_profile``, without credentials.

    ``is_explicit`` is True if ``--profile`` named it. Otherwise keys in the environment come
    before it (session.py, credentials.py: instance variables).
    """
    session._credentials = None
    if is_explicit:
        use_profile(session, profile)
    else:
        session._session_instance_vars.pop("profile", None)
        _select_profile(session, profile)


def _select_profile(session: Any, profile: Optional[str]) -> None:
    # The session looks for its profile here; AWS_PROFILE counts no longer.
    store = session.get_component("config_store")
    store.set_config_provider("profile", configprovider.ConstantProvider(value=profile))
    _renew_credential_chain(session)


def _renew_credential_chain(session: Any) -> None:
    session.register_component(
        "credential_provider", create_credential_resolver(session, cache=JSONFileCache(CACHE_DIR))
    )
    hand_prompter(session)


class _RefreshedCache(JSONFileCache):
    """The CLI's cache of role credentials, which stores new ones and returns none."""

    def __contains__(self, cache_key: object) -> bool:
        return False


def new_credentials(session: Any) -> Any:
    """Return new credentials of a role; they replace the old ones in the CLI's cache."""
    resolver = create_credential_resolver(session, cache=_RefreshedCache(CACHE_DIR))
    return resolver.load_credentials()


def forget_credentials(session: Any) -> None:
    """Make a session look for the credentials of its profile again.

    A session keeps the first credentials that it finds (session.py), and AssumeRoleProvider
    remembers the profiles that it visited and takes a second visit for an infinite loop
    (credentials.py, all versions). Set a credential_source again afterwards.
    """
    session._credentials = None
    use_profile(session, session.get_config_variable("profile"))
