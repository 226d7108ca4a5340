"""What receives the output and the results of ``aws assume each``.

How a run uses it::

    output = read_each_output(parsed_args, context.parsed_globals)  # arguments/each_output.py: 252
    sink = make_sink(context, output, RunDescription(command, selection))  # 252, 253; no call yet
    targets = select_shard(all_targets, output.shard)
    for target in sink.start(targets):                   # without those that --resume has
        if sink.is_stopped: break
        sink.begin(target)
        sink.write(target, "stdout", chunk)
        sink.finish(TargetResult(target, code, seconds, reason=failure_reason(code, stderr_tail)))
    sink.close(interrupted=False)
    return sink.exit_code
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from typing import Optional, Protocol, Sequence

from awscli_assume.host.context import CommandContext
from awscli_assume.model.credentials import format_time
from awscli_assume.model.each.result_lines import (
    Record,
    ResultsHeader,
    json_line,
    record_of,
    result_of,
)
from awscli_assume.model.each.results import (
    EachOutput,
    EachTarget,
    RunDescription,
    Tally,
    TargetResult,
    failure_reason,
)
from awscli_assume.outputs.each.collected import Capture, MergedArray
from awscli_assume.outputs.each.lines import PrefixedLines
from awscli_assume.outputs.each.report import Report
from awscli_assume.outputs.each.results_file import ResultsFile
from awscli_assume.outputs.each.status import Rate, Ticker, status_text
from awscli_assume.outputs.each.summary import summary_text, target_text
from awscli_assume.outputs.printing import OUTPUT_LOST, Style
from awscli_assume.outputs.progress import StatusLine

# The end of stderr that the reason of a failure is looked for in.
_TAIL = 4096


class ResultSink(Protocol):
    """The output of one run. All methods may be called from any thread."""

    @property
    def is_stopped(self) -> bool:
        """Whether no further target may start, as no result can be stored or read anymore."""

    @property
    def exit_code(self) -> int:
        """0 all succeeded, 1 some failed, 2 none could start; 255 if output was lost."""

    def start(self, targets: Sequence[EachTarget]) -> Sequence[EachTarget]:
        """Begin the run, and return the targets to run: those without an earlier success.

        Starts a thread on a terminal, so the process must not fork afterwards.
        """

    def begin(self, target: EachTarget) -> None:
        """Count a target as running (optional; for the progress line)."""

    def write(self, target: EachTarget, stream: str, data: bytes) -> None:
        """Take a chunk of any size of a target's ``stdout`` or ``stderr``."""

    def finish(self, result: TargetResult) -> None:
        """Take the end of a target, after its last chunk. Not for targets to run again."""

    def notify(self, text: str) -> None:
        """Print a message for people on stderr without damaging the progress line."""

    def close(self, interrupted: bool) -> None:
        """Print the summary, the array and the report, and close the files."""


def make_sink(context: CommandContext, output: EachOutput, run: RunDescription) -> ResultSink:
    """Return the sink for a command line. Raises InvalidConfiguration for an unusable file."""
    header = ResultsHeader(
        run.shown_command, run.command_digest, run.selection, output.shard, (), ""
    )
    return EachSink(context, output, header)


@dataclass
class _Running:
    """A target whose command runs."""

    capture: Optional[Capture]
    tail: bytearray = field(default_factory=bytearray)


class EachSink:
    """The output of a run: lines or JSON, the files, the progress line and the summary."""

    def __init__(self, context: CommandContext, output: EachOutput, header: ResultsHeader) -> None:
        self._context, self._output, self._header = context, output, header
        self._lock = threading.RLock()
        self._tally = Tally()
        self._running: dict[str, _Running] = {}
        self._active: set[str] = set()
        self._order: dict[str, int] = {}
        self._has_regions = False
        self._is_unread = False
        self._unstored: list[EachTarget] = []
        self._status = StatusLine(context.environment, is_shared=True)
        self._ticker: Optional[Ticker] = None
        self._start_time = 0.0
        self._lines = PrefixedLines(context, Style().ellipsis)
        self._merged = MergedArray(context) if output.merge else None
        self._report = Report(output.report) if output.report else None
        self._file, self._earlier = _opened_file(output, header)

    @property
    def is_stopped(self) -> bool:
        """Whether no result can be stored or read anymore."""
        is_wanted = self._output.results or self._output.report
        failure = self._file.failure if self._file is not None else None
        return failure is not None or (self._is_unread and not is_wanted)

    @property
    def exit_code(self) -> int:
        """0 all succeeded, 1 some did not, 2 none could start; 255 if output was lost."""
        return OUTPUT_LOST if self._context.environment.lost else self._tally.exit_code

    def start(self, targets: Sequence[EachTarget]) -> Sequence[EachTarget]:
        """Begin the run, and return the targets to run."""
        environment = self._context.environment
        self._start_time = time.monotonic()
        self._order = {one.key: number for number, one in enumerate(targets)}
        self._has_regions = len({one.region for one in targets}) > 1
        self._lines.start(targets)
        started = format_time(environment.now())
        self._header = replace(self._header, targets=tuple(targets), started=started)
        if self._report is not None:
            self._report.start(self._header)
        remaining = [one for one in targets if one.key not in self._earlier]
        # A shard without targets has a header as well, for --merge-results.
        if self._file is not None and (remaining or not targets):
            self._file.start(self._header)
        self._warn_of_lost_output()
        for one in targets:
            if one.key in self._earlier:
                self._take_earlier(one)
        self._rate = Rate(self._start_time)
        stdout = environment.stdout
        if self._status.is_shown or (stdout is not None and stdout.isatty()):
            self._ticker = Ticker(self._tick)
            self._ticker.start()
        return remaining

    def begin(self, target: EachTarget) -> None:
        """Count a target as running."""
        with self._lock:
            self._active.add(target.key)

    def write(self, target: EachTarget, stream: str, data: bytes) -> None:
        """Print and store a chunk of a command's output, as the command line says."""
        with self._lock:
            running = self._running_one(target)
            if stream == "stderr":
                running.tail += data
                del running.tail[:-_TAIL]
            if running.capture is not None:
                running.capture.write(stream, data)
            if self._is_shown(stream):
                self._print(stream, self._lines.write(target, stream, data))

    def finish(self, result: TargetResult) -> None:
        """Print and store the end of a target."""
        target = result.target
        with self._lock:
            running = self._running.pop(target.key, None) or _Running(None)
        tail = bytes(running.tail)
        if result.reason is None and result.error is None:
            result = replace(result, reason=failure_reason(result.exit_code, tail))
        # A large output is parsed while other targets are printed.
        record = self._record(result, running.capture)
        with self._lock:
            self._active.discard(target.key)
            self._tally.add(result)
            if result.error is not None and self._is_shown("stderr"):
                self._print("stderr", self._lines.message(target, result.error))
            for stream in ("stdout", "stderr"):
                self._print(stream, self._lines.finish(target, stream))
            if self._report is not None:
                self._report.add(result, tail)
            if record is not None:
                self._take_record(record, result)
            self._show_status()

    def mark_incomplete(self) -> None:
        """Count targets that nobody knows as a failure."""
        self._tally.is_incomplete = True

    def notify(self, text: str) -> None:
        """Print a message on stderr."""
        with self._lock:
            self._status.clear()
            self._context.environment.notify(text)

    def close(self, interrupted: bool) -> None:
        """Print the summary, the array and the report, and close the files."""
        if self._ticker is not None:
            self._ticker.stop()
        environment, total = self._context.environment, len(self._order)
        with self._lock:
            self._ticker = None
            for stream in ("stdout", "stderr"):
                self._print(stream, self._lines.close(stream))
            self._status.clear()
            if self._merged is not None:
                self._merged.print()
            seconds = time.monotonic() - self._start_time
            self._write_report(seconds)
            environment.notify("Interrupted. " if interrupted else "")
            summary = summary_text(
                self._tally,
                total,
                seconds,
                has_regions=self._has_regions,
                # They were printed above.
                has_errors=not self._is_shown("stderr"),
            )
            environment.notify(summary)
            if total > self._tally.done:
                self._tally.is_incomplete = True
                environment.notify(self._rest_note())
            self._close_file()

    def _rest_note(self) -> str:
        """Return why targets were not run, or how to run them."""
        if self._file is not None:
            is_usable = self._file.failure is None
            return "To run the rest, type the same command with --resume\n" if is_usable else ""
        if not self.is_stopped:
            return ""
        return (
            "No further target was started, because nobody reads stdout anymore. To run all of "
            "them and store the results: --results FILE\n"
        )

    def _running_one(self, target: EachTarget) -> _Running:
        if target.key not in self._running:
            needs_output = self._needs_records
            self._running[target.key] = _Running(Capture() if needs_output else None)
        return self._running[target.key]

    @property
    def _needs_records(self) -> bool:
        output = self._output
        return bool(output.is_json or output.merge or output.results)

    def _is_shown(self, stream: str) -> bool:
        output = self._output
        return not output.is_json and (stream == "stderr" or not (output.merge or output.is_off))

    def _print(self, stream: str, data: bytes) -> None:
        if not data:
            return
        self._status.clear()
        environment = self._context.environment
        if stream == "stderr":
            environment.notify_bytes(data)
        elif not environment.write_bytes(data):
            self._is_unread = True
        self._show_status()

    def _record(self, result: TargetResult, capture: Optional[Capture]) -> Optional[Record]:
        if not self._needs_records:
            return None
        if capture is not None:
            stdout, stderr = capture.close()
            is_lost = capture.failure is not None
            lost = result.output_lost or is_lost
            result = replace(result, stdout=stdout, stderr=stderr, output_lost=lost)
            if is_lost:
                name = target_text(result.target, self._has_regions)
                self._lose(f"Cannot store the output of {name}: {capture.failure}")
        return record_of(result, self._context.environment.now())

    def _take_record(self, record: Record, result: TargetResult) -> None:
        if self._file is not None and not self._file.append(record):
            self._unstored.append(result.target)
        if self._output.is_json:
            self._print("stdout", self._json_line(record))
        elif result.is_success:
            self._merge(record, result.target)

    def _json_line(self, record: Record) -> bytes:
        query = self._context.parsed_globals.query
        found: object = record
        if query is not None:
            try:
                found = query.search(record)
            # The errors of jmespath, which the host may have under another name.
            except Exception as error:
                self._lose(f"--query failed for {record['Account']}: {error}")
                return b""
        stream = self._context.environment.stdout
        encoding = str(getattr(stream, "encoding", None) or "utf-8").lower()
        return json_line(found, is_ascii=not encoding.startswith("utf")).encode()

    def _merge(self, record: Record, target: EachTarget) -> None:
        if self._merged is not None:
            try:
                self._merged.add(record, self._order[target.key])
            except OSError as error:
                self._lose(f"Cannot store the result of {target.account_id}: {error.strerror}")

    def _warn_of_lost_output(self) -> None:
        lost = len(self._file.without_output) if self._file is not None else 0
        if lost:
            self.notify(
                f"aws: [WARNING]: In an earlier run, the disk was full, and {lost} "
                f"{'success has' if lost == 1 else 'successes have'} no output in the file. What "
                "succeeded is not run again\n"
            )

    def _take_earlier(self, target: EachTarget) -> None:
        self._tally.add_earlier()
        if self._file is None or (self._merged is None and self._report is None):
            return
        record = self._file.read(self._earlier[target.key])
        self._merge(record, target)
        result = result_of(record)
        if self._report is not None and result is not None:
            self._report.add(result, b"")

    def _lose(self, message: str) -> None:
        self._context.environment.lost.append(message)
        self.notify(f"aws: [ERROR]: {message}\n")

    def _tick(self) -> None:
        with self._lock:
            for stream in ("stdout", "stderr"):
                self._print(stream, self._lines.overdue(stream))
            self._show_status()

    def _show_status(self) -> None:
        if self._status.is_shown and self._ticker is not None:
            tally, total = self._tally, len(self._order)
            rate = self._rate.at(time.monotonic(), tally.done)
            running = len(self._active | set(self._running))
            self._status.show(status_text(total, tally.done, tally.failed, running, rate))

    def _write_report(self, seconds: float) -> None:
        environment = self._context.environment
        if self._report is not None:
            try:
                environment.notify(self._report.write(environment.now(), seconds))
            except OSError as error:
                self._lose(f"Cannot write the report {self._report.path}: {error.strerror}")

    def _close_file(self) -> None:
        if self._file is None:
            return
        self._file.close()
        if self._file.failure is not None:
            names = ", ".join(target_text(one, self._has_regions) for one in self._unstored)
            lost = f" Not even the exit codes of these are in it: {names}." if names else ""
            self._lose(
                f"Cannot write {self._output.results}: {self._file.failure}. No further target "
                f"was started.{lost} To run what is missing, make space and add --resume"
            )


def _opened_file(
    output: EachOutput, header: ResultsHeader
) -> tuple[Optional[ResultsFile], dict[str, int]]:
    """Return the results file, and where the successes of earlier runs are in it."""
    if output.results is None:
        return None, {}
    file = ResultsFile(output.results)
    if output.resume:
        return file, file.load(header)
    file.check_new(can_resume=not output.merge_results)
    return file, {}
