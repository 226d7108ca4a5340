"""Open a URL in the user's browser."""

from __future__ import annotations

import os
import re
import subprocess
import time
from typing import Callable, Optional

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host import user_environment
from awscli_assume.host.environment import Environment
from awscli_assume.model.browser_identity import BrowserIdentity
from awscli_assume.model.printable import ending
from awscli_assume.outputs.browser.firefox import container_url
from awscli_assume.outputs.browser.page import PAGE_SECONDS, OneShotPage
from awscli_assume.outputs.browser.programs import (
    IDENTITIES,
    KNOWN,
    PLACEHOLDERS,
    Browser,
    default_browser,
    from_template,
    named_browser,
)
from awscli_assume.outputs.browser.system import System, this_system

__all__ = ["Browser", "check_identity", "choose_browser", "open_in_browser"]

# How long a browser without a page may take to fail.
_DIRECT_SECONDS = 1.0
_STEP_SECONDS = 0.05
# How long the page waits after the program of the browser failed.
_GRACE_SECONDS = 1.5
# Windows' own names; other systems have a session of its own for that.
_DETACHED = getattr(subprocess, "DETACHED_PROCESS", 0)
_INSTEAD = "Use --no-browser to print the URL instead"
_PLACEHOLDER = re.compile(rf"\{{({'|'.join(PLACEHOLDERS)})\}}")


def choose_browser(
    setting: Optional[str],
    identity_setting: Optional[str],
    environment: Environment,
    system: Optional[System] = None,
) -> Optional[Browser]:
    """Return the browser of the settings ``assume.browser`` and ``assume.browser_identity``.

    Without a setting, the system's default browser and one identity per account and role. None
    if there is no browser that the user would see, as over SSH or without a display.

    Raises InvalidRequest for an invalid browser, and InvalidConfiguration for one that is not
    installed.
    """
    system = system or this_system(environment.variables)
    name = (setting or "").lower()
    if setting is None:
        browser = default_browser(identity_setting, system)
    elif name not in KNOWN:
        browser = from_template(setting, identity_setting, system)
    elif system.is_remote or (system.kind == "linux" and not system.has_display):
        browser = None
    else:
        browser = named_browser(name, identity_setting, system)
    return browser if browser is not None and browser.is_visible(system) else None


def check_identity(setting: Optional[str]) -> None:
    """Raise InvalidConfiguration for an invalid setting ``assume.browser_identity``."""
    if setting is not None and setting not in IDENTITIES:
        raise InvalidConfiguration(
            f"Invalid value '{setting}' of the setting 'assume.browser_identity': it is "
            f"one of {', '.join(IDENTITIES)}. Without the setting, each account and role has its "
            "own identity"
        )


def open_in_browser(
    browser: Browser,
    url: str,
    identity: BrowserIdentity,
    environment: Environment,
    *,
    direct: bool,
) -> None:
    """Open a URL in a browser, through a page on this machine that redirects to it once.

    The page keeps the URL off the command line of the browser; with ``direct`` there is none.
    Returns when the browser has got the URL. Raises InvalidConfiguration if the browser fails
    or does not open the page. A started browser stays open.
    """
    if direct:
        process = _start(browser, url, identity, environment)
        deadline = time.monotonic() + _DIRECT_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(_STEP_SECONDS)
        _check(browser, process)
    else:
        _open_by_page(browser, url, identity, environment)
    if browser.note:
        environment.notify(f"{browser.note}\n")


def _open_by_page(
    browser: Browser, url: str, identity: BrowserIdentity, environment: Environment
) -> None:
    # Windows reaches a server in WSL by this name, through a process of root.
    is_unix = hasattr(os, "getuid") and not browser.in_windows
    with OneShotPage(url, os.getuid() if is_unix else None) as page:
        address = page.url.replace("127.0.0.1", "localhost") if browser.in_windows else page.url
        process = _start(browser, address, identity, environment)
        if not page.wait(_checker(browser, process), PAGE_SECONDS):
            raise InvalidConfiguration(_not_fetched(browser))


def _start(
    browser: Browser, url: str, identity: BrowserIdentity, environment: Environment
) -> subprocess.Popen[bytes]:
    """Start a browser in a session of its own: neither Ctrl-C nor our end ends it."""
    try:
        # Its messages may quote the URL.
        return subprocess.Popen(  # noqa: S603 - the user's own browser, without a shell
            _words(browser, url, identity),
            env=user_environment(environment.variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=os.name != "nt",
            creationflags=_DETACHED,
        )
    except OSError as error:
        raise InvalidConfiguration(
            f"Can't start {browser.name} ({browser.words[0]}): {error.strerror}. {_INSTEAD}"
        ) from None


def _words(browser: Browser, url: str, identity: BrowserIdentity) -> list[str]:
    """Return the words of the command. Placeholders in values stay as they are."""
    if browser.scheme:
        url = container_url(browser.scheme, url, identity)
    values = {
        "url": url, "profile": identity.profile, "account": identity.account,
        "role": identity.role, "color": identity.color, "name": identity.name,
    }  # fmt: skip
    return [_PLACEHOLDER.sub(lambda found: values[found[1]], word) for word in browser.words]


def _checker(browser: Browser, process: subprocess.Popen[bytes]) -> Callable[[], None]:
    """Return a check that fails a while after the browser did.

    Some programs give the URL to the browser that runs, and end with an error all the same.
    """
    failed: list[float] = []

    def check() -> None:
        if process.poll():
            failed.append(time.monotonic())
            if time.monotonic() - failed[0] >= _GRACE_SECONDS:
                _check(browser, process)

    return check


def _check(browser: Browser, process: subprocess.Popen[bytes]) -> None:
    """Raise InvalidConfiguration if the browser failed. Many hand the URL over and end with 0."""
    code = process.poll()
    if not code:
        return
    raise InvalidConfiguration(
        f"Can't open the console in {browser.name}: the program ended with {ending(code)}. Its "
        f"messages are not shown, because they may quote the sign-in URL. {_INSTEAD}"
    )


def _not_fetched(browser: Browser) -> str:
    reason = ""
    if browser.scheme:
        reason = (
            f". It needs an extension that opens {browser.scheme}: URLs, or the setting "
            "'assume.browser_identity = none'"
        )
    return (
        f"Can't open the console in {browser.name}: it did not ask for the page within "
        f"{PAGE_SECONDS:.0f} seconds{reason}. {_INSTEAD}"
    )
