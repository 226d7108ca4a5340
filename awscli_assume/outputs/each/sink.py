"""What receives the output and the results of ``aws assume each``.

How a run uses it::

    output = read_each_output(parsed_args, context.parsed_globals)   # arguments/each.py: 252
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

from typing import Protocol, Sequence

from awscli_assume.host.context import CommandContext
from awscli_assume.model.each_results import EachOutput, EachTarget, RunDescription, TargetResult


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
    """Return the sink for a command line. Raises InvalidRequest and InvalidConfiguration."""
    raise NotImplementedError
