"""A stand-in for the federation endpoint of AWS Sign-In and for the console behind it.

Source: IAM User Guide, "Enable custom identity broker access to the AWS console": the parameters
of both actions, and the JSON document of getSigninToken. Here a sign-in token works once.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Callable, Optional
from urllib.parse import parse_qsl, urlsplit

from support.loopback import Journal, Request

COOKIE = "aws-userInfo"
# Status, headers and body; None ends the connection without an answer.
FederationReply = Optional[tuple[int, dict[str, str], bytes]]
_JSON, _HTML = "application/json", "text/html; charset=utf-8"
PAGE = (
    "<!doctype html><title>AWS Management Console</title><style>body{{font:16px sans-serif;"
    "margin:0}}header{{background:#232f3e;color:#fff;padding:12px 24px}}main{{padding:24px}}"
    "</style><header>AWS Management Console (stand-in)</header><main><h1>Console Home</h1>"
    "<p>Signed in with the access key <b>{key_id}</b></p><p>{destination}</p></main>"
)


class FederationStub:
    """The endpoint inside of a ``with`` statement; with a ``certificate`` over HTTPS.

    ``script`` replaces the answer of getSigninToken, for its parameters. ``requests`` are all
    requests, and ``tokens`` the destination and the access key of each token that it gave.
    """

    def __init__(
        self, certificate: Optional[Path] = None, journal: Optional[Journal] = None
    ) -> None:
        self.journal = Journal() if journal is None else journal
        self.script: Optional[Callable[[dict[str, str]], FederationReply]] = None
        self.requests: list[Request] = []
        self.tokens: dict[str, str] = {}
        self.visits: list[dict[str, str]] = []
        self.arrived = threading.Event()
        # The methods that getSigninToken accepts.
        self.methods = ("GET", "POST")
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                request = Request(self.command, self.path, self.headers, body)
                stub.requests.append(request)
                reply = stub.reply(request)
                if reply is None:
                    self.close_connection = True
                    return
                status, headers, content = reply
                with contextlib.suppress(ConnectionError):
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)

            do_GET = do_POST = _serve

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        scheme = "http"
        if certificate is not None:
            scheme = "https"
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate)
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.url = f"{scheme}://127.0.0.1:{self._server.server_address[1]}"

    @property
    def sign_ins(self) -> list[dict[str, str]]:
        """The parameters of each getSigninToken."""
        found = (parameters_of(one) for one in self.requests)
        return [one for one in found if one.get("Action") == "getSigninToken"]

    def reply(self, request: Request) -> FederationReply:
        """Return the answer to a request."""
        path, parameters = urlsplit(request.path).path, parameters_of(request)
        if path == "/federation" and parameters.get("Action") == "getSigninToken":
            return self._token(request, parameters)
        if path == "/federation" and parameters.get("Action") == "login":
            return self._login(parameters)
        if path == "/oauth" and parameters.get("Action") == "logout":
            headers = {"Location": parameters["redirect_uri"],
                       "Set-Cookie": f"{COOKIE}=; Path=/; Max-Age=0"}  # fmt: skip
            return 302, headers, b""
        if path == "/console-page":
            return self._console(request)
        if path == "/switchrole":
            self.visits.append(parameters)
            self.arrived.set()
            return 200, {"Content-Type": _HTML}, b"<title>Switch role</title>"
        return 404, {"Content-Type": _HTML}, b"<title>not found</title>"

    def _token(self, request: Request, parameters: dict[str, str]) -> FederationReply:
        self.journal.add("federation:getSigninToken", parameters)
        if self.script is not None:
            return self.script(parameters)
        if request.method not in self.methods:
            return 405, {"Content-Type": _HTML}, b""
        session = json.loads(parameters["Session"])
        if set(session) != {"sessionId", "sessionKey", "sessionToken"}:
            return 400, {"Content-Type": _HTML}, b"Bad request"
        token = secrets.token_urlsafe(96)
        self.tokens[token] = session["sessionId"]
        return 200, {"Content-Type": _JSON}, json.dumps({"SigninToken": token}).encode()

    def _login(self, parameters: dict[str, str]) -> FederationReply:
        key_id = self.tokens.pop(parameters.get("SigninToken", ""), None)
        if key_id is None:
            return 400, {"Content-Type": _HTML}, b"<title>Invalid token</title>"
        self.visits.append(parameters)
        headers = {"Location": "/console-page", "Set-Cookie": f"{COOKIE}={key_id}; Path=/"}
        return 302, headers, b""

    def _console(self, request: Request) -> FederationReply:
        cookie = request.headers.get("Cookie") or ""
        if COOKIE not in cookie:
            return 302, {"Location": "/signin"}, b""
        destination = self.visits[-1]["Destination"] if self.visits else ""
        page = PAGE.format(key_id=cookie.partition(f"{COOKIE}=")[2], destination=destination)
        self.arrived.set()
        return 200, {"Content-Type": _HTML}, page.encode()

    def __enter__(self) -> Any:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def parameters_of(request: Request) -> dict[str, str]:
    """Return the parameters of a request, in its query or in a form."""
    form = dict(parse_qsl(request.body.decode(), True)) if request.body else {}
    return {**request.query, **form}


def make_certificate(folder: Path) -> Path:
    """Return a file with a key and a self-signed certificate of 127.0.0.1."""
    path = folder / "server.pem"
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-keyout", str(key), "-out", str(certificate), "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
        capture_output=True, check=True,
    )  # fmt: skip
    path.write_text(key.read_text() + certificate.read_text())
    return path
