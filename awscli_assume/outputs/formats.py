"""The formats of ``aws assume export``: temporary credentials for a shell or a program.

The first six have the names and the words of ``aws configure export-credentials``
(customizations/configure/exportcreds.py, 2.38.5), and its text, but for what
would act when it is read: that is in quotes here, or refused.

Lines end with a line feed. On Windows, Python writes a carriage return before it
to stdout, which shells such as Git Bash keep in the value: whoever writes these
texts has to write them as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Mapping, Optional, Union

from awscli_assume.model.credentials import SessionCredentials
from awscli_assume.outputs.documents import assume_role_document, process_document
from awscli_assume.outputs.shells import SHELLS, is_plain, refusal, shell_of, unprintable, word
from awscli_assume.outputs.variables import check_variables, credential_variables

Render = Callable[[SessionCredentials, Optional[str]], str]


@dataclass(frozen=True)
class Format:
    """One form of credentials as text.

    ``documentation`` is one sentence of help text. ``render`` takes credentials and
    the region, None where it is not known.
    """

    name: str
    documentation: str
    render: Render


def render(
    chosen: Union[str, Format], credentials: SessionCredentials, region: Optional[str]
) -> str:
    """Return credentials as text that ends with a line feed.

    ``chosen`` is a format or the name of one. Raises InvalidConfiguration for a
    value that the format can't carry: it names the variable, never the value.
    """
    if isinstance(chosen, str):
        chosen = FORMATS[chosen]
    return chosen.render(credentials, region)


def default_format(is_terminal: bool, env: Mapping[str, str]) -> str:
    """Return the format for where stdout goes: a program, or a person in their shell."""
    # What is no terminal is a credential_process, or a program like the official
    # command's readers: they get its default.
    return _FORMAT_OF_SHELL[shell_of(env)] if is_terminal else "process"


def _lines(line: Callable[[str, str], str], refuse: Callable[[str], Optional[str]]) -> Render:
    """Return a renderer that prints a line for each variable."""

    def render_lines(credentials: SessionCredentials, region: Optional[str]) -> str:
        variables = check_variables(credential_variables(credentials, region), refuse)
        return "".join(line(name, value) + "\n" for name, value in variables.items())

    return render_lines


def _for_shell(shell: str, line: Callable[[str, str], str]) -> Render:
    return _lines(line, lambda value: refusal(shell, value))


def _assign(shell: str, name: str, value: str) -> str:
    return SHELLS[shell].assign({name: value})


def _fish_line(name: str, value: str) -> str:
    # As the official command, in double quotes, where nothing would act in them.
    return f'set -gx {name} "{value}"' if is_plain(value) else _assign("fish", name, value)


def _powershell_line(name: str, value: str) -> str:
    return f"$Env:{name}={SHELLS['powershell'].quote(value)}"


def _csh_line(name: str, value: str) -> str:
    # csh makes blanks of line ends in eval "`…`": the semicolon holds the lines apart.
    return _assign("csh", name, value) + ";"


def _refuse_for_docker(value: str) -> Optional[str]:
    # docker takes all behind the first = for the value: blanks, $ and # are letters,
    # and only a line end can't be in it. Newer versions take a pair of quotes around
    # the value away, older ones don't (docker/cli, pkg/kvfile/kvfile.go).
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return "stands in quotes, which docker takes away or not, depending on its version"
    return unprintable(value)


_ALL = (
    Format(
        "process",
        "Display credentials as JSON, in the schema that the <code>credential_process</code> "
        "setting expects.",
        process_document,
    ),
    Format(
        "env",
        "Display credentials as exported shell variables: "
        "<code>export AWS_ACCESS_KEY_ID=EXAMPLE</code>.",
        _for_shell("sh", lambda name, value: _assign("sh", name, value)),
    ),
    Format(
        "env-no-export",
        "Display credentials as non-exported shell variables: "
        "<code>AWS_ACCESS_KEY_ID=EXAMPLE</code>.",
        _for_shell("sh", lambda name, value: f"{name}={word('sh', value)}"),
    ),
    Format(
        "powershell",
        "Display credentials as PowerShell environment variables: "
        "<code>$Env:AWS_ACCESS_KEY_ID='EXAMPLE'</code>.",
        _for_shell("powershell", _powershell_line),
    ),
    Format(
        "windows-cmd",
        "Display credentials as Windows cmd environment variables: "
        '<code>set "AWS_ACCESS_KEY_ID=EXAMPLE"</code>.',
        _for_shell("cmd", lambda name, value: _assign("cmd", name, value)),
    ),
    Format(
        "fish",
        "Display credentials as Fish shell environment variables: "
        '<code>set -gx AWS_ACCESS_KEY_ID "EXAMPLE"</code>.',
        _for_shell("fish", _fish_line),
    ),
    Format(
        "csh",
        "Display credentials as csh and tcsh environment variables: "
        "<code>setenv AWS_ACCESS_KEY_ID EXAMPLE;</code>.",
        _for_shell("csh", _csh_line),
    ),
    Format(
        "dotenv",
        "Display credentials as a file for <code>docker run --env-file</code>: "
        "<code>AWS_ACCESS_KEY_ID=EXAMPLE</code>, without any quoting.",
        _lines(lambda name, value: f"{name}={value}", _refuse_for_docker),
    ),
    Format(
        "json",
        "Display credentials as JSON, as <code>aws sts assume-role</code> does.",
        assume_role_document,
    ),
)
FORMATS: Mapping[str, Format] = {one.name: one for one in _ALL}
_FORMAT_OF_SHELL = {
    "sh": "env",
    "fish": "fish",
    "csh": "csh",
    "powershell": "powershell",
    "cmd": "windows-cmd",
}
