"""What a Firefox extension gets, and how it is found."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from awscli_assume.model.browser_identity import BrowserIdentity
from awscli_assume.outputs.browser.firefox import container_url, find_extension
from awscli_assume.outputs.browser.system import System

GRANTED = "{b5e0e8de-ebfe-4306-9528-bcc18241a490}"
CONTAINER = "{f069aec0-43c5-4bbf-b6b4-df95c4326b98}"
IDENTITY = BrowserIdentity("p", "123456789012", "ProdAdmin")


def install(folder: Path, *addons: object) -> None:
    """Write Firefox's list of extensions for a profile."""
    folder.mkdir(parents=True)
    (folder / "extensions.json").write_text(json.dumps({"schemaVersion": 37, "addons": addons}))


def addon(identifier: str, active: bool = True) -> dict[str, object]:
    return {"id": identifier, "active": active, "version": "1.0.3"}


def test_a_url_survives_in_a_url() -> None:
    """Extensions split at ampersands and decode once."""
    url = "https://signin.aws.amazon.com/federation?Action=login&SigninToken=a%2Bb+c#d"
    found = container_url("ext+container", url, IDENTITY)

    scheme, _, rest = found.partition(":")
    assert scheme == "ext+container"
    assert parse_qs(rest, strict_parsing=True) == {
        "name": ["ProdAdmin-123456789012"],
        "url": [url],
        "color": ["red"],
        "icon": ["fingerprint"],
    }


@pytest.mark.parametrize(
    ("addons", "expected"),
    [
        ([addon(GRANTED)], "granted"),
        ([addon(CONTAINER)], "container"),
        ([addon(CONTAINER), addon(GRANTED)], "granted"),
        ([addon(CONTAINER), addon(GRANTED, active=False)], "container"),
        ([addon(CONTAINER, active=False)], None),
        ([addon("uBlock0@raymondhill.net")], None),
        ([], None),
    ],
)
def test_an_installed_extension_is_found(
    tmp_path: Path, addons: list[object], expected: str | None
) -> None:
    """Only one that is active counts."""
    install(tmp_path / ".mozilla/firefox/abc.default", *addons)

    assert find_extension(System("linux", {}, str(tmp_path)), in_windows=False) == expected


@pytest.mark.parametrize(
    ("kind", "folder", "in_windows"),
    [
        ("linux", "home/.mozilla/firefox/a.default", False),
        ("linux", "home/.config/mozilla/firefox/a.default", False),
        ("linux", "home/snap/firefox/common/.mozilla/firefox/a", False),
        ("linux", "home/.var/app/org.mozilla.firefox/.mozilla/firefox/a", False),
        ("wsl", "home/.mozilla/firefox/a.default", False),
        ("wsl", "c/Users/alice/AppData/Roaming/Mozilla/Firefox/Profiles/a", True),
        ("windows", "home/AppData/Roaming/Mozilla/Firefox/Profiles/a", True),
        ("macos", "home/Library/Application Support/Firefox/Profiles/a", False),
    ],
)
def test_where_firefox_has_its_profiles(
    tmp_path: Path, kind: str, folder: str, in_windows: bool
) -> None:
    """By system and package."""
    system = System(kind, {}, str(tmp_path / "home"), windows_drive=str(tmp_path / "c"))
    assert find_extension(system, in_windows=in_windows) is None
    install(tmp_path / folder, addon(GRANTED))

    assert find_extension(system, in_windows=in_windows) == "granted"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"addons": 5}', '{"addons": [5]}', '{"addons": [{}]}']
)
def test_a_list_that_is_not_as_expected_is_none(tmp_path: Path, text: str) -> None:
    """Firefox may change its file; then the setting says which extension it is."""
    folder = tmp_path / ".mozilla/firefox/a"
    folder.mkdir(parents=True)
    (folder / "extensions.json").write_text(text)

    assert find_extension(System("linux", {}, str(tmp_path)), in_windows=False) is None
