"""A scripted STS over real HTTP, and a recorder in front of the local AWS.

The scripted STS is for replies that no local AWS gives. It speaks the query
protocol: form-encoded requests, XML replies. The shapes are those of the AWS STS
API reference (AssumeRole, GetCallerIdentity, Common Errors) and of the IAM API
reference (GetRole); each test that scripts an error names the source of its text.
"""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from typing import Any, Callable, Optional, Sequence
from urllib.parse import parse_qsl

from support.loopback import Journal, Loopback, Reply, Request, in_hours, rfc3339

NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
IAM_NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"
ACCOUNT = "123456789012"
OTHER_ACCOUNT = "210987654321"
USER_KEY_ID, USER_SECRET = "AKIAALICEALICEALICE1", "AliceSecretAliceSecretAliceSecretAlice12"
USER_ARN = f"arn:aws:iam::{ACCOUNT}:user/alice"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/my-iam-role"
MFA_SERIAL = f"arn:aws:iam::{ACCOUNT}:mfa/alice"
# The credentials that AssumeRole returns.
ACCESS_KEY_ID = "ASIASTUBSTUBSTUBSTUB"
SECRET = "stub/Secret+Access/Key0123456789abcdefgh"
TOKEN = "StubSessionToken//////////wEaDmV4YW1wbGU+token/with=signs" * 4
# The credentials that GetSessionToken returns.
SESSION_KEY_ID = "ASIAMFASESSIONSTUB01"
SESSION_SECRET = "mfa/Session+Secret/0123456789abcdefghij"
SESSION_TOKEN = "MfaSessionToken//////////wEaDmV4YW1wbGU+token/with=signs" * 4

# All other headers are passed on: the signature covers the Host header too.
_NOT_PASSED_ON = ("connection", "content-length", "accept-encoding")
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
# The names that botocore and the CLI generate from the time.
_BOTOCORE_NAME = re.compile(r"botocore-session-\d+|AWS-CLI-session-\d+")

Answer = tuple[int, str, str]


def query_answer(operation: str, inner: str = "", namespace: str = IAM_NAMESPACE) -> Answer:
    """Return a success of the query protocol; ``inner`` is the content of its result."""
    return (
        200,
        "text/xml",
        f'<{operation}Response xmlns="{namespace}"><{operation}Result>{inner}</{operation}Result>'
        "<ResponseMetadata><RequestId>stub</RequestId></ResponseMetadata>"
        f"</{operation}Response>",
    )


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

    AssumeRoleWithWebIdentity and AssumeRoleWithSAML return the same fields and others.
    """
    if expiration is None:
        expiration = rfc3339(in_hours(1))
    _, partition, _, _, account, resource = role_arn.split(":", 5)
    name = resource.rpartition("/")[2]
    credentials = _credentials(access_key_id, secret, token, expiration)
    return query_answer(
        operation,
        f"<AssumedRoleUser><AssumedRoleId>AROASTUB:{session_name}</AssumedRoleId>"
        f"<Arn>arn:{partition}:sts::{account}:assumed-role/{name}/{session_name}</Arn>"
        f"</AssumedRoleUser>{credentials}",
        NAMESPACE,
    )


def root_answer(access_key_id: str = "ASIAROOTROOTROOTROOT") -> Answer:
    """Return a success of AssumeRoot (API reference, "AssumeRoot", Examples)."""
    credentials = _credentials(access_key_id, SECRET, TOKEN, rfc3339(in_hours(0.25)))
    return query_answer("AssumeRoot", credentials, NAMESPACE)


def session_answer(
    access_key_id: str = SESSION_KEY_ID, expiration: Optional[str] = None
) -> Answer:
    """Return a success of GetSessionToken (API reference, "GetSessionToken", Examples)."""
    if expiration is None:
        expiration = rfc3339(in_hours(12))
    credentials = _credentials(access_key_id, SESSION_SECRET, SESSION_TOKEN, expiration)
    return query_answer("GetSessionToken", credentials, NAMESPACE)


def _credentials(access_key_id: str, secret: str, token: str, expiration: str) -> str:
    """Return the element Credentials, without the fields that are empty."""
    fields = {"AccessKeyId": access_key_id, "SecretAccessKey": secret, "SessionToken": token,
              "Expiration": expiration}  # fmt: skip
    inner = "".join(f"<{key}>{value}</{key}>" for key, value in fields.items() if value)
    return f"<Credentials>{inner}</Credentials>"


def caller_answer(arn: str = USER_ARN) -> Answer:
    """Return a success of GetCallerIdentity."""
    inner = f"<Arn>{arn}</Arn><UserId>AIDASTUB</UserId><Account>{arn.split(':')[4]}</Account>"
    return query_answer("GetCallerIdentity", inner, NAMESPACE)


def role_answer(role_arn: str, maximum: int) -> Answer:
    """Return a success of GetRole (IAM API reference, "GetRole", Examples)."""
    return query_answer(
        "GetRole",
        f"<Role><Path>/</Path><Arn>{role_arn}</Arn>"
        f"<RoleName>{role_arn.rpartition('/')[2]}</RoleName><RoleId>AROASTUB</RoleId>"
        "<AssumeRolePolicyDocument>%7B%7D</AssumeRolePolicyDocument>"
        "<CreateDate>2026-01-02T03:04:05Z</CreateDate>"
        f"<MaxSessionDuration>{maximum}</MaxSessionDuration></Role>",
    )


def devices_answer(*serial_numbers: str) -> Answer:
    """Return a success of ListMFADevices (IAM API reference, "ListMFADevices", Examples)."""
    members = "".join(
        f"<member><UserName>alice</UserName><SerialNumber>{serial}</SerialNumber>"
        "<EnableDate>2026-01-02T03:04:05Z</EnableDate></member>"
        for serial in serial_numbers
    )
    return query_answer(
        "ListMFADevices", f"<IsTruncated>false</IsTruncated><MFADevices>{members}</MFADevices>"
    )


# Texts: AWS STS API reference, "AssumeRole", DurationSeconds; the second one as in
# github.com/aws/eks-anywhere/pull/9485.
TOO_LONG = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
CHAINED = (
    "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
    "chaining."
)


class RoleOfSeconds:
    """A script: a role with a maximum session duration, which GetRole may return or not."""

    def __init__(
        self, maximum: int, role_arn: Optional[str] = None, chained: bool = False
    ) -> None:
        self.maximum = maximum
        self.role_arn = role_arn
        self.chained = chained

    def __call__(self, parameters: dict[str, str]) -> Optional[Answer]:
        """Return the answer to GetRole or AssumeRole; AccessDenied to GetRole without an ARN."""
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


def _parameters(request: Request) -> dict[str, str]:
    """Return the parameters of the query protocol, or of JSON 1.1 in the same form."""
    target = request.headers.get("X-Amz-Target")
    if target is None:
        return dict(parse_qsl(request.body.decode(), True))
    return {"Action": target.rpartition(".")[2], **json.loads(request.body or b"{}")}


class Directory:
    """A script: an account's alias and an organization; None means access denied.

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
        """Return the answer to either of the two calls."""
        if parameters["Action"] == "ListAccountAliases":
            return self._aliases()
        if parameters["Action"] == "ListAccounts":
            return self._page(int(parameters.get("NextToken", "0")))
        return None

    def _aliases(self) -> Answer:
        if self.alias is None:
            return refusal(403, "AccessDenied", "User is not authorized: iam:ListAccountAliases")
        member = f"<member>{self.alias}</member>" if self.alias else ""
        return query_answer(
            "ListAccountAliases",
            f"<IsTruncated>false</IsTruncated><AccountAliases>{member}</AccountAliases>",
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


class StsStub(Loopback):
    """A scripted STS: ``script`` returns the answer to some parameters, or None for success.

    ``requests`` holds the parameters of each request, in order.
    """

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[dict[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.script: Callable[[dict[str, str]], Optional[Answer]] = lambda parameters: None
        self.caller = USER_ARN

    def reply(self, request: Request) -> Reply:
        """Record the request and return its answer."""
        parameters = _parameters(request)
        self.requests.append(parameters)
        self.headers.append(dict(request.headers))
        status, kind, body = self.answer(parameters)
        return status, kind, body.encode()

    def answer(self, parameters: dict[str, str]) -> Answer:
        """Return the script's answer to one request, else success."""
        scripted = self.script(parameters)
        if scripted is not None:
            return scripted
        if parameters.get("Action") == "GetCallerIdentity":
            return caller_answer(self.caller)
        if parameters.get("Action") == "GetSessionToken":
            return session_answer()
        if parameters.get("Action") == "AssumeRoot":
            return root_answer()
        # The SAML assertion names the session.
        name = parameters.get("RoleSessionName", "alice@example.com")
        operation = parameters["Action"]
        return assume_role_answer(parameters["RoleArn"], name, operation=operation)

    @property
    def actions(self) -> list[str]:
        """The operations that were called, in order."""
        return [request.get("Action", "") for request in self.requests]


class StsRecorder(Loopback):
    """Pass each request on to the local AWS and record it in the journal.

    A returned access key gets the name of its role, or "session".
    """

    def __init__(self, journal: Journal, endpoint_url: str) -> None:
        super().__init__(journal)
        self._endpoint_url = endpoint_url

    def reply(self, request: Request) -> Reply:
        """Return the reply of the local AWS."""
        parameters = dict(parse_qsl(request.body.decode(), True))
        operation = parameters.pop("Action")
        parameters.pop("Version")
        name = parameters.get("RoleSessionName", "")
        if _BOTOCORE_NAME.fullmatch(name):
            parameters["RoleSessionName"] = "(by botocore)"
        self.journal.add(operation, parameters, self._signer(request))
        reply = self._pass_on(request)
        found = re.search(rb"<AccessKeyId>(\w+)</AccessKeyId>", reply[2])
        if found:
            role = parameters.get("RoleArn", "session").rpartition("/")[2]
            self.journal.names[found.group(1).decode()] = role
        return reply

    def _signer(self, request: Request) -> str:
        found = re.search("Credential=([^/]+)/", request.headers.get("Authorization", ""))
        return self.journal.names.get(found.group(1), found.group(1)) if found else "nobody"

    def _pass_on(self, request: Request) -> Reply:
        forwarded = urllib.request.Request(
            self._endpoint_url + request.path,
            data=request.body,
            method=request.method,
            headers={n: v for n, v in request.headers.items() if n.lower() not in _NOT_PASSED_ON},
        )
        try:
            with _DIRECT.open(forwarded) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers["Content-Type"], error.read()
