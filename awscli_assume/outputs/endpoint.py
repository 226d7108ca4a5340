"""An HTTP endpoint on this machine with temporary credentials for one child process.

Responses are those of AWS SDKs and Tools Reference Guide, "Container credential
provider". The child finds the endpoint by AWS_CONTAINER_CREDENTIALS_FULL_URI and
AWS_CONTAINER_AUTHORIZATION_TOKEN.
"""

from __future__ import annotations

import hmac
import json
import secrets
from http import HTTPStatus
from typing import Callable, Mapping

from awscli_assume import errors
from awscli_assume.host import ClientError
from awscli_assume.model.credentials import TemporaryCredentials, format_time
from awscli_assume.outputs.loopback.request import Request, RequestError, forbidden
from awscli_assume.outputs.loopback.server import LoopbackServer, Response, encode

PATH = "/credentials"
# Errors whose messages have no secret.
_SAFE_ERRORS = (
    errors.InvalidRequest, errors.InvalidConfiguration, errors.UnexpectedAnswer, ClientError,
)  # fmt: skip


class CredentialsEndpoint:
    """Serve the credentials of ``provide`` to clients with the token, in a ``with`` block.

    ``provide`` is called for each valid request, by several threads at once. The child
    needs ``url``, which is known inside the block, and ``token``. LoopbackServer explains
    ``deadline_seconds`` and ``slots``.
    """

    def __init__(
        self,
        provide: Callable[[], TemporaryCredentials],
        *,
        deadline_seconds: float = 5.0,
        slots: int = 64,
    ) -> None:
        self.url = ""
        self.token = secrets.token_urlsafe(32)
        self._provide = provide
        self._server = LoopbackServer(
            self._respond, _refuse, deadline_seconds=deadline_seconds, slots=slots
        )

    def __enter__(self) -> CredentialsEndpoint:
        self._server.__enter__()
        self.url = f"http://{self._server.address}{PATH}"
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.__exit__(*exception)

    def _respond(self, request: Request, peer: int) -> Response:
        # The same response without a token as with a wrong one. A 401 would have to name an
        # authentication scheme, and there is none.
        tokens = [value.encode("latin-1") for value in request.values("authorization")]
        if len(tokens) != 1 or not hmac.compare_digest(tokens[0], self.token.encode()):
            raise forbidden("The Authorization header is not AWS_CONTAINER_AUTHORIZATION_TOKEN")
        if request.target != PATH:
            raise RequestError(HTTPStatus.NOT_FOUND, "NotFound", f"The only path is {PATH}")
        return Response(_response(HTTPStatus.OK, self._document()))

    def _document(self) -> dict[str, str]:
        try:
            return _document_of(self._provide())
        except Exception as error:
            # Other messages may quote secrets.
            message = f"No credentials are available ({type(error).__name__})"
            if isinstance(error, _SAFE_ERRORS):
                message = ". ".join(line.strip().rstrip(".") for line in str(error).splitlines())
            raise RequestError(
                HTTPStatus.INTERNAL_SERVER_ERROR, "ProviderError", message
            ) from None


def _refuse(error: RequestError) -> bytes:
    return _response(error.status, {"code": error.code, "message": str(error)})


def _document_of(credentials: TemporaryCredentials) -> dict[str, str]:
    # RoleArn would need the role's path, which AssumeRole does not return.
    return {
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key,
        "Token": credentials.session_token,
        "Expiration": format_time(credentials.expiration),
        "AccountId": credentials.account_id,
    }


def _response(status: HTTPStatus, document: Mapping[str, str]) -> bytes:
    return encode(status, ["Content-Type: application/json"], json.dumps(document).encode())
