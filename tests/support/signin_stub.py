"""A stub of AWS Sign-In, which renews the credentials of `aws login`.

Shapes: botocore's model signin 2023-01-01, CreateOAuth2Token. The file of
tokens is the one of `aws login` (2.38.5: botocore/credentials.py, LoginProvider;
customizations/login/utils.py).
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

from support.loopback import Journal, Keys, Loopback, Reply, Request, in_hours, rfc3339

CLIENT_ID = "arn:aws:signin:::devtools/same-device"
_JSON = "application/json"


class SigninStub(Loopback):
    """Return new credentials for a refresh token with a DPoP proof of its key."""

    def __init__(self, journal: Journal, keys: Keys) -> None:
        super().__init__(journal)
        self._keys = keys

    def reply(self, request: Request) -> Reply:
        """Return CreateOAuth2Token."""
        if (request.method, request.path) != ("POST", "/v1/token"):
            self.journal.add(f"{request.method} {request.path}", {})
            return 404, _JSON, b"{}"
        self.journal.add("signin:CreateOAuth2Token", json.loads(request.body))
        if not self._is_proof(request.headers.get("DPoP", "")):
            return 400, _JSON, b'{"error": "invalid_dpop_proof", "message": "no proof"}'
        answer = {
            "accessToken": _as_token(self._keys),
            "tokenType": "aws_sigv4",
            "expiresIn": 900,
            "refreshToken": "the-next-refresh-token",
        }
        return 200, _JSON, json.dumps(answer).encode()

    def _is_proof(self, proof: str) -> bool:
        # Only the request that it names is checked, not the signature.
        header, _, rest = proof.partition(".")
        if not rest:
            return False
        claims = _decoded(rest.partition(".")[0])
        is_for_us = (claims["htm"], claims["htu"]) == ("POST", f"{self.url}/v1/token")
        return _decoded(header)["typ"] == "dpop+jwt" and is_for_us


def write_login(home: Path, session: str, keys: Keys, is_expired: bool = False) -> Path:
    """Write the file of `aws login`, by the digest of the login_session."""
    expires_at = rfc3339(in_hours(-0.02 if is_expired else 0.23))
    account_id = session.split(":")[4]
    token = {
        "accessToken": {**_as_token(keys), "accountId": account_id, "expiresAt": expires_at},
        "tokenType": "aws_sigv4",
        "clientId": CLIENT_ID,
        "refreshToken": "the-refresh-token",
        "idToken": "e30.e30.sig",
        "dpopKey": _private_key(),
    }
    folder = home / ".aws" / "login" / "cache"
    folder.mkdir(parents=True)
    path = folder / f"{hashlib.sha256(session.encode()).hexdigest()}.json"
    path.write_text(json.dumps(token))
    path.chmod(0o600)
    return path


def _as_token(keys: Keys) -> dict[str, str]:
    return {"accessKeyId": keys.id, "secretAccessKey": keys.secret, "sessionToken": keys.token}


def _private_key() -> str:
    made = subprocess.run(
        ["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return made.stdout


def _decoded(part: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
