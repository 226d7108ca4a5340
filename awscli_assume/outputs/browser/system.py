"""The system whose browser opens: its kind, its programs and its screen."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Iterator, Mapping, Optional

# Programs of Flatpak and snap, whose folders are not always in PATH.
_FOLDERS = ("/var/lib/flatpak/exports/bin", "~/.local/share/flatpak/exports/bin", "/snap/bin")
_XDG_FOLDERS = {"XDG_CONFIG_DIRS": "/etc/xdg", "XDG_DATA_DIRS": "/usr/local/share:/usr/share"}
_MIME_APPS = "mimeapps.list"
_PROGRAM_FOLDERS = ("Program Files", "Program Files (x86)")
_PROGRAM_VARIABLES = ("ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA")


@dataclass(frozen=True)
class System:
    """Where to look for browsers. ``kind`` is linux (or another Unix), wsl, macos or windows."""

    kind: str
    variables: Mapping[str, str] = field(repr=False)
    home: str = field(default_factory=lambda: os.path.expanduser("~"))
    applications: tuple[str, ...] = ("/Applications", "~/Applications")
    windows_drive: str = "/mnt/c"

    @property
    def is_remote(self) -> bool:
        """Whether the user sits at another machine."""
        return any(self.variables.get(name) for name in ("SSH_CONNECTION", "SSH_TTY"))

    @property
    def has_display(self) -> bool:
        """Whether a program of this system can show a window."""
        names = ("DISPLAY", "WAYLAND_DISPLAY")
        return self.kind in ("macos", "windows") or any(map(self.variables.get, names))

    def find(self, name: str) -> Optional[str]:
        """Return the path of a program by its name, or None."""
        folders = [self.variables.get("PATH", os.defpath)]
        if self.kind in ("linux", "wsl"):
            folders += [folder.replace("~", self.home, 1) for folder in _FOLDERS]
        return shutil.which(name, path=os.pathsep.join(folders))

    def find_windows_program(self, path: str) -> Optional[str]:
        """Return the path of a Windows program below its folder for programs, or None.

        ``path`` is separated by slashes.
        """
        for folder in self._windows_folders():
            found = os.path.join(folder, *path.split("/"))
            if os.path.isfile(found):
                return found
        return None

    def find_application(self, name: str) -> Optional[str]:
        """Return the path of a macOS application, or None."""
        for folder in self.applications:
            found = os.path.join(folder.replace("~", self.home, 1), f"{name}.app")
            if os.path.isdir(found):
                return found
        return None

    def default_applications(self) -> Iterator[str]:
        """Yield the desktop entries of Linux that open https URLs, the preferred one first.

        Source: freedesktop.org, "Association between MIME types and applications".
        """
        own, data = self.variables.get("XDG_CONFIG_HOME"), self.variables.get("XDG_DATA_HOME")
        folders = [own or os.path.join(self.home, ".config"), *self._folders("XDG_CONFIG_DIRS")]
        for folder in (data or os.path.join(self.home, ".local", "share"),
                       *self._folders("XDG_DATA_DIRS")):  # fmt: skip
            folders.append(os.path.join(folder, "applications"))
        desktops = self.variables.get("XDG_CURRENT_DESKTOP", "").lower().split(":")
        names = [f"{one}-{_MIME_APPS}" for one in desktops if one.isalnum()] + [_MIME_APPS]
        for folder in folders:
            for name in names:
                yield from _defaults_in(os.path.join(folder, name))

    def _folders(self, variable: str) -> list[str]:
        value = self.variables.get(variable) or _XDG_FOLDERS[variable]
        return [folder for folder in value.split(":") if folder]

    def windows_homes(self) -> Iterator[str]:
        """Yield the home folders of the Windows users, as this system names them."""
        if self.kind == "windows":
            yield self.home
        elif self.kind == "wsl":
            with suppress(OSError), os.scandir(os.path.join(self.windows_drive, "Users")) as found:
                yield from sorted(entry.path for entry in found if entry.is_dir())

    def _windows_folders(self) -> Iterator[str]:
        if self.kind == "windows":
            yield from filter(None, map(self.variables.get, _PROGRAM_VARIABLES))
            return
        for folder in _PROGRAM_FOLDERS:
            yield os.path.join(self.windows_drive, folder)
        for home in self.windows_homes():
            yield os.path.join(home, "AppData", "Local")


def this_system(variables: Mapping[str, str]) -> System:
    """Return the system of this process."""
    if sys.platform in ("win32", "cygwin"):
        return System("windows", variables)
    if sys.platform == "darwin":
        return System("macos", variables)
    # Not only by WSL_DISTRO_NAME: `sudo` removes it.
    if "microsoft" in os.uname().release.lower() and os.path.isdir("/mnt/c/Windows"):
        return System("wsl", variables)
    return System("linux", variables)


def _defaults_in(path: str) -> list[str]:
    """Return the desktop entries for https URLs of a mimeapps.list, without their ending."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except OSError:
        return []
    section, found = "", []
    for line in lines:
        if line.startswith("["):
            section = line.strip()
        key, _, value = line.partition("=")
        if section == "[Default Applications]" and key.strip() == "x-scheme-handler/https":
            found += [one.strip().removesuffix(".desktop") for one in value.split(";")]
    return [one for one in found if one]
