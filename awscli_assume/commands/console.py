"""``aws assume console``: the AWS Management Console as a role."""

from __future__ import annotations

from typing import Any

from awscli_assume.arguments.console import (
    console_arguments,
    is_service_list,
    read_console_options,
)
from awscli_assume.arguments.role import role_verb_arguments
from awscli_assume.commands.verbs import Verb
from awscli_assume.host.context import CommandContext
from awscli_assume.outputs.printing import check_stdout
from awscli_assume.workflow.console.credentials import console_source
from awscli_assume.workflow.console.link import check_page, sign_in_link, switch_role_link
from awscli_assume.workflow.console.show import find_browser, print_services, show


class ConsoleCommand(Verb):
    """Sign in to the console in a browser. The URL is printed only if nothing can open it."""

    NAME = "console"

    def arguments(self) -> list[dict[str, Any]]:
        """Return the role, the page and the browser, and the parameters of AssumeRole."""
        return role_verb_arguments(*console_arguments())

    def check_output(self, parsed_args: Any, context: CommandContext) -> None:
        """Raise an error if stdout is closed; the output format of the CLI is not used."""
        if is_service_list(parsed_args):
            super().check_output(parsed_args, context)
        check_stdout(context)

    def _run(self, parsed_args: Any, context: CommandContext) -> int:
        if is_service_list(parsed_args):
            print_services(context)
            return 0
        options = read_console_options(parsed_args, context.session.get_available_services)
        source = console_source(context, parsed_args)
        check_page(context, options, source)
        browser = find_browser(context, options, source)
        if options.switches_role:
            link = switch_role_link(context, source, parsed_args.login)
        else:
            link = sign_in_link(context, parsed_args, source, options)
        show(context, options, browser, link)
        return 0
