"""A stub of IAM Identity Center: the portal, and the token endpoint of OIDC.

Shapes: AWS IAM Identity Center Portal API reference, "GetRoleCredentials", and
OIDC API reference, "CreateToken". The token files are those of `aws sso login`
(botocore/utils.py, SSOTokenLoader; botocore/tokens.py, SSOTokenProvider).
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Mapping, Optional
from urllib.parse import urlsplit

from support.loopback import Journal, Keys, Loopback, Reply, Request, in_hours, rfc3339

START_URL = "https://corp.awsapps.com/start"
ACCESS_TOKEN, REFRESHED_TOKEN = "access-token-of-the-login", "access-token-of-the-refresh"
SSO_KEYS = Keys("dev", "ASIASSOSSOSSOSSOSSO1", "SsoSecret", "SsoSessionToken//w==")
SSO_PROFILE = (
    "[sso-session corp]\n"
    f"sso_start_url = {START_URL}\nsso_region = us-east-1\nsso_registration_scopes = a\n"
    "[profile dev]\nregion = eu-west-1\nsso_session = corp\nsso_account_id = 123456789012\n"
    "sso_role_name = Developer\n"
)


class SsoStub(Loopback):
    """Return role credentials for an access token, and an access token for a refresh token.

    ``keys`` and ``expiration`` are those of the role credentials. The portal
    accepts the access tokens in ``tokens``.
    """

    def __init__(self, journal: Optional[Journal] = None, keys: Keys = SSO_KEYS) -> None:
        super().__init__(journal)
        self.keys = keys
        self.expiration = in_hours(4)
        self.tokens = {ACCESS_TOKEN}

    def reply(self, request: Request) -> Reply:
        """Return the reply of one of the three operations."""
        operation = (request.method, urlsplit(request.path).path)
        if operation == ("GET", "/federation/credentials"):
            return self._role_credentials(request)
        if operation == ("POST", "/token"):
            return self._create_token(request)
        if operation == ("POST", "/client/register"):
            return self._register_client(request)
        self.journal.add(f"{request.method} {request.path}", {})
        return _json(404, {})

    def variables(self) -> dict[str, str]:
        """Return the environment variables that direct an AWS CLI to this stub."""
        return {"AWS_ENDPOINT_URL_SSO": self.url, "AWS_ENDPOINT_URL_SSO_OIDC": self.url}

    def _role_credentials(self, request: Request) -> Reply:
        token = request.headers.get("x-amz-sso_bearer_token")
        self.journal.add("sso:GetRoleCredentials", request.query, token)
        if token not in self.tokens:
            message = "Session token not found or invalid"
            return _json(401, {"__type": "UnauthorizedException", "message": message})
        credentials = {
            "accessKeyId": self.keys.id,
            "secretAccessKey": self.keys.secret,
            "sessionToken": self.keys.token,
            "expiration": int(self.expiration.timestamp() * 1000),
        }
        return _json(200, {"roleCredentials": credentials})

    def _register_client(self, request: Request) -> Reply:
        self.journal.add("sso-oidc:RegisterClient", json.loads(request.body))
        client = {
            "clientId": "client",
            "clientSecret": "client-secret",
            "clientSecretExpiresAt": int(in_hours(90 * 24).timestamp()),
        }
        return _json(200, client)

    def _create_token(self, request: Request) -> Reply:
        self.journal.add("sso-oidc:CreateToken", json.loads(request.body))
        self.tokens = {REFRESHED_TOKEN}
        token = {
            "accessToken": REFRESHED_TOKEN,
            "tokenType": "Bearer",
            "expiresIn": 28800,
            "refreshToken": "the-next-refresh-token",
        }
        return _json(200, token)


def write_sso_token(
    home: Path, name: str = "corp", hours: float = 8, has_refresh_token: bool = False
) -> Path:
    """Write the token file of `aws sso login` for an sso-session's name or a start URL."""
    token = {
        "startUrl": START_URL,
        "region": "us-east-1",
        "accessToken": ACCESS_TOKEN,
        "expiresAt": rfc3339(in_hours(hours)),
    }
    if has_refresh_token:
        token["clientId"] = "client"
        token["clientSecret"] = "client-secret"
        token["registrationExpiresAt"] = rfc3339(in_hours(30 * 24))
        token["refreshToken"] = "the-refresh-token"
    folder = home / ".aws" / "sso" / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{hashlib.sha1(name.encode()).hexdigest()}.json"
    path.write_text(json.dumps(token))
    path.chmod(0o600)
    return path


def _json(status: int, body: Mapping[str, Any]) -> Reply:
    return status, "application/json", json.dumps(body).encode()
