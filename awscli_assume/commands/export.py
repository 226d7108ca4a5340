"""``aws assume export``: temporary credentials on stdout, for a shell or a program."""

from __future__ import annotations

from typing import Any, Union

from awscli_assume.arguments.options import text
from awscli_assume.arguments.profiles import no_cache_argument
from awscli_assume.arguments.role import role_verb_arguments
from awscli_assume.commands.verbs import Verb
from awscli_assume.host.context import CommandContext
from awscli_assume.outputs.export_formats import FORMATS, chosen_format, render
from awscli_assume.outputs.printing import check_stdout
from awscli_assume.outputs.variables import source_variables
from awscli_assume.workflow.credentials.copy_source import plan_to_use
from awscli_assume.workflow.credentials.login import signed_in
from awscli_assume.workflow.credentials.reuse import with_cache
from awscli_assume.workflow.planning.plan import Plan
from awscli_assume.workflow.refresh.stored_profile import StoredProfile, read_stored_profile


class ExportCommand(Verb):
    """Print credentials in one write; nothing else goes to stdout and nothing is written."""

    NAME = "export"

    def arguments(self) -> list[dict[str, Any]]:
        """Return the role, the format, and the parameters of AssumeRole."""
        return role_verb_arguments(
            _format_argument(),
            _stored_profile_argument(),
            no_cache_argument("Assume the role again, and store its credentials nowhere."),
        )

    def check_output(self, parsed_args: Any, context: CommandContext) -> None:
        """Raise an error if stdout is closed; the output format of the CLI is not used."""
        check_stdout(context)

    def _run(self, parsed_args: Any, context: CommandContext) -> int:
        environment = context.environment
        out: Any = environment.stdout
        chosen = chosen_format(parsed_args.format, environment.variables)
        is_stored = parsed_args.update_profile is not None
        if is_stored:
            source: Union[Plan, StoredProfile] = read_stored_profile(context, parsed_args)
        else:
            source = with_cache(plan_to_use(context, parsed_args), parsed_args)
        found = signed_in(
            context, source, lambda: source.obtain_to_use(context), parsed_args.login
        )
        if hasattr(out, "reconfigure"):
            # Shells on Windows keep the carriage return that Python would write.
            out.reconfigure(newline="\n")
        more = source_variables(found.credentials, found.role, found.source)
        environment.write(render(chosen, found.credentials, found.region, more))
        return 0


def _format_argument() -> dict[str, Any]:
    each = " ".join(f"<code>{one.name}</code>: {one.documentation}" for one in FORMATS.values())
    return text("format", f"How to write the credentials. {each} Default: the form of your shell.")


def _stored_profile_argument() -> dict[str, Any]:
    return text(
        "update-profile",
        "Print the credentials of this profile, which aws assume wrote, in place of a role. A "
        "self-renewing profile is renewed if its credentials are about to expire.",
    )
