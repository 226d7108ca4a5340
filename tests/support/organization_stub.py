"""A stub of an organization with many accounts: AWS Organizations, and STS for all of them.

Shapes: AWS Organizations API reference, "ListAccounts", "ListAccountsForParent", "ListRoots",
"ListOrganizationalUnitsForParent", "ListTagsForResource" and "DescribeOrganization" (JSON 1.1);
AWS STS API reference, "AssumeRole" and "GetCallerIdentity". A path of an account is an entity
path (IAM User Guide, "View last accessed information for AWS Organizations").

    with OrganizationStub() as stub:          # 300 accounts; OrganizationStub(count=5000)
        person.endpoint_url = stub.url        # all services
        ...
        assert stub.counts["ListAccounts"] == 16

The tree is that of ``OUS``. The management account is in the root; account number n has the ID
``account_id(n)``, the name ``app-00n`` and the OU ``OU_ORDER[n % 8]``. Numbers 20 and 21 have the
same name, ``twin``. ``NOT_ACTIVE`` are not active, and ``WITHOUT_ROLE`` have no role that can be
assumed.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Callable, Iterator, Mapping, Optional, Sequence
from urllib.parse import parse_qsl

from support.loopback import Journal, Loopback, Reply, Request
from support.sts_stub import (
    USER_KEY_ID,
    USER_SECRET,
    Answer,
    assume_role_answer,
    caller_answer,
    refusal,
)

ORGANIZATION, ROOT, MANAGEMENT = "o-exampleorg", "r-exam", "111111111111"
PAGE_SIZE = 20
# The path, and the ID of each organizational unit.
OUS = {
    "Production": "ou-exam-production",
    "Production/Web": "ou-exam-productionweb",
    "Production/Data": "ou-exam-productiondata",
    "Production/Data/Databases": "ou-exam-databases",
    "Development": "ou-exam-development",
    "Development/Web": "ou-exam-developmentweb",
    "Development/Sandbox": "ou-exam-sandboxes",
    "Security": "ou-exam-security",
    "Empty": "ou-exam-emptyunit",
}
OU_ORDER = tuple(OUS)[:8]
NOT_ACTIVE = {
    10: "SUSPENDED",
    60: "SUSPENDED",
    110: "SUSPENDED",
    160: "PENDING_CLOSURE",
    210: "CLOSED",
}
WITHOUT_ROLE = tuple(range(7, 299, 25))  # 12 accounts, all active
ADMIN_ARN = f"arn:aws:iam::{MANAGEMENT}:user/alice"
# An account of the organization that may not list it, and keys of a user in it.
MEMBER_KEY_ID, MEMBER_SECRET = "AKIAMEMBERMEMBERMEM1", "MemberSecretMemberSecretMemberSecretMem1"
_JSON = "application/x-amz-json-1.1"
_SCOPE = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/")


def account_id(number: int) -> str:
    """Return the ID of a member account."""
    return str(200000000000 + number)


@dataclass
class StubAccount:
    """An account of the organization."""

    id: str
    name: str
    ou: Optional[str] = None
    state: str = "ACTIVE"
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def parents(self) -> list[str]:
        """The root and the OUs above the account, from the top."""
        parts = self.ou.split("/") if self.ou else []
        return [ROOT, *(OUS["/".join(parts[: n + 1])] for n in range(len(parts)))]


def many_accounts(count: int) -> list[StubAccount]:
    """Return ``count`` accounts, the management account first."""
    accounts = [StubAccount(MANAGEMENT, "management")]
    for number in range(count - 1):
        ou = OU_ORDER[number % len(OU_ORDER)]
        name = "twin" if number in (20, 21) else f"app-{number:03}"
        stage = {"P": "prod", "D": "dev"}.get(ou[0], "none")
        tags = {"Stage": stage, "Team": f"team {number % 3}"}
        state = NOT_ACTIVE.get(number, "ACTIVE")
        accounts.append(StubAccount(account_id(number), name, ou, state, tags))
    return accounts


class Rate:
    """A token bucket: ``per_second`` calls, and ``burst`` at once. None is no limit."""

    def __init__(self, per_second: Optional[float] = None, burst: int = 1) -> None:
        self.per_second, self.burst = per_second, burst
        self._tokens, self._at = float(burst), time.monotonic()

    def allows(self) -> bool:
        """Take a token, or return False. The caller holds a lock."""
        if self.per_second is None:
            return True
        now = time.monotonic()
        self._tokens = min(self.burst, self._tokens + (now - self._at) * self.per_second)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class OrganizationStub(Loopback):
    """AWS Organizations and STS of one organization. All settings may be changed at any time.

    Settings of Organizations: ``accounts``; ``listers``, the accounts that may list it (others
    get AccessDeniedException); ``is_in_use`` (False: AWSOrganizationsNotInUseException);
    ``empty_pages``: after the first page of a list comes an empty one with a token;
    ``has_paths`` and ``has_state``: whether accounts have Paths and State (a Status is always
    there unless ``has_status`` is False); ``throttle_next``: how many calls are refused first;
    ``rate``; ``delay`` in seconds.

    Settings of STS: ``sts_delay``, the time of AssumeRole in seconds; ``sts_rate``, a ``Rate``
    whose excess gets Throttling; ``sts_throttle_next``; ``without_role``, the IDs of accounts
    that refuse AssumeRole. ``callers`` has the ARN of each access key ID. A role's access key is
    ``ASIA``, the account ID and a number, so that GetCallerIdentity returns its account.

    Counters: ``counts`` has all calls by operation, the refused ones included; ``throttled`` the
    throttled ones; ``assumed`` the successes of AssumeRole by account ID; ``most_at_once`` the
    highest number of AssumeRole calls at the same time. ``journal`` has each call with its
    parameters and the access key ID that signed it. ``reset()`` clears all of them.

    S3's ListBuckets returns the bucket ``logs-ACCOUNT`` of the caller's account. For other
    services, override ``other``.
    """

    protocol = "HTTP/1.1"

    def __init__(self, count: int = 300, journal: Optional[Journal] = None) -> None:
        super().__init__(journal)
        self.accounts = many_accounts(count)
        self.callers = {
            USER_KEY_ID: ADMIN_ARN,
            MEMBER_KEY_ID: f"arn:aws:iam::{account_id(0)}:user/bob",
        }
        self.listers = {MANAGEMENT}
        self.is_in_use = self.empty_pages = True
        self.has_paths = self.has_state = self.has_status = True
        self.throttle_next = self.sts_throttle_next = 0
        self.rate, self.sts_rate = Rate(), Rate()
        self.delay, self.sts_delay = 0.0, 0.05
        self.without_role = {account_id(n) for n in WITHOUT_ROLE}
        self._ids: set[str] = set()
        self._lock = threading.Lock()
        self._at_once = 0
        self.reset()

    def reset(self) -> None:
        """Clear the counters and the journal."""
        self.counts: Counter[str] = Counter()
        self.throttled: Counter[str] = Counter()
        self.assumed: Counter[str] = Counter()
        self.most_at_once = 0
        self.journal.calls.clear()

    @property
    def member_ids(self) -> list[str]:
        """The IDs of all active accounts but the management account."""
        active = (one for one in self.accounts if one.state == "ACTIVE")
        return [one.id for one in active if one.id != MANAGEMENT]

    def reply(self, request: Request) -> Reply:
        """Return the reply of one of the services."""
        found = _SCOPE.search(request.headers.get("Authorization", ""))
        key_id, _, service = found.groups() if found else ("", "", "")
        if service == "organizations":
            return self._organizations(request, key_id)
        if service == "sts":
            status, kind, text = self._sts(dict(parse_qsl(request.body.decode(), True)), key_id)
            return status, kind, text.encode()
        return self.other(service, self.account_of(key_id), request)

    def account_of(self, key_id: str) -> str:
        """Return the account of an access key ID; empty if it is unknown."""
        if key_id in self.callers:
            return self.callers[key_id].split(":")[4]
        return key_id[4:16] if key_id.startswith("ASIA") else ""

    def other(self, service: str, account: str, request: Request) -> Reply:
        """Return the reply of another service to the caller's account."""
        with self._lock:
            self.counts[f"{service} {request.method} {request.path}"] += 1
        if service == "s3" and request.path.partition("?")[0] == "/":
            buckets = (
                f"<Bucket><Name>logs-{account}</Name>"
                "<CreationDate>2026-01-02T03:04:05.000Z</CreationDate></Bucket>"
            )
            text = (
                '<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
                f"<Buckets>{buckets}</Buckets></ListAllMyBucketsResult>"
            )
            return 200, "application/xml", text.encode()
        return 404, "text/plain", b""

    # AWS Organizations.

    def _organizations(self, request: Request, key_id: str) -> Reply:
        operation = request.headers["X-Amz-Target"].rpartition(".")[2]
        parameters = json.loads(request.body or b"{}")
        with self._lock:
            self.counts[operation] += 1
            self.journal.add(f"organizations:{operation}", parameters, key_id)
            refused = self.throttle_next > 0 or not self.rate.allows()
            self.throttle_next -= int(self.throttle_next > 0)
            self.throttled[operation] += int(refused)
        time.sleep(self.delay)
        if refused:
            return _error("TooManyRequestsException", "Rate exceeded")
        if key_id not in self.callers and not key_id.startswith("ASIA"):
            return _error("UnrecognizedClientException", "The security token is invalid")
        if not self.is_in_use:
            return _error("AWSOrganizationsNotInUseException", "Your account is not a member")
        if operation == "DescribeOrganization":
            return _json({"Organization": {"Id": ORGANIZATION, "MasterAccountId": MANAGEMENT}})
        if self.account_of(key_id) not in self.listers:
            return _error(
                "AccessDeniedException", "You don't have permissions to access this resource."
            )
        return self._list(operation, parameters)

    def _list(self, operation: str, parameters: Mapping[str, Any]) -> Reply:
        parent = parameters.get("ParentId", "")
        if parent and parent not in (ROOT, *OUS.values()):
            return _error("ParentNotFoundException", "You specified parent that doesn't exist.")
        if operation == "ListAccounts":
            return self._page("Accounts", self.accounts, parameters, self._account)
        if operation == "ListAccountsForParent":
            found = [one for one in self.accounts if one.parents[-1] == parent]
            return self._page("Accounts", found, parameters, self._account)
        if operation == "ListRoots":
            return self._page("Roots", [{"Id": ROOT, "Name": "Root"}], parameters)
        if operation == "ListOrganizationalUnitsForParent":
            return self._page("OrganizationalUnits", _units_below(parent), parameters)
        if operation == "ListTagsForResource":
            return self._tags(parameters)
        return _error("UnknownOperationException", operation)

    def _tags(self, parameters: Mapping[str, Any]) -> Reply:
        wanted = parameters["ResourceId"]
        account = next((one for one in self.accounts if one.id == wanted), None)
        if account is None:
            return _error("TargetNotFoundException", "We can't find the target.")
        tags = [{"Key": key, "Value": value} for key, value in account.tags.items()]
        return self._page("Tags", tags, parameters)

    def _account(self, account: StubAccount) -> dict[str, Any]:
        arn = f"arn:aws:organizations::{MANAGEMENT}:account/{ORGANIZATION}/{account.id}"
        found: dict[str, Any] = {"Id": account.id, "Arn": arn, "Name": account.name}
        if self.has_status:
            found["Status"] = "SUSPENDED" if account.state == "CLOSED" else account.state
        if self.has_state:
            found["State"] = account.state
        if self.has_paths:
            found["Paths"] = ["/".join([ORGANIZATION, *account.parents, account.id, ""])]
        return found

    def _page(
        self,
        key: str,
        items: Sequence[Any],
        parameters: Mapping[str, Any],
        shape: Callable[[Any], Any] = lambda item: item,
    ) -> Reply:
        """Return a page. The token of an empty page begins with ``e``."""
        size = parameters.get("MaxResults", PAGE_SIZE)
        if not 1 <= size <= PAGE_SIZE:
            return _error("InvalidInputException", "You provided invalid values: MaxResults")
        token = str(parameters.get("NextToken", "0"))
        if token.startswith("e"):
            return _json({key: [], "NextToken": token[1:]})
        end = int(token) + size
        result: dict[str, Any] = {key: [shape(one) for one in items[int(token) : end]]}
        if end < len(items):
            result["NextToken"] = f"{'e' if self.empty_pages and token == '0' else ''}{end}"
        return _json(result)

    # AWS STS.

    def _sts(self, parameters: dict[str, str], key_id: str) -> Answer:
        operation = parameters.pop("Action")
        with self._lock:
            self.counts[operation] += 1
            self.journal.add(operation, parameters, key_id)
        if operation == "AssumeRole":
            return self._assume_role(parameters, key_id)
        if operation == "GetCallerIdentity" and self.account_of(key_id):
            return caller_answer(self._arn_of(key_id))
        return refusal(403, "InvalidClientTokenId", "The security token included is invalid.")

    def _arn_of(self, key_id: str) -> str:
        account = self.account_of(key_id)
        return self.callers.get(key_id, f"arn:aws:sts::{account}:assumed-role/role/session")

    def _assume_role(self, parameters: Mapping[str, str], key_id: str) -> Answer:
        account, role_arn = parameters["RoleArn"].split(":")[4], parameters["RoleArn"]
        with self._lock:
            refused = self.sts_throttle_next > 0 or not self.sts_rate.allows()
            self.sts_throttle_next -= int(self.sts_throttle_next > 0)
            self.throttled["AssumeRole"] += int(refused)
        if refused:
            return refusal(400, "Throttling", "Rate exceeded")
        with self._one_more():
            time.sleep(self.sts_delay)
        if account in self.without_role or not self._has(account):
            return refusal(
                403,
                "AccessDenied",
                f"User: {self._arn_of(key_id)} is not authorized to perform: sts:AssumeRole on "
                f"resource: {role_arn}",
            )
        with self._lock:
            self.assumed[account] += 1
            number = self.assumed[account] % 10000
        return assume_role_answer(
            role_arn, parameters["RoleSessionName"], access_key_id=f"ASIA{account}{number:04}"
        )

    def _has(self, account: str) -> bool:
        """Return whether an account is in the organization; it may have thousands."""
        if len(self._ids) != len(self.accounts):
            self._ids = {one.id for one in self.accounts}
        return account in self._ids

    @contextmanager
    def _one_more(self) -> Iterator[None]:
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            yield
        finally:
            with self._lock:
                self._at_once -= 1


def organization_credentials(profile: str = "default", is_member: bool = False) -> str:
    """Return a section of the credentials file: of the management account, or of a member."""
    key_id, secret = (MEMBER_KEY_ID, MEMBER_SECRET) if is_member else (USER_KEY_ID, USER_SECRET)
    return f"[{profile}]\naws_access_key_id = {key_id}\naws_secret_access_key = {secret}\n"


def _units_below(parent: str) -> list[dict[str, str]]:
    """Return the OUs whose parent has this ID."""
    by_path = {path: OUS.get(path.rpartition("/")[0], ROOT) for path in OUS}
    return [
        {"Id": OUS[path], "Name": path.rpartition("/")[2]}
        for path, above in by_path.items()
        if above == parent
    ]


def _json(found: Mapping[str, Any]) -> Reply:
    return 200, _JSON, json.dumps(found).encode()


def _error(code: str, message: str) -> Reply:
    return 400, _JSON, json.dumps({"__type": code, "Message": message}).encode()
