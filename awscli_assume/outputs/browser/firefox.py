"""Firefox containers: which extension opens URLs in them, and what it is given."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import Iterator, Optional
from urllib.parse import urlencode

from awscli_assume.model.browser_identity import BrowserIdentity
from awscli_assume.outputs.browser.system import System

# The values of assume.browser_identity, and the URL scheme that each extension handles (the
# manifests of "Open external links in a container" 1.0.3 and "Granted Containers").
SCHEMES = {"granted": "ext+granted-containers", "container": "ext+container"}
# In Firefox's list of extensions, by the IDs of addons.mozilla.org.
_IDS = {
    "{b5e0e8de-ebfe-4306-9528-bcc18241a490}": "granted",
    "{f069aec0-43c5-4bbf-b6b4-df95c4326b98}": "container",
}
_ICON = "fingerprint"
_LINUX_FOLDERS = (
    ".mozilla/firefox",
    ".config/mozilla/firefox",
    "snap/firefox/common/.mozilla/firefox",
    ".var/app/org.mozilla.firefox/.mozilla/firefox",
)
_MACOS_FOLDER = "Library/Application Support/Firefox/Profiles"
_WINDOWS_FOLDER = "AppData/Roaming/Mozilla/Firefox/Profiles"


def container_url(scheme: str, url: str, identity: BrowserIdentity) -> str:
    """Return the URL that an extension opens in the container of an identity.

    The extension makes the container if there is none.
    """
    values = {
        "name": identity.name, "url": url, "color": identity.color, "icon": _ICON,
    }  # fmt: skip
    return f"{scheme}:{urlencode(values)}"


def find_extension(system: System, *, in_windows: bool) -> Optional[str]:
    """Return the key of SCHEMES whose extension is in a profile of Firefox, or None.

    Firefox's files are read only. With both extensions, the first of SCHEMES is preferred.
    """
    found = set()
    for folder in _profile_folders(system, in_windows):
        with suppress(OSError, ValueError, KeyError, TypeError):
            with open(os.path.join(folder, "extensions.json"), encoding="utf-8") as file:
                addons = json.load(file)["addons"]
            found |= {_IDS.get(addon["id"]) for addon in addons if addon["active"]}
    return next((key for key in SCHEMES if key in found), None)


def _profile_folders(system: System, in_windows: bool) -> Iterator[str]:
    if in_windows:
        roots = [os.path.join(home, _WINDOWS_FOLDER) for home in system.windows_homes()]
    else:
        names = (_MACOS_FOLDER,) if system.kind == "macos" else _LINUX_FOLDERS
        roots = [os.path.join(system.home, name) for name in names]
    for root in roots:
        with suppress(OSError), os.scandir(root) as entries:
            yield from sorted(entry.path for entry in entries if entry.is_dir())
