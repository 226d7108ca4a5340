"""`aws assume help` on every host, next to `aws sts assume-role help`.

The CLI renders help by groff or mandoc and ends with an error where neither is
there. A `groff` that prints what it is given makes the test independent of both:
what is read here is the manual page's source.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Callable

import pytest

from awscli_assume.arguments.identity_provider import identity_provider_arguments
from awscli_assume.arguments.profiles import copy_arguments, target_arguments
from awscli_assume.arguments.role import role_arguments
from support.hosts import Host
from support.person import Person
from support.sts_stub import StsStub

# Options that every operation of the CLI has, made by the CLI.
_MACHINERY = {"cli-input-json", "cli-input-yaml", "generate-cli-skeleton"}
_TABLES = role_arguments() + copy_arguments() + target_arguments() + identity_provider_arguments()
_OURS = {argument["name"] for argument in _TABLES} - {"role-arn", "role"}
# What `aws assume` offers and a host's own model of STS lacks: an error names the host.
_NEWEST = "minimum-session-token-size"
_LATER = {
    "v2-2.22.12": {_NEWEST},
    "v2-2.11.0": {_NEWEST, "provided-contexts"},
    "v1-1.32.0": {_NEWEST},
}
_OPTION = re.compile(r"^\.?(?:B |\\fB)--([a-z-]+)(?:\\fP)? \((\w+)\)", re.MULTILINE)


@pytest.fixture
def manual_page(
    host: Host, home: Path, clean_env: dict[str, str], plugin_folder: Path, tmp_path: Path
):
    """Return a reader of help texts: words in, the manual page's source out."""
    person = Person(host, home, "", clean_env)
    person.config.parent.mkdir(mode=0o700)
    lines = ["[plugins]", "assume = awscli_assume"]
    if host.major == 2:
        lines.append(f"cli_legacy_plugin_path = {plugin_folder}")
    person.config.write_text("\n".join(lines) + "\n")
    groff = tmp_path / "bin" / "groff"
    groff.parent.mkdir()
    groff.write_text("#!/bin/sh\nexec /bin/cat\n")
    groff.chmod(0o755)

    def read(*words: str) -> str:
        done = person.aws(
            *words, "help",
            env={"PATH": str(groff.parent), "PAGER": "/bin/cat", "MANPAGER": "/bin/cat"},
        )  # fmt: skip

        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.replace("\\-", "-")

    return read


def options_of(page: str) -> dict[str, str]:
    """Return the options of a manual page with their types."""
    section = page.partition(".SH OPTIONS")[2].partition(".SH")[0]
    return dict(_OPTION.findall(section))


def test_help_lists_the_parameters_of_sts_assume_role(host: Host, manual_page) -> None:
    """Both pages list the same STS parameters of the same types, ours a few more."""
    theirs = options_of(manual_page("sts", "assume-role"))
    page = manual_page("assume")
    ours = options_of(page)

    expected = set(theirs) - _MACHINERY
    assert len(expected) >= 11
    assert {name: ours.get(name) for name in expected} == {n: theirs[n] for n in expected}
    unknown = set(ours) - expected - _OURS
    # The newest version 1 is not pinned: 1.46.3 lacks it still.
    allowed = unknown & {_NEWEST} if host.name == "v1-newest" else _LATER.get(host.name, set())
    assert unknown == allowed
    assert set(ours) >= _OURS
    assert re.search(r"^\.?(?:B |\\fB)role(?:\\fP)? \(string\)", page, re.MULTILINE)
    synopsis = page.partition(".SH SYNOPSIS")[2].partition(".SH")[0]
    assert set(re.findall(r"--([a-z-]+)", synopsis)) >= set(ours)


def test_each_option_is_explained(host: Host, manual_page) -> None:
    """No option stands there without a text."""
    section = manual_page("assume").partition(".SH OPTIONS")[2].partition(".SH")[0]
    for name, text in re.findall(r"^\\fB--([a-z-]+)\\fP \(\w+\)\n(.*)$", section, re.MULTILINE):
        assert len(text) > 20, name


@pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
def test_the_newest_parameter_reaches_sts(make_person: Callable, sts_stub: StsStub) -> None:
    """What only the newest host's model has is sent as `aws sts assume-role` sends it."""
    person = make_person(sts_stub.url)
    options = ("--role-arn", "arn:aws:iam::123456789012:role/r1", "--role-session-name", "s1",
               f"--{_NEWEST}", "4096")  # fmt: skip
    theirs = person.aws("sts", "assume-role", *options)
    ours = person.aws("assume", *options)

    assert theirs.returncode == 0, theirs.stderr
    assert ours.returncode == 0, ours.stderr
    assert sts_stub.requests[0]["MinimumSessionTokenSize"] == "4096"
    assert sts_stub.requests[1] == sts_stub.requests[0]
