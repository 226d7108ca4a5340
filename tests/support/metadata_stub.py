"""Stubs of the metadata service of an EC2 instance and of the endpoint of a container.

Sources: Amazon EC2 User Guide, "Use the Instance Metadata Service" (version 2) and
"Retrieve security credentials from instance metadata"; Amazon ECS Developer
Guide, "Task IAM role".
"""

from __future__ import annotations

import json
from typing import Optional

from support.loopback import Journal, Keys, Loopback, Reply, Request, in_hours, rfc3339

ROLE_NAME = "instance-profile"
CONTAINER_TOKEN = "token-of-the-container"
CONTAINER_KEYS = Keys("task", "ASIACONTAINERCONTAI1", "ContainerSecret", "ContainerToken")
_SESSION_TOKEN = "token-of-the-metadata-service"
_FOLDER = "/latest/meta-data/iam/security-credentials/"


class _CredentialsStub(Loopback):
    """Return the document of some keys, which expire at ``expiration``."""

    def __init__(self, journal: Optional[Journal] = None, keys: Keys = CONTAINER_KEYS) -> None:
        super().__init__(journal)
        self.expiration = in_hours(6)
        self._keys = keys

    def document(self, **more: str) -> Reply:
        """Return the reply that holds the keys."""
        document = {
            "AccessKeyId": self._keys.id,
            "SecretAccessKey": self._keys.secret,
            "Token": self._keys.token,
            "Expiration": rfc3339(self.expiration),
            **more,
        }
        return 200, "application/json", json.dumps(document).encode()


class InstanceStub(_CredentialsStub):
    """The metadata service, version 2: every request needs its token."""

    def reply(self, request: Request) -> Reply:
        """Return the token, the name of the role, or its credentials."""
        if (request.method, request.path) == ("PUT", "/latest/api/token"):
            self.journal.add("imds:token", {})
            return 200, "text/plain", _SESSION_TOKEN.encode()
        self.journal.add(f"imds:{request.path.rpartition('/')[2] or 'role'}", {})
        if request.headers.get("x-aws-ec2-metadata-token") != _SESSION_TOKEN:
            return 401, "text/plain", b""
        if request.path == _FOLDER:
            return 200, "text/plain", ROLE_NAME.encode()
        if request.path != _FOLDER + ROLE_NAME:
            return 404, "text/plain", b""
        return self.document(Code="Success", Type="AWS-HMAC")


class ContainerStub(_CredentialsStub):
    """The endpoint of AWS_CONTAINER_CREDENTIALS_FULL_URI; it requires the container's token."""

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables of the container."""
        return {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{self.url}/task",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": CONTAINER_TOKEN,
        }

    def reply(self, request: Request) -> Reply:
        """Return the credentials."""
        token = request.headers.get("Authorization")
        self.journal.add(f"container:{request.path}", {}, token)
        return self.document() if token == CONTAINER_TOKEN else (403, "application/json", b"{}")
