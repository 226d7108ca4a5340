"""Commands that answer codes of MFA devices: how they are run, and what is told of them."""

from __future__ import annotations

import shlex
import sys
from typing import Any

import pytest

from awscli_assume.errors import InvalidConfiguration, NoTerminal
from awscli_assume.host.environment import Environment
from awscli_assume.profiles.source import ProfilePair
from awscli_assume.workflow.credentials import mfa_code as codes
from awscli_assume.workflow.credentials.mfa_code import MfaProcess, mfa_process_of, with_code


def python(code: str) -> str:
    return shlex.join([sys.executable, "-c", code])


@pytest.mark.parametrize(
    "printed", ["918273", "918273\\n", " 918 273\\r\\n", "\\x1b[mcode: 918273."]
)
def test_output_is_stripped_to_its_digits(printed: str) -> None:
    """Blanks, words and colours around six digits do not matter."""
    line = python(f"print('{printed}', end='')")
    expected = MfaProcess("work", line)

    assert expected.code(Environment()) == "918273"


@pytest.mark.parametrize(
    "printed", ["", "91827", "9182734", "\u0661\u0662\u0663\u0664\u0665\u0666"]
)
def test_output_of_other_than_six_digits(printed: str) -> None:
    """Neither the output nor the rest of the command line is told."""
    line = python(f"import sys; sys.stdout.buffer.write({printed.encode()!r})")

    with pytest.raises(InvalidConfiguration) as refusal:
        MfaProcess("work", line).code(Environment())

    text = str(refusal.value)
    assert "'work'" in text
    assert f"the command {sys.executable} has to print six digits" in text
    assert "stdout" not in text
    assert not printed or printed not in text


def test_no_shell_reads_the_line(tmp_path: Any) -> None:
    """What a shell would act on is a word as any other."""
    line = f"{python('import sys; print(len(sys.argv) + 918268)')} '$(x)' ; > {tmp_path}/made"

    assert MfaProcess("work", line).code(Environment()) == "918273"
    assert list(tmp_path.iterdir()) == []


def test_command_has_no_stdin_and_the_persons_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has the variables of the user, not those of the CLI, and reads an empty stdin."""
    code = (
        "import os, sys; assert sys.stdin.read() == ''; assert '_PYI_X' not in os.environ; "
        "print(os.environ['MY_CODE'])"
    )
    environment = Environment(variables={"MY_CODE": "918273", "_PYI_X": "1"})

    assert MfaProcess("work", python(code)).code(environment) == "918273"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("no-such-command --secret abc", "the command no-such-command can't be run"),
        (python("raise SystemExit(3)"), "ended with the exit code 3"),
        ("", "is no command line"),
        ("  ", "is no command line"),
        ("op 'item", "is no command line"),
        ({"nested": "abc"}, "is no command line"),
    ],
)
def test_command_that_answers_nothing(line: Any, says: str) -> None:
    """Profile and first word are named, nothing else of the line."""
    with pytest.raises(InvalidConfiguration) as refusal:
        MfaProcess("work", line).code(Environment())

    assert says in str(refusal.value)
    assert "mfa_process of the profile 'work'" in str(refusal.value)
    assert "abc" not in str(refusal.value)


def test_command_without_an_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who never answers is ended, and the limit is told."""
    monkeypatch.setattr(codes, "PROCESS_SECONDS", 0.2)

    with pytest.raises(InvalidConfiguration, match=r"did not end in 0\.2 seconds"):
        MfaProcess("work", python("import time; time.sleep(60)")).code(Environment())


@pytest.mark.parametrize(
    ("profiles", "expected"),
    [
        ({"role": {"mfa_process": "a"}, "dev": {"mfa_process": "b"}}, ("role", "a")),
        ({"role": {}, "dev": {"mfa_process": "b"}}, ("dev", "b")),
        ({"dev": {"mfa_process": "b"}}, ("dev", "b")),
    ],
)
def test_profile_that_counts(profiles: dict[str, Any], expected: tuple[str, str]) -> None:
    """The profile of the settings comes first, then the source."""
    found = mfa_process_of(profiles, ProfilePair("dev", "assumed-role", "role"))

    assert found is not None
    assert (found.profile, found.line) == expected


def test_no_profile_has_a_command() -> None:
    """Keys of the environment have no profile of their own, and need none."""
    assert (
        mfa_process_of({"x": {"mfa_process": "a"}}, ProfilePair(None, "assumed-role", "dev"))
        is None
    )


def test_line_is_in_no_repr() -> None:
    """A line may hold what others should not see."""
    assert "hidden" not in repr(MfaProcess("work", "op hidden"))


def test_closed_prompt_names_the_option_for_the_code() -> None:
    """A closed prompt is an error that names the option for the code."""

    def close(question: str) -> str:
        raise EOFError

    environment = Environment(has_terminal=lambda: True, ask=close)

    with pytest.raises(NoTerminal, match="--token-code CODE"):
        with_code("arn:aws:iam::123456789012:mfa/alice", None, environment, str)
