"""Real browsers on a virtual screen, in place of those that a user has.

A browser that is missing skips a test, with the package to install; where
AWSCLI_ASSUME_REQUIRE_BROWSERS is 1, as in .ci/run, it fails it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import zipfile
from pathlib import Path
from typing import Iterator

from support.processes import is_running, wait_for
from support.required import missing

# Browser -> the Debian package that brings it, and its program.
DEBIAN_PACKAGES = {"chromium": "chromium", "firefox": "firefox-esr"}
# The IDs of addons.mozilla.org and the URL schemes of the two extensions.
EXTENSIONS = {
    "container": ("{f069aec0-43c5-4bbf-b6b4-df95c4326b98}", "ext+container"),
    "granted": ("{b5e0e8de-ebfe-4306-9528-bcc18241a490}", "ext+granted-containers"),
}
# What the extensions do: open a URL in a container, which they make if there is none.
_OPENER = """\
(async () => {
  const uri = decodeURIComponent(location.hash.slice(1));
  const values = new URLSearchParams(uri.slice(uri.indexOf(":") + 1));
  const name = values.get("name");
  const found = await browser.contextualIdentities.query({name});
  const container = found[0] || await browser.contextualIdentities.create(
    {name, color: values.get("color"), icon: values.get("icon")});
  const opener = await browser.tabs.getCurrent();
  await browser.tabs.create({cookieStoreId: container.cookieStoreId, url: values.get("url")});
  await browser.tabs.remove(opener.id);
})();
"""
# Extensions that nobody has signed are allowed in Firefox ESR, by these preferences.
_PREFERENCES = {
    "xpinstall.signatures.required": False,
    "extensions.autoDisableScopes": 0,
    "extensions.enabledScopes": 15,
    "extensions.startupScanScopes": 15,
    "privacy.userContext.enabled": True,
    "privacy.userContext.ui.enabled": True,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "browser.aboutwelcome.enabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
    "termsofuse.bypassNotification": True,
}
# Without the GPU that there is none, the question about the keyring, and the bar about options
# that are not supported; and a window that fills the screen.
_CHROMIUM_OPTIONS = (
    "--disable-gpu", "--disable-dev-shm-usage", "--password-store=basic", "--test-type",
    "--window-position=0,0", "--window-size=1000,260",
)  # fmt: skip
_FIREFOX_WINDOW = ("--width", "1000", "--height", "260")
# A program in place of the browser's: it notes how it was started, then becomes the browser.
_WRAPPER = """\
#!/bin/sh
printf '%s\\n' "$@" > {folder}/words
env > {folder}/environment
echo $$ >> {folder}/processes
exec {command} "$@" > {folder}/messages 2>&1
"""


def find_browser(name: str) -> str:
    """Return the path of a browser, or skip, or fail where browsers are required."""
    package = DEBIAN_PACKAGES[name]
    return shutil.which(package) or missing(f"the browser {name}", package)


class InstalledBrowser:
    """A browser of a HOME: ``programs`` is a folder for PATH with a program of its name."""

    def __init__(self, home: Path, name: str) -> None:
        self.executable = find_browser(name)
        self.programs = home / "bin"
        self.notes = home / f"{name}-notes"
        self.program = self.programs / name
        for folder in (self.programs, self.notes):
            folder.mkdir(exist_ok=True)

    def use(self, *options: str) -> None:
        """Make the program: the browser with these options before its own."""
        command = shlex.join([self.executable, *options])
        self.program.write_text(_WRAPPER.format(folder=shlex.quote(str(self.notes)),
                                                command=command))  # fmt: skip
        self.program.chmod(0o755)

    @property
    def words(self) -> list[str]:
        """The arguments that the browser was started with last."""
        return (self.notes / "words").read_text().splitlines()

    @property
    def environment(self) -> dict[str, str]:
        """The environment that the browser was started with last."""
        lines = (self.notes / "environment").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    @property
    def is_open(self) -> bool:
        """Whether the browser that was started last still runs."""
        return is_running(self._processes()[-1])

    def _processes(self) -> list[int]:
        path = self.notes / "processes"
        return list(map(int, path.read_text().split())) if path.exists() else []

    def close(self) -> None:
        """End the browsers that were started, each with its children, and wait for them."""
        for process in self._processes():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process, signal.SIGTERM)
            if not wait_for(lambda process=process: not is_running(process), seconds=10):
                os.killpg(process, signal.SIGKILL)
        (self.notes / "processes").unlink(missing_ok=True)


class Chromium(InstalledBrowser):
    """Chromium with a folder of its own for its profiles."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, "chromium")
        self.data = home / "chromium-data"
        # As root, its sandbox does not work.
        sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
        self.options = (*_CHROMIUM_OPTIONS, *sandbox, f"--user-data-dir={self.data}")
        self.use(*self.options)

    @property
    def profiles(self) -> set[str]:
        """The folders of its profiles."""
        return {path.parent.name for path in self.data.glob("*/Preferences")}


class Firefox(InstalledBrowser):
    """Firefox, whose profile is where Firefox has them."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, "firefox")
        self.profile = home / ".mozilla" / "firefox" / "test.default"
        (self.profile / "extensions").mkdir(parents=True)
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n"
                 for name, value in _PREFERENCES.items()]  # fmt: skip
        (self.profile / "user.js").write_text("".join(lines))
        self.options = ("--no-remote", "--profile", str(self.profile), *_FIREFOX_WINDOW)
        self.use(*self.options)

    def install(self, name: str) -> None:
        """Install a stand-in for an extension, and start Firefox once, which lists it."""
        identifier, scheme = EXTENSIONS[name]
        manifest = {
            "manifest_version": 2,
            "name": f"Stand-in for {name}",
            "version": "1.0",
            "browser_specific_settings": {"gecko": {"id": identifier}},
            "protocol_handlers": [
                {"protocol": scheme, "name": "Open in a container", "uriTemplate": "/open.html#%s"}
            ],
            "permissions": ["contextualIdentities", "cookies", "tabs"],
        }
        with zipfile.ZipFile(self.profile / "extensions" / f"{identifier}.xpi", "w") as archive:
            archive.writestr("manifest.json", json.dumps(manifest))
            archive.writestr("open.html", '<!doctype html><script src="open.js"></script>')
            archive.writestr("open.js", _OPENER)
        subprocess.run(
            [self.executable, *self.options, "--headless", "--screenshot",
             str(self.notes / "x.png"), "about:blank"],
            check=True, capture_output=True, timeout=120,
            env={"PATH": os.defpath, "HOME": str(self.programs.parent)},
        )  # fmt: skip
        assert identifier in (self.profile / "extensions.json").read_text()

    @property
    def containers(self) -> dict[str, tuple[str, str]]:
        """The color and the icon of each container that somebody has named."""
        path = self.profile / "containers.json"
        found = json.loads(path.read_text())["identities"] if path.exists() else []
        return {one["name"]: (one["color"], one["icon"]) for one in found
                if one["public"] and one.get("name")}  # fmt: skip


@contextlib.contextmanager
def closed_afterwards(*browsers: InstalledBrowser) -> Iterator[None]:
    """Close browsers at the end of a block."""
    try:
        yield
    finally:
        for browser in browsers:
            browser.close()
