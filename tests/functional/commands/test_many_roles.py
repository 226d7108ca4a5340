"""Many AssumeRole calls of one command: throttling, shared sessions and sources, and counts."""

from __future__ import annotations

import json
import threading
from collections import Counter
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Optional

import pytest

from awscli_assume.host.environment import Environment
from support.organization_stub import Rate
from support.sts_stub import ACCOUNT, MFA_SERIAL, USER_KEY_ID, Answer, assume_role_answer, refusal

HUB = f"arn:aws:iam::{ACCOUNT}:role/hub"
# Texts: AWS STS API reference, "Common Errors".
THROTTLED = refusal(400, "Throttling", "Rate exceeded")


def add_ours(aws: Any, name: str, source: str = "default", **record: str) -> None:
    """Append a profile as `aws assume` leaves it, without credentials."""
    block = {
        "role-arn": f"arn:aws:iam::{ACCOUNT}:role/role-of-{name}",
        "role-session-name": "me",
        "source-profile": source,
        **{key.replace("_", "-"): value for key, value in record.items()},
    }
    lines = "".join(f"    {key} = {value}\n" for key, value in block.items())
    aws.add_config(f"[profile {name}]\nregion = us-east-1\nassumed =\n{lines}")


def errors(done: Any) -> dict[str, Optional[str]]:
    return {row["Profile"]: row["Error"] for row in json.loads(done.out)["Profiles"]}


class Limited:
    """An STS that serves so many requests a second, and counts those that it throttles."""

    def __init__(self, rate: Rate) -> None:
        self.served: Counter[str] = Counter()
        self.throttled = 0
        self._rate = rate
        self._lock = threading.Lock()

    def __call__(self, request: dict[str, str]) -> Optional[Answer]:
        with self._lock:
            if not self._rate.allows():
                self.throttled += 1
                return THROTTLED
            self.served[request["RoleArn"]] += 1
        return None


def test_throttled_requests_are_sent_again(aws: Any) -> None:
    """Each role is assumed once, however often STS throttles it."""
    names = [f"p{number}" for number in range(24)]
    for name in names:
        add_ours(aws, name)
    sts = aws.stub.script = Limited(Rate(per_second=20, burst=4))
    done = aws("assume", "refresh", "--all")

    assert done.code == 0, done.err
    assert set(errors(done).values()) == {None}
    assert set(sts.served.values()) == {1}
    assert len(sts.served) == len(names)
    assert sts.throttled > 0
    assert len(aws.stub.requests) == len(names) + sts.throttled
    assert f"STS throttled {sts.throttled} requests, so the rate of" in done.err


def test_throttling_without_end(aws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its last retry, a request has STS's own error, and the others go on."""
    monkeypatch.setattr("awscli_assume.aws.throttling.MOST_RETRIES", 6)
    for name in ("good", "throttled"):
        add_ours(aws, name)

    def script(request: dict[str, str]) -> Optional[Answer]:
        return THROTTLED if request["RoleArn"].endswith("throttled") else None

    aws.stub.script = script
    done = aws("assume", "refresh", "--all")

    assert done.code == 1
    found = errors(done)
    assert found["good"] is None
    assert "(Throttling)" in str(found["throttled"])
    assert len(aws.stub.requests) == 1 + 7


def test_retries_of_the_user(aws: Any) -> None:
    """AWS_MAX_ATTEMPTS=1 is one attempt, as in every other command."""
    add_ours(aws, "one")
    aws.set_variable("AWS_MAX_ATTEMPTS", "1")
    aws.stub.script = lambda request: THROTTLED
    done = aws("assume", "refresh", "--all")

    assert done.code == 1
    assert "(Throttling)" in str(errors(done)["one"])
    assert len(aws.stub.requests) == 1


def test_other_errors_are_not_repeated(aws: Any) -> None:
    """A role that can't be assumed costs one request, and only its profile has the error."""
    for name in ("good", "bad"):
        add_ours(aws, name)

    def script(request: dict[str, str]) -> Optional[Answer]:
        is_bad = request["RoleArn"].endswith("bad")
        return refusal(403, "AccessDenied", "no") if is_bad else None

    aws.stub.script = script
    done = aws("assume", "refresh", "--all")

    assert done.code == 1
    found = errors(done)
    assert found["good"] is None
    assert "AccessDenied" in str(found["bad"])
    assert len(aws.stub.requests) == 2


def test_one_session_for_all_roles_behind_a_chain(aws: Any) -> None:
    """The roles of --via are assumed once, and their session signs all other requests."""
    names = [f"p{number}" for number in range(12)]
    for name in names:
        add_ours(aws, name, via=json.dumps([HUB]))

    def script(request: dict[str, str]) -> Answer:
        key_id = "ASIAHUBHUBHUBHUBHUB1" if request["RoleArn"] == HUB else "ASIAROLEROLEROLEROL1"
        return assume_role_answer(request["RoleArn"], "me", access_key_id=key_id)

    aws.stub.script = script
    done = aws("assume", "refresh", "--all")

    assert done.code == 0, done.err
    roles = Counter(request["RoleArn"] for request in aws.stub.requests)
    assert roles[HUB] == 1
    assert set(roles.values()) == {1}
    assert len(roles) == len(names) + 1
    signers = dict(zip((one["RoleArn"] for one in aws.stub.requests), aws.signers()))
    assert signers.pop(HUB) == USER_KEY_ID
    assert set(signers.values()) == {"ASIAHUBHUBHUBHUBHUB1"}


def test_shared_session_is_in_memory_only(aws: Any, home: Any) -> None:
    """The credentials of the roles in between are in no file and no debug log."""
    names = [f"p{number}" for number in range(3)]
    for name in names:
        add_ours(aws, name, via=json.dumps([HUB]))

    def script(request: dict[str, str]) -> Answer:
        secret = "HubSecret" if request["RoleArn"] == HUB else "RoleSecret"
        return assume_role_answer(
            request["RoleArn"], "me", secret=f"{secret}/0123", token=f"{secret}Token/0123"
        )

    aws.stub.script = script
    done = aws("--debug", "assume", "refresh", "--all")

    assert done.code == 0, done.err[-2000:]
    assert "HubSecret" not in done.out + done.err
    assert "RoleSecret" not in done.out + done.err
    texts = [path.read_text() for path in home.rglob("*") if path.is_file()]
    assert any("RoleSecret" in text for text in texts)
    assert not any("HubSecret" in text for text in texts)


def test_chain_that_stops_is_one_request(aws: Any) -> None:
    """If STS refuses the first role, all profiles behind it have the error."""
    names = [f"p{number}" for number in range(5)]
    for name in names:
        add_ours(aws, name, via=json.dumps([HUB]))
    aws.stub.script = lambda request: refusal(403, "AccessDenied", "no")
    done = aws("assume", "refresh", "--all")

    assert done.code == 1
    assert len(aws.stub.requests) == 1
    for error in errors(done).values():
        assert str(error).count("This was role 1 of 1 in --via") == 1


def test_chain_with_an_mfa_device_asks_once(aws: Any) -> None:
    """The code belongs to the first role of the chain, which is assumed once."""
    names = [f"p{number}" for number in range(4)]
    for name in names:
        add_ours(aws, name, via=json.dumps([HUB]), serial_number=MFA_SERIAL)
    questions: list[str] = []

    def ask(question: str) -> str:
        questions.append(question)
        return "123456"

    environment = Environment(has_terminal=lambda: True, ask=ask)
    done = aws("assume", "refresh", "--all", environment=environment)

    assert done.code == 0, done.err
    assert len(questions) == 1
    assert aws.stub.actions.count("GetSessionToken") == 1
    assert sum(request.get("RoleArn") == HUB for request in aws.stub.requests) == 1


def test_source_that_fails_is_looked_for_once(aws: Any, home: Any) -> None:
    """A credential_process that fails runs once, and each profile has its error."""
    counter = home / "runs"
    aws.add_config(
        f"[profile broken]\nregion = us-east-1\ncredential_process = sh -c 'echo run >> {counter};"
        " exit 1'\n"
    )
    for number in range(5):
        add_ours(aws, f"p{number}", source="broken")
    add_ours(aws, "good")
    done = aws("assume", "refresh", "--all")

    assert done.code == 1
    found = errors(done)
    assert found.pop("good") is None
    assert len({str(error) for error in found.values()}) == 1
    assert "custom-process" in str(found["p0"])
    assert counter.read_text().splitlines() == ["run"]


def test_source_that_expires_during_the_run(aws: Any, home: Path) -> None:
    """A source whose credentials are about to expire is asked again; another one is not."""
    for number in range(12):
        add_ours(aws, f"p{number}", source="program")
    program = f"credential_process = sh {home / 'program'}\n"
    aws.add_config(f"[profile program]\nregion = us-east-1\n{program}")
    runs: dict[int, int] = {}
    for seconds in (7200, 30):
        at = datetime.now(timezone.utc) + timedelta(seconds=seconds)
        document = json.dumps({
            "Version": 1, "AccessKeyId": USER_KEY_ID, "SecretAccessKey": "s", "SessionToken": "t",
            "Expiration": at.isoformat(),
        })  # fmt: skip
        (home / "program").write_text(f"echo >> {home / 'runs'}\necho '{document}'\n")
        (home / "runs").write_text("")
        done = aws("assume", "refresh", "--all")
        assert done.code == 0, done.err
        runs[seconds] = (home / "runs").read_text().count("\n")

    assert 1 <= runs[7200] < 6
    assert runs[30] >= 12
