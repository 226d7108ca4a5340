"""The formats of ``aws assume export``: temporary credentials for a shell or a program.

The first six have the names, the documentation and the text of ``aws configure
export-credentials`` (customizations/configure/exportcreds.py, 2.38.5). Values that a shell
would interpret are quoted or refused.

Lines end with a line feed, and must be written as bytes: on Windows, Python adds a
carriage return, which shells such as Git Bash keep in the value.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import MappingProxyType
from typing import Callable, Mapping, Optional, Union

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.credentials import SessionCredentials, TemporaryCredentials
from awscli_assume.outputs.shells import (
    SHELLS,
    is_plain,
    shell_of,
    unprintable,
    unsupported_reason,
    word,
)
from awscli_assume.outputs.variables import check_variables, credential_variables

Render = Callable[[SessionCredentials, Optional[str], Mapping[str, str]], str]


@dataclass(frozen=True)
class Format:
    """One format; ``documentation`` is a sentence of help text.

    ``render`` takes credentials, the Region, or None if that is not known, and variables that
    only a shell needs (``source_variables``).
    """

    name: str
    documentation: str
    render: Render


def render(
    chosen: Union[str, Format],
    credentials: SessionCredentials,
    region: Optional[str],
    more: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return credentials as text that ends with a line feed.

    ``chosen`` is a format or its name. Raises InvalidConfiguration for a value that the
    format can't represent, with the name of the variable but not the value.
    """
    if isinstance(chosen, str):
        chosen = FORMATS[chosen]
    return chosen.render(credentials, region, more)


def default_format(env: Mapping[str, str]) -> str:
    """Return the format of the user's shell, which reads it also inside of ``$(…)``."""
    return _FORMAT_OF_SHELL[shell_of(env)]


def chosen_format(name: Optional[str], env: Mapping[str, str]) -> str:
    """Return a format by its name, without one that of the shell. Raises InvalidRequest."""
    if name is not None and name not in FORMATS:
        raise InvalidRequest(
            f"Invalid format '{name}': it has to be one of {', '.join(FORMATS)}. Try: --format env"
        )
    return name or default_format(env)


def _lines(line: Callable[[str, str], str], refuse: Callable[[str], Optional[str]]) -> Render:
    """Return a renderer that prints a line for each variable."""

    def render_lines(
        credentials: SessionCredentials, region: Optional[str], more: Mapping[str, str]
    ) -> str:
        of_credentials = credential_variables(credentials, region)
        variables = check_variables({**of_credentials, **more}, refuse)
        return "".join(line(name, value) + "\n" for name, value in variables.items())

    return render_lines


def _for_shell(shell: str, line: Callable[[str, str], str]) -> Render:
    return _lines(line, lambda value: unsupported_reason(shell, value))


def _assign(shell: str, name: str, value: str) -> str:
    return SHELLS[shell].assign({name: value})


def _fish_line(name: str, value: str) -> str:
    # In double quotes as in the official command, if that is safe.
    return f'set -gx {name} "{value}"' if is_plain(value) else _assign("fish", name, value)


def _powershell_line(name: str, value: str) -> str:
    return f"$Env:{name}={SHELLS['powershell'].quote(value)}"


def _csh_line(name: str, value: str) -> str:
    # csh replaces line ends by spaces in eval "`…`": the semicolon separates the lines.
    return _assign("csh", name, value) + ";"


def _refuse_for_docker(value: str) -> Optional[str]:
    # For docker, everything after the first = is the value, including spaces, $ and #.
    # Only a line end is impossible. Newer versions remove quotes around the value, older
    # ones don't (docker/cli, pkg/kvfile/kvfile.go).
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return "is in quotes, which docker removes or not, depending on its version"
    return unprintable(value)


def _for_docker(credentials: SessionCredentials, region: Optional[str], *_: object) -> str:
    # A container does not have the source profile.
    lines = _lines(lambda name, value: f"{name}={value}", _refuse_for_docker)
    return lines(credentials, region, {})


def _process_document(credentials: SessionCredentials, *_: object) -> str:
    """Return the output of a ``credential_process``, which has no Region."""
    return _json({"Version": 1, **_members(credentials)})


def _assume_role_document(credentials: SessionCredentials, *_: object) -> str:
    document: dict[str, object] = {"Credentials": _members(credentials)}
    if isinstance(credentials, TemporaryCredentials):
        document["AssumedRoleUser"] = {
            "AssumedRoleId": credentials.assumed_role_id,
            "Arn": credentials.assumed_role_arn,
        }
    return _json(document)


def _members(credentials: SessionCredentials) -> dict[str, str]:
    # JSON can represent any value, but programs put the values into headers and variables.
    check_variables(credential_variables(credentials), unprintable)
    return credentials.document()


def _json(document: Mapping[str, object]) -> str:
    return json.dumps(document, indent=2) + "\n"


_ALL = (
    Format(
        "process",
        "Display credentials as JSON, in the schema that the <code>credential_process</code> "
        "setting expects.",
        _process_document,
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
        _for_docker,
    ),
    Format(
        "json",
        "Display credentials as JSON, as <code>aws sts assume-role</code> does.",
        _assume_role_document,
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
