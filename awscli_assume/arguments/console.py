"""The options of ``console``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Collection, Optional

from awscli_assume.arguments.options import Argument, flag, literal_text, number, option_name, text
from awscli_assume.errors import InvalidRequest
from awscli_assume.host.protocols import ParsedArgs
from awscli_assume.model.console.links import ConsolePage, check_destination
from awscli_assume.model.request import limits

# The role to switch to, the session that switches, and the browser. The console assumes the role
# by itself, so that any other option would be ignored.
_OF_A_SWITCH = {
    "switch_role", "role", "role_name", "account_id", "role_arn", "via", "choose", "login",
    "browser", "no_browser", "copy", "direct",
}  # fmt: skip


@dataclass(frozen=True)
class ConsoleOptions:
    """What to open, and how: ``session_duration`` are seconds, None for the credentials' own."""

    page: ConsolePage
    session_duration: Optional[int] = None
    switches_role: bool = False
    logs_out_first: bool = False
    is_printed: bool = False
    is_copied: bool = False
    is_direct: bool = False
    browser: Optional[str] = None


def console_arguments() -> list[Argument]:
    """Return the options about the page, the session and the browser."""
    return [*_page_arguments(), *_session_arguments(), *_browser_arguments()]


def _page_arguments() -> list[Argument]:
    return [
        literal_text(
            "service",
            "The service to open, named as its AWS CLI command: <code>s3</code>. "
            "<code>--service list</code> prints the services whose page has another name.",
        ),
        literal_text(
            "destination",
            "The page to open: a path such as <code>/s3/home</code>, or the URL of a page of the "
            "console.",
        ),
    ]


def _session_arguments() -> list[Argument]:
    return [
        text(
            "update-profile",
            "Open the console with the credentials of this profile, which aws assume wrote, in "
            "place of a role.",
        ),
        number(
            "session-duration",
            "The duration of the console's session, from 900 to 43200 seconds; also "
            "<code>8h</code>. Only for a role that was assumed with long-term keys. Default: as "
            "long as the credentials are valid.",
        ),
        flag(
            "switch-role",
            "Assume no role, and open the console's own page for switching to the role, for role "
            "chains of more than one hour.",
        ),
        flag("logout-first", "Sign out of the session that the browser has in the console."),
    ]


def _browser_arguments() -> list[Argument]:
    return [
        literal_text(
            "browser",
            "The browser: <code>firefox</code>, <code>chrome</code>, <code>chromium</code>, "
            "<code>edge</code>, <code>brave</code>, <code>safari</code>, or a command with "
            "<code>{url}</code>. Default: the setting <code>assume.browser</code>, else the "
            "system's browser.",
        ),
        flag("no-browser", "Print the URL on stdout, and nothing else. It is a secret."),
        flag("copy", "Copy the URL to the clipboard. It is a secret."),
        flag(
            "direct",
            "Give the browser the URL itself, without the page on this machine that keeps it off "
            "the command line.",
        ),
    ]


def read_console_options(
    parsed_args: ParsedArgs, cli_services: Callable[[], Collection[str]]
) -> ConsoleOptions:
    """Return the options of a command line. Raises InvalidRequest.

    ``cli_services`` returns the services that this AWS CLI knows.
    """
    for one, other in (
        ("service", "destination"), ("no_browser", "copy"), ("no_browser", "direct"),
        ("copy", "direct"), ("no_browser", "browser"), ("copy", "browser"),
    ):  # fmt: skip
        if _is_given(parsed_args, one) and _is_given(parsed_args, other):
            raise InvalidRequest(
                f"{option_name(one)} and {option_name(other)} exclude each other: give one of them"
            )
    if parsed_args.switch_role:
        _check_can_switch(parsed_args)
    destination, duration = parsed_args.destination, parsed_args.session_duration
    return ConsoleOptions(
        ConsolePage(
            _service_page(parsed_args.service, cli_services),
            None if destination is None else check_destination(destination),
        ),
        None if duration is None else limits.check_duration("session_duration", duration),
        parsed_args.switch_role,
        parsed_args.logout_first,
        parsed_args.no_browser,
        parsed_args.copy,
        parsed_args.direct,
        parsed_args.browser,
    )


def is_service_list(parsed_args: ParsedArgs) -> bool:
    """Return whether a command line asks for the table of services."""
    return bool(parsed_args.service == "list")


def _service_page(
    service: Optional[str], cli_services: Callable[[], Collection[str]]
) -> Optional[str]:
    if service is None:
        return None
    # Here, because the table is long, and most command lines name no service.
    from awscli_assume.model.console.services import page_of

    return page_of(service, cli_services)


def _is_given(parsed_args: ParsedArgs, name: str) -> bool:
    return getattr(parsed_args, name, None) not in (None, False)


def _check_can_switch(parsed_args: ParsedArgs) -> None:
    """Raise InvalidRequest for an option that the console's own role switch would ignore."""
    for name in vars(parsed_args):
        if name not in _OF_A_SWITCH and _is_given(parsed_args, name):
            raise InvalidRequest(
                f"--switch-role and {option_name(name)} exclude each other: the console assumes "
                "the role by itself, and a switch-role URL has an account and a role only"
            )
