"""Results as JSON: parsed output, lines, headers, and merged elements."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any, Optional

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awscli_assume.model.each.result_lines import (
    ResultsHeader,
    json_line,
    merged,
    missing_shards,
    output_text,
    parse_header,
    parsed_output,
    record_of,
    result_of,
)
from awscli_assume.model.each.results import EachTarget, Shard, TargetResult

NOW = datetime(2026, 11, 29, 1, 2, 3, tzinfo=timezone.utc)
TARGET = EachTarget("111111111111", "dev", "us-east-1")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


def header(**values: Any) -> ResultsHeader:
    given_values: dict[str, Any] = {
        "command": "aws sts get-caller-identity",
        "command_digest": "d",
        "selection": {"--accounts": ["all"], "--role-name": "audit"},
        "shard": None,
        "targets": (TARGET,),
        "started": "2026-11-29T01:02:03Z",
    }
    return ResultsHeader(**{**given_values, **values})


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{"a": 1}\n', {"a": 1}),
        (b"[]\n", []),
        (b"5\n", 5),
        (b'"text"\n', "text"),
        (b"null\n", None),
        (b"", None),
        (b"\n", None),
        # An account ID is text, with and without a zero at its beginning.
        (b"123456789012\n", "123456789012"),
        (b"012345678901\n", "012345678901"),
        (b"one\ttwo\n", "one\ttwo"),
        (b"one\ntwo\n\n", "one\ntwo\n"),
        (b"one\r\n", "one"),
        (b"NaN\n", "NaN"),
        (b'{"a": 1} trailing', '{"a": 1} trailing'),
        (b"\xff\n", "\\xff"),
        (b"[" * 100_000, "[" * 100_000),
    ],
)
def test_parsed_output(data: bytes, expected: object) -> None:
    """JSON is parsed, anything else is a text without its last line end."""
    assert parsed_output(data) == expected


@settings(deadline=None)
@given(JSON)
def test_json_output_is_printed_again_unchanged(value: object) -> None:
    """A value in a results file is printed again as the AWS CLI printed it."""
    assert parsed_output(output_text(value).encode("utf-8", "backslashreplace")) in (
        value,
        # A text that looks like JSON, or has a line end of its own, was not in quotes.
        parsed_output((value if isinstance(value, str) else "").encode("utf-8", "replace")),
        # A text that ends with a carriage return ends with the line end of Windows.
        value.removesuffix("\r") if isinstance(value, str) else value,
        # An account ID.
        f"{value:012}" if isinstance(value, int) and 10**11 <= value < 10**12 else value,
    )


@settings(deadline=None)
@given(st.binary(max_size=40), st.binary(max_size=40), st.integers(0, 255))
def test_record_is_read_again(stdout: bytes, stderr: bytes, code: int) -> None:
    """A result survives the file, whatever bytes the command printed."""
    result = TargetResult(TARGET, code, 1.23456, None, None, stdout, stderr)
    line = json_line(record_of(result, NOW))
    found = result_of(json.loads(line))

    assert line.count("\n") == 1
    assert found is not None
    assert (found.target, found.exit_code, found.seconds) == (TARGET, code, 1.235)
    assert parsed_output(found.stdout) == parsed_output(stdout) or isinstance(
        parsed_output(stdout), str
    )


def test_record_of_a_success_and_a_failure() -> None:
    """A success has no reason. A failure says why it failed or could not start."""
    good = record_of(TargetResult(TARGET, 0, 0.5, stdout=b'{"a": 1}'), NOW)
    bad = record_of(TargetResult(TARGET, 255, 0.5, "No role.", "AccessDenied"), NOW)

    assert good == {
        "Account": "111111111111",
        "Name": "dev",
        "Region": "us-east-1",
        "ExitCode": 0,
        "Result": {"a": 1},
        "Stderr": "",
        "Seconds": 0.5,
        "Finished": "2026-11-29T01:02:03Z",
    }
    assert (bad["Reason"], bad["Error"]) == ("AccessDenied", "No role.")


def test_what_is_no_record() -> None:
    """An object of another file is not taken for a result."""
    assert result_of({"Account": 5, "ExitCode": 0}) is None
    assert result_of({"Account": "111111111111"}) is None


@settings(deadline=None)
@given(JSON, st.booleans())
def test_line_is_one_safe_line(value: object, is_ascii: bool) -> None:
    """A line of JSON has no line end and no control character, and has the same value."""
    line = json_line(value, is_ascii=is_ascii)

    assert len(line.splitlines()) == 1
    assert line[:-1].isprintable() or not any(
        one in line[:-1] for one in "\x1b\x7f\x9b\u2028\u202e"
    )
    assert json.loads(line) == value


def test_line_of_a_name_in_utf8_or_ascii() -> None:
    """A name is readable where the output can have it. A lone surrogate is escaped."""
    assert json_line({"a": "Zürich"}) == '{"a": "Zürich"}\n'
    assert json_line({"a": "Zürich"}, is_ascii=True) == '{"a": "Z\\u00fcrich"}\n'
    assert json_line("\ud800") == '"\\ud800"\n'


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({"Buckets": []}, [{"Account": "1", "Region": "r", "Buckets": []}]),
        ([{"a": 1}, {"a": 2}], [{"Account": "1", "Region": "r", "a": n} for n in (1, 2)]),
        ([], []),
        (["x"], [{"Account": "1", "Region": "r", "Result": "x"}]),
        ("text", [{"Account": "1", "Region": "r", "Result": "text"}]),
        (None, [{"Account": "1", "Region": "r"}]),
        ({"Account": "1", "Arn": "a"}, [{"Account": "1", "Region": "r", "Arn": "a"}]),
        # Nothing of the command's own is lost.
        ({"Region": "q"}, [{"Account": "1", "Region": "r", "Result": {"Region": "q"}}]),
    ],
)
def test_merged(result: object, expected: list[object]) -> None:
    """Each element has its account and region, which no field of the command replaces."""
    assert list(merged({"Account": "1", "Region": "r", "Result": result})) == expected


def test_header_is_read_again() -> None:
    """A header survives the file, with its shard and its targets."""
    targets = (TARGET, EachTarget("222222222222", "", None, "audit"))
    before = header(shard=Shard(2, 4), targets=targets)

    assert parse_header(json.loads(json_line(before.to_json()))) == before


@pytest.mark.parametrize("change", [{"Format": "2"}, {"Targets": 5}, {"Selection": None}])
def test_what_is_no_header(change: dict[str, object]) -> None:
    """A header of another format is not read as one of this."""
    assert parse_header({**header().to_json(), **change}) is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"started": "later", "targets": ()}, None),
        (
            {"command": "aws s3 ls", "command_digest": "e"},
            "its command is 'aws s3 ls' and not 'aws sts get-caller-identity'",
        ),
        ({"command_digest": "e"}, "its command (aws sts get-caller-identity ...) has other words"),
        (
            {"selection": {"--accounts": ["ou:Dev", "x"], "--role-name": "audit"}},
            "its --accounts is 'ou:Dev x' and not 'all'",
        ),
        ({"selection": {"--accounts": ["all"]}}, "its --role-name is 'not given' and not 'audit'"),
    ],
)
def test_difference(change: dict[str, Any], expected: Optional[str]) -> None:
    """The first difference is named. New accounts in an organization are none."""
    assert header().difference(header(**change)) == expected


def test_missing_shards() -> None:
    """The shards that no file has are named; files without shards miss none."""
    present = [header(shard=Shard(index, 4)) for index in (1, 3)]

    assert missing_shards(present) == ["2/4", "4/4"]
    assert missing_shards([header()]) == []
