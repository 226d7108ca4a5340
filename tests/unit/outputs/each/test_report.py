"""The report: complete, escaped, self-contained; a browser opens it in the integration tests."""

from __future__ import annotations

import os
import re
import stat
import xml.etree.ElementTree as ET
from datetime import datetime, timezone
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.model.each.result_lines import ResultsHeader
from awscli_assume.model.each.results import EachTarget, Shard, TargetResult
from awscli_assume.outputs.each.report import (
    Report,
    Row,
    escape,
    report_page,
    results_chart,
    row_of,
    step_of,
    times_chart,
)

NOW = datetime(2026, 11, 29, 1, 2, 3, tzinfo=timezone.utc)
TARGET = EachTarget("111111111111", "dev", "us-east-1")
OTHER = EachTarget("222222222222", "<b>&\"'\x1b\u202eevil", "us-east-1")
HEADER = ResultsHeader(
    "aws s3 ls", "d", {"--accounts": ["all"]}, Shard(1, 2), (TARGET, OTHER), "2026-11-29T01:02:03Z"
)


class Page(HTMLParser):
    """The tags and texts of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.in_cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        self.in_cell = tag in ("td", "th") or (self.in_cell and tag == "button")
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.in_cell:
            self.rows[-1][-1] += data.rstrip("\n")

    def handle_endtag(self, tag: str) -> None:
        self.in_cell = False


def test_page_has_a_row_for_each_target(tmp_path: Path) -> None:
    """Failures come first, and a target that was not run is there, too."""
    path = tmp_path / "report.html"
    report = Report(str(path))
    report.start(HEADER)
    report.add(TargetResult(TARGET, 0, 1.25), b"")
    note = report.write(NOW, 65)
    page = Page(path.read_text(encoding="utf-8"))

    assert note == f"Report: {path}\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["report.html"]
    assert page.rows[0] == ["Account", "ID", "Region", "Result", "Exit code", "Seconds"]
    assert page.rows[1][1:4] == ["222222222222", "us-east-1", "not run"]
    assert page.rows[2][:6] == ["dev", "111111111111", "us-east-1", "succeeded", "0", "1.25"]


def test_page_loads_nothing_and_runs_only_its_own_script() -> None:
    """The policy names the digests of the style and the script; no tag has a source."""
    text = report_page(
        HEADER, [Row(OTHER, "bad", "x", 1, 1.0, "<script>alert(1)</script>")], NOW, 1
    )
    page = Page(text)

    assert [tag for tag, _ in page.tags].count("script") == 1
    assert not [names for _, names in page.tags if {"src", "href", "onclick"} & set(names)]
    assert re.search(r"default-src 'none'; style-src 'sha256-\S+'; script-src 'sha256-", text)
    # The namespace of SVG is not needed within HTML, so no address is in the page.
    assert "http:" not in text
    assert "https:" not in text


def test_selection_is_as_it_was_typed() -> None:
    """The role in one word has no option before it."""
    selection = {"--accounts": ["all", "not:a"], "ROLE": "audit"}
    header = ResultsHeader("aws s3 ls", "d", selection, None, (TARGET,), "")

    assert "audit --accounts all not:a<br>" in report_page(header, [], NOW, 1)


def test_foreign_text_is_escaped() -> None:
    """A name of an account, and a message of a command, are text and no markup."""
    row = row_of(TargetResult(OTHER, 1, 1.0, reason="<i>"), b"<img src=x>\n\x1b[31mred\x1b[0m\n")
    text = report_page(HEADER, [row], NOW, 1)

    assert "<b>" not in text
    assert "<i>" not in text
    assert "<img" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "&lt;img src=x&gt;\nred" in text


@settings(deadline=None)
@given(st.text())
def test_escaped_text_is_read_again(text: str) -> None:
    """No text begins a tag or ends an attribute."""
    escaped = escape(text)

    assert not set(escaped) & set("<>\"'")
    assert re.fullmatch(r"(?:[^&]|&(?:amp|lt|gt|quot|#39);)*", escaped, re.S)


def test_message_has_no_key_and_is_short() -> None:
    """The end of the error output is enough, and an access key ID is cut."""
    stderr = b"line\n" * 3000 + b"The key AKIAIOSFODNN7EXAMPLE and ASIAIOSFODNN7EXAMPLE is bad\n\n"
    message = row_of(TargetResult(TARGET, 255, 1.0), stderr).message

    assert message.endswith("The key ****MPLE and ****MPLE is bad")
    assert len(message.splitlines()) == 8
    assert len(message) <= 1000


def test_row_of_a_target_that_could_not_start() -> None:
    """Its message is our own, and it has no exit code of a command."""
    row = row_of(TargetResult(TARGET, 255, 0.1, "No role.", "AccessDenied"), b"")

    assert (row.kind, row.result, row.exit_code, row.message) == (
        "bad", "AccessDenied", None, "No role.",
    )  # fmt: skip


def test_charts_have_a_bar_for_each_number() -> None:
    """The heights of the bars are in proportion, and a reader hears what they say."""
    rows = [Row(TARGET, "good", "succeeded", 0, 0.5) for _ in range(9)]
    rows += [Row(TARGET, "bad", "AccessDenied", None, 2.5) for _ in range(3)]
    results, times = ET.fromstring(results_chart(rows)), ET.fromstring(times_chart(rows))

    assert [float(one.attrib["width"]) for one in results.iter("rect")] == pytest.approx(
        [260, 86.7], abs=0.1
    )
    assert results.attrib["aria-label"] == "Results: succeeded 9, AccessDenied 3"
    heights = [float(one.attrib["height"]) for one in times.iter("rect")]
    assert heights[0] == pytest.approx(3 * heights[1], abs=0.2)
    assert times.attrib["aria-label"] == "Times of 12 targets. Median 0.50 s, longest 2.50 s."


def test_many_reasons_have_one_bar_for_the_rest() -> None:
    """The chart stays readable with a hundred reasons."""
    rows = [Row(TARGET, "bad", f"reason {number}", 1, 1.0) for number in range(100)]
    chart = ET.fromstring(results_chart(rows))

    assert len(list(chart.iter("rect"))) == 9
    assert "others 92" in chart.attrib["aria-label"]


@settings(deadline=None)
@given(st.floats(0, 1e6))
def test_bars_of_times_are_few(longest: float) -> None:
    """From milliseconds to days, the chart has at most 24 bars."""
    step = step_of(longest)

    assert longest / step < 24
    assert f"{step:g}".strip("0.").replace("e+", "").rstrip("0")[:1] in ("1", "2", "5")


def test_chart_without_times() -> None:
    """A run that was interrupted at once has no times."""
    assert "No target was run" in times_chart([Row(TARGET, "none", "not run")])


def test_unusable_path_is_refused_before_anything_runs(tmp_path: Path) -> None:
    """A mistake in the path must not be found after an hour."""
    for name, reason in [(".", "it is not a regular file"), ("no/r.html", "there is no folder")]:
        with pytest.raises(InvalidConfiguration, match=f"Cannot write the report .*{reason}"):
            Report(str(tmp_path / name))


def test_report_replaces_an_older_one_through_a_link(tmp_path: Path) -> None:
    """The link stays, and a failed write leaves no copy."""
    (tmp_path / "old.html").write_text("old")
    (tmp_path / "link.html").symlink_to("old.html")
    report = Report(str(tmp_path / "link.html"))
    report.start(HEADER)
    report.write(NOW, 1)

    assert (tmp_path / "link.html").is_symlink()
    assert (tmp_path / "old.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert sorted(os.listdir(tmp_path)) == ["link.html", "old.html"]
