"""The roles of ``--via`` before the last role: many targets share one session of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Optional

from awscli_assume.aws.sts.client import Signer
from awscli_assume.aws.sts.client_pool import Recent
from awscli_assume.host import ClientError
from awscli_assume.host.environment import Environment
from awscli_assume.model.request.request import AssumeRoleRequest, requests_in_order
from awscli_assume.workflow.credentials.assume_role import ReadyRequest
from awscli_assume.workflow.credentials.role_chain import assume_via

# A session that expires sooner is replaced: the requests that it signs may wait for their turn.
_LEAST = timedelta(minutes=3)
Key = tuple[Signer, tuple[AssumeRoleRequest, ...]]


@dataclass
class _Session:
    """The session of a chain, or the error of STS. The first thread that needs it gets it."""

    lock: Lock = field(default_factory=Lock)
    signer: Optional[Signer] = None
    expiration: Optional[datetime] = None
    error: Optional[ClientError] = None

    def is_usable(self, now: datetime) -> bool:
        """Return whether the session is there, and valid for some time."""
        return self.expiration is not None and self.expiration - now > _LEAST


class SharedChains:
    """The sessions of all chains of a command. They exist in memory only."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._sessions: Recent[Key, _Session] = Recent()
        self._lock = Lock()

    def signer(self, ready: ReadyRequest) -> Signer:
        """Return the signer with the credentials of the last role of ``--via``.

        Raises as ``assume_via`` does. If STS refuses a role of the chain, it is not asked for the
        same role again.
        """
        first = tuple(requests_in_order(ready.request)[:-1])
        with self._lock:
            key = (ready.signer, first)
            session = self._sessions.get(key)
            if session is None:
                session = self._sessions[key] = _Session()
        with session.lock:
            if session.error is not None:
                raise session.error.with_traceback(None)
            if session.signer is None or not session.is_usable(self._environment.now()):
                self._assume(session, ready)
            assert session.signer is not None  # noqa: S101 - for the type checker
            return session.signer

    def _assume(self, session: _Session, ready: ReadyRequest) -> None:
        try:
            credentials = assume_via(ready.signer, ready.request, ready.process, self._environment)
        except ClientError as error:
            session.error = error
            raise
        session.signer = ready.signer.with_credentials(credentials)
        session.expiration = credentials.expiration
