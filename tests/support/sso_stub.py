"""Stand-ins for the endpoints of IAM Identity Center: the portal, and OIDC's token endpoint.

Shapes: AWS IAM Identity Center Portal API reference, "GetRoleCredentials", and
OIDC API reference, "CreateToken". The files of tokens are those of `aws sso
login` (botocore/utils.py, SSOTokenLoader; botocore/tokens.py, SSOTokenProvider).
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import urlsplit

from support.loopback import Asked, Journal, Keys, Loopback, Reply

START_URL = "https://corp.awsapps.com/start"
FIRST_TOKEN, SECOND_TOKEN = "access-token-of-the-login", "access-token-of-the-refresh"
_JSON = "application/json"


class SsoStub(Loopback):
    """Return role credentials for an access token, and a new access token for a token or a code.

    ``tokens`` are those that the portal takes.
    """

    def __init__(self, journal: Journal, keys: Keys) -> None:
        super().__init__(journal)
        self._keys = keys
        self.tokens = {FIRST_TOKEN}

    def reply(self, asked: Asked) -> Reply:
        """Return either of the two operations."""
        if (asked.method, urlsplit(asked.path).path) == ("GET", "/federation/credentials"):
            return self._role_credentials(asked)
        if (asked.method, asked.path) == ("POST", "/token"):
            return self._create_token(asked)
        if (asked.method, asked.path) == ("POST", "/client/register"):
            return self._register_client(asked)
        self.journal.add(f"{asked.method} {asked.path}", {})
        return 404, _JSON, b"{}"

    def _role_credentials(self, asked: Asked) -> Reply:
        token = asked.headers.get("x-amz-sso_bearer_token")
        self.journal.add("sso:GetRoleCredentials", asked.query, token)
        if token not in self.tokens:
            return 401, _JSON, b'{"__type": "UnauthorizedException", "message": "Session expired"}'
        expiration = datetime.now(timezone.utc) + timedelta(hours=1)
        answer = {
            "accessKeyId": self._keys.id,
            "secretAccessKey": self._keys.secret,
            "sessionToken": self._keys.token,
            "expiration": int(expiration.timestamp() * 1000),
        }
        return 200, _JSON, json.dumps({"roleCredentials": answer}).encode()

    def _register_client(self, asked: Asked) -> Reply:
        self.journal.add("sso-oidc:RegisterClient", json.loads(asked.body))
        later = datetime.now(timezone.utc) + timedelta(days=90)
        answer = {
            "clientId": "client",
            "clientSecret": "client-secret",
            "clientSecretExpiresAt": int(later.timestamp()),
        }
        return 200, _JSON, json.dumps(answer).encode()

    def _create_token(self, asked: Asked) -> Reply:
        body = json.loads(asked.body)
        self.journal.add("sso-oidc:CreateToken", body)
        self.tokens = {SECOND_TOKEN}
        answer = {
            "accessToken": SECOND_TOKEN,
            "tokenType": "Bearer",
            "expiresIn": 28800,
            "refreshToken": "the-next-refresh-token",
        }
        return 200, _JSON, json.dumps(answer).encode()


def write_token(home: Path, name: str, is_expired: bool = False, is_session: bool = True) -> Path:
    """Write the file of `aws sso login`: by the sso-session's name, or by the start URL."""
    now = datetime.now(timezone.utc)
    token = {
        "startUrl": START_URL,
        "region": "us-east-1",
        "accessToken": FIRST_TOKEN,
        "expiresAt": _time(now + timedelta(hours=-1 if is_expired else 8)),
    }
    if is_session:
        token["clientId"] = "client"
        token["clientSecret"] = "client-secret"
        token["registrationExpiresAt"] = _time(now + timedelta(days=30))
        token["refreshToken"] = "the-refresh-token"
    folder = home / ".aws" / "sso" / "cache"
    folder.mkdir(parents=True)
    path = folder / f"{hashlib.sha1(name.encode()).hexdigest()}.json"
    path.write_text(json.dumps(token))
    path.chmod(0o600)
    return path


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
