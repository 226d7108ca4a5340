"""A recorder in front of the local AWS: each call passes, and stands in the journal."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from urllib.parse import parse_qsl

from support.loopback import Asked, Journal, Loopback, Reply

# Passed on as they are: the signature is over the Host header too.
_NOT_PASSED_ON = ("connection", "content-length", "accept-encoding")
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
# Without --role-session-name botocore and the CLI make a name of the time.
_BOTOCORE_NAME = re.compile(r"botocore-session-\d+|AWS-CLI-session-\d+")


class StsRecorder(Loopback):
    """Pass every request on to the local AWS.

    An access key that it answers gets the name of its role, or of its user.
    """

    def __init__(self, journal: Journal, endpoint_url: str) -> None:
        super().__init__(journal)
        self._endpoint_url = endpoint_url

    def reply(self, asked: Asked) -> Reply:
        """Return what the local AWS does."""
        parameters = dict(parse_qsl(asked.body.decode(), True))
        operation = parameters.pop("Action")
        parameters.pop("Version")
        name = parameters.get("RoleSessionName", "")
        if _BOTOCORE_NAME.fullmatch(name):
            parameters["RoleSessionName"] = "(by botocore)"
        self.journal.add(operation, parameters, self._signer(asked))
        reply = self._pass_on(asked)
        found = re.search(rb"<AccessKeyId>(\w+)</AccessKeyId>", reply[2])
        if found:
            role = parameters.get("RoleArn", "session").rpartition("/")[2]
            self.journal.names[found.group(1).decode()] = role
        return reply

    def _signer(self, asked: Asked) -> str:
        found = re.search("Credential=([^/]+)/", asked.headers.get("Authorization", ""))
        return self.journal.names.get(found.group(1), found.group(1)) if found else "nobody"

    def _pass_on(self, asked: Asked) -> Reply:
        request = urllib.request.Request(
            self._endpoint_url + asked.path,
            data=asked.body,
            method=asked.method,
            headers={n: v for n, v in asked.headers.items() if n.lower() not in _NOT_PASSED_ON},
        )
        try:
            with _DIRECT.open(request) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers["Content-Type"], error.read()
