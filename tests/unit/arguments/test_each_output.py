"""The options for the results of ``aws assume each``, and what excludes what."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from awscli_assume.arguments.each_output import each_output_arguments, read_each_output
from awscli_assume.errors import InvalidRequest
from awscli_assume.model.each.results import EachOutput, Shard

NAMES = [str(one["name"]).replace("-", "_") for one in each_output_arguments()]


def output(values: dict[str, Any], output: str | None = None, query: object = None) -> EachOutput:
    parsed_args = SimpleNamespace(**{**dict.fromkeys(NAMES), **values})
    parsed_globals: Any = SimpleNamespace(output=output, query=query)
    return read_each_output(parsed_args, parsed_globals)


def test_options_without_values() -> None:
    """Without an option, lines are printed."""
    assert output({}) == EachOutput()


@pytest.mark.parametrize(
    ("values", "format_", "query", "expected"),
    [
        ({}, "json", None, EachOutput(is_json=True)),
        ({}, None, object(), EachOutput(is_json=True)),
        ({}, "off", None, EachOutput(is_off=True)),
        ({"merge": True}, "json", object(), EachOutput(merge=True)),
        ({"merge": True}, "table", None, EachOutput(merge=True)),
        ({"shard": "2/4"}, None, None, EachOutput(shard=Shard(2, 4))),
        (
            {"results": "r", "report": "p", "resume": True},
            None,
            None,
            EachOutput(results="r", report="p", resume=True),
        ),
        ({"merge_results": ["a", "b"]}, None, None, EachOutput(merge_results=("a", "b"))),
    ],
)
def test_what_an_option_means(
    values: dict[str, Any], format_: str | None, query: object, expected: EachOutput
) -> None:
    """JSON lines are for --output json and --query, unless --merge takes both."""
    assert output(values, format_, query) == expected


@pytest.mark.parametrize(
    ("values", "format_", "message"),
    [
        ({}, "table", "--output table needs --merge"),
        ({}, "yaml", "--output yaml needs --merge"),
        ({"resume": True}, None, "--resume needs the file"),
        ({"results": ""}, None, "need the name of a file"),
        ({"report": ""}, None, "need the name of a file"),
        ({"results": "a", "report": "a"}, None, "need two files"),
        ({"shard": "5/4"}, None, "Invalid --shard '5/4'"),
        ({"merge_results": ["a"], "shard": "1/2"}, None, "--shard has no meaning"),
        (
            {"merge_results": ["a"], "results": "b", "resume": True},
            None,
            "--resume has no meaning",
        ),
    ],
)
def test_options_that_contradict_each_other(
    values: dict[str, Any], format_: str | None, message: str
) -> None:
    """A mistake is found before anything is called."""
    with pytest.raises(InvalidRequest, match=message):
        output(values, format_)


def test_home_folder_in_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell leaves the ~ of --results=~/file alone."""
    monkeypatch.setenv("HOME", "/home/alice")
    found = output({"results": "~/r", "report": "~/p", "merge_results": ["~/a"]})

    assert (found.results, found.report) == ("/home/alice/r", "/home/alice/p")
    assert found.merge_results == ("/home/alice/a",)


def test_joining_runs_no_command() -> None:
    """A command that would silently not run is an error."""
    values = {**dict.fromkeys(NAMES), "merge_results": ["a"]}
    parsed_globals: Any = SimpleNamespace(output=None, query=None)
    with pytest.raises(InvalidRequest, match="runs no command: leave out -- aws s3 ls"):
        read_each_output(SimpleNamespace(**values), parsed_globals, ("aws", "s3", "ls"))
