"""The results file: private, appended, repaired after a kill, safe on a full disk."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.model.each.result_lines import Record, ResultsHeader, json_line
from awscli_assume.model.each.results import EachTarget, Shard
from awscli_assume.outputs.each.results_file import ResultsFile, key_of, read_lines

TARGETS = tuple(EachTarget(f"{number:012d}", f"a{number}", "us-east-1") for number in range(4))


def header(**values: Any) -> ResultsHeader:
    given_values: dict[str, Any] = {
        "command": "aws sts",
        "command_digest": "d",
        "selection": {"--accounts": ["all"]},
        "shard": None,
        "targets": TARGETS,
        "started": "2026-11-29T01:02:03Z",
    }
    return ResultsHeader(**{**given_values, **values})


def record(number: int, code: int = 0, **values: object) -> Record:
    return {
        "Account": f"{number:012d}",
        "Name": f"a{number}",
        "Region": "us-east-1",
        "ExitCode": code,
        "Result": None,
        **values,
    }


def written(path: Path, *records: Record) -> None:
    """Write a file as a run does."""
    file = ResultsFile(str(path))
    file.check_new()
    file.start(header())
    assert all(file.append(one) for one in records)
    file.close()


def keys(path: Path) -> dict[str, int]:
    """Return the successes that --resume finds, and close the file."""
    file = ResultsFile(str(path))
    found = file.load(header())
    file.close()
    return found


def test_each_result_is_on_the_disk_at_once(tmp_path: Path) -> None:
    """Another process reads each line before the next one, and the file is private."""
    path = tmp_path / "r.jsonl"
    file = ResultsFile(str(path))
    file.start(header())
    lengths = []
    for number in range(3):
        file.append(record(number))
        lengths.append(len(path.read_text().splitlines()))
    file.close()

    assert lengths == [2, 3, 4]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["r.jsonl"]


def test_success_is_found_again_and_a_failure_is_not(tmp_path: Path) -> None:
    """--resume runs failures and what is missing again."""
    path = tmp_path / "r.jsonl"
    written(path, record(0), record(1, 255), record(2, 0, Error="No."), record(3, 1), record(3))
    found = keys(path)

    assert sorted(found) == [TARGETS[0].key, TARGETS[3].key]
    assert ResultsFile(str(path)).read(found[TARGETS[3].key])["ExitCode"] == 0


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
@given(st.integers(0, 10_000), st.sampled_from([b"", b"\0\0\0", b'{"Account']))
def test_file_that_was_cut_anywhere_is_continued(
    tmp_path: Path, place: int, garbage: bytes
) -> None:
    """Whole lines stay, the cut one is removed, and a further result is a line of its own."""
    path = tmp_path / "r.jsonl"
    path.unlink(missing_ok=True)
    written(path, *(record(number, Result="\u00e4" * 9) for number in range(3)))
    content = path.read_bytes()
    start = content.index(b"\n") + 1
    at = start + place % (len(content) - start + 1)
    path.write_bytes(content[:at] + garbage)
    whole = content[:at].count(b"\n") - 1

    file = ResultsFile(str(path))
    successes = file.load(header())
    file.start(header())
    file.append(record(3))
    file.close()

    assert sorted(successes) == [one.key for one in TARGETS[:whole]]
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert [key_of(one) for one in lines[1:]] == [
        one.key for one in (*TARGETS[:whole], TARGETS[3])
    ]


def test_damaged_line_in_the_middle_is_left_out(tmp_path: Path) -> None:
    """A power cut can damage a line before the last: its target is missing, no other."""
    path = tmp_path / "r.jsonl"
    written(path, record(0), record(1))
    first, second, third = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + b"\0" * 20 + b"\n" + b"[1]\n" + third + second[:9])

    assert list(keys(path)) == [TARGETS[1].key]
    assert path.read_bytes().endswith(third)


def test_file_without_a_whole_header_is_refused(tmp_path: Path) -> None:
    """A file of something else is never changed."""
    path = tmp_path / "r.jsonl"
    for content in (b"notes\n", b'{"Account": "1", "ExitCode": 0}\n', b'{"Format": "other"}\n'):
        path.write_bytes(content)
        with pytest.raises(InvalidConfiguration, match="is not a file of aws assume each"):
            keys(path)
        assert path.read_bytes() == content


def test_header_that_was_cut_is_written_again(tmp_path: Path) -> None:
    """A process was killed while it wrote the header, so nothing had been done."""
    path = tmp_path / "r.jsonl"
    written(path)
    whole = path.read_bytes()
    for size in (40, len(whole) - 1):
        path.write_bytes(whole[:size])
        file = ResultsFile(str(path))
        assert file.load(header()) == {}
        file.start(header())
        file.close()
        assert path.read_bytes() == whole


def test_empty_and_missing_files_are_begun(tmp_path: Path) -> None:
    """--resume can be in the command line of the first run, too."""
    (tmp_path / "empty").touch()

    assert keys(tmp_path / "empty") == {}
    assert keys(tmp_path / "missing") == {}


def test_new_run_never_overwrites_results(tmp_path: Path) -> None:
    """Without --resume, a file with results is refused."""
    path = tmp_path / "my r.jsonl"
    written(path, record(0))
    with pytest.raises(InvalidConfiguration, match=r"is not empty\. .*mv '.*my r.jsonl' "):
        ResultsFile(str(path)).check_new()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"command_digest": "e"}, r"its command \(aws sts \.\.\.\) has other words"),
        ({"selection": {"--accounts": ["ou:Dev"]}}, "its --accounts is 'all' and not 'ou:Dev'"),
        ({"shard": Shard(1, 2)}, "it has all targets and not shard 1/2"),
    ],
)
def test_file_of_another_run_is_refused(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    """Results of another command or of other targets are not mixed with these."""
    path = tmp_path / "r.jsonl"
    written(path, record(0))
    with pytest.raises(InvalidConfiguration, match=f"belongs to another run, because {message}"):
        ResultsFile(str(path)).load(header(**change))


def test_header_is_written_again_only_for_other_targets(tmp_path: Path) -> None:
    """A later run of an organization with a new account says so."""
    path = tmp_path / "r.jsonl"
    written(path)
    for targets in (TARGETS, TARGETS[:2]):
        file = ResultsFile(str(path))
        file.load(header())
        file.start(header(targets=targets, started="later"))
        file.close()

    with open(path, "rb") as stream:
        headers = [line for _, line in read_lines(stream)]
    assert [len(one.targets) for one in headers if isinstance(one, ResultsHeader)] == [4, 2]


def test_second_run_on_the_same_file_is_refused(tmp_path: Path) -> None:
    """Two shards must not write one file."""
    path = tmp_path / "r.jsonl"
    first = ResultsFile(str(path))
    with pytest.raises(InvalidConfiguration, match="another run writes it"):
        ResultsFile(str(path))
    first.close()

    ResultsFile(str(path)).close()


def test_what_is_no_private_regular_file_is_refused(tmp_path: Path) -> None:
    """A link may be another user's, and a FIFO would wait."""
    (tmp_path / "link").symlink_to(tmp_path / "target")
    os.mkfifo(tmp_path / "fifo")
    for name, reason in [
        ("link", "it is a symbolic link"),
        ("fifo", "it is not a regular file"),
        (".", "Is a directory"),
        ("missing/r", "No such file or directory"),
    ]:
        with pytest.raises(InvalidConfiguration, match=f"Cannot use the results file .*{reason}"):
            ResultsFile(str(tmp_path / name))

    assert not (tmp_path / "target").exists()


def test_file_that_others_can_read_becomes_private(tmp_path: Path) -> None:
    """The output of commands is in it."""
    path = tmp_path / "r.jsonl"
    path.touch(0o644)
    file = ResultsFile(str(path))
    file.start(header())
    file.close()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


_FULL_DISK = """
import resource, signal, sys
sys.path.insert(0, {package!r})
import awscli
from awscli_assume.outputs.each.results_file import ResultsFile
from tests_header import header, record
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
file = ResultsFile({path!r})
file.start(header())
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
for number, size in enumerate({sizes!r}):
    print(file.append(record(number, Result="x" * size)), file.failure)
"""


def test_full_file_keeps_what_is_in_it(tmp_path: Path) -> None:
    """A result that does not fit is stored without its output, or not at all; none is cut."""
    path = tmp_path / "r.jsonl"
    (tmp_path / "tests_header.py").write_text(
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from test_results_file import header, record\n"
    )
    script = _FULL_DISK.format(
        package=str(Path(__file__).parents[4]), path=str(path), limit=3000, sizes=[900, 5000, 5000]
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )

    assert done.stdout.splitlines() == ["True None", *["True File too large"] * 2]
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [one.get("OutputLost") for one in lines[1:]] == [None, True, True]
    file = ResultsFile(str(path))
    assert len(file.load(header())) == 3
    assert file.without_output == {TARGETS[1].key, TARGETS[2].key}


def test_reader_stops_at_a_line_without_an_end() -> None:
    """A line that is being written is not a result yet."""
    line = json_line(record(0)).encode()
    found = list(read_lines(io.BytesIO(line + line[:-1])))

    assert [place for place, _ in found] == [0]
