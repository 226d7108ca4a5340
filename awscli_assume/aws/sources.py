"""STS clients by source profile, for many requests in one process."""

from __future__ import annotations

from threading import RLock
from typing import Any, Callable, Optional

from awscli_assume.aws.federation import unsigned_signer
from awscli_assume.aws.mfa import Signer
from awscli_assume.aws.refusals import causes_added
from awscli_assume.aws.sts import create_sts_client
from awscli_assume.aws.withheld import credentials_withheld
from awscli_assume.host import (
    NoCredentialsError,
    ProfileNotFound,
    ReadOnlyCredentials,
    use_profile,
)
from awscli_assume.model.credentials import (
    SessionCredentials,
    TemporaryCredentials,
    read_session,
)


def source_credentials(session: Any) -> Optional[SessionCredentials]:
    """Answer the session's own temporary credentials, or None where they are long-lived.

    Raises NoCredentialsError, InvalidConfiguration where they hold what no
    credential does, and what the profile's own way to credentials raises.
    """
    with credentials_withheld(), causes_added():
        found = session.get_credentials()
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

    def __init__(
        self,
        session: Any,
        parsed_globals: Any,
        create: Callable[..., Any] = create_sts_client,
    ) -> None:
        self._session = session
        self._globals = parsed_globals
        self._create = create
        self._signers: dict[Optional[str], Signer] = {}
        self._unsigned: Optional[Signer] = None
        self._by_session: dict[tuple[Optional[str], str], Any] = {}
        # A session that STS refuses in the midst of a crowd is replaced there.
        self._lock = RLock()

    def get(self, source: Optional[str], renewed: Optional[TemporaryCredentials] = None) -> Signer:
        """Answer the signer of a source profile; None is the environment, which has to come first.

        ``renewed`` are the source's credentials where they are newer than its
        file's. Raises ProfileNotFound, NoCredentialsError and what the profile's
        own way to credentials raises.
        """
        with self._lock:
            if source not in self._signers:
                self._signers[source] = self._make(source, renewed)
            return self._signers[source]

    def unsigned(self) -> Signer:
        """Answer the signer of requests that nobody signs; it comes before the profiles' own."""
        with self._lock:
            if self._unsigned is None:
                self._unsigned = unsigned_signer(self._session, self._globals)
            return self._unsigned

    def _make(self, source: Optional[str], renewed: Optional[TemporaryCredentials]) -> Signer:
        self._use(source)
        if renewed is not None:
            frozen = ReadOnlyCredentials(
                renewed.access_key_id, renewed.secret_access_key, renewed.session_token
            )
        else:
            frozen = self._found()
        client = self._create(self._session, self._globals, credentials=frozen)
        return Signer(client, lambda: frozen, lambda other: self._signed_by(source, other))

    def _signed_by(self, source: Optional[str], frozen: Any) -> Any:
        with self._lock:
            key = (source, frozen.access_key)
            if key not in self._by_session:
                self._use(source)
                self._by_session[key] = self._create(
                    self._session, self._globals, credentials=frozen
                )
            return self._by_session[key]

    def _use(self, source: Optional[str]) -> None:
        if source is not None:
            # "default" need not exist: an instance or container role may be the source.
            is_there = source in self._session.available_profiles
            if not is_there and source != "default":
                raise ProfileNotFound(profile=source)
            use_profile(self._session, source if is_there else None)

    def _found(self) -> Any:
        with credentials_withheld(), causes_added():
            resolver = self._session.get_component("credential_provider")
            credentials = resolver.load_credentials()
            if credentials is None:
                raise NoCredentialsError()
            return credentials.get_frozen_credentials()
