"""Join files of ``--results``, such as those of the shards of a run.

A success is never replaced by a failure; else the later file counts. Targets without a result are
named and count as failures.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import BinaryIO, Optional, Sequence

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host.context import CommandContext
from awscli_assume.model.each.result_lines import ResultsHeader, missing_shards, result_of
from awscli_assume.model.each.results import EachOutput, EachTarget, TargetResult
from awscli_assume.outputs.each.results_file import is_success, key_of, read_lines
from awscli_assume.outputs.each.sink import EachSink

MISSING = "no result"


class JoinedResults:
    """The best result of each target in several files: where it is, not its output."""

    def __init__(self) -> None:
        self.headers: list[ResultsHeader] = []
        self._targets: dict[str, EachTarget] = {}
        # The file's number, the position in it, and whether it is a success.
        self._places: dict[str, tuple[int, int, bool]] = {}
        self._files: list[BinaryIO] = []
        self.repeated = 0

    def add(self, path: str, file: BinaryIO) -> None:
        """Read a file. Raises InvalidConfiguration if it belongs to another run."""
        number, own = len(self._files), None
        self._files.append(file)
        seen: set[str] = set()
        for place, line in read_lines(file):
            if isinstance(line, ResultsHeader):
                own = line
                self._add_header(path, line)
            elif own is None:
                break
            else:
                key, is_good = key_of(line), is_success(line)
                before = self._places.get(key)
                self.repeated += before is not None and key not in seen
                seen.add(key)
                if before is None or is_good or not before[2]:
                    self._places[key] = (number, place, is_good)
        if own is None:
            raise InvalidConfiguration(
                f"{path} is not a file of aws assume each --results, or it is empty. Nothing was "
                "printed. To join the others, leave it out"
            )

    @property
    def targets(self) -> list[EachTarget]:
        """All targets of all headers: in the order of a run, or by name if several shared one."""
        found = list(self._targets.values())
        if any(one.shard is not None for one in self.headers):
            found.sort(key=lambda one: (one.name.casefold(), one.account_id))
        return found

    def result(self, target: EachTarget) -> Optional[TargetResult]:
        """Return the result of a target, which is read now; None if there is none."""
        if target.key not in self._places:
            return None
        number, place, _ = self._places[target.key]
        file = self._files[number]
        file.seek(place)
        _, line = next(read_lines(file), (0, None))
        return None if line is None or isinstance(line, ResultsHeader) else result_of(line)

    def _add_header(self, path: str, header: ResultsHeader) -> None:
        if self.headers and (difference := self.headers[0].difference(header)) is not None:
            raise InvalidConfiguration(
                f"{path} belongs to another run, because {difference}. Nothing was printed. Join "
                "only files of one command and the same targets"
            )
        self.headers.append(header)
        self._targets.update((one.key, one) for one in header.targets)


def join_results(context: CommandContext, output: EachOutput) -> int:
    """Print and store the joined results as a run would, and return its exit code."""
    joined = JoinedResults()
    with ExitStack() as stack:
        for path in output.merge_results:
            joined.add(path, stack.enter_context(_opened(path)))
        sink = EachSink(context, output, replace(joined.headers[0], shard=None))
        _notify(sink, joined)
        lost = 0
        for target in sink.start(joined.targets):
            result = joined.result(target)
            if result is None:
                error = "The target has no result in these files"
                result = TargetResult(target, 1, 0.0, error=error, reason=MISSING)
            else:
                _write(sink, result)
                lost += result.output_lost
            sink.finish(result)
        if lost:
            sink.notify(
                f"aws: [WARNING]: The output of {_targets(lost)} was lost, because the disk was "
                "full\n"
            )
        sink.close(interrupted=False)
    return sink.exit_code


def _notify(sink: EachSink, joined: JoinedResults) -> None:
    missing = missing_shards(joined.headers)
    if missing:
        sink.notify(
            f"aws: [WARNING]: No file has the results of {_shards(missing)}. Their targets are "
            "unknown\n"
        )
        sink.mark_incomplete()
    if joined.repeated:
        sink.notify(
            f"aws: [WARNING]: Several files have a result of {_targets(joined.repeated)}. The "
            "last success counts\n"
        )


def _write(sink: EachSink, result: TargetResult) -> None:
    for stream, data in (("stdout", result.stdout), ("stderr", result.stderr)):
        if data:
            sink.write(result.target, stream, data)


def _targets(count: int) -> str:
    return f"{count} target{'' if count == 1 else 's'}"


def _shards(names: Sequence[str]) -> str:
    return f"shard{'s' if len(names) > 1 else ''} {', '.join(names)}"


def _opened(path: str) -> BinaryIO:
    try:
        return open(path, "rb")
    except OSError as error:
        raise InvalidConfiguration(
            f"Cannot read {path}: {error.strerror}. Nothing was printed"
        ) from None
