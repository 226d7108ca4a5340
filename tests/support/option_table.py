"""The tables of options in docs/reference.md, made from the command's own argument table.

    PYTHONPATH=tests python -m support.option_table

writes them anew between the markers of the file.
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
_BEGIN = "<!-- options: begin -->"
_END = "<!-- options: end -->"


def option_names() -> list[str]:
    """Answer the options of ``aws assume``, from the table that its parser is built from."""
    return [f"--{name}" for name in AssumeCommand(Session()).arg_table]


def option_table() -> str:
    """Answer the options as a Markdown table, in the command's own order and words."""
    rows = ["| option | value | meaning |", "|---|---|---|"]
    for argument in AssumeCommand(Session()).ARG_TABLE:
        meaning = re.sub(r"</?code>", "`", argument["help_text"])
        rows.append(f"| `--{argument['name']}` | {_value(argument)} | {meaning} |")
    return "\n".join(rows)


def _value(argument: dict[str, Any]) -> str:
    schema = argument.get("schema")
    if schema is None or "items" not in schema:
        return str(argument["cli_type_name"])
    items = schema["items"]
    if items["type"] != "object":
        return f"{items['type']} …"
    return f"`{','.join(f'{name}=…' for name in items['properties'])}` …"


def documented_table(text: str) -> str:
    """Answer what stands between the markers."""
    return text.partition(_BEGIN)[2].partition(_END)[0].strip()


def with_table(text: str, table: str) -> str:
    """Answer the text with another table between the markers."""
    before, _, rest = text.partition(_BEGIN)
    after = rest.partition(_END)[2]
    return f"{before}{_BEGIN}\n{table}\n{_END}{after}"


if __name__ == "__main__":
    REFERENCE.write_text(
        with_table(REFERENCE.read_text(encoding="utf-8"), option_table()), encoding="utf-8"
    )
