"""Runs of a result sink with a fake engine: threads, and commands that are functions."""

from __future__ import annotations

import io
import json
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any, Callable, Optional, Sequence

import jmespath

from awscli_assume.host.context import CommandContext
from awscli_assume.host.environment import Environment
from awscli_assume.model.each.results import (
    EachOutput,
    EachTarget,
    RunDescription,
    TargetResult,
    select_shard,
)
from awscli_assume.outputs.each.sink import ResultSink, make_sink

TARGETS = [
    EachTarget(f"{number:012d}", f"account-{number:02d}", "us-east-1") for number in range(40)
]
RUN = RunDescription(("aws", "sts", "get-caller-identity"), {"--accounts": ["all"]})
FAILED = 7


class Out(io.TextIOWrapper):
    """A stream with bytes below it, as stdout is."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)

    @property
    def text(self) -> str:
        return self.buffer.getvalue().decode("utf-8", "backslashreplace")  # type: ignore[attr-defined]


class Run:
    """A run with a fake engine: what it printed, and the sink."""

    def __init__(self, output: EachOutput, query: Optional[str] = None, **names: Any) -> None:
        self.out, self.err = names.pop("out", Out()), names.pop("err", Out())
        self.environment = Environment(names.pop("variables", {}), out=self.out, err=self.err)
        self.ran: list[str] = []
        session: Any = SimpleNamespace(get_config_variable=lambda name: "json")
        parsed_globals: Any = SimpleNamespace(
            output=names.pop("format_", None),
            query=None if query is None else jmespath.compile(query),
            color=names.pop("color", None),
            profile=None,
        )
        self.output = output
        self.context = CommandContext(session, parsed_globals, self.environment)

    def go(
        self,
        task: Callable[[ResultSink, EachTarget], None],
        targets: Sequence[EachTarget] = TARGETS,
    ) -> int:
        """Run the task for each target in four threads, and return the exit code."""
        sink = make_sink(self.context, self.output, RUN)
        remaining = sink.start(select_shard(targets, self.output.shard))

        def one(target: EachTarget) -> None:
            if not sink.is_stopped:
                self.ran.append(target.key)
                sink.begin(target)
                task(sink, target)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(one, remaining))
        sink.close(interrupted=False)
        return sink.exit_code


def number_of(target: EachTarget) -> int:
    return int(target.account_id)


def identity(sink: ResultSink, target: EachTarget) -> None:
    """A command that prints JSON, and fails for one account."""
    if number_of(target) == FAILED:
        sink.write(target, "stderr", b"\nAn error occurred (AccessDenied) when calling X\n")
        sink.finish(TargetResult(target, 254, 0.2))
        return
    text = json.dumps({"Account": target.account_id, "Arn": "a"}, indent=4).encode()
    for start in range(0, len(text), 7):
        sink.write(target, "stdout", text[start : start + 7])
    sink.finish(TargetResult(target, 0, 0.1))
