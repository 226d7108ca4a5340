"""A command line up to the cursor: its words, and the place of the cursor."""

from __future__ import annotations

import pytest

from awscli_assume.completion.command_line import find_place, read_line, split_line
from support.completion_facts import read_facts

FACTS = read_facts()


@pytest.mark.parametrize(
    ("text", "words", "current", "quote"),
    [
        ("aws assume ", ["aws", "assume"], "", ""),
        ("aws assume pro", ["aws", "assume"], "pro", ""),
        (r"aws assume my\ pro", ["aws", "assume"], "my pro", ""),
        ("aws assume 'my pro", ["aws", "assume"], "my pro", "'"),
        (r'aws assume "a\"b\$c', ["aws", "assume"], 'a"b$c', '"'),
        (r'aws assume "a\b', ["aws", "assume"], r"a\b", '"'),
        ("aws assume '' ", ["aws", "assume", ""], "", ""),
        ("cd x; aws assume ", ["aws", "assume"], "", ""),
        ("cd x && aws s3 ls|aws assume e", ["aws", "assume"], "e", ""),
        ('eval "$(x)"; y=$(aws assume ex', ["aws", "assume"], "ex", ""),
        ("AWS_PROFILE=x aws assume ", ["aws", "assume"], "", ""),
        ("", [], "", ""),
    ],
)
def test_words_of_a_line(text: str, words: list[str], current: str, quote: str) -> None:
    """A line is cut as a shell cuts it; an open quote and the last command count."""
    line = split_line(text)

    assert (line.words, line.current, line.quote) == (words, current, quote)


@pytest.mark.parametrize(
    ("shell", "arguments", "words", "current"),
    [
        ("bash", ["aws assume pro", "pro"], ["aws", "assume"], "pro"),
        ("zsh", ["aws", "assume", "my profile", "'pro"], ["aws", "assume", "my profile"], "pro"),
        ("fish", ["aws", "assume", r"my\ pro"], ["aws", "assume"], "my pro"),
        ("powershell", ["aws assume C:\\x` y"], ["aws", "assume"], "C:\\x y"),
        ("tcsh", [], ["aws", "assume"], "p"),
    ],
)
def test_forms_of_the_shells(
    shell: str, arguments: list[str], words: list[str], current: str
) -> None:
    """Each shell hands over its line in its own form."""
    line = read_line(shell, arguments, {"COMMAND_LINE": "aws assume p"})

    assert (line.words, line.current) == (words, current)


@pytest.mark.parametrize(
    ("text", "verb", "option", "words"),
    [
        ("aws assume", "assume", "", []),
        ("aws --profile assume", "", "", []),
        ("aws --profile x --no-verify-ssl assume", "assume", "", []),
        ("aws assume --role-name", "assume", "role-name", []),
        ("aws assume --role-name exec", "assume", "", []),
        ("aws assume --dry-run x", "assume", "", ["x"]),
        ("aws assume --profile x list", "list", "", []),
        ("aws assume x list", "assume", "", ["x", "list"]),
        ("aws assume export --format=env x", "export", "", ["x"]),
        ("aws assume --tags a b", "assume", "tags", []),
        ("aws assume --tags a --region", "assume", "region", []),
        ("aws assume --unknown x", "assume", "", ["x"]),
        ("aws assume --via a --via", "assume", "via", []),
    ],
)
def test_place_of_the_cursor(text: str, verb: str, option: str, words: list[str]) -> None:
    """The verb, the option that waits for a value, and the other words."""
    place = find_place(text.split(), FACTS)

    assert place is not None
    assert (place.verb, place.option, place.words) == (verb, option, words)


def test_another_command() -> None:
    """Another command of the AWS CLI is none of ours, whatever follows it."""
    assert find_place(["aws", "s3", "assume"], FACTS) is None


def test_command_of_exec() -> None:
    """What follows -- is a command of the user's own, with exec only."""
    place = find_place(["aws", "assume", "exec", "prod", "--", "git", "--profile"], FACTS)
    other = find_place(["aws", "assume", "list", "--", "git"], FACTS)

    assert place is not None
    assert place.is_command
    assert other is not None
    assert not other.is_command
