"""How each shell sets and unsets a variable, and which shell a person has.

Nothing that is quoted here acts in its shell: the rules are those of the
shells' own manuals, and tests run the shells.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Callable, Iterable, Mapping, Optional

# What is one word in every shell. The equals sign is none at the start of a value
# or behind a colon: zsh reads a command's path for it there, also in `export X==ls`
# (zshexpn, "Filename Expansion"), and shlex.quote doesn't know that. Nor is the
# percent sign: fish up to 3.x reads its process id for %self.
_PLAIN = re.compile(r"(?!=)(?:[A-Za-z0-9_+/=.-]|:(?!=))+")
# Every shell reads lines; a control character can act in the terminal as well.
# Lone surrogates are bytes that were not text: they can't be printed.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# cmd.exe has no way to quote these that means the same on a command line, in a
# batch file, in the body of FOR /F and behind CALL: a double quote ends the text,
# a percent sign begins a variable, an exclamation mark too under delayed expansion,
# which then eats carets, and CALL doubles them (Stack Overflow 4094699, phases 1,
# 2, 5 and 6). Other than ASCII is read in the console's code page, which is not
# the one that Python writes in.
_NOT_FOR_CMD = re.compile(r'["%!^]|[^\x20-\x7e]')


@dataclass(frozen=True)
class Shell:
    """What differs from shell to shell.

    ``quote`` makes a text one word, in quotes always; ``assign`` takes names and
    values and answers one line that sets them for child processes, too; ``unset``
    takes names.
    """

    quote: Callable[[str], str]
    assign: Callable[[Mapping[str, str]], str]
    unset: Callable[[Iterable[str]], str]


def word(shell: str, value: str) -> str:
    """Return a text as one word of a shell, in quotes where it needs them."""
    return value if is_plain(value) else SHELLS[shell].quote(value)


def is_plain(value: str) -> bool:
    """Return whether a text is one word as it stands, in every shell."""
    return _PLAIN.fullmatch(value) is not None


def refusal(shell: str, value: str) -> Optional[str]:
    """Return why a shell can't carry a value, without the value; None where it can."""
    reason = unprintable(value)
    if reason is None and shell == "cmd" and _NOT_FOR_CMD.search(value):
        reason = "holds one of \" % ! ^ or other than ASCII, which cmd.exe can't quote"
    return reason


def unprintable(value: str) -> Optional[str]:
    """Return why a value can't be in a line of text; None where it can."""
    found = _UNPRINTABLE.search(value)
    return "holds a line end or a control character" if found else None


def shell_of(env: Mapping[str, str]) -> str:
    """Return ``sh``, ``fish``, ``csh``, ``powershell`` or ``cmd`` from the environment."""
    # SHELL is not set on Windows, where PSModulePath always is, under cmd.exe as
    # well: they can't be told apart, unless somebody has taken PSModulePath away.
    # A copy of os.environ has its names in capitals there.
    if "SHELL" not in env:
        if "PSModulePath" in env or "PSMODULEPATH" in env:
            return "powershell"
        return "cmd" if "COMSPEC" in env else "sh"
    name = env["SHELL"].rpartition("/")[2]
    return {"fish": "fish", "csh": "csh", "tcsh": "csh", "pwsh": "powershell"}.get(name, "sh")


def _quote_sh(value: str) -> str:
    # Not $'…', which dash does not know.
    return "'" + value.replace("'", "'\\''") + "'"


def _quote_fish(value: str) -> str:
    # Single quotes know two escapes (fish documentation, "Quotes").
    return "'" + re.sub(r"(['\\])", r"\\\1", value) + "'"


def _quote_csh(value: str) -> str:
    # History is put in for ! between quotes, too, in scripts as well, and a backslash
    # stops it. Between quotes a backslash is itself, unless backslash_quote is set:
    # outside of them it means the same in both (tcsh manual, "Lexical structure").
    return "'" + re.sub(r"(['\\!])", r"'\\\1'", value) + "'"


def _quote_powershell(value: str) -> str:
    # A text in single quotes ends at the typographic ones, too (about_Quoting_Rules;
    # PowerShell's CharExtensions.IsSingleQuote). Double quotes would let $ and ` act.
    return "'" + re.sub("(['\u2018-\u201b])", r"\1\1", value) + "'"


def _quote_cmd(value: str) -> str:
    return f'"{value}"'


def _assign_sh(values: Mapping[str, str]) -> str:
    return "export " + " ".join(f"{name}={word('sh', value)}" for name, value in values.items())


def _assign_fish(values: Mapping[str, str]) -> str:
    return "; ".join(f"set -gx {name} {word('fish', value)}" for name, value in values.items())


def _assign_csh(values: Mapping[str, str]) -> str:
    return "; ".join(f"setenv {name} {word('csh', value)}" for name, value in values.items())


def _assign_powershell(values: Mapping[str, str]) -> str:
    return "; ".join(f"$Env:{name} = {_quote_powershell(value)}" for name, value in values.items())


def _assign_cmd(values: Mapping[str, str]) -> str:
    # Without the quotes, a blank before the & would become part of the value.
    return " & ".join(f'set "{name}={value}"' for name, value in values.items())


SHELLS: Mapping[str, Shell] = {
    "sh": Shell(_quote_sh, _assign_sh, lambda names: "unset " + " ".join(names)),
    "fish": Shell(_quote_fish, _assign_fish, lambda names: "set -e " + " ".join(names)),
    "csh": Shell(
        _quote_csh, _assign_csh, lambda names: "; ".join(f"unsetenv {name}" for name in names)
    ),
    "powershell": Shell(
        _quote_powershell,
        _assign_powershell,
        lambda names: "Remove-Item " + ", ".join(f"Env:{name}" for name in names),
    ),
    "cmd": Shell(
        _quote_cmd, _assign_cmd, lambda names: " & ".join(f'set "{name}="' for name in names)
    ),
}
