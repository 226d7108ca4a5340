"""Open the URL of the console in a browser, copy it or print it; and print the services."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Optional

from awscli_assume.arguments.console import ConsoleOptions
from awscli_assume.errors import InvalidConfiguration, InvalidRequest
from awscli_assume.host.context import CommandContext
from awscli_assume.outputs.printing import is_for_people, print_object
from awscli_assume.outputs.profile_list import local_time
from awscli_assume.workflow.console.credentials import ConsoleSource, session_before
from awscli_assume.workflow.console.link import ConsoleLink

if TYPE_CHECKING:
    from awscli_assume.outputs.browser.launch import Browser

_NO_IDENTITY = "none"


def find_browser(
    context: CommandContext, options: ConsoleOptions, source: ConsoleSource
) -> Optional[Browser]:
    """Return the browser, None to print or to copy the URL. Nothing is started.

    Raises InvalidRequest and InvalidConfiguration for one that is unknown or not installed, and
    InvalidConfiguration if there is no clipboard to copy to.
    """
    if options.is_copied:
        from awscli_assume.outputs.browser.clipboard import check_clipboard

        check_clipboard(context.environment)
    if options.is_printed or options.is_copied:
        return None
    # Here and below, because a URL that is printed or copied needs no browser.
    from awscli_assume.outputs.browser.launch import check_identity, choose_browser

    settings = source.settings()
    identity = settings.get("browser_identity")
    check_identity(identity)
    if options.switches_role and session_before(source) is None:
        # The session that switches may be in any identity.
        identity = _NO_IDENTITY
    if options.browser is not None:
        return choose_browser(options.browser, identity, context.environment)
    try:
        return choose_browser(settings.get("browser"), identity, context.environment)
    except (InvalidRequest, InvalidConfiguration) as error:
        raise InvalidConfiguration(f"assume.browser: {error}") from None


def show(
    context: CommandContext, options: ConsoleOptions, browser: Optional[Browser], link: ConsoleLink
) -> None:
    """Open, copy or print a URL, and say until when it is valid."""
    environment = context.environment
    now, is_secret = environment.now(), link.expires is not None
    if options.is_copied:
        from awscli_assume.outputs.browser.clipboard import copy_to_clipboard

        tool = copy_to_clipboard(link.url, environment)
        environment.notify(f"The URL is in the clipboard ({tool}).{_valid('It', link, now)}\n")
    elif browser is not None:
        from awscli_assume.model.browser_identity import BrowserIdentity
        from awscli_assume.outputs.browser.launch import open_in_browser

        identity = BrowserIdentity(*link.identity)
        # A URL that is no secret needs no page that keeps it off the command line.
        is_direct = options.is_direct or not is_secret
        open_in_browser(browser, link.url, identity, environment, direct=is_direct)
        environment.notify(_opened(link, browser, now))
    else:
        if not options.is_printed:
            environment.notify(
                f"There is no browser here that you would see.{_valid('The URL', link, now)}\n"
            )
        environment.write(f"{link.url}\n")


def _opened(link: ConsoleLink, browser: Browser, now: datetime) -> str:
    profile, account, role, _ = link.identity
    if link.expires is None:
        return f"The console's page for switching to {profile} is open in {browser.name}\n"
    until = ""
    if link.session_expires is not None:
        minutes = round((link.session_expires - now).total_seconds() / 60)
        until = f", until {local_time(link.session_expires, now)} ({minutes} minutes)"
    return f"The console is open in {browser.name} as {role} in the account {account}{until}\n"


def _valid(subject: str, link: ConsoleLink, now: datetime) -> str:
    """Return the sentence about a URL, the ``subject``, that is a secret."""
    if link.expires is None:
        return ""
    minutes = max(1, round((link.expires - now).total_seconds() / 60))
    return (
        f" {subject} is a secret: until {local_time(link.expires, now)} ({minutes} minutes), "
        "whoever has it can sign in"
    )


def print_services(context: CommandContext) -> None:
    """Print the services whose page has another name: a table for people, else an object."""
    from awscli_assume.model.console.services import PAGES

    if not is_for_people(context):
        rows = [{"Service": name, "Page": f"/{page}"} for name, page in sorted(PAGES.items())]
        print_object(context, "console", {"Services": rows})
        return
    width = max(map(len, PAGES)) + 2
    lines = [("SERVICE", "PAGE"), *((name, f"/{page}") for name, page in sorted(PAGES.items()))]
    text = "".join(f"{name:{width}}{page}\n" for name, page in lines)
    context.environment.write(text)
    context.environment.notify("All other services have the page /NAME/home\n")
