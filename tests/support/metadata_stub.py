"""Stand-ins for where a machine gets its role: EC2's metadata service, and a container's endpoint.

Sources: Amazon EC2 User Guide, "Use the Instance Metadata Service" (version 2) and
"Retrieve security credentials from instance metadata"; Amazon ECS Developer
Guide, "Task IAM role".
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

from support.loopback import Asked, Journal, Keys, Loopback, Reply

ROLE_NAME = "instance-profile"
CONTAINER_TOKEN = "token-of-the-container"
_SESSION_TOKEN = "token-of-the-metadata-service"
_FOLDER = "/latest/meta-data/iam/security-credentials/"


def _document(keys: Keys) -> dict[str, str]:
    later = datetime.now(timezone.utc) + timedelta(hours=6)
    return {
        "AccessKeyId": keys.id,
        "SecretAccessKey": keys.secret,
        "Token": keys.token,
        "Expiration": later.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


class InstanceStub(Loopback):
    """The metadata service, version 2: no token, no answer."""

    def __init__(self, journal: Journal, keys: Keys) -> None:
        super().__init__(journal)
        self._keys = keys

    def reply(self, asked: Asked) -> Reply:
        """Return the token, the name of the role, and its credentials."""
        if (asked.method, asked.path) == ("PUT", "/latest/api/token"):
            self.journal.add("imds:token", {})
            return 200, "text/plain", _SESSION_TOKEN.encode()
        name = asked.path[len(_FOLDER) :] if asked.path.startswith(_FOLDER) else None
        self.journal.add(f"imds:{asked.path.rpartition('/')[2] or 'role'}", {})
        if asked.headers.get("x-aws-ec2-metadata-token") != _SESSION_TOKEN:
            return 401, "text/plain", b""
        if name == "":
            return 200, "text/plain", ROLE_NAME.encode()
        if name != ROLE_NAME:
            return 404, "text/plain", b""
        answer = {"Code": "Success", "Type": "AWS-HMAC", **_document(self._keys)}
        return 200, "application/json", json.dumps(answer).encode()


class ContainerStub(Loopback):
    """The endpoint of AWS_CONTAINER_CREDENTIALS_FULL_URI."""

    def __init__(self, journal: Journal, keys: Keys) -> None:
        super().__init__(journal)
        self._keys = keys

    def reply(self, asked: Asked) -> Reply:
        """Return the credentials, for the container's own token only."""
        self.journal.add(f"container:{asked.path}", {}, asked.headers.get("Authorization"))
        if asked.headers.get("Authorization") != CONTAINER_TOKEN:
            return 403, "application/json", b"{}"
        return 200, "application/json", json.dumps(_document(self._keys)).encode()
