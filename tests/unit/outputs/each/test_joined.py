"""Joined results files: duplicates, gaps, other runs, and the outputs of a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Optional

import pytest

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.model.each.results import (
    EachOutput,
    EachTarget,
    RunDescription,
    TargetResult,
    parse_shard,
)
from awscli_assume.outputs.each.joined import join_results
from awscli_assume.outputs.each.sink import ResultSink, make_sink
from support.each_run import RUN, TARGETS, Run, identity


def succeed(sink: ResultSink, target: EachTarget) -> None:
    sink.write(target, "stdout", b'{"Arn": "b"}')
    sink.finish(TargetResult(target, 0, 0.1))


@pytest.fixture
def shards(tmp_path: Path) -> list[str]:
    """The files of four machines; one account fails."""
    paths = [str(tmp_path / f"{index}.jsonl") for index in range(4)]
    for index, path in enumerate(paths):
        Run(EachOutput(results=path, shard=parse_shard(f"{index + 1}/4"))).go(identity)
    return paths


def joined(paths: list[str], query: Optional[str] = None, **values: Any) -> tuple[int, Run]:
    run = Run(EachOutput(merge_results=tuple(paths), **values), query)
    return join_results(run.context, run.output), run


def test_shards_are_one_run_again(shards: list[str]) -> None:
    """The merged array is the same as that of a run on one machine."""
    code, run = joined(shards, merge=True)
    alone = Run(EachOutput(merge=True))
    alone.go(identity)

    assert code == 1
    assert json.loads(run.out.text) == json.loads(alone.out.text)
    assert "39 of 40 succeeded, 1 failed" in run.err.text
    assert "AccessDenied: 1 failed: account-07" in run.err.text


def test_outputs_of_a_run(shards: list[str], tmp_path: Path) -> None:
    """Lines, JSON lines, a query, a report and a joined file come from the files alike."""
    report, file = tmp_path / "r.html", tmp_path / "all.jsonl"
    _, lines = joined(shards)
    _, objects = joined(shards, is_json=True)
    _, names = joined(shards, is_json=True, query="Name")
    joined(shards, results=str(file), report=str(report))
    _, again = joined([str(file)], is_json=True)

    assert lines.out.text.count('account-03 |     "Account": "000000000003"') == 1
    assert "account-07 | An error occurred" in lines.err.text
    assert len(objects.out.text.splitlines()) == 40
    assert names.out.text.splitlines()[3] == '"account-03"'
    assert report.read_text(encoding="utf-8").count('data-kind="good"') == 39
    assert objects.out.text == again.out.text


def test_joined_results_need_a_new_file(shards: list[str]) -> None:
    """The message does not name --resume, which goes with a command."""
    run = Run(EachOutput(merge_results=tuple(shards), results=shards[0]))

    with pytest.raises(InvalidConfiguration, match="it is not empty. Nothing was done"):
        join_results(run.context, run.output)


def test_success_counts_and_is_not_replaced(shards: list[str], tmp_path: Path) -> None:
    """Of a target in several files, a success counts wherever it is."""
    other = str(tmp_path / "again.jsonl")
    Run(EachOutput(results=other)).go(succeed, [TARGETS[7], TARGETS[8]])
    failed = str(tmp_path / "failed.jsonl")
    Run(EachOutput(results=failed)).go(
        lambda sink, target: sink.finish(TargetResult(target, 9, 0.1)), [TARGETS[8]]
    )
    code, run = joined([other, *shards, failed], merge=True)
    arns = {one["Account"]: one["Arn"] for one in json.loads(run.out.text)}

    assert code == 0
    assert (arns["000000000007"], arns["000000000008"]) == ("b", "a")
    assert "Several files have a result of 3 targets. The last success counts" in run.err.text


def test_gaps_are_failures(shards: list[str]) -> None:
    """A shard that is missing, and a target that was not reached, are named."""
    content = Path(shards[1]).read_text().splitlines(keepends=True)
    lost = json.loads(content[-1])
    Path(shards[1]).write_text("".join(content[:-1]) + content[-1][:20])
    code, run = joined([shards[0], shards[1], shards[3]], is_json=True)

    assert code == 1
    assert "No file has the results of shard 3/4" in run.err.text
    assert f"no result: 1 failed: {lost['Name']} ({lost['Account']})" in run.err.text
    assert "The target has no result in these files" in run.out.text


def test_missing_shard_alone_is_a_failure(shards: list[str], tmp_path: Path) -> None:
    """Even if all that is there has succeeded."""
    path = str(tmp_path / "one.jsonl")
    Run(EachOutput(results=path, shard=parse_shard("2/2"))).go(succeed)

    assert joined([path], is_json=True)[0] == 1


def test_shard_without_targets(tmp_path: Path) -> None:
    """Its file has a header, so that the others can be joined with it."""
    paths = [str(tmp_path / f"{index}.jsonl") for index in (1, 2)]
    for index, path in enumerate(paths, 1):
        shard = parse_shard(f"{index}/2")
        assert Run(EachOutput(results=path, shard=shard)).go(succeed, TARGETS[:1]) == 0
        assert (
            Run(EachOutput(results=path, resume=True, shard=shard)).go(succeed, TARGETS[:1]) == 0
        )

    assert [len(Path(path).read_text().splitlines()) for path in paths] in ([1, 2], [2, 1])
    code, run = joined(paths, is_json=True)
    assert code == 0
    assert "1 of 1 succeeded" in run.err.text


def test_output_that_was_lost_is_mentioned(shards: list[str], tmp_path: Path) -> None:
    """A success on a full disk has no result, which stays visible in the joined file."""
    content = Path(shards[0]).read_text()
    lost = content.replace('"ExitCode": 0,', '"ExitCode": 0, "OutputLost": true,', 1)
    Path(shards[0]).write_text(lost)
    code, run = joined(shards, is_json=True)

    assert code == 1
    assert "The output of 1 target was lost, because the disk was full" in run.err.text
    assert run.out.text.count('"OutputLost": true') == 1


def test_other_run_is_refused(shards: list[str], tmp_path: Path) -> None:
    """Results of two commands are not joined."""
    path = str(tmp_path / "other.jsonl")
    run = Run(EachOutput(results=path))
    sink = make_sink(run.context, run.output, RunDescription(("aws", "s3", "ls"), RUN.selection))
    sink.start(TARGETS[:1])
    sink.close(interrupted=False)
    message = "other.jsonl belongs to another run, because its command is 'aws s3 ls' and not 'aws"
    with pytest.raises(InvalidConfiguration, match=message):
        joined([*shards, path])


@pytest.mark.parametrize("content", ["", "notes\n", '{"Account": "1", "ExitCode": 0}\n'])
def test_what_is_no_results_file_is_refused(tmp_path: Path, content: str) -> None:
    """A wrong file is named, and nothing is printed."""
    path = tmp_path / "x"
    path.write_text(content)
    with pytest.raises(InvalidConfiguration, match="x is not a file of aws assume each --results"):
        joined([str(path)])
    with pytest.raises(InvalidConfiguration, match="Cannot read .*y: No such file"):
        joined([str(tmp_path / "y")])
