"""The flow of the completer: read the line, find the candidates, print them for a shell."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping

from awscli_assume.completion.candidates import Candidate, candidates, files
from awscli_assume.completion.command_line import Facts, Line, find_place, read_line

# Exit codes that leave the completion to the shell: of a file, or of the command after "--".
FILES, COMMAND = 10, 20
_SHELL_SPECIAL = re.compile(r"([^\w./:=@%+,~\n-])")


def main(argv: list[str], env: Mapping[str, str]) -> int:
    """Print the candidates in the form of a shell, and return the exit code."""
    shell, arguments = argv[0] if argv else "", argv[1:]
    line = read_line(shell, arguments, env)
    word = arguments[1] if shell == "bash" and len(arguments) > 1 else line.current
    with open(os.path.join(os.path.dirname(__file__), "facts.json"), encoding="utf-8") as file:
        facts: Facts = json.load(file)
    place = find_place(line.words, facts)
    if shell == "tcsh" and place is not None and place.is_command:
        # With a completer program, tcsh does not complete files itself.
        show(files(line.current), line, shell, word)
        return 0
    if place is None or not place.verb:
        may_be_ours = place is not None and not place.option and "assume".startswith(line.current)
        found = [("assume", facts["verbs"]["assume"]["help"])] if may_be_ours else []
        others = run_aws_completer(line, env)
        if others is None and not found:
            return FILES
        # If both have a name, keep ours, which has a description.
        names = {name for name, _ in found}
        found += [(name, "") for name in others or () if name not in names]
        show(found, line, shell, word, is_quoted=True)
        return 0
    if place.is_command:
        return COMMAND
    values = candidates(place, line.current, env, facts)
    if values is None and shell == "tcsh":
        values = files(line.current)
    if values is None:
        return FILES
    show(values, line, shell, word)
    return 0


def run_aws_completer(line: Line, env: Mapping[str, str]) -> list[str] | None:
    """Return the lines that the AWS CLI's own completer prints, or None if it is missing."""
    import shutil
    import subprocess

    program = shutil.which("aws_completer", path=env.get("PATH"))
    aws = shutil.which("aws", path=env.get("PATH"))
    if program is None and aws is not None:
        program = shutil.which("aws_completer", path=os.path.dirname(os.path.realpath(aws)))
    if program is None:
        return None
    from awscli_assume.completion.index_file import remove_unusable

    # With a broken index, aws_completer prints a traceback.
    remove_unusable(os.path.expanduser("~"))
    text = line.text
    done = subprocess.run(  # noqa: S603 - the user's own AWS CLI
        [program],
        env={**env, "COMP_LINE": text, "COMP_POINT": str(len(text))},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    return [name.strip() for name in done.stdout.splitlines() if name.strip()]


def show(
    found: list[Candidate], line: Line, shell: str, word: str, is_quoted: bool = False
) -> None:
    """Print candidates for a shell, in one write.

    ``word`` is the part of the current word that bash replaces: bash splits words at colons and
    equals signs. zsh and fish compare the candidates with the word themselves.
    """
    filters_itself = shell in ("zsh", "fish")
    matching = [
        (value, text)
        for value, text in found
        if value.isprintable() and (filters_itself or value.startswith(line.current))
    ]
    if filters_itself or shell == "powershell":
        rows = [_described(value, text, shell) for value, text in matching]
    else:
        is_cut = shell == "bash" and line.current.endswith(word)
        cut = len(line.current) - len(word) if is_cut else 0
        rows = _quoted([value[cut:] for value, _ in matching], line, shell, is_quoted)
    if rows:
        os.write(1, "".join(f"{row}\n" for row in rows).encode("utf-8", "surrogateescape"))


def _described(value: str, text: str, shell: str) -> str:
    """Return a candidate with its description."""
    if not text.isprintable():
        text = "".join(filter(str.isprintable, text))
    if shell == "zsh":
        value = value.replace("\\", "\\\\").replace(":", "\\:")
        return f"{value}:{text}" if text else value
    if shell == "fish":
        return f"{value}\t{text}" if text else value
    is_plain = re.fullmatch(r"[\w./:=+-]+", value) is not None
    typed = value if is_plain else "'{}'".format(value.replace("'", "''"))
    return f"{typed}\t{value}\t{text or value}"


def _quoted(values: list[str], line: Line, shell: str, is_quoted: bool) -> list[str]:
    """Return the candidates, escaped for the shell and for the open quote."""
    if is_quoted or not values:
        return values
    if shell != "bash":
        # tcsh splits candidates at spaces, and quotes nothing.
        return [value for value in values if not _SHELL_SPECIAL.search(value)]
    # Faster than each value by itself. No value contains a newline.
    text = "\n".join(values)
    if line.quote == "'":
        text = text.replace("'", "'\\''")
    else:
        special = r'([\\"$`])' if line.quote else _SHELL_SPECIAL
        text = re.sub(special, r"\\\1", text)
    return text.split("\n")
