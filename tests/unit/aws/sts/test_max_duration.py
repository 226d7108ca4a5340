"""What is remembered of a role's longest session, and the patience with IAM."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from pytest_mock import MockerFixture

from awscli_assume.aws.iam.maximum import create_iam_client, role_maximum
from awscli_assume.aws.sts.max_duration import STEPS, MaxDurationCache
from awscli_assume.host import Config
from awscli_assume.model.arns import Role

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=timezone.utc)
ROLE = Role("my-iam-role", "/team/", "123456789012", "aws")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "assume-durations"


@pytest.fixture
def memory(folder: Path) -> MaxDurationCache:
    return MaxDurationCache(str(folder))


def test_steps_go_down_to_what_always_works() -> None:
    """12, 8, 4, 2 and 1 hours."""
    assert [seconds // 3600 for seconds in STEPS] == [12, 8, 4, 2, 1]


def test_a_role_is_remembered_for_a_day(memory: MaxDurationCache) -> None:
    """A raised maximum is found out on the next day."""
    memory.store(ROLE.arn, 7200, NOW)

    assert memory.load(ROLE.arn, NOW) == 7200
    assert memory.load(ROLE.arn, NOW + timedelta(hours=23)) == 7200
    assert memory.load(ROLE.arn, NOW + timedelta(hours=24)) is None
    assert memory.load(ROLE.arn, NOW - timedelta(hours=1)) is None


def test_what_is_remembered_is_of_one_arn(memory: MaxDurationCache) -> None:
    """The same name in another account or under another path is another role."""
    memory.store(ROLE.arn, 7200, NOW)

    for other in (
        "arn:aws:iam::210987654321:role/team/my-iam-role",
        "arn:aws:iam::123456789012:role/my-iam-role",
    ):
        assert memory.load(other, NOW) is None


def test_what_is_forgotten_leaves_no_file(memory: MaxDurationCache, folder: Path) -> None:
    """Forgetting removes the note; forgetting again does nothing."""
    memory.store(ROLE.arn, 7200, NOW)
    memory.forget(ROLE.arn)
    memory.forget(ROLE.arn)

    assert memory.load(ROLE.arn, NOW) is None
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
def test_a_note_that_is_none_of_ours_is_as_none(
    memory: MaxDurationCache, folder: Path, content: str
) -> None:
    """A damaged file, and seconds that no role allows, are found out anew."""
    memory.store(ROLE.arn, 7200, NOW)
    (file,) = folder.iterdir()
    file.write_text(content)

    assert memory.load(ROLE.arn, NOW) is None


def test_a_folder_that_cannot_be_made_is_done_without(tmp_path: Path) -> None:
    """Remembering is a convenience and never an error."""
    (tmp_path / "file").write_text("")
    memory = MaxDurationCache(str(tmp_path / "file" / "folder"))
    memory.store(ROLE.arn, 7200, NOW)

    assert memory.load(ROLE.arn, NOW) is None


# IAM


@pytest.mark.parametrize(
    ("default", "connect", "read"),
    [
        (None, 5, 5),
        (Config(connect_timeout=60, read_timeout=60), 5, 5),
        (Config(connect_timeout=2, read_timeout=3), 2, 3),
        (Config(connect_timeout=None, read_timeout=0), 5, 5),
    ],
    ids=["none", "long", "short", "for ever"],
)
def test_iam_is_waited_for_as_told_but_not_long(
    mocker: MockerFixture, default: Any, connect: int, read: int
) -> None:
    """The CLI's time-outs hold where they are short; where IAM is out of reach it is given up."""
    session = mocker.Mock()
    session.get_default_client_config.return_value = default
    options = {"region_name": "us-east-1", "endpoint_url": "http://127.0.0.1:1", "verify": False}
    create_iam_client(session, options)

    (service,), given = session.create_client.call_args
    config = given.pop("config")
    assert service == "iam"
    assert given == options
    assert (config.connect_timeout, config.read_timeout) == (connect, read)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"Arn": ROLE.arn, "MaxSessionDuration": 7200}, 7200),
        ({"Arn": ROLE.arn.replace("/team", ""), "MaxSessionDuration": 7200}, None),
        ({"Arn": ROLE.arn, "MaxSessionDuration": 60}, None),
        ({"Arn": ROLE.arn, "MaxSessionDuration": 86400}, None),
        ({"Arn": ROLE.arn, "MaxSessionDuration": None}, None),
        ({"Arn": ROLE.arn}, None),
        (None, None),
    ],
)
def test_what_iam_says_of_a_role(mocker: MockerFixture, answer: Any, expected: Any) -> None:
    """It counts where it is of this very role, and what a role may have."""
    client = mocker.Mock()
    client.get_role.return_value = {"Role": answer}

    assert role_maximum(lambda: client, ROLE) == expected
    client.get_role.assert_called_once_with(RoleName="my-iam-role")
