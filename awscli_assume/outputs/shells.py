"""How each shell quotes, sets and unsets variables, and which shell the user has.

The quoting rules are from the shells' manuals, and tests run the shells.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Callable, Iterable, Mapping, Optional

# One word in every shell. Not an equals sign at the start or after a colon, which zsh
# replaces by the path of a command, also in `export X==ls` (zshexpn, "Filename
# Expansion"; shlex.quote allows it). Not a percent sign: fish up to 3.x replaces %self.
_PLAIN = re.compile(r"(?!=)(?:[A-Za-z0-9_+/=.-]|:(?!=))+")
# A shell reads lines, and a terminal obeys control characters. Lone surrogates stand for
# bytes that are not text and can't be printed.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# cmd.exe has no quoting for these that works on a command line, in a batch file, in
# FOR /F and with CALL: a double quote ends the text, a percent sign begins a variable,
# and so does an exclamation mark with delayed expansion, which also removes carets, while
# CALL doubles them (Stack Overflow 4094699, phases 1, 2, 5 and 6). cmd.exe reads
# characters other than ASCII in the console's code page, which Python does not write.
_NOT_FOR_CMD = re.compile(r'["%!^]|[^\x20-\x7e]')


@dataclass(frozen=True)
class Shell:
    """The syntax of a shell.

    ``quote`` returns a text in quotes, ``assign`` a line that sets variables for child
    processes, ``unset`` a line that removes variables.
    """

    quote: Callable[[str], str]
    assign: Callable[[Mapping[str, str]], str]
    unset: Callable[[Iterable[str]], str]


def word(shell: str, value: str) -> str:
    """Return a text as one word of a shell, in quotes if needed."""
    return value if is_plain(value) else SHELLS[shell].quote(value)


def is_plain(value: str) -> bool:
    """Return whether a text is one word in every shell without quotes."""
    return _PLAIN.fullmatch(value) is not None


def unsupported_reason(shell: str, value: str) -> Optional[str]:
    """Return why a shell can't represent a value, without the value; None if it can."""
    reason = unprintable(value)
    if reason is None and shell == "cmd" and _NOT_FOR_CMD.search(value):
        reason = "has one of \" % ! ^ or a character other than ASCII, which cmd.exe can't quote"
    return reason


def unprintable(value: str) -> Optional[str]:
    """Return why a value can't be in a line of text; None if it can."""
    found = _UNPRINTABLE.search(value)
    return "has a line end or a control character" if found else None


def shell_of(env: Mapping[str, str]) -> str:
    """Return ``sh``, ``fish``, ``csh``, ``powershell`` or ``cmd`` from the environment."""
    # Windows has no SHELL. It always has PSModulePath, so cmd.exe looks like PowerShell
    # unless PSModulePath was removed. A copy of os.environ has names in capitals there.
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
    # Two escapes work in single quotes (fish documentation, "Quotes").
    return "'" + re.sub(r"(['\\])", r"\\\1", value) + "'"


def _quote_csh(value: str) -> str:
    # A ! expands to history in quotes too, even in scripts, unless a backslash is before
    # it. A backslash in quotes depends on backslash_quote, so it is outside of them (tcsh
    # manual, "Lexical structure").
    return "'" + re.sub(r"(['\\!])", r"'\\\1'", value) + "'"


def _quote_powershell(value: str) -> str:
    # Typographic quotes also end a text in single quotes (about_Quoting_Rules;
    # PowerShell's CharExtensions.IsSingleQuote). In double quotes, $ and ` are special.
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
    # Without the quotes, the space before the & would become part of the value.
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
