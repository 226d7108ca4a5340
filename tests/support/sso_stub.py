"""A stub of IAM Identity Center: the portal, and the token endpoint of OIDC.

Shapes: AWS IAM Identity Center Portal API reference, "GetRoleCredentials", "ListAccounts" and
"ListAccountRoles", and OIDC API reference, "CreateToken". The token files are those of
`aws sso login` (botocore/utils.py, SSOTokenLoader; botocore/tokens.py, SSOTokenProvider).
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Mapping, Optional, Sequence
from urllib.parse import urlsplit

from support.loopback import Journal, Keys, Loopback, Reply, Request, in_hours, rfc3339

# The key of a list in a reply, and all of its items.
Items = tuple[str, list[dict[str, str]]]
START_URL = "https://corp.awsapps.com/start"
ACCESS_TOKEN, REFRESHED_TOKEN = "access-token-of-the-login", "access-token-of-the-refresh"
SSO_KEYS = Keys("dev", "ASIASSOSSOSSOSSOSSO1", "SsoSecret", "SsoSessionToken//w==")
SSO_PROFILE = (
    "[sso-session corp]\n"
    f"sso_start_url = {START_URL}\nsso_region = us-east-1\nsso_registration_scopes = a\n"
    "[profile dev]\nregion = eu-west-1\nsso_session = corp\nsso_account_id = 123456789012\n"
    "sso_role_name = Developer\n"
)


ROLE_NAMES = ("AdministratorAccess", "PowerUserAccess", "ReadOnlyAccess")
PAGE_SIZE = 100


@dataclass(frozen=True)
class PortalAccount:
    """An account that the portal lists, with the roles that the user has in it."""

    account_id: str
    name: str
    roles: tuple[str, ...] = ROLE_NAMES


def many_accounts(count: int = 500) -> list[PortalAccount]:
    """Return accounts of three roles each; the first one is ``production``."""
    first = PortalAccount("123456789012", "production")
    others = (PortalAccount(f"{200000000000 + n}", f"team-{n:03}") for n in range(1, count))
    return [first, *others][:count]


class SsoStub(Loopback):
    """Return role credentials for an access token, and an access token for a refresh token.

    ``keys`` and ``expiration`` are those of the role credentials. The portal
    accepts the access tokens in ``tokens`` and lists ``accounts``. The faults of its lists:
    ``delay`` is the time of each call in seconds, ``throttled`` the number of calls that it
    refuses with 429 first, and ``failing`` has the account IDs, and the tokens of pages of
    accounts, that it answers with 500; ``body`` is sent in place of each list, and of role
    credentials. Without ``refreshes`` a refresh token is invalid. ``forbidden`` has the role
    names that are not granted.
    """

    protocol = "HTTP/1.1"

    def __init__(
        self,
        journal: Optional[Journal] = None,
        keys: Keys = SSO_KEYS,
        accounts: Optional[Sequence[PortalAccount]] = None,
    ) -> None:
        super().__init__(journal)
        self.keys = keys
        self.accounts = many_accounts() if accounts is None else list(accounts)
        self.delay = 0.0
        self.throttled = 0
        self.failing: set[str] = set()
        self.body: Optional[bytes] = None
        self.refreshes = True
        self.forbidden: set[str] = set()
        self._lock = threading.Lock()
        self.expiration = in_hours(4)
        self.tokens = {ACCESS_TOKEN}

    def reply(self, request: Request) -> Reply:
        """Return the reply of one of the five operations."""
        operation = (request.method, urlsplit(request.path).path)
        if operation == ("GET", "/federation/credentials"):
            return self._role_credentials(request)
        if operation == ("GET", "/assignment/accounts"):
            return self._list(request, "ListAccounts", self._account_items)
        if operation == ("GET", "/assignment/roles"):
            return self._list(request, "ListAccountRoles", self._role_items)
        if operation == ("POST", "/token"):
            return self._create_token(request)
        if operation == ("POST", "/client/register"):
            return self._register_client(request)
        self.journal.add(f"{request.method} {request.path}", {})
        return _json(404, {})

    def variables(self) -> dict[str, str]:
        """Return the environment variables that direct an AWS CLI to this stub."""
        return {"AWS_ENDPOINT_URL_SSO": self.url, "AWS_ENDPOINT_URL_SSO_OIDC": self.url}

    def _list(
        self, request: Request, operation: str, items_of: Callable[[Mapping[str, str]], Items]
    ) -> Reply:
        """Return a page of a list, or the error that the stub was set to."""
        token, query = request.headers.get("x-amz-sso_bearer_token"), request.query
        self.journal.add(f"sso:{operation}", query, token)
        time.sleep(self.delay)
        if token not in self.tokens:
            return _error(401, "UnauthorizedException", "Session token not found or invalid")
        with self._lock:
            is_throttled = self.throttled > 0
            self.throttled -= int(is_throttled)
        if is_throttled:
            return _error(429, "TooManyRequestsException", "HTTP 429 Unknown Code")
        if self.failing & {query.get("account_id"), query.get("next_token")}:
            return _error(500, "InternalServerException", "Internal error")
        if self.body is not None:
            return 200, "text/html", self.body
        key, items = items_of(query)
        size = int(query.get("max_result", PAGE_SIZE))
        if not 1 <= size <= PAGE_SIZE:
            return _error(400, "InvalidRequestException", "max_result is not between 1 and 100")
        start = int(query.get("next_token", "0"))
        following = str(start + size) if start + size < len(items) else None
        return _json(200, {key: items[start : start + size], "nextToken": following})

    def _account_items(self, query: Mapping[str, str]) -> Items:
        items = [
            {"accountId": one.account_id, "accountName": one.name, "emailAddress": "a@example.com"}
            for one in self.accounts
        ]
        return "accountList", items

    def _role_items(self, query: Mapping[str, str]) -> Items:
        account_id = query["account_id"]
        roles = [
            name for one in self.accounts if one.account_id == account_id for name in one.roles
        ]
        return "roleList", [{"roleName": name, "accountId": account_id} for name in roles]

    def _role_credentials(self, request: Request) -> Reply:
        token = request.headers.get("x-amz-sso_bearer_token")
        self.journal.add("sso:GetRoleCredentials", request.query, token)
        if token not in self.tokens:
            return _error(401, "UnauthorizedException", "Session token not found or invalid")
        if self.body is not None:
            return 200, "text/html", self.body
        if request.query.get("role_name") in self.forbidden:
            return _error(403, "ForbiddenException", "No access")
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
        if not self.refreshes:
            return _json(400, {"error": "invalid_grant", "error_description": "Invalid grant"})
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


def _error(status: int, code: str, message: str) -> Reply:
    return _json(status, {"__type": code, "message": message})
