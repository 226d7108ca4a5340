"""Open a URL in the user's browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from awscli_assume.host.environment import Environment
from awscli_assume.model.browser_identity import BrowserIdentity


@dataclass(frozen=True)
class Browser:
    """The command that opens a URL in a browser, found before any call to AWS.

    ``words`` have the placeholders {url} {profile} {account} {role} {color} {name}.
    """

    name: str
    words: tuple[str, ...]


def choose_browser(
    setting: Optional[str], identity_setting: Optional[str], environment: Environment
) -> Optional[Browser]:
    """Return the browser of the settings ``assume.browser`` and ``assume.browser_identity``.

    Without a setting, the system's default browser and one identity per account and role. None
    if there is no browser that the user would see, as over SSH or without a display.

    Raises InvalidRequest for an invalid setting, and InvalidConfiguration if the browser is
    not installed.
    """
    raise NotImplementedError


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
    raise NotImplementedError
