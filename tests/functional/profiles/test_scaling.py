"""The verbs for many profiles grow with the files: work is counted, not timed.

As many profiles more cost as much more: of the bytes that the CLI's parser and its
writer are given, of the bytes that are cut or copied, and of all calls of functions.
What does not depend on the files cancels out in the differences.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from configparser import RawConfigParser
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

from awscli_assume.host import ConfigFileWriter
from awscli_assume.profiles.writer import edit as editing
from awscli_assume.profiles.writer import sections
from awscli_assume.profiles.writer.scratch_file import ScratchFile
from support.sts_stub import ACCOUNT

# A hair for counts that depend on waiting; the square would be 5/3.
PROPORTIONAL = 1.1
LONG_AGO = 1_700_000_000
EXPIRED = "2020-01-01T00:00:00Z"


def fill(aws: Any, number: int) -> None:
    """Write files of so many profiles of ours, all expired, and as many others between them."""
    config = ["[plugins]", "assume = awscli_assume", "[default]", "region = us-east-1"]
    credentials = ["[default]", "aws_access_key_id = AKIAALICEALICEALICE1",
                   "aws_secret_access_key = x"]  # fmt: skip
    for n in range(number):
        role = f"arn:aws:iam::{ACCOUNT}:role/role-{n:05}"
        config += [f"[profile ours-{n:05}]", "region = us-east-1", "assumed =",
                   f"    role-arn = {role}", "    role-session-name = me",
                   "    source-profile = default", "    target-region = us-east-1",
                   f"[profile other-{n:05}]", "region = eu-west-1", "output = json"]  # fmt: skip
        key = f"ASIA{n:016}"
        credentials += [f"[ours-{n:05}]", f"aws_access_key_id = {key}",
                        "aws_secret_access_key = s", "aws_session_token = t",
                        f"x_security_token_expires = {EXPIRED}",
                        f"x_principal_arn = arn:aws:sts::{ACCOUNT}:assumed-role/role-{n:05}/me",
                        "x_principal_id = AROASTUB:me", f"x_principal_access_key_id = {key}",
                        f"[other-{n:05}]", f"aws_access_key_id = AKIA{n:016}",
                        "aws_secret_access_key = x"]  # fmt: skip
    for path, lines in ((aws.config, config), (aws.credentials, credentials)):
        path.write_text("\n".join(lines) + "\n")
        os.utime(path, (LONG_AGO, LONG_AGO))


def counted(method: Callable[..., Any], counter: Counter) -> Callable[..., Any]:
    """Return a method of ScratchFile that counts the bytes that it writes to the scratch file."""

    def call(self: ScratchFile, content: bytes, *rest: Any, **more: Any) -> Any:
        counter["written to the scratch file"] += len(content)
        return method(self, content, *rest, **more)

    return call


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter:
    """Return what is counted while it is there: bytes, by what is done with them."""
    counter: Counter = Counter()

    read = RawConfigParser.read

    def counted_read(self: RawConfigParser, paths: Any, *rest: Any, **more: Any) -> Any:
        counter["parsed"] += sum(os.path.getsize(path) for path in paths)
        return read(self, paths, *rest, **more)

    monkeypatch.setattr(RawConfigParser, "read", counted_read)
    update = ConfigFileWriter.update_config

    def counted_update(self: Any, values: Any, path: str, *rest: Any, **more: Any) -> None:
        counter["written by the CLI's writer"] += Path(path).stat().st_size
        update(self, values, path, *rest, **more)

    monkeypatch.setattr(ConfigFileWriter, "update_config", counted_update)
    for method in ("parse", "set_values", "change_text"):
        monkeypatch.setattr(ScratchFile, method, counted(getattr(ScratchFile, method), counter))

    class CountedText(sections.SectionedText):
        def __init__(self, content: bytes, names: Any) -> None:
            counter["cut"] += len(content)
            super().__init__(content, names)

    monkeypatch.setattr(editing, "SectionedText", CountedText)
    return counter


@pytest.fixture
def measured(aws, work: Counter) -> Iterator[Callable[..., Counter]]:
    """Return a way to run a verb on files of so many profiles and count its work."""

    def run(number: int, *words: str) -> Counter:
        fill(aws, number)
        work.clear()
        calls = 0

        def count(frame: Any, event: str, argument: Any) -> None:
            nonlocal calls
            calls += event in ("call", "c_call")

        sys.setprofile(count)
        try:
            done = aws("assume", *words)
        finally:
            sys.setprofile(None)
        assert done.code == 0, done.err
        return Counter({**work, "calls": calls})

    yield run
    sys.setprofile(None)


VERBS = (("list",), ("clear", "--expired"), ("refresh", "--all"))


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
def test_work_grows_with_the_files(measured, words: tuple[str, ...]) -> None:
    """The third hundred of profiles costs what the second did, whatever is counted."""
    measured(10, *words)  # What is loaded once is no part of it.
    first, second, third = (measured(number, *words) for number in (100, 200, 300))

    assert first["parsed"] > 0
    growth = {what: (third[what] - second[what]) / (second[what] - first[what]) for what in third}
    assert {what: times for what, times in growth.items() if times > PROPORTIONAL} == {}
    assert set(first) == set(third)


def test_the_parser_reads_each_section_a_few_times(aws, measured) -> None:
    """A refresh reads the files as the CLI does, and our own sections twice more at most."""
    done = measured(200, "refresh", "--all")
    size = aws.config.stat().st_size + aws.credentials.stat().st_size

    assert done["parsed"] <= 4 * size
    assert done["written by the CLI's writer"] <= size


def test_a_refresh_does_not_lock_the_config_file(measured, aws, monkeypatch) -> None:
    """A record and a region that stand are compared, and the writer is not called for them."""
    written = []
    update = ConfigFileWriter.update_config

    def update_config(self: Any, values: Any, path: str, *rest: Any, **more: Any) -> None:
        written.append(values["__section__"])
        update(self, values, path, *rest, **more)

    monkeypatch.setattr(ConfigFileWriter, "update_config", update_config)
    measured(100, "refresh", "--all")

    assert len(written) == 100
    assert not [section for section in written if section.startswith("profile ")]


def test_the_count_sees_what_does_not_scale(measured, monkeypatch) -> None:
    """A file that is parsed again for each profile is found out by the same measure."""
    monkeypatch.setattr(sections, "SMALL_BYTES", sys.maxsize)
    monkeypatch.setattr(editing, "MANY", sys.maxsize)
    first, second, third = (measured(n, "clear", "--expired") for n in (20, 40, 60))

    growth = (third["parsed"] - second["parsed"]) / (second["parsed"] - first["parsed"])
    assert growth > 1.5
