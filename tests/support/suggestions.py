"""The commands that messages suggest: found in the source, and in what was printed."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Iterator, Optional

PACKAGE = Path(__file__).resolve().parents[2] / "awscli_assume"
_PROGRAMS = (
    "aws|awscli-assume|PATH-OF-AWS|base64|chmod|date|df|eval|head|ls|mv|printenv|rm|unset|export"
)
# A command or an option comes after a colon, or after the one before it.
# Where a whole command is an expression.
_IS_EXPRESSION = re.compile(
    r"(?:Try|Type|Name one|in place of it|another one|name a source|To [a-z' ]+|Renew it|run|then"
    r"|has them|Use [a-z]+|role of IAM|account's ID|one of them|without the list|can assume|Log in"
    r"|version 2|command again): (?:aws \.\.\. )?\{"
)
_VALUE = r"""(?:\{[^}]*\}|'[^']*'|"[^"]*"|[^\s;()'"]*[^\s,.;:()'"])+"""
_OPTIONS = rf"--[a-z][a-z-]*(?:[ =](?!--){_VALUE})?(?: --[a-z][a-z-]*(?:[ =](?!--){_VALUE})?)*"
_COMMAND = re.compile(
    rf"(?:: |\btry |, or |; or )(?:((?:\w+=\S+ )?(?:{_PROGRAMS}) [^\n]*?)"
    r"(?=\.?$|\. [A-Z{]|, or |; or |,? if |, then|, and |, with | \(|\n)"
    rf"|({_OPTIONS})(?=\.?$|\. |, |; |\n| \())",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Template:
    """A text of the source with a suggested command; ``{expression}`` where values go."""

    module: str
    text: str


def commands_in(text: str) -> list[str]:
    """Return the commands and the options that a printed text suggests, in order."""
    return ["".join(found).strip() for found in _COMMAND.findall(text)]


@cache
def templates() -> tuple[Template, ...]:
    """Return the texts of the package that suggest a command, read once."""
    return tuple(_templates())


def _templates() -> Iterator[Template]:
    """Yield each text of the package that suggests a command; no docstring is one."""
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text())
        inner = {id(part) for text in ast.walk(tree) if isinstance(text, ast.JoinedStr)
                 for part in ast.walk(text) if part is not text}  # fmt: skip
        docstrings = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
        for node in ast.walk(tree):
            text = None if id(node) in inner | docstrings else _text(node)
            if text is not None and (commands_in(text) or _IS_EXPRESSION.search(text)):
                yield Template(str(path.relative_to(PACKAGE)), text)


def _text(node: ast.AST) -> Optional[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else f"{{{ast.unparse(part.value)}}}"
            for part in node.values
            if isinstance(part, (ast.Constant, ast.FormattedValue))
        )
    return None


def texts_with(part: str) -> list[str]:
    """Return the texts with a part; one that has nothing else comes alone."""
    texts = {template.text for template in templates()}
    return [part] if part in texts else sorted(text for text in texts if part in text)
