"""The maximum session duration of a role: the cache and GetRole."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Optional

import pytest
from pytest_mock import MockerFixture

from awscli_assume.aws.sts.max_duration import STEPS, MaxDurationCache, assume_for_max_duration
from awscli_assume.host import ClientError
from awscli_assume.model.arns import Role
from awscli_assume.model.request.request import AssumeRoleRequest

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=timezone.utc)
ROLE = Role("my-iam-role", "/team/", "123456789012", "aws")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "assume-durations"


@pytest.fixture
def cache(folder: Path) -> MaxDurationCache:
    return MaxDurationCache(str(folder))


def test_steps() -> None:
    """The durations to try are 12, 8, 4, 2 and 1 hours."""
    assert [seconds // 3600 for seconds in STEPS] == [12, 8, 4, 2, 1]


def test_entry_is_fresh_for_a_day(cache: MaxDurationCache) -> None:
    """A raised maximum is seen after a day."""
    cache.store(ROLE.arn, 7200, NOW)

    assert cache.load(ROLE.arn, NOW) == 7200
    assert cache.load(ROLE.arn, NOW + timedelta(hours=23)) == 7200
    assert cache.load(ROLE.arn, NOW + timedelta(hours=24)) is None
    assert cache.load(ROLE.arn, NOW - timedelta(hours=1)) is None


def test_entry_is_for_one_arn(cache: MaxDurationCache) -> None:
    """A role of the same name in another account or path is another role."""
    cache.store(ROLE.arn, 7200, NOW)

    for other in (
        "arn:aws:iam::210987654321:role/team/my-iam-role",
        "arn:aws:iam::123456789012:role/my-iam-role",
    ):
        assert cache.load(other, NOW) is None


def test_forget(cache: MaxDurationCache, folder: Path) -> None:
    """A forgotten role has no file; forgetting it again is no error."""
    cache.store(ROLE.arn, 7200, NOW)
    cache.forget(ROLE.arn)
    cache.forget(ROLE.arn)

    assert cache.load(ROLE.arn, NOW) is None
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        "", "{", "[]", "null", "7200", "{}",
        json.dumps({"Seconds": 7200}),
        json.dumps({"Seconds": "7200", "At": NOW.timestamp()}),
        json.dumps({"Seconds": 7200, "At": "today"}),
        json.dumps({"Seconds": 900, "At": NOW.timestamp()}),
        json.dumps({"Seconds": 86400, "At": NOW.timestamp()}),
    ],
)  # fmt: skip
def test_invalid_file_is_ignored(cache: MaxDurationCache, folder: Path, content: str) -> None:
    """A damaged file, or a duration that no role allows, is ignored."""
    cache.store(ROLE.arn, 7200, NOW)
    (file,) = folder.iterdir()
    file.write_text(content)

    assert cache.load(ROLE.arn, NOW) is None


def test_folder_that_cannot_be_created(tmp_path: Path) -> None:
    """Failing to write the cache is no error."""
    (tmp_path / "file").write_text("")
    cache = MaxDurationCache(str(tmp_path / "file" / "folder"))
    cache.store(ROLE.arn, 7200, NOW)

    assert cache.load(ROLE.arn, NOW) is None


# --duration-seconds max


class Sts:
    """STS with a limit in seconds for each of a role's own maximum and role chaining."""

    def __init__(self, maximum: int, chained: int = STEPS[0]) -> None:
        self.tried: list[int] = []
        self._maximum, self._chained = maximum, chained

    def assume(self, request: AssumeRoleRequest) -> Any:
        seconds = int(request.seconds or 0)
        self.tried.append(seconds)
        if seconds > self._chained:
            raise validation_error("exceeds the 1 hour session limit … by role chaining")
        if seconds > self._maximum:
            raise validation_error("exceeds the MaxSessionDuration set for this role.")
        return f"{seconds} seconds"


def validation_error(text: str) -> ClientError:
    return ClientError({"Error": {"Code": "ValidationError", "Message": text}}, "AssumeRole")


def iam_with(seconds: Optional[int], mocker: MockerFixture) -> Any:
    client = mocker.Mock()
    client.get_role.return_value = {"Role": {"Arn": ROLE.arn, "MaxSessionDuration": seconds}}
    return lambda: client


def request(**options: Any) -> AssumeRoleRequest:
    return AssumeRoleRequest(ROLE, "alice", duration_seconds="max", **options)


@pytest.mark.parametrize(
    ("maximum", "known_to_iam", "tried"),
    [
        (43200, None, [43200]),
        (3600, None, list(STEPS)),
        (7200, 7200, [7200]),
        # Lowered since: the durations below are tried.
        (3600, 7200, [7200, 3600]),
    ],
)
def test_durations_are_tried(
    cache: MaxDurationCache,
    mocker: MockerFixture,
    maximum: int,
    known_to_iam: Optional[int],
    tried: list[int],
) -> None:
    """The maximum from IAM is tried first, else the longest; the result is cached."""
    sts = Sts(maximum)
    result = assume_for_max_duration(
        request(), NOW, cache, iam_with(known_to_iam, mocker), sts.assume
    )

    assert result == (f"{tried[-1]} seconds", False)
    assert sts.tried == tried
    assert cache.load(ROLE.arn, NOW) == tried[-1]


def test_cached_maximum_needs_no_iam(cache: MaxDurationCache) -> None:
    """A cached maximum is used; one that STS rejects is replaced."""
    cache.store(ROLE.arn, 14400, NOW)
    sts = Sts(7200)

    assert assume_for_max_duration(request(), NOW, cache, None, sts.assume)[0] == "7200 seconds"
    assert sts.tried == [14400, 7200]
    assert cache.load(ROLE.arn, NOW) == 7200


def test_role_chaining_is_not_cached(cache: MaxDurationCache) -> None:
    """The hour of role chaining is the source's limit: it is tried next, and not cached."""
    sts = Sts(43200, chained=3600)

    assert assume_for_max_duration(request(), NOW, cache, None, sts.assume)[0] == "3600 seconds"
    assert sts.tried == [43200, 3600]
    assert cache.load(ROLE.arn, NOW) is None


@pytest.mark.parametrize(
    ("known", "tried", "is_unknown"), [(7200, 7200, False), (None, 3600, True)]
)
def test_mfa_code_is_used_once(
    cache: MaxDurationCache,
    mocker: MockerFixture,
    known: Optional[int],
    tried: int,
    is_unknown: bool,
) -> None:
    """With an MFA device there is one attempt: the known maximum, else one hour, not cached."""
    sts = Sts(43200)
    device = request(serial_number="arn:aws:iam::123456789012:mfa/alice")
    result = assume_for_max_duration(device, NOW, cache, iam_with(known, mocker), sts.assume)

    assert result == (f"{tried} seconds", is_unknown)
    assert sts.tried == [tried]
    assert cache.load(ROLE.arn, NOW) == known


def test_rejected_mfa_attempt(cache: MaxDurationCache, mocker: MockerFixture) -> None:
    """A rejected duration ends the one attempt with a device, and is not cached any more."""
    cache.store(ROLE.arn, 7200, NOW)
    sts = Sts(3600)
    device = request(serial_number="arn:aws:iam::123456789012:mfa/alice")

    with pytest.raises(ClientError, match="MaxSessionDuration"):
        assume_for_max_duration(device, NOW, cache, iam_with(7200, mocker), sts.assume)
    assert sts.tried == [7200]
    assert cache.load(ROLE.arn, NOW) is None


def test_use_does_not_prolong_an_entry(cache: MaxDurationCache) -> None:
    """An entry that was used is looked up again after a day all the same."""
    cache.store(ROLE.arn, 7200, NOW)
    later = NOW + timedelta(hours=23)
    assume_for_max_duration(request(), later, cache, None, Sts(7200).assume)

    assert cache.load(ROLE.arn, NOW + timedelta(hours=24)) is None


def test_other_error_ends_the_attempts(cache: MaxDurationCache) -> None:
    """Only a rejected duration is a reason for a shorter one."""
    tried = []

    def denied(request: AssumeRoleRequest) -> Any:
        tried.append(request.seconds)
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "AssumeRole")

    with pytest.raises(ClientError, match="AccessDenied"):
        assume_for_max_duration(request(), NOW, cache, None, denied)
    assert tried == [43200]
