"""The tables of options in docs/reference.md, made from the commands' own argument tables.

    PYTHONPATH=tests python -m support.option_table

writes them anew between the markers of the file, one table a verb, and the facts that the
completion knows about them (completion_facts.py).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from awscli_assume.commands.assume import AssumeCommand

# The CLI's own botocore, which `import awscli` has put in place by now.
from botocore.session import Session  # isort: skip

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference.md"
REGENERATE = "PYTHONPATH=tests python -m support.option_table"
# The command itself, in a dict of verbs.
MAIN = "assume"


def verbs() -> dict[str, Any]:
    """Return ``aws assume`` itself and its verbs, by name."""
    command = AssumeCommand(Session())
    return {MAIN: command, **command.subcommand_table}


def verbs_with_options() -> list[str]:
    """Return the names of those that take options of their own."""
    return [name for name, command in verbs().items() if command.arg_table]


def option_names(verb: str = MAIN) -> list[str]:
    """Return the options of a verb, from the table that its parser is built from."""
    table = verbs()[verb].arg_table
    return [name if table[name].positional_arg else f"--{name}" for name in table]


def option_table(verb: str = MAIN) -> str:
    """Return the options as a Markdown table, in the verb's own order and words.

    Options that have the words of ``aws assume`` are named below the table.
    """
    rows, own = _rows(verb), own_option_names(verb)
    shared = [name for name in rows if name not in own]
    table = ["| option | value | meaning |", "|---|---|---|"]
    table += [row for name, row in rows.items() if name not in shared]
    if shared:
        names = ", ".join(f"`{name}`" for name in shared)
        table += ["", f"The same as for `aws assume`: {names}."]
    return "\n".join(table)


def own_option_names(verb: str) -> list[str]:
    """Return the options of a verb that ``aws assume`` lacks, or describes in other words."""
    known = _rows(MAIN) if verb != MAIN else {}
    return [name for name, row in _rows(verb).items() if known.get(name) != row]


def _rows(verb: str) -> dict[str, str]:
    """Return the rows of a verb's options, by option."""
    rows = {}
    for argument in verbs()[verb].ARG_TABLE:
        meaning = re.sub(r"</?code>", "`", argument["help_text"])
        name = argument["name"] if argument.get("positional_arg") else f"--{argument['name']}"
        rows[name] = f"| `{name}` | {_value(argument)} | {meaning} |"
    return rows


def _value(argument: dict[str, Any]) -> str:
    if argument.get("action") == "store_true":
        return "–"  # noqa: RUF001 - what the other tables have in an empty cell
    if argument.get("action") == "append":
        return "string …"
    if argument.get("positional_arg"):
        return "string" if argument["nargs"] == "?" else "string …"
    schema = argument.get("schema")
    if schema is None or schema["type"] != "array":
        return str(argument["cli_type_name"])
    items = schema["items"]
    if items["type"] != "object":
        return f"{items['type']} …"
    return f"`{','.join(f'{name}=…' for name in items['properties'])}` …"


def _markers(verb: str) -> tuple[str, str]:
    return f"<!-- options of {verb}: begin -->", f"<!-- options of {verb}: end -->"


def documented_table(text: str, verb: str = MAIN) -> str:
    """Return what stands between the markers of a verb."""
    begin, end = _markers(verb)
    return text.partition(begin)[2].partition(end)[0].strip()


def with_table(text: str, table: str, verb: str = MAIN) -> str:
    """Return the text with another table between the markers of a verb."""
    begin, end = _markers(verb)
    before, _, rest = text.partition(begin)
    after = rest.partition(end)[2]
    return f"{before}{begin}\n{table}\n{end}{after}"


if __name__ == "__main__":
    page = REFERENCE.read_text(encoding="utf-8")
    for name in verbs_with_options():
        page = with_table(page, option_table(name), name)
    REFERENCE.write_text(page, encoding="utf-8")
    from support.completion_facts import write_facts

    write_facts()
