"""The browsers with a name, the system's default browser, and the command of each."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass, field
from typing import Iterator, Optional, Sequence

from awscli_assume.errors import InvalidConfiguration, InvalidRequest
from awscli_assume.outputs.browser.firefox import SCHEMES, find_extension
from awscli_assume.outputs.browser.system import System

PLACEHOLDERS = ("url", "profile", "account", "role", "color", "name")
_FIELD = re.compile(r"\{([^{}]*)\}")
NO_IDENTITY = "none"
IDENTITIES = (NO_IDENTITY, *SCHEMES)

_NEW_TAB = ("--new-tab", "{url}")
# Without the second and third, the first start of a profile asks questions.
_NEW_PROFILE = (
    "--profile-directory={name}", "--no-first-run", "--no-default-browser-check", "{url}",
)  # fmt: skip
_NO_EXTENSION = (
    "Firefox has no extension for containers, so all accounts share its cookies. Install "
    "'Granted' or 'Open external links in a container', or set assume.browser_identity to none"
)
# Linux programs that open the default browser.
_OPENERS = (("xdg-open",), ("gio", "open"), ("sensible-browser",), ("x-www-browser",))
_RUNDLL = ("url.dll,FileProtocolHandler", "{url}")
# They run in a terminal, where the console does not work.
_TEXT_BROWSERS = frozenset({"www-browser", "w3m", "lynx", "links", "links2", "elinks"})


@dataclass(frozen=True)
class Browser:
    """The command that opens a URL in a browser, found before any call to AWS.

    ``words`` have the placeholders. ``scheme`` is that of a Firefox extension, which gets the
    URL. ``in_windows``: it is a Windows browser, started from WSL. ``is_custom``: it is a
    command of the user's that is not known, and may open a browser anywhere. ``note`` is for
    the user, if the browser could have identities and has none.
    """

    name: str
    words: tuple[str, ...]
    scheme: str = ""
    in_windows: bool = False
    is_custom: bool = False
    note: str = ""

    def is_visible(self, system: System) -> bool:
        """Return whether the user would see it: not over SSH and not without a display."""
        is_here = not system.is_remote and (self.in_windows or system.has_display)
        return self.is_custom or is_here


@dataclass(frozen=True)
class _Known:
    """A browser with a name: its programs on Linux, macOS application and Windows program."""

    programs: tuple[str, ...]
    application: str
    windows: str = ""
    is_chromium: bool = field(default=True)


KNOWN = {
    "firefox": _Known(
        ("firefox", "firefox-esr", "org.mozilla.firefox"),
        "Firefox", "Mozilla Firefox/firefox.exe", is_chromium=False,
    ),
    "chrome": _Known(
        ("google-chrome-stable", "google-chrome", "com.google.Chrome"),
        "Google Chrome", "Google/Chrome/Application/chrome.exe",
    ),
    "chromium": _Known(
        ("chromium", "chromium-browser", "org.chromium.Chromium"),
        "Chromium", "Chromium/Application/chrome.exe",
    ),
    "edge": _Known(
        ("microsoft-edge-stable", "microsoft-edge", "com.microsoft.Edge"),
        "Microsoft Edge", "Microsoft/Edge/Application/msedge.exe",
    ),
    "brave": _Known(
        ("brave-browser", "brave-browser-stable", "brave", "com.brave.Browser"),
        "Brave Browser", "BraveSoftware/Brave-Browser/Application/brave.exe",
    ),
    "safari": _Known((), "Safari", is_chromium=False),
}  # fmt: skip


def named_browser(name: str, identity: Optional[str], system: System) -> Browser:
    """Return the browser of a name of KNOWN. Raises InvalidConfiguration if there is none."""
    found = _installed(name, identity, system)
    if found is not None:
        return found
    others = [other for other in KNOWN if _installed(other, identity, system) is not None]
    here = f"Installed: {', '.join(others)}" if others else "None of the others is installed"
    raise InvalidConfiguration(
        f"The browser '{name}' is not installed, or not where it is looked for. {here}. "
        "Or give a command with its path, as in '/opt/browser/program {url}'"
    )


def _installed(name: str, identity: Optional[str], system: System) -> Optional[Browser]:
    known = KNOWN[name]
    if system.kind == "macos":
        application = system.find_application(known.application)
        return (application and _on_macos(name, application, identity, system)) or None
    if system.kind in ("windows", "wsl") and known.windows:
        path = system.find_windows_program(known.windows)
        if path is not None:
            return _program(name, path, identity, system, in_windows=system.kind == "wsl")
    paths = filter(None, map(system.find, known.programs))
    return next((_program(name, path, identity, system) for path in paths), None)


def _program(
    name: str, path: str, identity: Optional[str], system: System, *, in_windows: bool = False
) -> Browser:
    if KNOWN[name].is_chromium:
        words = ("{url}",) if identity == NO_IDENTITY else _NEW_PROFILE
        return Browser(name, (path, *words), in_windows=in_windows)
    scheme = _scheme(identity, system, in_windows or system.kind == "windows")
    return Browser(name, (path, *_NEW_TAB), scheme, in_windows, note=_note(identity, scheme))


def _on_macos(name: str, application: str, identity: Optional[str], system: System) -> Browser:
    # With arguments, `open` has to start the program, which gives them to the one that runs.
    scheme = "" if name == "safari" else _scheme(identity, system, False)
    if KNOWN[name].is_chromium and identity != NO_IDENTITY:
        return Browser(name, ("open", "-na", application, "--args", *_NEW_PROFILE))
    if name == "firefox" and scheme:
        return Browser(name, ("open", "-na", application, "--args", *_NEW_TAB), scheme)
    note = _note(identity, scheme) if name == "firefox" else ""
    return Browser(name, ("open", "-a", application, "{url}"), note=note)


def _scheme(identity: Optional[str], system: System, in_windows: bool) -> str:
    if identity == NO_IDENTITY:
        return ""
    return SCHEMES.get(identity or find_extension(system, in_windows=in_windows) or "", "")


def _note(identity: Optional[str], scheme: str) -> str:
    return "" if identity is not None or scheme else _NO_EXTENSION


def from_template(template: str, identity: Optional[str], system: System) -> Browser:
    """Return the browser of a command with {url}, split without a shell.

    Raises InvalidRequest for an invalid template, and InvalidConfiguration if there is no such
    program.
    """
    words = _split(template, system)
    for name in _FIELD.findall(template):
        if name not in PLACEHOLDERS:
            raise InvalidRequest(
                f"Invalid browser command {template!r}: there is no placeholder '{{{name}}}', "
                f"only {{{'} {'.join(PLACEHOLDERS)}}}"
            )
    if set(_FIELD.sub("", template)) & set("{}"):
        raise InvalidRequest(
            f"Invalid browser command {template!r}: a brace has no counterpart. Braces are for "
            f"placeholders only: {{{'} {'.join(PLACEHOLDERS)}}}"
        )
    if not any("{url}" in word for word in words[1:]):
        raise InvalidRequest(
            f"Unknown browser {template!r}. Name one of {', '.join(KNOWN)}, or a command with "
            "{url}, as in 'vivaldi {url}'"
        )
    program = os.path.expanduser(words[0])
    path = system.find(program)
    if path is None:
        raise InvalidConfiguration(
            f"Can't find the program '{program}' of the browser command {template!r}. Give its "
            "whole path, or name one of " + ", ".join(KNOWN)
        )
    # An extension is only looked for in Firefox, but a fork of it can have one, too.
    scheme = SCHEMES.get(identity or "", "")
    return Browser(
        os.path.basename(path), (path, *words[1:]), scheme, is_custom=not _known_name(path)
    )


def _known_name(path: str) -> Optional[str]:
    program = os.path.basename(path)
    return next((name for name, known in KNOWN.items() if program in known.programs), None)


def default_browser(identity: Optional[str], system: System) -> Optional[Browser]:
    """Return the default browser, or None if there is none.

    It has an identity only if it is known which one it is.
    """
    from_variable = next(_browsers_of_variable(identity, system), None)
    if from_variable is not None:
        return from_variable
    name = "the default browser"
    if system.kind == "macos":
        return Browser(name, ("open", "{url}"))
    if system.kind in ("windows", "wsl"):
        folder = system.variables.get("SystemRoot") if system.kind == "windows" else None
        folder = folder or os.path.join(system.windows_drive, "Windows")
        path = os.path.join(folder, "System32", "rundll32.exe")
        if system.kind == "windows" or os.path.isfile(path):
            return Browser(name, (path, *_RUNDLL), in_windows=system.kind == "wsl")
    recognized = None if identity == NO_IDENTITY else _recognized(identity, system)
    if recognized is not None:
        return recognized
    for opener in _OPENERS:
        found = system.find(opener[0])
        if found is not None:
            return Browser(name, (found, *opener[1:], "{url}"))
    installed = (_installed(one, identity, system) for one in KNOWN)
    return next(filter(None, installed), None)


def _recognized(identity: Optional[str], system: System) -> Optional[Browser]:
    """Return the default browser of a Linux desktop if it is known and has an identity."""
    # Only the preferred one: the system knows whether it is installed, by its desktop entry.
    entry = next(system.default_applications(), "")
    # A snap has its name twice: firefox_firefox.
    path = system.find(entry.partition("_")[0]) if entry else None
    name = _known_name(path) if path is not None else None
    if path is None or name is None:
        return None
    found = _program(name, path, identity, system)
    return found if KNOWN[name].is_chromium or found.scheme else None


def _browsers_of_variable(identity: Optional[str], system: System) -> Iterator[Browser]:
    """Yield the browsers of the variable BROWSER, which has commands with or without ``%s``."""
    for command in system.variables.get("BROWSER", "").split(os.pathsep):
        try:
            words = _split(command, system)
        except InvalidRequest:
            continue
        path = system.find(words[0]) if words else None
        if path is None or os.path.basename(path) in _TEXT_BROWSERS:
            continue
        name = _known_name(path)
        if name is not None and len(words) == 1:
            yield _program(name, path, identity, system)
            continue
        rest = [word.replace("%s", "{url}") for word in words[1:]]
        if not any("{url}" in word for word in rest):
            rest.append("{url}")
        yield Browser(os.path.basename(path), (path, *rest), is_custom=name is None)


def _split(command: str, system: System) -> Sequence[str]:
    lexer = shlex.shlex(command, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.commenters = True, ""
    if system.kind == "windows":
        # A backslash separates folders.
        lexer.escape = ""
    try:
        return list(lexer)
    except ValueError as error:
        raise InvalidRequest(f"Invalid browser command {command!r}: {error}") from None
