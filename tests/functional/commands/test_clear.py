"""`aws assume clear` in the CLI's own driver: out goes what we wrote, and only that."""

from __future__ import annotations

import json
import os
import re
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Iterator

import pytest
from hypothesis import HealthCheck, event, given, settings

from awscli_assume.errors import ForeignProfile, UnusableFile
from awscli_assume.files.repair import join_duplicates
from awscli_assume.host import build_profile_map, raw_config_parse
from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.profiles.files import ProfileFiles
from awscli_assume.profiles.record import Record
from awscli_assume.profiles.state import inspect
from awscli_assume.profiles.target import Target, clear_targets, write_targets
from awscli_assume.profiles.writer import store
from support.environment import NOW
from support.ini_files import Case, cases
from support.sts_stub import ACCOUNT, ROLE_ARN, assume_role_answer

MEMORY = next(filter(os.path.isdir, ["/dev/shm"]), None)
ODD_CONFIG = """\
# my configuration   \n\
[plugins]
assume=awscli_assume

[default]   # mine
region   =   us-east-1
s3 =
    max_queue_size=1
    # in a block

; [profile assumed-role] is not this
[profile x]
output : text


"""
ODD_CREDENTIALS = """\
; mine
[default]
aws_access_key_id=AKIAALICEALICEALICE1
# between
aws_secret_access_key : AliceSecret

"""


def rows(done: Any) -> list[tuple[str, str]]:
    assert done.code == 0, done.err
    return [(row["Profile"], row["State"]) for row in json.loads(done.out)["Profiles"]]


# Byte for byte


@pytest.mark.parametrize("words", [(), ("--region", "eu-west-1"), ("--tags", "Key=a,Value=b")])
def test_a_new_target_leaves_no_trace(aws, words: tuple[str, ...]) -> None:
    """After assume and clear both files are as they were, comments and odd layout included."""
    aws.config.write_text(ODD_CONFIG)
    aws.credentials.write_text(ODD_CREDENTIALS)
    before = aws.files()
    assert aws("assume", "--role-arn", ROLE_ARN, *words).code == 0
    between = aws.files()
    done = aws("assume", "clear")

    assert rows(done) == [("assumed-role", "cleared")]
    assert all(now != was for now, was in zip(between, before))
    assert aws.files() == before


def test_several_new_targets_leave_no_trace(aws) -> None:
    """--all takes out every profile of ours, with one run between others' sections."""
    before = aws.files()
    for name in ("b", "a", "with blank"):
        aws("assume", "--role-arn", ROLE_ARN, "--update-profile", name)
    done = aws("assume", "clear", "--all")

    assert [name for name, _ in rows(done)] == ["a", "b", "with blank"]
    assert aws.files() == before
    assert aws.stub.actions == ["AssumeRole"] * 3


def test_large_files_leave_no_trace(aws) -> None:
    """Files that are cut at their sections come back to the byte, too."""
    for number in range(200):
        aws.add_config(f"\n# profile {number}\n[profile p{number}]\nregion = eu-west-{number}\n")
        aws.add_key(f"p{number}", f"AKIA{number:016d}", "secret")
    aws.add_config("\n[profile last]\noutput = text\n")
    before = aws.files()
    aws("assume", "--role-arn", ROLE_ARN, "--update-profile", "p")
    between = aws.files()
    aws("assume", "clear", "--update-profile", "p")

    assert between != before
    assert aws.files() == before


@settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    database=None,
)
@given(case=cases())
def test_property_a_new_target_leaves_no_trace(case: Case) -> None:
    """Whatever the files look like: what was written for a new target is taken out to the byte."""
    with TemporaryDirectory(dir=MEMORY) as folder:
        paths = [Path(folder, "config"), Path(folder, "credentials")]
        contents = [_as_written(case.config), _as_written(case.credentials)]
        for path, content in zip(paths, contents):
            path.write_bytes(content)
            os.utime(path, (1_700_000_000, 1_700_000_000))
        files = ProfileFiles(*map(str, paths))
        target = _target("brand-new", case.region)
        try:
            write_targets(files, [target])
        except (UnusableFile, ForeignProfile) as error:
            event(type(error).__name__)
            return
        profile = build_profile_map(raw_config_parse(files.config))["profiles"]["brand-new"]
        profile.update(raw_config_parse(files.credentials)["brand-new"])
        state = inspect("brand-new", profile, NOW)
        assert state is not None
        assert state.state == "valid"
        clear_targets(files, [state])

        event("cleared")
        for path, content in zip(paths, contents):
            backups = [each.read_bytes() for each in path.parent.glob(f"{path.name}.before-*")]
            repair = join_duplicates(content.decode())
            # A file that the CLI could not read was repaired for the write, with a backup.
            assert path.read_bytes() == (repair.text.encode() if backups else content)
            assert backups in ([], [content])
            assert repair.joined or not backups


def _as_written(content: Any) -> bytes:
    """Return the content with the line breaks that the CLI's own writer leaves in any file."""
    content = re.sub(rb"\r\n?", b"\n", content or b"")
    return content if not content or content.endswith(b"\n") else content + b"\n"


def _target(name: str, region: Any) -> Target:
    expiration = datetime(2026, 11, 24, 11, 0, tzinfo=timezone.utc)
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s"
    credentials = TemporaryCredentials(
        "ASIANEWNEWNEWNEWNEW1", "new/secret=", "new//token==", expiration, arn, "AROANEW:s"
    )
    return Target(name, credentials, Record(ROLE_ARN, "s", "default", region), region)


# Everything foreign stays


def test_what_a_user_added_stays(aws) -> None:
    """Keys and comments that are not ours stay in their sections, and so do the headers."""
    aws("assume", "--role-arn", ROLE_ARN)
    aws.add_config("output = text\n# of my own\ns3 =\n    max_queue_size = 1\n")
    with aws.credentials.open("a") as file:
        file.write("# a note of mine\nx_mine = 1\n")
    done = aws("assume", "clear")

    assert rows(done) == [("assumed-role", "cleared")]
    assert aws.config.read_text().endswith(
        "[profile assumed-role]\noutput = text\n# of my own\ns3 =\n    max_queue_size = 1\n"
    )
    assert aws.credentials.read_text().endswith("[assumed-role]\n# a note of mine\nx_mine = 1\n")


def test_a_comment_alone_keeps_its_section(aws) -> None:
    """A section in which only a comment is left is not removed with it."""
    aws("assume", "--role-arn", ROLE_ARN)
    with aws.credentials.open("a") as file:
        file.write("; why I have this\n")
    aws("assume", "clear")

    assert aws.credentials.read_text().endswith("[assumed-role]\n; why I have this\n")


def test_a_target_that_was_there_is_as_before(aws) -> None:
    """A profile with a region and an output of its own keeps both, in its place."""
    aws.add_config("[profile dev]\nregion = ap-south-1\noutput = text\n\n[profile z]\na = b\n")
    before = aws.files()
    aws("assume", "--role-arn", ROLE_ARN, "--update-profile", "dev")
    aws("assume", "clear", "--update-profile", "dev")

    assert aws.files() == before


@pytest.mark.parametrize("changed", [False, True])
def test_region_goes_where_it_is_ours(aws, changed: bool) -> None:
    """The region that we wrote goes; one that a user set since stays."""
    aws("assume", "--role-arn", ROLE_ARN)
    if changed:
        aws("configure", "set", "region", "eu-central-1", "--profile", "assumed-role")
    aws("assume", "clear")

    left = raw_config_parse(str(aws.config)).get("profile assumed-role")
    assert left == ({"region": "eu-central-1"} if changed else None)


THEIR_KEYS = {
    "temporary": ("ASIATHEIRSTHEIRSTHEI", "their-token"),
    "long-lived": ("AKIATHEIRSTHEIRSTHEI", ""),
}


@pytest.mark.parametrize(("key_id", "token"), THEIR_KEYS.values(), ids=THEIR_KEYS)
def test_keys_of_another_tool_stay(aws, key_id: str, token: str) -> None:
    """Keys that were set over ours are theirs: record and marks go, the keys stay."""
    aws("assume", "--role-arn", ROLE_ARN)
    for name, value in [
        ("aws_access_key_id", key_id),
        ("aws_secret_access_key", "their-secret"),
        ("aws_session_token", token or "left-over"),
    ]:
        aws("configure", "set", name, value, "--profile", "assumed-role")
    done = aws("assume", "clear")

    assert done.code == 0, done.err
    left = aws.section(aws.credentials, "assumed-role")
    assert left["aws_access_key_id"] == key_id
    assert left["aws_secret_access_key"] == "their-secret"
    assert not [name for name in left if name.startswith("x_")]
    assert b"assumed =" not in aws.files()[0]


@pytest.mark.parametrize(("key_id", "token"), THEIR_KEYS.values(), ids=THEIR_KEYS)
def test_a_section_of_another_tool_stays(aws, key_id: str, token: str) -> None:
    """A tool that wrote the credentials section anew, without our marks, keeps what it wrote."""
    before = aws.credentials.read_text()
    aws("assume", "--role-arn", ROLE_ARN)
    aws.credentials.write_text(before)
    aws.add_key("assumed-role", key_id, "their-secret", token)
    theirs = aws.credentials.read_bytes()
    done = aws("assume", "clear", "--all")

    assert done.code == 0, done.err
    assert aws.credentials.read_bytes() == theirs


@pytest.mark.parametrize("name", ["theirs", "default", "no-such-profile"])
def test_a_profile_that_is_not_ours_is_refused(aws, name: str) -> None:
    """A foreign profile, and one that does not exist, are errors, and nothing is written."""
    aws.add_config("[profile theirs]\nregion = eu-west-1\n")
    aws.add_key("theirs", "ASIATHEIRSTHEIRSTHEI", "secret", "token")
    aws("assume", "--role-arn", ROLE_ARN)
    before = aws.files()
    done = aws("assume", "clear", "--update-profile", name)

    assert done.code == 255
    assert f"'{name}'" in done.err
    assert "aws assume list" in done.err
    assert aws.files() == before


@pytest.mark.parametrize("key_id", ["AKIATHEIRSTHEIRSTHEI", "ASIATHEIRSTHEIRSTHEI"])
def test_keys_set_while_we_wait_for_the_lock_stay(
    aws, monkeypatch: pytest.MonkeyPatch, key_id: str
) -> None:
    """What a user writes between our reading and our turn is not taken out."""
    aws("assume", "--role-arn", ROLE_ARN)
    locked = store.files_locked
    theirs: list[bytes] = []

    @contextmanager
    def late(paths: Any) -> Iterator[None]:
        aws("configure", "set", "aws_access_key_id", key_id, "--profile", "assumed-role")
        theirs.append(aws.credentials.read_bytes())
        with locked(paths):
            yield

    monkeypatch.setattr(store, "files_locked", late)
    aws("assume", "clear")

    assert f"aws_access_key_id = {key_id}".encode() in theirs[0]
    assert f"aws_access_key_id = {key_id}".encode() in aws.credentials.read_bytes()


def test_all_touches_no_foreign_profile(aws) -> None:
    """--all leaves profiles with temporary keys of others alone."""
    aws.add_key("theirs", "ASIATHEIRSTHEIRSTHEI", "secret", "token")
    before = aws.files()
    aws("assume", "--role-arn", ROLE_ARN)
    aws("assume", "clear", "--all")

    assert aws.files() == before


# Which


def test_expired_takes_the_expired_only(aws, set_clock) -> None:
    """--expired leaves what is still valid, and what others have replaced."""
    aws("assume", "--role-arn", ROLE_ARN, "--update-profile", "old")
    aws.stub.script = lambda request: assume_role_answer(
        request["RoleArn"], "s1", "2026-11-24T14:00:00Z", access_key_id="ASIALATERLATERLATER1"
    )
    aws("assume", "--role-arn", ROLE_ARN, "--update-profile", "new")
    set_clock(120)
    done = aws("assume", "clear", "--expired")

    assert rows(done) == [("old", "cleared")]
    assert [name for name, _ in rows(aws("assume", "list"))] == ["new"]


def test_without_a_name_it_is_the_default_target(aws) -> None:
    """Neither option nor AWS_PROFILE: assumed-role is meant."""
    aws("assume", "--role-arn", ROLE_ARN)
    aws("assume", "--role-arn", ROLE_ARN, "--update-profile", "other")

    assert rows(aws("assume", "clear")) == [("assumed-role", "cleared")]


def test_in_a_shell_of_the_target_it_is_that(aws) -> None:
    """AWS_PROFILE on a profile of ours names it."""
    aws("assume", "--role-arn", ROLE_ARN)
    aws("assume", "--role-arn", ROLE_ARN, "--update-profile", "other")
    aws.set_variable("AWS_PROFILE", "other")

    assert rows(aws("assume", "clear")) == [("other", "cleared")]


@pytest.mark.parametrize("option", ["--all", "--expired"])
def test_nothing_to_clear(aws, option: str) -> None:
    """Nothing of ours there: zero profiles, and no error."""
    before = aws.files()

    assert rows(aws("assume", "clear", option)) == []
    assert aws.files() == before


def test_two_choices_are_refused(aws) -> None:
    """One profile, the expired and all exclude each other."""
    aws("assume", "--role-arn", ROLE_ARN)
    before = aws.files()
    done = aws("assume", "clear", "--all", "--expired")

    assert done.code == 255
    assert "--all" in done.err
    assert "--expired" in done.err
    assert aws.files() == before


def test_clear_twice(aws) -> None:
    """What is cleared is not ours any more."""
    aws("assume", "--role-arn", ROLE_ARN)
    aws("assume", "clear")
    done = aws("assume", "clear")

    assert done.code == 255
    assert "'assumed-role'" in done.err


def test_no_call_is_made(aws) -> None:
    """Clearing asks nothing of STS."""
    aws("assume", "--role-arn", ROLE_ARN)
    aws("assume", "clear")

    assert aws.stub.actions == ["AssumeRole"]
