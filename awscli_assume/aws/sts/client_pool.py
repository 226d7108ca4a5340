"""STS clients by source profile, for many requests in one process."""

from __future__ import annotations

from threading import RLock
from typing import Any, Callable, Optional

from awscli_assume.aws.callers import CallerCache
from awscli_assume.aws.iam.maximum import create_iam_client
from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sso_login import sign_in_named
from awscli_assume.aws.sts.client import client_options, create_sts_client
from awscli_assume.aws.sts.credential_source import no_credentials, use_credential_source
from awscli_assume.aws.sts.errors import error_hints_added
from awscli_assume.aws.sts.mfa import Signer
from awscli_assume.aws.sts.role_chaining import is_role_session
from awscli_assume.aws.sts.web_identity import unsigned_signer
from awscli_assume.host import (
    NoCredentialsError,
    ProfileNotFound,
    ReadOnlyCredentials,
    use_profile,
)
from awscli_assume.host.context import CommandContext
from awscli_assume.model.credentials import (
    PrincipalCredentials,
    SessionCredentials,
    read_session,
)

# A source profile, and the credential_source in it where it has one.
Origin = tuple[Optional[str], Optional[str]]


def source_credentials(
    session: Any, load: Optional[Callable[[], Any]] = None
) -> Optional[SessionCredentials]:
    """Return the session's own temporary credentials, or None where they are long-lived.

    ``load`` answers botocore's, in place of the first ones that the session found.

    Raises NoCredentialsError, InvalidConfiguration where they hold what no
    credential does, and what the profile's own way to credentials raises.
    """
    with credentials_redacted(), error_hints_added(), sign_in_named(session):
        found = session.get_credentials() if load is None else load()
        if found is None:
            raise NoCredentialsError()
        frozen = found.get_frozen_credentials()
    if not frozen.token:
        return None
    # botocore has no public question for it (credentials.py, all versions).
    expiration = getattr(found, "_expiry_time", None)
    return read_session(frozen.access_key, frozen.secret_key, frozen.token, expiration)


class SourceClients:
    """One client for each source profile, made one after another, used by many threads.

    Each is made by the CLI's own session with that profile as its own, so that
    all settings of the CLI hold; only the credentials are handed in, for a
    session keeps the first ones that it found.
    """

    def __init__(self, context: CommandContext) -> None:
        self._context = context
        self._first = context.session.get_config_variable("profile")
        self._signers: dict[Origin, Signer] = {}
        self._unsigned: dict[Optional[str], Signer] = {}
        self._by_session: dict[tuple[Origin, str], Any] = {}
        # The session is one for all threads, and has the profile of the last client:
        # one of IAM, or of a session that STS refused, is made in the midst of a crowd.
        self._lock = RLock()

    def get(
        self,
        source: Optional[str],
        renewed: Optional[PrincipalCredentials] = None,
        credential_source: Optional[str] = None,
    ) -> Signer:
        """Return the signer of a source profile; None is the environment, which has to come first.

        ``renewed`` are the source's credentials where they are newer than its
        file's; with a ``credential_source`` they come from there only. Raises
        ProfileNotFound, NoCredentialsError and what the profile's own way to
        credentials raises.
        """
        with self._lock:
            origin = (source, credential_source)
            if origin not in self._signers:
                self._signers[origin] = self._make(origin, renewed)
            return self._signers[origin]

    def unsigned(self, region: Optional[str]) -> Signer:
        """Return the signer of requests that nobody signs, in the region of their profile."""
        with self._lock:
            if region not in self._unsigned:
                self._use((None, None))
                self._unsigned[region] = unsigned_signer(self._context, region)
            return self._unsigned[region]

    def own(
        self, source: Optional[str], credential_source: Optional[str] = None
    ) -> Optional[SessionCredentials]:
        """Return a source's own temporary credentials, None where they are long-lived.

        Raises as ``get`` and ``source_credentials`` do.
        """
        with self._lock:
            self._use((source, credential_source))
            resolver = self._context.session.get_component("credential_provider")
            return source_credentials(self._context.session, resolver.load_credentials)

    def signed_by(self, source: Optional[str], found: SessionCredentials) -> Any:
        """Return a client of a source profile's settings that signs with other credentials."""
        return self._signed_by((source, None), _frozen(found))

    def _make(self, origin: Origin, renewed: Optional[PrincipalCredentials]) -> Signer:
        if origin[0] is not None:
            self._use(origin)
        if renewed is not None:
            frozen, is_role = _frozen(renewed), renewed.is_role_session
        else:
            frozen, is_role = self._found(origin)
        client = create_sts_client(self._context, credentials=frozen)
        return Signer(
            client,
            lambda: frozen,
            lambda other: self._signed_by(origin, other),
            lambda: self._iam(origin, frozen),
            is_role=is_role,
        )

    def _signed_by(self, origin: Origin, frozen: Any) -> Any:
        with self._lock:
            key = (origin, frozen.access_key)
            if key not in self._by_session:
                self._use(origin)
                self._by_session[key] = create_sts_client(self._context, credentials=frozen)
            return self._by_session[key]

    def _iam(self, origin: Origin, frozen: Any) -> Any:
        with self._lock:
            self._use(origin)
            return create_iam_client(
                self._context.session, client_options(self._context.parsed_globals, None, frozen)
            )

    def _use(self, origin: Origin) -> None:
        source, credential_source = origin
        profile = self._first if source is None else source
        # "default" need not exist: an instance or container role may be the source.
        is_there = profile in self._context.session.available_profiles
        if not is_there and source not in (None, "default"):
            raise ProfileNotFound(profile=profile)
        use_profile(self._context.session, profile if is_there else None)
        if source is None:
            # The profile alone would have taken the environment's keys out.
            credential_source = "Environment"
        if credential_source is not None:
            use_credential_source(self._context.session, credential_source)

    def _found(self, origin: Origin) -> tuple[Any, bool]:
        with credentials_redacted(), error_hints_added(), sign_in_named(self._context.session):
            resolver = self._context.session.get_component("credential_provider")
            credentials = resolver.load_credentials()
            if credentials is None:
                raise no_credentials(*origin)
            frozen = credentials.get_frozen_credentials()
        return frozen, is_role_session(credentials, CallerCache())


def _frozen(found: SessionCredentials) -> Any:
    return ReadOnlyCredentials(found.access_key_id, found.secret_access_key, found.session_token)
