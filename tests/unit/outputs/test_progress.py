"""The line of progress on a terminal."""

from __future__ import annotations

import io

import pyte
import pytest

from awscli_assume.host.environment import Environment
from awscli_assume.outputs.progress import Progress, StatusLine


class Screen(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


def test_line_is_overwritten_and_removed() -> None:
    """The line is written once for each percent, and nothing is left of it."""
    screen = Screen()
    progress = Progress(Environment({}, err=screen), "Listing")
    progress.show(1, 500)
    progress.show(2, 500)
    progress.show(500, 500)
    progress.clear()

    start = "\r\x1b[K"
    assert screen.getvalue() == f"{start}Listing: 1 of 500{start}Listing: 500 of 500{start}"


@pytest.mark.parametrize(
    ("stream", "variables"), [(io.StringIO(), {}), (Screen(), {"TERM": "dumb"})]
)
def test_no_line_without_a_terminal(stream: io.StringIO, variables: dict[str, str]) -> None:
    """A file and a dumb terminal get nothing."""
    progress = Progress(Environment(variables, err=stream), "Listing")
    progress.show(1, 2)
    progress.clear()

    assert stream.getvalue() == ""


def test_message_of_another_thread_replaces_the_line() -> None:
    """A shared line leaves the cursor at its beginning, and comes again below the message."""
    screen = Screen()
    environment = Environment({}, err=screen)
    line = StatusLine(environment, is_shared=True)
    line.show("1 of 9 done")
    environment.notify("aws: [WARNING]: slow\n")
    line.show("2 of 9 done")
    line.clear()
    rendered = pyte.Screen(40, 4)
    pyte.Stream(rendered).feed(screen.getvalue().replace("\n", "\r\n"))

    assert [one.rstrip() for one in rendered.display] == ["aws: [WARNING]: slow", "", "", ""]
