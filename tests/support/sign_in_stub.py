"""Stand-ins on loopback for where sources get temporary credentials: SSO's portal, a container's.

The portal's GetRoleCredentials is GET /federation/credentials?role_name=&account_id=
with the access token in a header (API reference of the IAM Identity Center Portal);
the container's endpoint answers the document of the AWS SDKs and Tools Reference
Guide, "Container credential provider".
"""

from __future__ import annotations

import hashlib
import json
import threading
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

START_URL = "https://corp.awsapps.com/start"
SSO_KEY_ID, SSO_SECRET, SSO_TOKEN = "ASIASSOSSOSSOSSOSSO1", "SsoSecret", "SsoSessionToken//w=="
CONTAINER_KEY_ID = "ASIACONTAINERCONTAI1"
ACCESS_TOKEN = "sso-access-token"
SSO_SESSION = (
    "[sso-session corp]\n"
    f"sso_start_url = {START_URL}\nsso_region = us-east-1\nsso_registration_scopes = a\n"
    "[profile dev]\nregion = eu-west-1\nsso_session = corp\nsso_account_id = 123456789012\n"
    "sso_role_name = Developer\n"
)


def in_hours(hours: float) -> datetime:
    """Return a time from now, in whole seconds."""
    return (datetime.now(timezone.utc) + timedelta(hours=hours)).replace(microsecond=0)


def rfc3339(moment: datetime) -> str:
    """Return a time as AWS's files have it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def keep_access_token(home: Path, hours: float = 8, of: str = "corp") -> Path:
    """Write the token cache file that ``aws sso login`` leaves; of a session or a start URL."""
    folder = home / ".aws" / "sso" / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{hashlib.sha1(of.encode()).hexdigest()}.json"
    content = {"startUrl": START_URL, "region": "us-east-1", "accessToken": ACCESS_TOKEN,
               "expiresAt": rfc3339(in_hours(hours))}  # fmt: skip
    path.write_text(json.dumps(content))
    return path


class SignInStub:
    """``requests`` holds path, query and access token of each request, in order.

    ``expiration`` is when what it hands out ends; ``is_signed_out`` makes the
    portal refuse every token, as after ``aws sso logout``.
    """

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], str]] = []
        self.expiration = in_hours(4)
        self.key_id = SSO_KEY_ID
        self.is_signed_out = False
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = urlsplit(self.path)
                token = self.headers.get("x-amz-sso_bearer_token", "")
                stub.requests.append((found.path, dict(parse_qsl(found.query)), token))
                self.answer(*stub.answer(found.path))

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                stub.requests.append((self.path, {}, ""))
                self.answer(400, {"error": "invalid_client", "error_description": "no"})

            def answer(self, status: int, body: Any) -> None:
                content = json.dumps(body).encode()
                self.send_response(status)
                if status != 200:
                    self.send_header("x-amzn-ErrorType", "UnauthorizedException")
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, path: str) -> tuple[int, Any]:
        """Return one request."""
        if path == "/container":
            return 200, {
                "AccessKeyId": CONTAINER_KEY_ID,
                "SecretAccessKey": "ContainerSecret",
                "Token": "ContainerToken",
                "Expiration": rfc3339(self.expiration),
            }
        if self.is_signed_out or path != "/federation/credentials":
            return 401, {"message": "Session token not found or invalid"}
        return 200, {"roleCredentials": {
            "accessKeyId": self.key_id, "secretAccessKey": SSO_SECRET, "sessionToken": SSO_TOKEN,
            "expiration": int(self.expiration.timestamp() * 1000)}}  # fmt: skip

    def variables(self) -> dict[str, str]:
        """Return what leads a CLI to this stand-in."""
        return {"AWS_ENDPOINT_URL_SSO": self.url, "AWS_ENDPOINT_URL_SSO_OIDC": self.url}

    def __enter__(self) -> SignInStub:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()
