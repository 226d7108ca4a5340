"""Which browser is chosen, by its setting, the system and the screen."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Optional

import pytest

from awscli_assume.errors import InvalidConfiguration, InvalidRequest
from awscli_assume.host.environment import Environment
from awscli_assume.outputs.browser.launch import check_identity, choose_browser
from awscli_assume.outputs.browser.programs import Browser
from awscli_assume.outputs.browser.system import System, this_system

DISPLAY = {"DISPLAY": ":0"}
SSH = {"SSH_CONNECTION": "192.0.2.1 5000 192.0.2.2 22"}
PROFILE = ("--profile-directory={name}", "--no-first-run", "--no-default-browser-check", "{url}")


class Machine:
    """A machine whose programs are empty files."""

    def __init__(self, folder: Path, kind: str = "linux", **variables: str) -> None:
        self.folder = folder
        self.variables = {
            "PATH": str(folder / "bin"), "HOME": str(folder),
            "XDG_DATA_DIRS": str(folder / "share"), "XDG_CONFIG_DIRS": str(folder / "xdg"),
            **variables,
        }  # fmt: skip
        self.system = System(
            kind, self.variables, str(folder), (str(folder / "Applications"),), str(folder / "c")
        )

    def install(self, *paths: str) -> Machine:
        for path in paths:
            file = self.folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("#!/bin/sh\n")
            file.chmod(0o755)
        return self

    def install_applications(self, *names: str) -> Machine:
        for name in names:
            (self.folder / "Applications" / f"{name}.app").mkdir(parents=True)
        return self

    def install_extension(self, folder: str = ".mozilla/firefox/a.default") -> Machine:
        (self.folder / folder).mkdir(parents=True)
        addon = {"id": "{b5e0e8de-ebfe-4306-9528-bcc18241a490}", "active": True}
        (self.folder / folder / "extensions.json").write_text(json.dumps({"addons": [addon]}))
        return self

    def choose(
        self, setting: Optional[str] = None, identity: Optional[str] = None
    ) -> Optional[Browser]:
        return choose_browser(
            setting, identity, Environment(variables=self.variables), self.system
        )

    def words(self, *arguments: Any) -> tuple[str, ...]:
        """Return the words of the chosen browser, with paths below the machine's folder."""
        found = self.choose(*arguments)
        assert found is not None
        return tuple(word.replace(f"{self.folder}{os.sep}", "") for word in found.words)


@pytest.mark.parametrize(
    ("name", "program"),
    [
        ("firefox", "firefox"), ("firefox", "firefox-esr"), ("firefox", "org.mozilla.firefox"),
        ("chrome", "google-chrome-stable"), ("chrome", "google-chrome"),
        ("chrome", "com.google.Chrome"), ("chromium", "chromium"),
        ("chromium", "chromium-browser"), ("edge", "microsoft-edge-stable"),
        ("edge", "microsoft-edge"), ("brave", "brave-browser"), ("brave", "brave"),
        ("Firefox", "firefox"), ("CHROME", "google-chrome"),
    ],
)  # fmt: skip
def test_names_on_linux(tmp_path: Path, name: str, program: str) -> None:
    """Each distribution has its own name of a program. Capital letters are as good."""
    machine = Machine(tmp_path, **DISPLAY).install(f"bin/{program}")
    rest = ("--new-tab", "{url}") if name.lower() == "firefox" else PROFILE

    assert machine.words(name) == (f"bin/{program}", *rest)


def test_flatpak_and_snap_need_not_be_in_path(tmp_path: Path) -> None:
    """Their folders are looked into as well."""
    machine = Machine(tmp_path, **DISPLAY)
    program = ".local/share/flatpak/exports/bin/com.google.Chrome"
    machine.install(program)

    assert machine.words("chrome")[0] == program


@pytest.mark.parametrize("name", ["chrome", "chromium", "edge", "brave"])
def test_no_identity_is_no_profile(tmp_path: Path, name: str) -> None:
    """The setting turns it off."""
    machine = Machine(tmp_path, **DISPLAY).install(
        "bin/google-chrome", "bin/chromium", "bin/microsoft-edge", "bin/brave"
    )

    assert machine.words(name, "none")[1:] == ("{url}",)
    assert machine.words(name, "container")[1:] == PROFILE


@pytest.mark.parametrize(
    ("setting", "installed", "scheme"),
    [
        (None, False, ""),
        (None, True, "ext+granted-containers"),
        ("none", True, ""),
        ("container", False, "ext+container"),
        ("container", True, "ext+container"),
        ("granted", False, "ext+granted-containers"),
    ],
)
def test_firefox_uses_the_extension_that_it_has(
    tmp_path: Path, setting: Optional[str], installed: bool, scheme: str
) -> None:
    """The setting says which one, or that there is none; else the installed one is used."""
    machine = Machine(tmp_path, **DISPLAY).install("bin/firefox")
    if installed:
        machine.install_extension()
    found = machine.choose("firefox", setting)

    assert found is not None
    assert (found.words[1:], found.scheme) == (("--new-tab", "{url}"), scheme)
    assert ("no extension" in found.note) == (setting is None and not installed)


def test_names_on_macos(tmp_path: Path) -> None:
    """`open` starts applications; with arguments for them, a further instance hands them over."""
    machine = Machine(tmp_path, "macos").install_applications(
        "Google Chrome", "Firefox", "Safari", "Brave Browser"
    )
    chrome, firefox = "Applications/Google Chrome.app", "Applications/Firefox.app"

    assert machine.words("chrome") == ("open", "-na", chrome, "--args", *PROFILE)
    assert machine.words("chrome", "none") == ("open", "-a", chrome, "{url}")
    assert machine.words("firefox") == ("open", "-a", firefox, "{url}")
    assert machine.words("firefox", "granted") == (
        "open", "-na", firefox, "--args", "--new-tab", "{url}",
    )  # fmt: skip
    assert machine.words("safari") == ("open", "-a", "Applications/Safari.app", "{url}")
    assert machine.words() == ("open", "{url}")
    with pytest.raises(InvalidConfiguration, match="Installed: firefox, chrome, brave, safari"):
        machine.choose("edge")


def test_names_on_windows(tmp_path: Path) -> None:
    """Programs are below one of three folders."""
    variables = {
        "ProgramFiles": str(tmp_path / "64"), "ProgramFiles(x86)": str(tmp_path / "32"),
        "LOCALAPPDATA": str(tmp_path / "local"), "SystemRoot": str(tmp_path / "Windows"),
    }  # fmt: skip
    machine = Machine(tmp_path, "windows", **variables).install(
        "64/Mozilla Firefox/firefox.exe",
        "32/Microsoft/Edge/Application/msedge.exe",
        "local/Google/Chrome/Application/chrome.exe",
    )

    assert machine.words("firefox") == (
        "64/Mozilla Firefox/firefox.exe", "--new-tab", "{url}",
    )  # fmt: skip
    assert machine.words("edge") == ("32/Microsoft/Edge/Application/msedge.exe", *PROFILE)
    assert machine.words("chrome")[0] == "local/Google/Chrome/Application/chrome.exe"
    assert machine.words() == (
        "Windows/System32/rundll32.exe", "url.dll,FileProtocolHandler", "{url}",
    )  # fmt: skip


def test_wsl_uses_the_windows_browser(tmp_path: Path) -> None:
    """It needs no display; a Linux browser that is named is used if there is none in Windows."""
    machine = Machine(tmp_path, "wsl").install(
        "c/Windows/System32/rundll32.exe",
        "c/Program Files/Mozilla Firefox/firefox.exe",
        "c/Users/alice/AppData/Local/Google/Chrome/Application/chrome.exe",
        "bin/firefox",
        "bin/chromium",
    )
    default, chrome = machine.choose(), machine.choose("chrome")

    assert default is not None
    assert default.in_windows
    assert machine.words()[1:] == ("url.dll,FileProtocolHandler", "{url}")
    assert chrome is not None
    assert chrome.in_windows
    assert machine.words("firefox")[0] == "c/Program Files/Mozilla Firefox/firefox.exe"
    assert machine.choose("chromium") is None
    machine.variables.update(DISPLAY)
    found = machine.choose("chromium")
    assert found is not None
    assert not found.in_windows


def test_wsl_without_windows_programs_is_linux(tmp_path: Path) -> None:
    """Interoperability can be turned off."""
    machine = Machine(tmp_path, "wsl").install("bin/xdg-open")

    assert machine.choose() is None
    machine.variables.update(DISPLAY)
    assert machine.words() == ("bin/xdg-open", "{url}")


@pytest.mark.parametrize("kind", ["linux", "wsl", "macos", "windows"])
@pytest.mark.parametrize("setting", [None, "firefox", "safari"])
@pytest.mark.parametrize("variables", [SSH, {**SSH, **DISPLAY}, {"SSH_TTY": "/dev/pts/1"}])
def test_over_ssh_nothing_opens(
    tmp_path: Path, kind: str, setting: Optional[str], variables: dict[str, str]
) -> None:
    """The user does not see that screen."""
    machine = Machine(tmp_path, kind, **variables).install_applications("Safari", "Firefox")
    machine.install("bin/firefox", "bin/xdg-open", "c/Windows/System32/rundll32.exe")

    assert machine.choose(setting) is None


@pytest.mark.parametrize("setting", [None, "firefox", "chromium", "firefox -P work {url}"])
def test_without_a_display_nothing_opens(tmp_path: Path, setting: Optional[str]) -> None:
    """As in a container or on a server."""
    machine = Machine(tmp_path).install("bin/firefox", "bin/xdg-open")

    assert machine.choose(setting) is None


def test_a_command_of_the_users_may_open_anywhere(tmp_path: Path) -> None:
    """As one that asks the user's own machine to open the URL."""
    machine = Machine(tmp_path, **SSH).install("bin/open-at-home")

    assert machine.words("open-at-home {url}") == ("bin/open-at-home", "{url}")
    machine.variables["BROWSER"] = "open-at-home"
    assert machine.words() == ("bin/open-at-home", "{url}")


@pytest.mark.parametrize(
    ("programs", "words"),
    [
        (["xdg-open", "gio", "firefox"], ("bin/xdg-open", "{url}")),
        (["gio", "x-www-browser"], ("bin/gio", "open", "{url}")),
        (["sensible-browser"], ("bin/sensible-browser", "{url}")),
        (["x-www-browser"], ("bin/x-www-browser", "{url}")),
        (["firefox"], ("bin/firefox", "--new-tab", "{url}")),
        (["chromium"], ("bin/chromium", *PROFILE)),
    ],
)
def test_the_default_browser(tmp_path: Path, programs: list[str], words: tuple[str, ...]) -> None:
    """By the program of the desktop, else the first browser that is found."""
    machine = Machine(tmp_path, **DISPLAY).install(*(f"bin/{name}" for name in programs))

    assert machine.words() == words


def desktop_entries(**defaults: str) -> str:
    """Return a mimeapps.list with defaults for https URLs, by section."""
    lines = ["# by the desktop", ""]
    for section, entries in defaults.items():
        lines += [f"[{section.replace('_', ' ')}]", "text/plain=vim.desktop",
                  f"x-scheme-handler/https={entries}"]  # fmt: skip
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("file", "entries", "words"),
    [
        (".config/mimeapps.list", "google-chrome.desktop", ("bin/google-chrome", *PROFILE)),
        (".config/mimeapps.list", "google-chrome.desktop;chromium.desktop;",
         ("bin/google-chrome", *PROFILE)),
        (".config/mimeapps.list", "chromium_chromium.desktop", ("bin/chromium", *PROFILE)),
        (".config/gnome-mimeapps.list", "chromium.desktop", ("bin/chromium", *PROFILE)),
        (".local/share/applications/mimeapps.list", "chromium.desktop",
         ("bin/chromium", *PROFILE)),
        ("share/applications/mimeapps.list", "chromium.desktop", ("bin/chromium", *PROFILE)),
        # Without an extension, and one that is not known: the desktop opens it.
        (".config/mimeapps.list", "firefox.desktop", ("bin/xdg-open", "{url}")),
        (".config/mimeapps.list", "mine.desktop;chromium.desktop", ("bin/xdg-open", "{url}")),
        (".config/mimeapps.list", "userapp-x.desktop;chromium.desktop", ("bin/xdg-open", "{url}")),
        (".config/kde-mimeapps.list", "chromium.desktop", ("bin/xdg-open", "{url}")),
    ],
)  # fmt: skip
def test_the_default_browser_of_a_desktop(
    tmp_path: Path, file: str, entries: str, words: tuple[str, ...]
) -> None:
    """It is recognized, so that it has an identity, too."""
    machine = Machine(tmp_path, XDG_CURRENT_DESKTOP="ubuntu:GNOME", **DISPLAY).install(
        "bin/xdg-open", "bin/google-chrome", "bin/chromium", "bin/firefox", "bin/mine", file
    )  # fmt: skip
    (tmp_path / file).write_text(
        desktop_entries(Added_Associations="mine.desktop", Default_Applications=entries)
    )

    assert machine.words() == words
    assert machine.words(None, "none") == ("bin/xdg-open", "{url}")


def test_firefox_as_the_default_browser(tmp_path: Path) -> None:
    """With an extension it has containers."""
    machine = Machine(tmp_path, XDG_CONFIG_HOME=f"{tmp_path}/c", **DISPLAY)
    machine.install("bin/xdg-open", "bin/firefox", "c/mimeapps.list").install_extension()
    (tmp_path / "c/mimeapps.list").write_text(
        desktop_entries(Default_Applications="firefox.desktop")
    )
    found = machine.choose()

    assert found is not None
    assert (found.name, found.scheme) == ("firefox", "ext+granted-containers")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("firefox", ("bin/firefox", "--new-tab", "{url}")),
        ("missing:chromium", ("bin/chromium", *PROFILE)),
        ("w3m:mine --tab", ("bin/mine", "--tab", "{url}")),
        ("mine '--open=%s' x", ("bin/mine", "--open={url}", "x")),
        ("mine '", ("bin/xdg-open", "{url}")),
        ("::", ("bin/xdg-open", "{url}")),
        ("w3m", ("bin/xdg-open", "{url}")),
        ("mine && rm -rf x", ("bin/mine", "&&", "rm", "-rf", "x", "{url}")),
    ],
)
def test_the_variable_browser(tmp_path: Path, value: str, words: tuple[str, ...]) -> None:
    """The first usable command of BROWSER, without a shell; text browsers are not usable."""
    machine = Machine(tmp_path, BROWSER=value, **DISPLAY).install(
        "bin/xdg-open", "bin/firefox", "bin/chromium", "bin/w3m", "bin/mine"
    )

    assert machine.words() == words


def test_no_browser_at_all(tmp_path: Path) -> None:
    """Then the URL is printed."""
    assert Machine(tmp_path, **DISPLAY).choose() is None


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("mine {url}", ("bin/mine", "{url}")),
        ("  mine   --a='{profile} x' -- {url} ", ("bin/mine", "--a={profile} x", "--", "{url}")),
        ('mine "--profile={role}@{account}" --color={color} --n={name} "{url}"',
         ("bin/mine", "--profile={role}@{account}", "--color={color}", "--n={name}", "{url}")),
        ("mine '$(touch x)' `y` ;z #c {url}",
         ("bin/mine", "$(touch x)", "`y`", ";z", "#c", "{url}")),
        ("{folder}/bin/mine {url}", ("bin/mine", "{url}")),
    ],
)  # fmt: skip
def test_a_command_is_split_without_a_shell(
    tmp_path: Path, template: str, words: tuple[str, ...]
) -> None:
    """Quotes group words; nothing else is special."""
    machine = Machine(tmp_path, **DISPLAY).install("bin/mine")

    assert machine.words(template.replace("{folder}", str(tmp_path))) == words


def test_a_path_of_windows_keeps_its_backslashes(tmp_path: Path) -> None:
    """There they separate folders."""
    machine = Machine(tmp_path, "windows").install("bin/mine")

    assert machine.words(rf"{tmp_path}/bin/mine --dir C:\Temp\x {{url}}")[1:] == (
        "--dir", r"C:\Temp\x", "{url}",
    )  # fmt: skip


@pytest.mark.parametrize("identity", ["container", "granted"])
def test_a_command_can_have_a_container(tmp_path: Path, identity: str) -> None:
    """A browser made of Firefox takes the same extensions, if the setting says so."""
    machine = Machine(tmp_path, **DISPLAY).install("bin/zen").install_extension()
    found, plain = machine.choose("zen {url}", identity), machine.choose("zen {url}")

    assert found is not None
    assert found.scheme.startswith("ext+")
    assert plain is not None
    assert plain.scheme == ""


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("opera", "Unknown browser 'opera'. Name one of firefox, chrome, "),
        ("", "Unknown browser ''"),
        ("   ", "Unknown browser '   '"),
        ("{url}", "Unknown browser '{url}'"),
        ("mine --new-tab", "or a command with {url}, as in 'vivaldi {url}'"),
        ("mine {url} {region}", "there is no placeholder '{region}', only {url} {profile} "),
        ("mine {} {url}", "there is no placeholder '{}'"),
        ("mine {url}}", "Invalid browser command 'mine {url}}': a brace has no counterpart"),
        ("mine {{url}}", "a brace has no counterpart. Braces are for placeholders only: {url} "),
        ("mine {url} {profile", "a brace has no counterpart"),
        ("mine '{url}", 'Invalid browser command "mine \'{url}": No closing quotation'),
    ],
)
def test_an_invalid_browser(tmp_path: Path, setting: str, message: str) -> None:
    """It is found before any call, over SSH as well."""
    machine = Machine(tmp_path, **DISPLAY).install("bin/mine")

    with pytest.raises(InvalidRequest) as error:
        machine.choose(setting)

    assert message in str(error.value)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("chrome", "The browser 'chrome' is not installed, or not where it is looked for. "
                   "Installed: firefox. Or"),
        ("safari", "The browser 'safari' is not installed"),
        ("missing {url}", "Can't find the program 'missing' of the browser command 'missing "),
        ("/no/such {url}", "Can't find the program '/no/such' of"),
    ],
)  # fmt: skip
def test_a_browser_that_is_not_installed(tmp_path: Path, setting: str, message: str) -> None:
    """The error says which ones are."""
    machine = Machine(tmp_path, **DISPLAY).install("bin/firefox")

    with pytest.raises(InvalidConfiguration) as error:
        machine.choose(setting)

    assert message in str(error.value)


def test_an_invalid_identity() -> None:
    """The error names the setting and its values."""
    with pytest.raises(InvalidConfiguration, match="'assume.browser_identity': it is one of none"):
        check_identity("containers")


def test_this_machine() -> None:
    """It is of one of the kinds that are known."""
    assert this_system({}).kind in ("linux", "wsl", "macos", "windows")
