"""The sink of a run: lines, JSON, merged, files, progress; an engine of threads drives it."""

from __future__ import annotations

import json
import os
import pty
import re
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, Optional

import pyte
import pytest

from awscli_assume.model.each.results import EachOutput, EachTarget, TargetResult, parse_shard
from awscli_assume.outputs.each.sink import ResultSink, make_sink
from support.each_run import FAILED, RUN, TARGETS, Out, Run, identity, number_of


def long_lines(sink: ResultSink, target: EachTarget) -> None:
    """A command whose chunks end within lines; the last line has no end."""
    for number in range(50):
        sink.write(target, "stdout", f"{number} ".encode())
        sink.write(target, "stdout", target.account_id.encode() * 3)
        sink.write(target, "stdout", b"\n" if number < 49 else b"")
        sink.write(target, "stderr", b"note\n")
    sink.finish(TargetResult(target, 0, 0.1))


def test_lines_of_two_accounts_are_never_mixed() -> None:
    """Each line is one account's, whole and in its order, on the stream of the command."""
    run = Run(EachOutput())

    assert run.go(long_lines) == 0
    lines = run.out.text.splitlines()
    assert len(lines) == 40 * 50
    for target in TARGETS:
        own = [line for line in lines if line.startswith(f"{target.name} | ")]
        expected = [f"{number} {target.account_id * 3}" for number in range(50)]
        assert [line.partition(" | ")[2] for line in own] == expected
    assert run.err.text.count(" | note\n") == 40 * 50
    assert run.err.text.endswith("\n40 of 40 succeeded, in 0 s.\n")


def test_bytes_of_the_command_pass_unchanged() -> None:
    """Only names are made printable: a command may print what it likes, even bytes of no text."""
    data = b"\x1b[31mred\xff\x00\r\n"
    target = EachTarget("1", "\x1b[2Jevil\n")

    def task(sink: ResultSink, target: EachTarget) -> None:
        sink.write(target, "stdout", data)
        sink.finish(TargetResult(target, 0, 0.1))

    run = Run(EachOutput())
    run.go(task, [target])

    assert run.out.buffer.getvalue() == b"\\x1b[2Jevil\\x0a | " + data


def test_failure_is_named_with_its_reason() -> None:
    """The code of AWS in the error output is the reason, and the exit code is 1."""
    run = Run(EachOutput())

    assert run.go(identity) == 1
    assert "account-07 | An error occurred (AccessDenied) when calling X\n" in run.err.text
    assert run.err.text.endswith(
        "39 of 40 succeeded, 1 failed, in 0 s.\n"
        "AccessDenied: 1 failed: account-07 (000000000007)\n"
    )


def test_targets_that_could_not_start() -> None:
    """Their errors are printed as they come. If none could start, the exit code is 2."""
    run = Run(EachOutput())

    def task(sink: ResultSink, target: EachTarget) -> None:
        sink.finish(TargetResult(target, 255, 0.1, "No role.", "AccessDenied"))

    assert run.go(task) == 2
    assert run.out.text == ""
    assert "account-07 | No role.\n" in run.err.text
    assert "AccessDenied: 40 failed: " in run.err.text


def test_json_lines() -> None:
    """One line for each target, and nothing else on stdout."""
    run = Run(EachOutput(is_json=True))

    assert run.go(identity) == 1
    found = {one["Account"]: one for one in map(json.loads, run.out.text.splitlines())}
    assert sorted(found) == [one.account_id for one in TARGETS]
    assert found["000000000003"]["Result"] == {"Account": "000000000003", "Arn": "a"}
    assert (found["000000000007"]["ExitCode"], found["000000000007"]["Reason"]) == (
        254, "AccessDenied",
    )  # fmt: skip
    assert "An error occurred" in found["000000000007"]["Stderr"]
    assert " | " not in run.err.text


def test_query_applies_to_each_line() -> None:
    """--query without --merge selects from each line."""
    run = Run(EachOutput(is_json=True), query="[Name, Result.Arn]")
    run.go(identity, TARGETS[:2])

    assert sorted(run.out.text.splitlines()) == ['["account-00", "a"]', '["account-01", "a"]']


def test_query_that_fails_loses_no_result() -> None:
    """The other lines are printed, and the exit code says that output is missing."""
    run = Run(EachOutput(is_json=True), query="length(Result)")

    assert run.go(identity, TARGETS[6:9]) == 255
    assert run.out.text == "2\n2\n"
    assert "--query failed for 000000000007" in run.err.text


def test_merged_array() -> None:
    """One array in the order of the targets, without the failures, which stderr has."""
    run = Run(EachOutput(merge=True))

    assert run.go(identity) == 1
    found = json.loads(run.out.text)
    assert [one["Account"] for one in found] == [
        one.account_id for one in TARGETS if number_of(one) != FAILED
    ]
    assert {one["Region"] for one in found} == {"us-east-1"}
    assert "account-07 | An error occurred" in run.err.text


def test_merged_array_with_a_query_keeps_control_characters() -> None:
    """The query sees all results at once; JSON escapes what the data has."""

    def task(sink: ResultSink, target: EachTarget) -> None:
        sink.write(target, "stdout", b"a\x1bb\n")
        sink.finish(TargetResult(target, 0, 0.1))

    run = Run(EachOutput(merge=True), query="[?Account=='000000000001'].Result")
    run.go(task)

    assert json.loads(run.out.text) == ["a\x1bb"]


def test_output_off() -> None:
    """--output off leaves the messages."""
    run = Run(EachOutput(is_off=True))

    assert run.go(long_lines) == 0
    assert run.out.text == ""
    assert " | note\n" in run.err.text


def test_results_and_resume(tmp_path: Path) -> None:
    """The second run does only what failed, and reports and merges all."""
    path, report = str(tmp_path / "r.jsonl"), str(tmp_path / "r.html")
    first = Run(EachOutput(results=path))
    assert first.go(identity) == 1

    def succeed(sink: ResultSink, target: EachTarget) -> None:
        sink.write(target, "stdout", b'{"Arn": "b"}')
        sink.finish(TargetResult(target, 0, 0.1))

    second = Run(EachOutput(results=path, resume=True, merge=True, report=report))
    assert second.go(succeed) == 0

    assert second.ran == [TARGETS[FAILED].key]
    assert [one["Arn"] for one in json.loads(second.out.text)] == [
        "b" if number == FAILED else "a" for number in range(40)
    ]
    assert "40 of 40 succeeded (39 of them in an earlier run), in 0 s." in second.err.text
    assert Path(report).read_text(encoding="utf-8").count('data-kind="good"') == 40
    third = Run(EachOutput(results=path, resume=True))
    assert third.go(succeed) == 0
    assert third.ran == []


def test_shards_together_are_everything(tmp_path: Path) -> None:
    """Four machines run each target once."""
    ran: list[str] = []
    for index in range(4):
        run = Run(
            EachOutput(shard=parse_shard(f"{index + 1}/4"), results=str(tmp_path / str(index)))
        )
        run.go(identity)
        ran += run.ran

    assert sorted(ran) == [one.key for one in TARGETS]


def test_unreadable_output_stops_the_run() -> None:
    """With `| head -1`, no further target is started, unless a file takes the results."""

    class Gone(Out):
        def write(self, text: str) -> int:
            raise BrokenPipeError

        def flush(self) -> None:
            raise BrokenPipeError

        def fileno(self) -> int:
            return os.open(os.devnull, os.O_WRONLY)

    run = Run(EachOutput(is_json=True), out=Gone())
    # Nothing has failed, but not all have succeeded.
    assert run.go(identity, TARGETS[FAILED + 1 :]) == 1
    assert 1 <= len(run.ran) <= 8
    assert "account-3" not in run.err.text
    assert "not run" in run.err.text
    assert "No further target was started, because nobody reads stdout" in run.err.text


def test_full_disk_stops_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file keeps whole lines. No further target starts, and --resume does the rest."""
    path = tmp_path / "r.jsonl"
    write = os.write
    blocks = [20]

    def limited(descriptor: int, data: Any) -> int:
        if os.path.samestat(os.fstat(descriptor), os.stat(path)):
            blocks[0] -= 1
            if blocks[0] < 0:
                raise OSError(28, "No space left on device")
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", limited)
    run = Run(EachOutput(results=str(path)))
    code = run.go(identity)
    monkeypatch.undo()

    assert code == 255
    assert len(run.ran) < 30
    assert "Cannot write" in run.err.text
    assert "No further target was started" in run.err.text
    stored = [json.loads(line) for line in path.read_text().splitlines()][1:]
    again = Run(EachOutput(results=str(path), resume=True))
    again.go(identity)
    done = {f"{one['Account']}/us-east-1" for one in stored if one["ExitCode"] == 0}
    assert sorted(again.ran) == sorted({one.key for one in TARGETS} - done)


def test_interrupted_run_says_how_to_go_on(tmp_path: Path) -> None:
    """What is done is counted and stored, and the lines of what was not done are complete."""
    run = Run(EachOutput(results=str(tmp_path / "r.jsonl")))
    sink = make_sink(run.context, run.output, RUN)
    sink.start(TARGETS)
    sink.finish(TargetResult(TARGETS[0], 0, 0.1))
    sink.write(TARGETS[1], "stdout", b"half of a line")
    sink.close(interrupted=True)

    assert run.out.text == "account-01 | half of a line\n"
    assert run.err.text == (
        "Interrupted. 1 of 40 succeeded, 39 not run, in 0 s.\n"
        "To run the rest, type the same command with --resume\n"
    )
    again = Run(EachOutput(results=str(tmp_path / "r.jsonl"), resume=True))
    again.go(identity)
    assert sorted(again.ran) == [one.key for one in TARGETS[1:]]


def test_output_that_can_not_be_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """A full temporary folder costs the output of one target, which is named."""

    def full(size: int) -> object:
        raise OSError(28, "No space left on device")

    run = Run(EachOutput(is_json=True))
    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", full)

    assert run.go(identity, TARGETS[:1]) == 255
    assert json.loads(run.out.text)["OutputLost"] is True
    assert "Cannot store the output of account-00 (000000000000): No space" in run.err.text


def test_messages_of_others() -> None:
    """A warning of the engine is printed as it is."""
    run = Run(EachOutput())

    def task(sink: ResultSink, target: EachTarget) -> None:
        sink.notify("aws: [WARNING]: slow\n")
        sink.finish(TargetResult(target, 0, 0.1))

    run.go(task, TARGETS[:1])
    assert run.err.text.startswith("aws: [WARNING]: slow\n")


@pytest.mark.parametrize(
    ("variables", "color", "has_color"),
    [({}, None, False), ({}, "on", True), ({"NO_COLOR": "1"}, "on", True), ({}, "off", False)],
)
def test_color_of_a_file(variables: dict[str, str], color: Optional[str], has_color: bool) -> None:
    """A file gets colors only from --color on."""
    run = Run(EachOutput(), variables=variables, color=color)
    run.go(long_lines, TARGETS[:1])

    assert ("\x1b[0;" in run.out.text) == has_color


class Terminal:
    """A pty, whose screen is rendered."""

    def __init__(self, columns: int = 60, rows: int = 50) -> None:
        self.master, self._slave = pty.openpty()
        self.stream = open(self._slave, "w", encoding="utf-8")  # noqa: SIM115 - closed below
        self.seen = b""
        self._size = (columns, rows)

    def lines(self) -> list[str]:
        """Return the lines of the screen, and close the terminal."""
        self.stream.close()
        with suppress(OSError):
            while chunk := os.read(self.master, 65536):
                self.seen += chunk
        os.close(self.master)
        screen = pyte.Screen(*self._size)
        pyte.ByteStream(screen).feed(self.seen)
        return [line.rstrip() for line in screen.display if line.strip()]


@pytest.mark.parametrize("variables", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_terminal_shows_lines_and_progress(variables: dict[str, str]) -> None:
    """The progress line never stays between lines, and is gone at the end."""
    terminal = Terminal()
    run = Run(EachOutput(), out=terminal.stream, err=terminal.stream, variables=variables)

    def task(sink: ResultSink, target: EachTarget) -> None:
        sink.write(target, "stdout", b"one\ntwo")
        sink.finish(TargetResult(target, 0, 0.1))

    run.go(task, TARGETS[:10])
    lines = terminal.lines()

    assert len(lines) == 21
    assert all(re.fullmatch(r"account-0\d \| (one|two)", line) for line in lines[:20])
    assert lines[20] == "10 of 10 succeeded, in 0 s."
    assert (b"of 10 done" in terminal.seen) == (variables.get("TERM") != "dumb")
    assert (b"\x1b[0;" in terminal.seen) == (variables == {})
