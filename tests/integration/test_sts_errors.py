"""What STS refuses, and what answers in STS's place without being STS.

A refusal keeps STS's own text and the CLI's own exit code, 254 on version 2, and
gets one line more with the cause and what to do, and one that explains it. An answer that is
not one of STS ends with 255. Nothing is written, and there is no traceback.

Each row says where its code and text are from. "API" is the AWS STS API
Reference, "IAM" the IAM User Guide.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Callable, Optional

import pytest

from support.hosts import HOST_NAMES
from support.person import Person
from support.sts_stub import (
    ACCOUNT,
    MFA_SERIAL,
    NAMESPACE,
    ROLE_ARN,
    SECRET,
    TOKEN,
    USER_ARN,
    Answer,
    StsStub,
    assume_role_answer,
    refusal,
)

# One try: the pauses between the CLI's own retries are not what is tested here.
ONE_TRY = {"AWS_MAX_ATTEMPTS": "1"}
NEWEST = ("v2-2.38.5", "v1-newest")


@dataclass(frozen=True)
class Refusal:
    """An error document of STS, and what the added cause has to name.

    ``never`` stands nowhere in what is printed. ``calls`` are all that is asked.
    """

    source: str
    status: int
    code: str
    text: str
    cause: tuple[str, ...]
    words: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    calls: tuple[str, ...] = ("AssumeRole",)


def not_authorized(how: str, action: str = "sts:AssumeRole", on_role: bool = False) -> str:
    """Return AccessDenied's text: IAM, "Troubleshoot access denied error messages"."""
    resource = f" on resource: {ROLE_ARN}" if on_role else ""
    return f"User: {USER_ARN} is not authorized to perform: {action}{resource}{how}"


# Where the text itself says who refused, guessing at other causes would mislead.
GUESSES = ("does not exist", "STS says the same")

REFUSALS = {
    "duration above the role's maximum": Refusal(
        'API, "AssumeRole", DurationSeconds; IAM, "Troubleshoot IAM roles"',
        400, "ValidationError",
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ("--duration-seconds max", "--duration-seconds 3600", "aws iam get-role"),
        ("--duration-seconds", "43200"),
        # Whether IAM says what the role allows: here it does not.
        calls=("AssumeRole", "GetRole"),
    ),
    "role chaining above one hour": Refusal(
        'API, "AssumeRole", DurationSeconds; text as in github.com/aws/eks-anywhere/pull/9485',
        400, "ValidationError",
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by "
        "role chaining.",
        ("--duration-seconds 3600", "role chaining gives at most one hour"),
        ("--duration-seconds", "7200"),
    ),
    "expired credentials": Refusal(
        'API, "Common Error Types", ExpiredTokenException; STS words the code ExpiredToken',
        403, "ExpiredToken", "The security token included in the request is expired",
        ("have expired", "--profile"),
    ),
    "session tags too large": Refusal(
        'API, "AssumeRole", Errors; IAM, "Pass session tags in AWS STS"',
        400, "PackedPolicyTooLarge",
        "Packed size of session tags consumes 126% of allotted space.",
        ("fewer tags", "--policy-arns"),
        ("--tags", "Key=Project,Value=x"),
    ),
    "session policy too large": Refusal(
        'API, "AssumeRole", Errors',
        400, "PackedPolicyTooLarge",
        "Packed policy consumes 103% of allotted space, please use smaller policy.",
        ("shorten the policy",),
        ("--policy", '{"Version": "2012-10-17", "Statement": []}'),
    ),
    "malformed policy": Refusal(
        'API, "AssumeRole", Errors',
        400, "MalformedPolicyDocument", "Syntax errors in policy.",
        ("--policy",),
        ("--policy", '{"Version": "2012-10-17", "Statement": []}'),
    ),
    "region not activated": Refusal(
        'API, "AssumeRole", Errors; IAM, "Manage AWS STS in an AWS Region"',
        403, "RegionDisabledException",
        f"STS is not activated in this region for account:{ACCOUNT}. Your account administrator "
        "can activate STS in this region using the IAM Console.",
        ("--region us-east-1",),
    ),
    "clock behind": Refusal(
        'IAM, "Troubleshoot signed requests for AWS APIs"',
        403, "SignatureDoesNotMatch",
        "Signature expired: 20261123T074514Z is now earlier than 20261123T080056Z "
        "(20261123T081556Z - 15 min.)",
        ("clock of this machine", "date -u"),
        never=("does not belong to",),
    ),
    "clock ahead": Refusal(
        'IAM, "Troubleshoot signed requests for AWS APIs"',
        403, "SignatureDoesNotMatch",
        "Signature not yet current: 20261123T094514Z is still later than 20261123T080056Z "
        "(20261123T074556Z + 15 min.)",
        ("clock of this machine", "date -u"),
        never=("does not belong to",),
    ),
    "wrong secret": Refusal(
        'IAM, "Troubleshoot signed requests for AWS APIs"',
        403, "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check "
        "your AWS Secret Access Key and signing method. Consult the service documentation for "
        "details.",
        ("secret access key", "date -u", "aws configure list"),
    ),
    "request expired": Refusal(
        'API, "Common Error Types", RequestExpired',
        400, "RequestExpired", "Request has expired.",
        ("clock of this machine", "date -u"),
    ),
    "unknown access key": Refusal(
        'API, "Common Error Types", InvalidClientTokenId',
        403, "InvalidClientTokenId", "The security token included in the request is invalid.",
        ("does not exist, is inactive", "aws configure list"),
    ),
    "denied, side unknown": Refusal(
        'IAM, "Troubleshoot IAM roles", "I can\'t assume a role"',
        403, "AccessDenied", not_authorized("", on_role=True),
        ("trust policy", "does not exist", "aws iam get-role --role-name my-iam-role"),
    ),
    "denied, caller's policies": Refusal(
        'IAM, "Troubleshoot access denied error messages"',
        403, "AccessDenied",
        not_authorized(
            " because no identity-based policy allows the sts:AssumeRole action", on_role=True
        ),
        ("caller",),
        never=GUESSES,
    ),
    "denied, role's side": Refusal(
        'IAM, "Troubleshoot access denied error messages"',
        403, "AccessDenied",
        not_authorized(
            " because no resource-based policy allows the sts:AssumeRole action", on_role=True
        ),
        ("trust policy", "aws iam get-role --role-name my-iam-role"),
        never=GUESSES,
    ),
    "denied, trust policy": Refusal(
        'IAM, "Troubleshoot access denied error messages", "role trust policies - implicit"',
        403, "AccessDenied",
        not_authorized(" because no role trust policy allows the sts:AssumeRole action"),
        ("trust policy has to", "aws iam get-role --role-name my-iam-role"),
        never=GUESSES,
    ),
    "denied, explicitly by the trust policy": Refusal(
        'IAM, "Troubleshoot access denied error messages", "role trust policies - explicit"',
        403, "AccessDenied", not_authorized(" with an explicit deny in the role trust policy"),
        ("Deny", "trust policy"),
        never=GUESSES,
    ),
    "denied by a service control policy": Refusal(
        'IAM, "Troubleshoot access denied error messages", "service control policies - explicit"',
        403, "AccessDenied",
        not_authorized(" with an explicit deny in a service control policy", on_role=True),
        ("Deny", "organization"),
        never=GUESSES,
    ),
    "denied by a permissions boundary": Refusal(
        'IAM, "Troubleshoot access denied error messages", "permissions boundaries - implicit"',
        403, "AccessDenied",
        not_authorized(
            " because no permissions boundary allows the sts:AssumeRole action", on_role=True
        ),
        ("permissions boundary", "caller"),
        never=GUESSES,
    ),
    "denied for the tags": Refusal(
        'IAM, "Pass session tags in AWS STS", "Permissions required to add session tags"',
        403, "AccessDenied", not_authorized("", "sts:TagSession", on_role=True),
        ("trust policy", "sts:TagSession", "aws iam get-role --role-name my-iam-role"),
        ("--tags", "Key=Project,Value=x"),
    ),
    "denied for the source identity": Refusal(
        'IAM, "Monitor and control actions taken with assumed roles"',
        403, "AccessDenied", not_authorized("", "sts:SetSourceIdentity", on_role=True),
        ("trust policy", "sts:SetSourceIdentity", "aws iam get-role --role-name my-iam-role"),
        ("--source-identity", "alice"),
    ),
    "wrong token code": Refusal(
        "text as in github.com/aws/aws-cli/issues/2279",
        403, "AccessDenied",
        "MultiFactorAuthentication failed with invalid MFA one time pass code. ",
        ("half a minute",),
        ("--serial-number", MFA_SERIAL, "--token-code", "918273"),
        never=GUESSES,
    ),
    "wrong MFA device": Refusal(
        "text as in github.com/aws/aws-cli/issues/6325",
        403, "AccessDenied",
        "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA "
        "serial number is valid and associated with this user.",
        ("--serial-number", "aws iam list-mfa-devices"),
        ("--serial-number", MFA_SERIAL, "--token-code", "918273"),
        never=GUESSES,
    ),
    "throttled": Refusal(
        'API, "Common Error Types", ThrottlingException; STS words the code Throttling',
        400, "Throttling", "Rate exceeded", (),
    ),
    "a code that nobody knows": Refusal(
        'API, "Common Error Types" is not the end of the list',
        400, "SomethingNew", "Something new is wrong.", (),
    ),
}  # fmt: skip
REFUSED_ON_ALL = ("duration above the role's maximum", "denied, side unknown")


def cases(
    table: dict[str, object], on_all: tuple[str, ...], hosts: tuple[str, ...]
) -> list[object]:
    """Return the whole table on some AWS CLIs, and a few of its rows on all."""
    return [
        pytest.param(host, row, id=f"{host}-{name}")
        for host in HOST_NAMES
        for name, row in table.items()
        if host in hosts or name in on_all
    ]


REFUSED = cases(REFUSALS, REFUSED_ON_ALL, ("v2-2.38.5",))


@pytest.fixture
def person(make_person: Callable, sts_stub: StsStub) -> Person:
    """Return a user with a key, against the scripted STS."""
    return make_person(sts_stub.url)


@pytest.mark.parametrize(
    ("host", "row"), cases(REFUSALS, REFUSED_ON_ALL, NEWEST[:1]), indirect=["host"]
)
def test_refusal(person: Person, sts_stub: StsStub, row: Refusal) -> None:
    """STS's own words stay, the cause follows on a line of its own, nothing is written."""
    sts_stub.script = lambda request: refusal(row.status, row.code, row.text)
    before = person.snapshot()
    done = person.aws("assume", "--role-arn", ROLE_ARN, *row.words, env=ONE_TRY)

    assert done.returncode == (254 if person.host.major == 2 else 255), done.stderr
    assert f"({row.code})" in done.stderr
    assert "AssumeRole operation" in done.stderr
    assert row.text.rstrip() in done.stderr
    ours = done.stderr.partition(row.text.rstrip())[2]
    assert [part for part in row.cause if part not in ours] == [], done.stderr
    assert [part for part in row.never if part in done.stderr] == [], done.stderr
    told = ours.strip().splitlines()
    if row.code == "AccessDenied" and "MultiFactorAuthentication" not in row.text:
        # Whose policies they are explain can tell; of a code or a device it can't.
        assert told.pop().startswith(f"To find out why: aws assume explain --role-arn {ROLE_ARN}")
    if "aws configure list" in row.cause:
        assert (
            told.pop() == "To see where the keys come from: aws configure list --profile default"
        )
    assert len(told) == (1 if row.cause else 0), done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert "918273" not in done.stderr
    assert sts_stub.actions == list(row.calls)
    assert person.snapshot() == before


@pytest.mark.parametrize("host", NEWEST, indirect=True)
def test_refusal_of_the_caller_identity(person: Person, sts_stub: StsStub) -> None:
    """A source that has expired is found out at GetCallerIdentity already."""
    row = REFUSALS["expired credentials"]
    sts_stub.script = lambda request: refusal(row.status, row.code, row.text)
    done = person.aws("assume", "--role-name", "my-iam-role", env=ONE_TRY)

    assert done.returncode == (254 if person.host.major == 2 else 255)
    assert "GetCallerIdentity" in done.stderr
    assert row.text in done.stderr
    assert all(part in done.stderr for part in row.cause)
    assert sts_stub.actions == ["GetCallerIdentity"]


@pytest.mark.parametrize("host", NEWEST, indirect=True)
def test_throttling_is_tried_again(person: Person, sts_stub: StsStub) -> None:
    """The CLI's own retries hold for our calls: the second try succeeds."""
    sts_stub.script = lambda request: (
        refusal(400, "Throttling", "Rate exceeded") if len(sts_stub.requests) == 1 else None
    )
    done = person.aws("assume", "--role-arn", ROLE_ARN, env={"AWS_MAX_ATTEMPTS": "2"})

    assert done.returncode == 0, done.stderr
    assert sts_stub.actions == ["AssumeRole", "AssumeRole"]


# What answers in STS's place.

FIELDS = ("--endpoint-url", "AWS_ENDPOINT_URL", "proxy")
HTML = (
    "<!DOCTYPE html>\n<html><head><title>Sign in to the network</title></head>"
    "<body><h1>Welcome</h1></body></html>"
)


@dataclass(frozen=True)
class Strange:
    """An answer that is not one of STS; ``parts`` stand in the message."""

    answer: Callable[[], Answer]
    parts: tuple[str, ...] = FIELDS
    code: int = 255


def good(**changes: Optional[str]) -> Answer:
    """Return AssumeRole's success with some fields changed; an empty one is left out."""
    return assume_role_answer(ROLE_ARN, "s1", **changes)


def altered(old: str, new: str, expiration: Optional[str] = None) -> Callable[[], Answer]:
    """Return AssumeRole's success with its XML altered; an expiration of "" is left out."""

    def answer() -> Answer:
        status, kind, body = good(expiration=expiration)
        assert old in body
        return status, kind, body.replace(old, new)

    return answer


def without(element: str) -> Callable[[], Answer]:
    """Return AssumeRole's success without an element."""

    def answer() -> Answer:
        status, kind, body = good()
        before, _, rest = body.partition(f"<{element}>")
        return status, kind, before + rest.partition(f"</{element}>")[2]

    return answer


def cut(mark: str) -> Callable[[], Answer]:
    """Return AssumeRole's success that ends in the middle of something."""
    return lambda: (200, "text/xml", good()[2].partition(mark)[0] + mark[:6])


def earlier() -> str:
    """Return a time that is over, as STS writes it."""
    return (datetime.now(timezone.utc) - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")


STRANGE = {
    "HTML with 200": Strange(lambda: (200, "text/html", HTML)),
    "HTML with 403": Strange(lambda: (403, "text/html", HTML), ("Unknown", *FIELDS), 254),
    "HTML with 502": Strange(
        lambda: (502, "text/html", "<html><body><h1>502 Bad Gateway</h1></body></html>"),
        ("502", *FIELDS), 254,
    ),
    "nothing with 502": Strange(lambda: (502, "text/html", ""), ("502", *FIELDS), 254),
    "nothing with 200": Strange(lambda: (200, "text/xml", "")),
    "JSON with 200": Strange(lambda: (200, "application/json", '{"ok": true}')),
    "XML of something else": Strange(lambda: (200, "text/xml", "<ok/>")),
    "the answer to another call": Strange(
        lambda: (200, "text/xml", f'<GetSessionTokenResponse xmlns="{NAMESPACE}">'
                 "<GetSessionTokenResult/></GetSessionTokenResponse>")
    ),
    "no token": Strange(lambda: good(token=""), ("SessionToken", *FIELDS)),
    "no secret": Strange(lambda: good(secret=""), ("SecretAccessKey", *FIELDS)),
    "no key id": Strange(lambda: good(access_key_id=""), ("AccessKeyId", *FIELDS)),
    "no expiry": Strange(lambda: good(expiration=""), ("Expiration", *FIELDS)),
    "expiry is over": Strange(lambda: good(expiration=earlier()), ("expired at", "clock")),
    "expiry is no time": Strange(lambda: good(expiration="soon"), FIELDS),
    "expiry is empty": Strange(altered("</SessionToken>", "</SessionToken><Expiration/>", "")),
    "no credentials": Strange(without("Credentials"), ("Credentials", *FIELDS)),
    "no user": Strange(without("AssumedRoleUser"), ("AssumedRoleUser", *FIELDS)),
    "user without an ARN": Strange(without("Arn"), ("Arn", *FIELDS)),
    "user of another kind": Strange(
        altered(f"arn:aws:sts::{ACCOUNT}:assumed-role/my-iam-role/s1", USER_ARN), ("Arn", *FIELDS)
    ),
    "newline in the secret": Strange(
        altered(SECRET, f"{SECRET[:9]}&#10;[profile x]&#10;credential_process = id"),
        ("SecretAccessKey", *FIELDS),
    ),
    "newline in the token": Strange(
        altered(TOKEN, f"{TOKEN[:9]}&#10;region = x"), ("SessionToken", *FIELDS)
    ),
    "control character in the key id": Strange(
        altered("ASIASTUB", "ASIA&#x9b;31mSTUB"), ("AccessKeyId", *FIELDS)
    ),
    "blank in the token": Strange(altered(TOKEN, f"{TOKEN[:9]} x"), ("SessionToken", *FIELDS)),
    "cut in the key id": Strange(cut("ASIASTUB")),
    "cut in the secret": Strange(cut(SECRET)),
    "cut in the token": Strange(cut(TOKEN)),
    "cut after the credentials": Strange(cut("</Credentials>")),
}  # fmt: skip
STRANGE_ON_ALL = ("HTML with 200", "no expiry", "newline in the secret", "cut in the secret")
# Each major parses XML with a botocore of its own.
STRANGE_CASES = cases(STRANGE, STRANGE_ON_ALL, NEWEST)


@pytest.mark.parametrize(
    ("host", "row"), cases(STRANGE, STRANGE_ON_ALL, NEWEST), indirect=["host"]
)
def test_strange_answer(person: Person, sts_stub: StsStub, row: Strange) -> None:
    """One sentence says what is wrong and what to check; no value is shown or written."""
    sts_stub.script = lambda request: row.answer()
    before = person.snapshot()
    done = person.aws("assume", "--role-arn", ROLE_ARN, env=ONE_TRY)

    assert done.returncode == (row.code if person.host.major == 2 else 255), done.stderr
    assert [part for part in row.parts if part not in done.stderr] == [], done.stderr
    assert "Traceback" not in done.stderr
    assert not any(value in done.stderr for value in (SECRET[:9], TOKEN[:9], "ASIASTUB"))
    assert "<" not in done.stderr
    assert done.stdout == ""
    assert len(sts_stub.requests) == 1
    assert person.snapshot() == before


@pytest.mark.parametrize("host", NEWEST, indirect=True)
@pytest.mark.parametrize(
    "answer",
    [
        lambda: (200, "text/html", HTML),
        lambda: (200, "text/xml", f'<GetCallerIdentityResponse xmlns="{NAMESPACE}">'
                 "<GetCallerIdentityResult/></GetCallerIdentityResponse>"),
        lambda: (200, "text/xml", f'<GetCallerIdentityResponse xmlns="{NAMESPACE}">'
                 "<GetCallerIdentityResult><Arn>nobody</Arn></GetCallerIdentityResult>"
                 "</GetCallerIdentityResponse>"),
    ],
    ids=["HTML", "no ARN", "another ARN"],
)  # fmt: skip
def test_strange_caller_identity(
    person: Person, sts_stub: StsStub, answer: Callable[[], Answer]
) -> None:
    """Where it isn't STS that answers GetCallerIdentity, AssumeRole isn't tried."""
    sts_stub.script = lambda request: answer()
    before = person.snapshot()
    done = person.aws("assume", "--role-name", "my-iam-role", env=ONE_TRY)

    assert done.returncode == 255
    assert "--endpoint-url" in done.stderr
    assert "Traceback" not in done.stderr
    assert sts_stub.actions == ["GetCallerIdentity"]
    assert person.snapshot() == before


def test_a_closed_port_is_named(make_person: Callable) -> None:
    """A closed port is named, with what to check."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        person = make_person(url)
        before = person.snapshot()
        done = person.aws("assume", "--role-arn", ROLE_ARN, env=ONE_TRY)

    assert done.returncode == 255
    assert url in done.stderr
    assert "--region" in done.stderr
    assert "--endpoint-url" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert person.snapshot() == before
