"""What can't be printed: invalid formats and queries, and a stdout or stderr without space."""

from __future__ import annotations

import subprocess
from typing import Callable, Optional

import pytest

from support.hosts import HOST_NAMES
from support.person import Person
from support.sts_stub import Answer, StsStub, query_answer, refusal

ASSUME, CREATE = "aws assume --role-name my-iam-role", "aws assume create-role --role-name new"
REFRESH, CLEAR = "aws assume refresh --all", "aws assume clear --all"
LIST, EXPLAIN = "aws assume list", "aws assume explain --role-name my-iam-role"
VERBS = (ASSUME, CREATE, REFRESH, CLEAR, LIST, EXPLAIN)
# One row of each kind runs on all AWS CLIs.
ON_ALL = [pytest.param(name, id=name) for name in HOST_NAMES]
NEWEST = [pytest.param("v2-2.38.5", id="v2-2.38.5")]
FULL = "/dev/full"


@pytest.fixture
def assumed(make_person: Callable[..., Person], sts_stub: StsStub) -> Person:
    """Return a user with the default target profile."""

    def script(parameters: dict[str, str]) -> Optional[Answer]:
        if parameters["Action"] in ("AssumeRole", "GetCallerIdentity"):
            return None
        return query_answer(parameters["Action"])

    sts_stub.script = script
    person = make_person(sts_stub.url)
    assert shell(person, ASSUME).returncode == 0
    sts_stub.requests.clear()
    return person


def shell(person: Person, line: str, **variables: str) -> subprocess.CompletedProcess:
    """Run a line of a shell."""
    if not person.host.knows_endpoint_variable:
        line = line.replace("aws ", f"aws --endpoint-url {person.endpoint_url} ", 1)
    return subprocess.run(
        ["/bin/bash", "-c", line], env=person.forked_variables(**variables), cwd=person.home,
        text=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=120,
        start_new_session=True,
    )  # fmt: skip


def check_refused(
    person: Person, stub: StsStub, done: subprocess.CompletedProcess, before: dict[str, bytes]
) -> None:
    """Fail unless a command ended with one error before it did anything."""
    assert done.returncode in ((252, 253) if person.host.major == 2 else (255,)), done.stderr
    assert "Traceback" not in done.stderr
    assert "NoneType" not in done.stderr
    assert "Nothing was done" in done.stderr
    assert done.stdout == ""
    assert stub.requests == []
    assert person.snapshot() == before


@pytest.mark.parametrize("redirection", [">&-", f">{FULL}"])
@pytest.mark.parametrize("line", [*VERBS, "aws assume export --role-name my-iam-role"])
@pytest.mark.parametrize("host", NEWEST, indirect=True)
def test_an_unwritable_stdout(
    assumed: Person, sts_stub: StsStub, line: str, redirection: str
) -> None:
    """The command is refused before anything is called or written."""
    before = assumed.snapshot()
    check_refused(assumed, sts_stub, shell(assumed, f"{line} {redirection}"), before)


@pytest.mark.parametrize("redirection", [">&-", f">{FULL}"])
@pytest.mark.parametrize("host", ON_ALL, indirect=True)
def test_an_unwritable_stdout_on_each_host(
    assumed: Person, sts_stub: StsStub, redirection: str
) -> None:
    """The command is refused before anything is called or written."""
    before = assumed.snapshot()
    check_refused(assumed, sts_stub, shell(assumed, f"{REFRESH} {redirection}"), before)


@pytest.mark.parametrize("redirection", ["2>&-", f"2>{FULL}"])
@pytest.mark.parametrize("line", [line for line in VERBS if line != CREATE])
@pytest.mark.parametrize("host", NEWEST, indirect=True)
def test_an_unwritable_stderr(assumed: Person, line: str, redirection: str) -> None:
    """The messages are lost, and nothing else."""
    done = shell(assumed, f"{line} {redirection}")

    # explain cannot tell: the stub returns no role.
    assert done.returncode == (0 if line != EXPLAIN else 3), done.stderr
    assert done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("line", VERBS)
@pytest.mark.parametrize("host", NEWEST, indirect=True)
def test_an_invalid_output_format(assumed: Person, sts_stub: StsStub, line: str) -> None:
    """A configured format that does not exist is an error before anything is done."""
    before = assumed.snapshot()
    done = shell(assumed, line, AWS_DEFAULT_OUTPUT="jsn")

    check_refused(assumed, sts_stub, done, before)
    assert "'jsn'" in done.stderr
    # The format that the message suggests; the stub creates no role.
    suggested = shell(assumed, f"{line} --output json", AWS_DEFAULT_OUTPUT="jsn")
    assert "'jsn'" not in suggested.stderr
    assert line == CREATE or suggested.returncode in (0, 3)


@pytest.mark.parametrize(
    ("line", "query"),
    [
        (ASSUME, "sort(Account)"), (CREATE, "abs(Role.Arn)"), (CLEAR, "nosuch(Profiles)"),
        (REFRESH, "Profiles[].length(SecondsLeft)"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("host", NEWEST, indirect=True)
def test_a_query_that_fails(assumed: Person, sts_stub: StsStub, line: str, query: str) -> None:
    """A query that the result's types don't allow is an error before anything is done."""
    before = assumed.snapshot()
    check_refused(assumed, sts_stub, shell(assumed, f"{line} --query '{query}'"), before)


@pytest.mark.parametrize("line", [REFRESH, CLEAR, LIST, "aws assume clear"])
@pytest.mark.parametrize("host", ON_ALL, indirect=True)
def test_a_shell_whose_profile_is_gone(assumed: Person, line: str) -> None:
    """AWS_PROFILE names a profile that does not exist: the verbs that need no source work."""
    done = shell(assumed, line, AWS_PROFILE="typo")

    assert done.returncode == 0, done.stderr
    assert '"Profile": "assumed-role"' in done.stdout


@pytest.mark.parametrize("verb", ["assume", "assume export", "assume exec"])
@pytest.mark.parametrize(
    "host", [*NEWEST, pytest.param("v1-newest", id="v1-newest")], indirect=True
)
def test_control_characters_in_a_message_of_sts(
    assumed: Person, sts_stub: StsStub, verb: str
) -> None:
    """A terminal would obey them: they are printed as escapes."""
    sts_stub.script = lambda parameters: refusal(403, "AccessDenied", "no &#x9b;2J&#x202e;more")
    command = " -- true" if verb.endswith("exec") else ""
    done = shell(assumed, f"aws {verb} --role-name other{command}")

    assert done.returncode == (254 if assumed.host.major == 2 else 255)
    assert "no \\x9b2J\\u202emore" in done.stderr
    assert not set("\x9b\u202e") & set(done.stderr)
