"""STS clients by source profile, for many requests in one process."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import RLock
from typing import Any, Optional, TypeVar

from awscli_assume.aws.caller_identity import CallerCache
from awscli_assume.aws.optional_call import create_optional_client, has_retry_settings
from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sso.login import login_hint_added
from awscli_assume.aws.sts.client import (
    Signer,
    client_options,
    create_sts_client,
    freeze,
    use_settings,
)
from awscli_assume.aws.sts.errors import error_hints_added
from awscli_assume.aws.sts.source_credentials import (
    is_known_role_session,
    no_credentials,
    source_credentials,
    use_credential_source,
)
from awscli_assume.aws.sts.web_identity import unsigned_signer
from awscli_assume.aws.throttling import SharedRate, share_rate
from awscli_assume.host import Config, ProfileNotFound, new_credentials, use_profile
from awscli_assume.host.context import NO_SETTINGS, CommandContext, RequestSettings
from awscli_assume.host.protocols import FrozenCredentials, IamClient, StsClient
from awscli_assume.model.credentials import PrincipalCredentials, SessionCredentials

# A source profile, its credential_source if it has one, and where its requests are sent.
Source = tuple[Optional[str], Optional[str], RequestSettings]
Key = TypeVar("Key")
Value = TypeVar("Value")
# Each role of IAM Identity Center is a source of its own, and a client takes much memory.
_MOST_CLIENTS = 64
# Source credentials that expire sooner are looked for again: a run may take longer than they do.
_LEAST = timedelta(minutes=1)


class Recent(OrderedDict[Key, Value]):
    """The values that were stored last."""

    def __setitem__(self, key: Key, value: Value) -> None:
        super().__setitem__(key, value)
        if len(self) > _MOST_CLIENTS:
            self.popitem(last=False)


@dataclass(frozen=True)
class ManyRequests:
    """What many requests at once share: their rate, and a connection for each of them."""

    rate: SharedRate
    connections: int


class SourceClients:
    """One client for each source profile; threads share them.

    Each is made by the CLI's session while that profile is the session's own, so all
    settings of the CLI apply. The credentials are passed in, because a session keeps the
    first ones that it found. ``many`` is for a command that sends many requests at once.
    """

    def __init__(self, context: CommandContext, many: Optional[ManyRequests] = None) -> None:
        self._context = context
        self._many = many
        self._original_profile = context.session.get_config_variable("profile")
        self._create_client = context.session.create_client
        self._signers: Recent[Source, Signer] = Recent()
        self._expirations: Recent[Source, Optional[datetime]] = Recent()
        self._unsigned: dict[RequestSettings, Signer] = {}
        self._by_session: Recent[tuple[Source, str], StsClient] = Recent()
        # The threads share the session and change its profile: some clients (IAM, MFA
        # sessions) are made while requests are in flight.
        self._lock = RLock()

    def get(
        self,
        profile: Optional[str],
        renewed: Optional[PrincipalCredentials] = None,
        credential_source: Optional[str] = None,
        settings: RequestSettings = NO_SETTINGS,
    ) -> Signer:
        """Return the signer of a source profile; None is the environment, which has to come first.

        ``renewed`` are the source's credentials if they are newer than those in the file.
        Credentials of a ``credential_source`` come from there only. Raises ProfileNotFound,
        NoCredentialsError and the errors of the profile's credential provider.
        """
        with self._lock:
            source = (profile, credential_source, settings)
            if source not in self._signers or self._is_ending(source):
                self._signers[source] = self._make(source, renewed)
            return self._signers[source]

    def unsigned(self, settings: RequestSettings) -> Signer:
        """Return the signer of unsigned requests."""
        with self._lock:
            if settings not in self._unsigned:
                context = self._use((None, None, settings))
                signer = unsigned_signer(context, config=self._config)
                self._unsigned[settings] = replace(signer, client=self._shared(signer.client))
            return self._unsigned[settings]

    def own(
        self,
        profile: Optional[str],
        credential_source: Optional[str] = None,
        settings: RequestSettings = NO_SETTINGS,
        is_renewal: bool = False,
    ) -> Optional[SessionCredentials]:
        """Return a source's own temporary credentials, None if they are long-lived.

        A renewal (``is_renewal``) ignores the credentials in the CLI's cache. Raises what ``get``
        and ``source_credentials`` raise.
        """
        with self._lock:
            self._use((profile, credential_source, settings))
            session = self._context.session
            if is_renewal:
                return source_credentials(session, lambda: new_credentials(session))
            resolver = session.get_component("credential_provider")
            return source_credentials(session, resolver.load_credentials)

    def signed_by(
        self,
        profile: Optional[str],
        credentials: SessionCredentials,
        settings: RequestSettings = NO_SETTINGS,
    ) -> StsClient:
        """Return a client with other credentials and the settings of a source profile."""
        return self._signed_by((profile, None, settings), freeze(credentials))

    def _is_ending(self, source: Source) -> bool:
        expiration = self._expirations.get(source)
        return expiration is not None and expiration - self._context.environment.now() < _LEAST

    def _make(self, source: Source, renewed: Optional[PrincipalCredentials]) -> Signer:
        context = self._use(source) if source[0] is not None else self._apply(source[2])
        if renewed is not None:
            frozen, is_role = freeze(renewed), renewed.is_role_session
        else:
            frozen, is_role = self._load(source)
        client = self._client(context, frozen)
        return Signer(
            client,
            lambda: frozen,
            lambda other: self._signed_by(source, other),
            lambda: self._iam(source, frozen),
            is_role=is_role,
        )

    def _signed_by(self, source: Source, frozen: FrozenCredentials) -> StsClient:
        with self._lock:
            key = (source, frozen.access_key)
            if key not in self._by_session:
                context = self._use(source)
                self._by_session[key] = self._client(context, frozen)
            return self._by_session[key]

    def _client(self, context: CommandContext, frozen: FrozenCredentials) -> StsClient:
        """Return a new client of the session's profile."""
        return self._shared(create_sts_client(context, None, frozen, self._config))

    @property
    def _config(self) -> Any:
        return None if self._many is None else Config(max_pool_connections=self._many.connections)

    def _shared(self, client: StsClient) -> StsClient:
        """Let the requests of a client keep to the rate of all, and return the client."""
        if self._many is not None:
            share_rate(client, "sts", self._many.rate, not has_retry_settings(self._context))
        return client

    def _iam(self, source: Source, frozen: FrozenCredentials) -> IamClient:
        with self._lock:
            context = self._use(source)
            options = client_options(context.parsed_globals, None, frozen)
            iam: IamClient = create_optional_client(self._context.session, "iam", options)
            return iam

    def _use(self, source: Source) -> CommandContext:
        """Make a source the session's own, and return the context with its settings."""
        name, credential_source, settings = source
        profile = self._original_profile if name is None else name
        # "default" need not exist: an instance or container role may be the source.
        exists = profile in self._context.session.available_profiles
        if not exists and name not in (None, "default"):
            raise ProfileNotFound(profile=profile)
        use_profile(self._context.session, profile if exists else None)
        if name is None:
            # Selecting a profile removes the environment from the credential chain.
            credential_source = "Environment"
        if credential_source is not None:
            use_credential_source(self._context.session, credential_source)
        return self._apply(settings)

    def _apply(self, settings: RequestSettings) -> CommandContext:
        context = self._context.with_settings(settings)
        context.session.create_client = self._create_client
        use_settings(context)
        return context

    def _load(self, source: Source) -> tuple[FrozenCredentials, bool]:
        with credentials_redacted(), error_hints_added(), login_hint_added(self._context.session):
            resolver = self._context.session.get_component("credential_provider")
            credentials = resolver.load_credentials()
            if credentials is None:
                raise no_credentials(*source[:2])
            frozen = credentials.get_frozen_credentials()
        # botocore has no public attribute for it (credentials.py, all versions).
        self._expirations[source] = getattr(credentials, "_expiry_time", None)
        return frozen, is_known_role_session(credentials, CallerCache())
