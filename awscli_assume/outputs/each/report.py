"""The report of ``aws assume each``: one page with a chart and a table of the results.

It has no output of the commands, only the ends of the error messages, so that it can be passed
on. It needs no other file and no network.
"""

from __future__ import annotations

import os
import re
import secrets
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Callable, Optional, Sequence

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.model.credentials import format_time
from awscli_assume.model.each.result_lines import ResultsHeader
from awscli_assume.model.each.results import EachTarget, TargetResult
from awscli_assume.model.printable import printable
from awscli_assume.outputs.each.report_template import page
from awscli_assume.outputs.each.status import duration_text

_ESCAPES = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord('"'): "&quot;",
            ord("'"): "&#39;"}  # fmt: skip
# Colors and other sequences for terminals.
_SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_KEY_ID = re.compile(r"\bA[KS]IA[A-Z0-9]{8,}([A-Z0-9]{4})\b")
_MESSAGE_LINES, _MESSAGE_LENGTH = 8, 1000
# Of the chart of times: bars at most, and the size in units of the drawing.
_ORDER = ("bad", "none", "good")
_BARS, _WIDTH, _HEIGHT = 24, 480, 180


@dataclass(frozen=True)
class Row:
    """A target in the table. ``kind`` is ``good``, ``bad`` or ``none`` (not run)."""

    target: EachTarget
    kind: str
    result: str
    exit_code: Optional[int] = None
    seconds: Optional[float] = None
    message: str = ""


class Report:
    """The rows of a report, until it is written at the end of the run."""

    def __init__(self, path: str) -> None:
        self.path = os.path.realpath(path)
        self._header: Optional[ResultsHeader] = None
        self._rows: dict[str, Row] = {}
        if os.path.exists(self.path) and not os.path.isfile(self.path):
            raise _unusable(path, "it is not a regular file")
        folder = os.path.dirname(self.path)
        if not os.path.isdir(folder):
            raise _unusable(path, f"there is no folder {folder}")
        if not os.access(folder, os.W_OK | os.X_OK):
            raise _unusable(path, f"the folder {folder} can't be written")

    def start(self, header: ResultsHeader) -> None:
        """Take the command and the targets."""
        self._header = header

    def add(self, result: TargetResult, stderr: bytes) -> None:
        """Take a result, with the end of its error output."""
        self._rows[result.target.key] = row_of(result, stderr)

    def write(self, now: datetime, seconds: float) -> str:
        """Write the page, and return a message for people. Raises OSError."""
        assert self._header is not None  # noqa: S101 - for the type checker
        rows = [
            self._rows.get(one.key) or Row(one, "none", "not run") for one in self._header.targets
        ]
        content = report_page(self._header, rows, now, seconds)
        copy = f"{self.path}.{secrets.token_hex(8)}"
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            with open(os.open(copy, flags, 0o600), "w", encoding="utf-8") as file:
                file.write(content)
            os.replace(copy, self.path)
        except OSError:
            with suppress(OSError):
                os.unlink(copy)
            raise
        return f"Report: {self.path}\n"


def row_of(result: TargetResult, stderr: bytes) -> Row:
    """Return the row of a result."""
    if result.is_success:
        return Row(result.target, "good", "succeeded", 0, result.seconds)
    code = None if result.error is not None else result.exit_code
    message = result.error or _last_lines(stderr or result.stderr)
    return Row(result.target, "bad", result.reason or "failed", code, result.seconds, message)


def report_page(header: ResultsHeader, rows: Sequence[Row], now: datetime, seconds: float) -> str:
    """Return the page as HTML."""
    counts = Counter(row.kind for row in rows)
    parts = [f"<span class=good>{counts['good']} succeeded</span>"]
    if counts["bad"]:
        parts.append(f"<span class=bad>{counts['bad']} failed</span>")
    if counts["none"]:
        parts.append(f"<span class=none>{counts['none']} not run</span>")
    shard = "" if header.shard is None else f", shard {header.shard}"
    command = header.command or "results"
    # The role first, as in the command line.
    options = sorted(header.selection.items(), key=lambda one: one[0].startswith("-"))
    selection = " ".join(
        f"{name} {_words(value)}" if name.startswith("-") else _words(value)
        for name, value in options
    )
    intro = (
        f"<p>{len(rows)} targets{shard}: {', '.join(parts)}.</p>\n"
        f"<p class=soft>{escape(selection)}<br>Finished {format_time(now)}, after "
        f"{duration_text(seconds)}. {_times_text(rows)}</p>"
    )
    charts = (
        f"<section><h2>Results</h2>{results_chart(rows)}</section>"
        f"<section><h2>Seconds for each target</h2>{times_chart(rows)}</section>"
    )
    columns = [one for one in _COLUMNS if one.is_needed(rows)]
    head = "".join(
        f'<th scope="col"{_class(one)}><button type=button>{one.title}</button></th>'
        for one in columns
    )
    # Failures first.
    ordered = sorted(rows, key=lambda row: (_ORDER.index(row.kind), row.target.name))
    body = "".join(
        f'<tr data-kind="{row.kind}">{"".join(one.cell(row) for one in columns)}</tr>\n'
        for row in ordered
    )
    return page(f"aws assume each: {escape(command)}", intro, charts, head, body)


def results_chart(rows: Sequence[Row]) -> str:
    """Return a bar for each kind of result as SVG."""
    counts = Counter((row.kind, row.result) for row in rows)
    order = {"good": 0, "bad": 1, "none": 2}
    bars = sorted(counts.items(), key=lambda one: (order[one[0][0]], -one[1], one[0][1]))
    shown, rest = bars[:8], bars[8:]
    if rest:
        shown.append((("bad", "others"), sum(count for _, count in rest)))
    most = max((count for _, count in shown), default=1)
    parts = []
    for number, ((kind, text), count) in enumerate(shown):
        top, width = number * 24, max(count / most * (_WIDTH - 220), 2)
        label = text if len(text) <= 22 else f"{text[:21]}\N{HORIZONTAL ELLIPSIS}"
        parts.append(
            f'<text x="150" y="{top + 15}" text-anchor="end">{escape(label)}</text>'
            f'<rect class="{kind}" x="158" y="{top + 3}" width="{width:.1f}" height="16" rx="2"/>'
            f'<text x="{164 + width:.1f}" y="{top + 15}">{count}</text>'
        )
    summary = ", ".join(f"{text} {count}" for (_, text), count in shown)
    return _svg(max(len(shown), 1) * 24, f"Results: {summary}", "".join(parts))


def times_chart(rows: Sequence[Row]) -> str:
    """Return how many targets took how long, as SVG."""
    times = [(row.seconds, row.kind) for row in rows if row.seconds is not None]
    if not times:
        return "<p class=soft>No target was run.</p>"
    step = step_of(max(seconds for seconds, _ in times))
    bins = Counter((int(seconds / step), kind) for seconds, kind in times)
    count = max(number for number, _ in bins) + 1
    most = max(bins[number, "good"] + bins[number, "bad"] for number in range(count))
    bar, floor = (_WIDTH - 60) / max(count, 6), _HEIGHT - 24
    parts = [f'<line class="axis" x1="36" y1="{floor}" x2="{_WIDTH}" y2="{floor}"/>',
             f'<text x="30" y="16" text-anchor="end">{most}</text>',
             f'<text x="30" y="{floor}" text-anchor="end">0</text>']  # fmt: skip
    for number in range(count):
        left, bottom = 38 + number * bar, float(floor)
        for kind in ("good", "bad"):
            height = bins[number, kind] / most * (floor - 8)
            bottom -= height
            if height:
                parts.append(
                    f'<rect class="{kind}" x="{left:.1f}" y="{bottom:.1f}" '
                    f'width="{max(bar - 2, 1):.1f}" height="{height:.1f}"/>'
                )
    labels = max(count // 6, 1)
    parts.extend(
        f'<text x="{38 + number * bar:.1f}" y="{_HEIGHT - 8}" text-anchor="middle">'
        f"{number * step:g}</text>"
        for number in range(0, count + 1, labels)
    )
    return _svg(_HEIGHT, f"Times of {len(times)} targets. {_times_text(rows)}", "".join(parts))


def step_of(longest: float) -> float:
    """Return the width of a bar in seconds, so that the bars are few: 1, 2 or 5 times 10**n."""
    step = 0.001
    while True:
        for factor in (1, 2, 5):
            if longest / (step * factor) < _BARS:
                return step * factor
        step *= 10


def escape(text: str) -> str:
    """Return a text for HTML, also in an attribute, without control characters."""
    return printable(text).translate(_ESCAPES)


@dataclass(frozen=True)
class _Column:
    """A column of the table; a number is sorted as one."""

    title: str
    text: Callable[[Row], Optional[str]]
    number: Optional[Callable[[Row], Optional[float]]] = None
    style: str = ""

    def is_needed(self, rows: Sequence[Row]) -> bool:
        """Return whether a row has something in this column."""
        return any(self.text(row) for row in rows)

    def cell(self, row: Row) -> str:
        """Return the cell of a row."""
        style = row.kind if self.title == "Result" else self.style
        mark = f' class="{style}"' if style else ""
        if self.number is not None:
            value = self.number(row)
            mark += f' data-value="{-1 if value is None else value:g}"'
        return f"<td{mark}>{escape(self.text(row) or '')}</td>"


_COLUMNS = (
    _Column("Account", lambda row: row.target.name),
    _Column("ID", lambda row: row.target.account_id),
    _Column("Region", lambda row: row.target.region),
    _Column("Profile", lambda row: row.target.profile),
    _Column("Result", lambda row: row.result),
    _Column("Exit code", lambda row: None if row.exit_code is None else str(row.exit_code),
            lambda row: row.exit_code, "number"),
    _Column("Seconds", lambda row: None if row.seconds is None else f"{row.seconds:.2f}",
            lambda row: row.seconds, "number"),
    _Column("Message", lambda row: row.message, None, "message"),
)  # fmt: skip


def _class(column: _Column) -> str:
    return f' class="{column.style}"' if column.style == "number" else ""


def _times_text(rows: Sequence[Row]) -> str:
    times = [row.seconds for row in rows if row.seconds is not None]
    if not times:
        return ""
    median = sorted(times)[len(times) // 2]
    return f"Median {median:.2f} s, longest {max(times):.2f} s."


def _svg(height: int, label: str, content: str) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(label)}">'
        f"{content}</svg>"
    )


def _last_lines(stderr: bytes) -> str:
    """Return the end of an error output, without colors and with cut access key IDs."""
    text = _SEQUENCE.sub("", stderr.decode("utf-8", "replace"))
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    message = "\n".join(lines[-_MESSAGE_LINES:])[-_MESSAGE_LENGTH:]
    return _KEY_ID.sub(r"****\1", message)


def _words(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _unusable(path: str, reason: str) -> InvalidConfiguration:
    return InvalidConfiguration(
        f"Cannot write the report {path}: {reason}. Give --report another file"
    )
