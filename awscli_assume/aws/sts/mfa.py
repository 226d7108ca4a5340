"""The session that a code of an MFA device buys, and what STS says of a code or a session."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Callable, Optional

from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sts.errors import error_hints_added, foreign_answer
from awscli_assume.errors import UnexpectedAnswer
from awscli_assume.host import ClientError, ReadOnlyCredentials
from awscli_assume.model.credentials import SessionCredentials, read_mfa_session

LOG = logging.getLogger("awscli.assume.mfa")
# 12 hours, which is STS's own default for an IAM user (AWS STS API reference,
# "GetSessionToken"): a day's work.
SESSION_SECONDS = 43200
# "Common Errors" of the same reference: the session has ended, or its user's key is gone.
_STALE = ("ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId")


@dataclass(frozen=True)
class Signer:
    """Who signs: a client of the source, and ways to others beside it.

    ``frozen`` answers the source's credentials as botocore's frozen ones, or raises
    what the profile's own way to them raises. ``signed_by`` answers a client of STS
    that other credentials sign for, ``iam`` one of IAM that the source signs for,
    to be asked what a role allows; None leaves that out.
    ``ca_bundle`` is the path of the certificates that others than AWS are checked by.
    ``is_refreshable`` tells, before any call, that the source's are temporary;
    ``is_role`` that they are known to be a role session.
    """

    client: Any
    frozen: Callable[[], Any] = field(repr=False)
    signed_by: Callable[[Any], Any] = field(repr=False)
    iam: Optional[Callable[[], Any]] = field(default=None, repr=False)
    ca_bundle: Optional[str] = None
    is_refreshable: bool = False
    is_role: bool = False

    def by_session(self, session: SessionCredentials) -> Any:
        """Return a client that a session signs for, with all else as the source's."""
        return self.signed_by(_read_only(session))

    def with_credentials(self, session: SessionCredentials) -> Signer:
        """Return the signer of a role session that this one has begun; IAM is not asked by it."""
        frozen = _read_only(session)
        return Signer(self.signed_by(frozen), lambda: frozen, self.signed_by, is_role=True)


def _read_only(session: SessionCredentials) -> Any:
    return ReadOnlyCredentials(
        session.access_key_id, session.secret_access_key, session.session_token
    )


def get_session_token(
    client: Any, serial_number: str, code: str, now: datetime
) -> SessionCredentials:
    """Ask STS for a session of 12 hours (GetSessionToken). ``now`` is aware.

    Raises botocore's exceptions as they are, with the cause added where it is
    known, and UnexpectedAnswer where the answer is not one of STS.
    """
    LOG.debug("Asking for a session by the MFA device %s", serial_number)
    with credentials_redacted(), error_hints_added():
        try:
            answer = client.get_session_token(
                SerialNumber=serial_number, TokenCode=code, DurationSeconds=SESSION_SECONDS
            )
            return read_mfa_session(answer, now)
        # botocore's two ways of saying that it is other XML or HTML (see sts.py).
        except (KeyError, ValueError, UnexpectedAnswer):
            raise foreign_answer() from None


def is_wrong_code(error: Exception) -> bool:
    """Return whether STS refused the code itself, and not who gave it or what for."""
    if not isinstance(error, ClientError):
        return False
    details = error.response.get("Error", {})
    # Word for word what STS answers to a wrong code, of either operation.
    text = "MultiFactorAuthentication failed with invalid MFA one time pass code"
    return details.get("Code") == "AccessDenied" and text in str(details.get("Message", ""))


def is_stale(error: Exception) -> bool:
    """Return whether STS refused the credentials that signed, whatever was asked."""
    return isinstance(error, ClientError) and error.response.get("Error", {}).get("Code") in _STALE
