"""A scripted STS over real HTTP, for the answers that no local AWS gives.

It speaks the query protocol: form-encoded requests, XML answers. The shapes are
those of the AWS STS API reference (AssumeRole, GetCallerIdentity, Common
Errors) and of the IAM API reference (GetRole); each test that scripts a refusal
says where its text is from.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Optional, Sequence
from urllib.parse import parse_qsl

NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
IAM_NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"
ACCOUNT = "123456789012"
ACCESS_KEY_ID = "ASIASTUBSTUBSTUBSTUB"
SECRET = "stub/Secret+Access/Key0123456789abcdefgh"
TOKEN = "StubSessionToken//////////wEaDmV4YW1wbGU+token/with=signs" * 4
# What a code of an MFA device buys.
SESSION_KEY_ID = "ASIAMFASESSIONSTUB01"
SESSION_SECRET = "mfa/Session+Secret/0123456789abcdefghij"
SESSION_TOKEN = "MfaSessionToken//////////wEaDmV4YW1wbGU+token/with=signs" * 4

Answer = tuple[int, str, str]


def assume_role_answer(
    role_arn: str,
    session_name: str,
    expiration: Optional[str] = None,
    access_key_id: str = ACCESS_KEY_ID,
    secret: str = SECRET,
    token: str = TOKEN,
    operation: str = "AssumeRole",
) -> Answer:
    """Return a success of AssumeRole (API reference, "AssumeRole", Examples).

    Those of AssumeRoleWithWebIdentity and AssumeRoleWithSAML hold the same beside more.
    """
    if expiration is None:
        later = datetime.now(timezone.utc) + timedelta(hours=1)
        expiration = later.strftime("%Y-%m-%dT%H:%M:%SZ")
    _, partition, _, _, account, resource = role_arn.split(":", 5)
    name = resource.rpartition("/")[2]
    fields = {"AccessKeyId": access_key_id, "SecretAccessKey": secret, "SessionToken": token,
              "Expiration": expiration}  # fmt: skip
    inner = "".join(f"<{key}>{value}</{key}>" for key, value in fields.items() if value)
    return (
        200,
        "text/xml",
        f'<{operation}Response xmlns="{NAMESPACE}"><{operation}Result><AssumedRoleUser>'
        f"<AssumedRoleId>AROASTUB:{session_name}</AssumedRoleId>"
        f"<Arn>arn:{partition}:sts::{account}:assumed-role/{name}/{session_name}</Arn>"
        f"</AssumedRoleUser><Credentials>{inner}</Credentials></{operation}Result>"
        "<ResponseMetadata><RequestId>stub</RequestId></ResponseMetadata>"
        f"</{operation}Response>",
    )


def session_answer(
    access_key_id: str = SESSION_KEY_ID, expiration: Optional[str] = None
) -> Answer:
    """Return a success of GetSessionToken (API reference, "GetSessionToken", Examples)."""
    if expiration is None:
        later = datetime.now(timezone.utc) + timedelta(hours=12)
        expiration = later.strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        200,
        "text/xml",
        f'<GetSessionTokenResponse xmlns="{NAMESPACE}"><GetSessionTokenResult><Credentials>'
        f"<SessionToken>{SESSION_TOKEN}</SessionToken><SecretAccessKey>{SESSION_SECRET}"
        f"</SecretAccessKey><Expiration>{expiration}</Expiration><AccessKeyId>{access_key_id}"
        "</AccessKeyId></Credentials></GetSessionTokenResult><ResponseMetadata>"
        "<RequestId>stub</RequestId></ResponseMetadata></GetSessionTokenResponse>",
    )


def caller_answer(arn: str = f"arn:aws:iam::{ACCOUNT}:user/alice") -> Answer:
    """Return a success of GetCallerIdentity."""
    account = arn.split(":")[4]
    return (
        200,
        "text/xml",
        f'<GetCallerIdentityResponse xmlns="{NAMESPACE}"><GetCallerIdentityResult>'
        f"<Arn>{arn}</Arn><UserId>AIDASTUB</UserId><Account>{account}</Account>"
        "</GetCallerIdentityResult><ResponseMetadata><RequestId>stub</RequestId>"
        "</ResponseMetadata></GetCallerIdentityResponse>",
    )


def role_answer(role_arn: str, maximum: int) -> Answer:
    """Return a success of GetRole (IAM API reference, "GetRole", Examples)."""
    name = role_arn.rpartition("/")[2]
    return (
        200,
        "text/xml",
        f'<GetRoleResponse xmlns="{IAM_NAMESPACE}"><GetRoleResult><Role><Path>/</Path>'
        f"<Arn>{role_arn}</Arn><RoleName>{name}</RoleName><RoleId>AROASTUB</RoleId>"
        "<AssumeRolePolicyDocument>%7B%7D</AssumeRolePolicyDocument>"
        "<CreateDate>2026-01-02T03:04:05Z</CreateDate>"
        f"<MaxSessionDuration>{maximum}</MaxSessionDuration></Role></GetRoleResult>"
        "<ResponseMetadata><RequestId>stub</RequestId></ResponseMetadata></GetRoleResponse>",
    )


def devices_answer(*serial_numbers: str) -> Answer:
    """Return a success of ListMFADevices (IAM API reference, "ListMFADevices", Examples)."""
    members = "".join(
        f"<member><UserName>alice</UserName><SerialNumber>{serial}</SerialNumber>"
        "<EnableDate>2026-01-02T03:04:05Z</EnableDate></member>"
        for serial in serial_numbers
    )
    return (
        200,
        "text/xml",
        f'<ListMFADevicesResponse xmlns="{IAM_NAMESPACE}"><ListMFADevicesResult>'
        f"<IsTruncated>false</IsTruncated><MFADevices>{members}</MFADevices>"
        "</ListMFADevicesResult><ResponseMetadata><RequestId>stub</RequestId>"
        "</ResponseMetadata></ListMFADevicesResponse>",
    )


# Texts: AWS STS API reference, "AssumeRole", DurationSeconds; the second one as in
# github.com/aws/eks-anywhere/pull/9485.
TOO_LONG = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
CHAINED = (
    "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
    "chaining."
)


class RoleOfSeconds:
    """A script: a role that allows so many seconds, and whether IAM may say it."""

    def __init__(
        self, maximum: int, role_arn: Optional[str] = None, chained: bool = False
    ) -> None:
        self.maximum = maximum
        self.role_arn = role_arn
        self.chained = chained

    def __call__(self, parameters: dict[str, str]) -> Optional[Answer]:
        """Return a request: GetRole only where the role has its ARN here."""
        if parameters["Action"] == "GetRole":
            if self.role_arn is None:
                # IAM User Guide, "Troubleshoot access denied error messages".
                return refusal(403, "AccessDenied", "User is not authorized: iam:GetRole")
            return role_answer(self.role_arn, self.maximum)
        if parameters["Action"] != "AssumeRole":
            return None
        seconds = int(parameters.get("DurationSeconds", "3600"))
        if self.chained and seconds > 3600:
            return refusal(400, "ValidationError", CHAINED)
        too_long = seconds > self.maximum
        return refusal(400, "ValidationError", TOO_LONG) if too_long else None


def refusal(status: int, code: str, message: str) -> Answer:
    """Return an error document of the query protocol."""
    return (
        status,
        "text/xml",
        f'<ErrorResponse xmlns="{NAMESPACE}"><Error><Type>Sender</Type><Code>{code}</Code>'
        f"<Message>{message}</Message></Error><RequestId>stub</RequestId></ErrorResponse>",
    )


def _parameters(headers: Any, body: str) -> dict[str, str]:
    """Return the parameters of the query protocol, or of JSON 1.1 in the same form."""
    target = headers.get("X-Amz-Target")
    if target is None:
        return dict(parse_qsl(body, True))
    return {"Action": target.rpartition(".")[2], **json.loads(body or "{}")}


class Directory:
    """A script: an account's alias and an organization; None where the caller may not ask.

    ``accounts`` are pages of id, name and state (IAM API reference,
    "ListAccountAliases", and Organizations API reference, "ListAccounts").
    """

    def __init__(
        self,
        alias: Optional[str] = None,
        accounts: Optional[Sequence[Sequence[tuple[str, str, str]]]] = None,
    ) -> None:
        self.alias = alias
        self.accounts = accounts

    def __call__(self, parameters: dict[str, str]) -> Optional[Answer]:
        """Return a request, where it is one of the two."""
        if parameters["Action"] == "ListAccountAliases":
            return self._aliases()
        if parameters["Action"] == "ListAccounts":
            return self._page(int(parameters.get("NextToken", "0")))
        return None

    def _aliases(self) -> Answer:
        if self.alias is None:
            return refusal(403, "AccessDenied", "User is not authorized: iam:ListAccountAliases")
        member = f"<member>{self.alias}</member>" if self.alias else ""
        return (
            200,
            "text/xml",
            f'<ListAccountAliasesResponse xmlns="{IAM_NAMESPACE}"><ListAccountAliasesResult>'
            f"<IsTruncated>false</IsTruncated><AccountAliases>{member}</AccountAliases>"
            "</ListAccountAliasesResult></ListAccountAliasesResponse>",
        )

    def _page(self, number: int) -> Answer:
        kind = "application/x-amz-json-1.1"
        if self.accounts is None:
            denied = {"__type": "AccessDeniedException", "Message": "You don't have permissions"}
            return 400, kind, json.dumps(denied)
        page = self.accounts[number] if self.accounts else []
        found: dict[str, Any] = {
            "Accounts": [
                {"Id": one, "Name": name, "Status": state, "State": state}
                for one, name, state in page
            ]
        }
        if number + 1 < len(self.accounts):
            found["NextToken"] = str(number + 1)
        return 200, kind, json.dumps(found)


class StsStub:
    """A server on loopback; ``script`` answers a request's parameters, or None for success.

    ``requests`` holds the parameters of each request, in order.
    """

    def __init__(self) -> None:
        self.requests: list[dict[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.script: Callable[[dict[str, str]], Optional[Answer]] = lambda parameters: None
        self.caller = f"arn:aws:iam::{ACCOUNT}:user/alice"
        # How far its clock is before that of this machine.
        self.seconds_ahead = 0
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                parameters = _parameters(self.headers, self.rfile.read(length).decode())
                stub.requests.append(parameters)
                stub.headers.append(dict(self.headers))
                status, kind, body = stub.answer(parameters)
                content = body.encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                # Who was ended meanwhile reads no answer.
                with contextlib.suppress(ConnectionError):
                    self.end_headers()
                    self.wfile.write(content)

            def date_time_string(self, timestamp: Optional[float] = None) -> str:
                return super().date_time_string(time.time() + stub.seconds_ahead)

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, parameters: dict[str, str]) -> Answer:
        """Return one request: the script first, else success."""
        scripted = self.script(parameters)
        if scripted is not None:
            return scripted
        if parameters.get("Action") == "GetCallerIdentity":
            return caller_answer(self.caller)
        if parameters.get("Action") == "GetSessionToken":
            return session_answer()
        # The name of a session by SAML is the assertion's.
        name = parameters.get("RoleSessionName", "alice@example.com")
        operation = parameters["Action"]
        return assume_role_answer(parameters["RoleArn"], name, operation=operation)

    @property
    def actions(self) -> list[str]:
        """The operations that were called, in order."""
        return [request.get("Action", "") for request in self.requests]

    def __enter__(self) -> StsStub:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()
