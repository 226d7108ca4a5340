"""The verbs of ``aws assume``: their base class, and ``VERBS``, the only list of them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import Any, Iterable, Mapping, Optional

from awscli.argparser import ArgTableArgParser
from awscli.customizations.commands import BasicCommand

import awscli_assume
from awscli_assume.arguments.identity_provider import register_file_options
from awscli_assume.host.context import CommandContext
from awscli_assume.host.environment import Environment
from awscli_assume.model.printable import printable
from awscli_assume.outputs.printing import OUTPUT_LOST, check_format, check_stdout, make_printable
from awscli_assume.workflow.planning.source_profile import use_exported_source
from awscli_assume.workflow.planning.typed_words import (
    VerbLine,
    parser_errors_explained,
    understood,
    with_chosen_role,
)

# The class of each verb, in its module of this package; imported when the verb is called.
VERBS: Mapping[str, str] = {
    "export": "export:ExportCommand",
    "exec": "exec:ExecCommand",
    "console": "console:ConsoleCommand",
    "each": "each:EachCommand",
    "list": "list:ListCommand",
    "roles": "roles:RolesCommand",
    "refresh": "refresh:RefreshCommand",
    "clear": "clear:ClearCommand",
    "explain": "explain:ExplainCommand",
    "create-role": "administrators.create_role:CreateRoleCommand",
    "profiles": "profiles:ProfilesCommand",
    "revoke": "administrators.revoke:RevokeCommand",
    "root": "administrators.root:RootCommand",
}


class Verb(BasicCommand):
    """A command of ``aws assume``. A subclass has a NAME, ``arguments`` and ``_run``.

    Its help texts are examples/assume/NAME/_description.rst and _examples.rst.
    ``environment`` replaces the streams, the clock and the terminal in tests.
    """

    SYNOPSIS = ""
    # An object with the types of the result, if a later failure would do harm.
    EXAMPLE: Optional[object] = None
    # The words after --; None without it.
    _command: Optional[tuple[str, ...]] = None

    def __init_subclass__(cls) -> None:
        folder = ("assume",) if cls.NAME == "assume" else ("assume", cls.NAME)
        for name in ("DESCRIPTION", "EXAMPLES"):
            file = (*folder, f"_{name.lower()}.rst")
            setattr(cls, name, BasicCommand.FROM_FILE(*file, root_module=awscli_assume))

    def __init__(self, session: Any, environment: Optional[Environment] = None) -> None:
        super().__init__(session)
        self.ARG_TABLE = self.arguments()
        register_file_options(session, self.NAME, self.ARG_TABLE)
        self._options = {one["name"] for one in self.ARG_TABLE}
        self._environment = replace(environment or Environment(), printable=printable)

    def arguments(self) -> list[dict[str, Any]]:
        """Return the verb's table of options (BasicCommand.ARG_TABLE)."""
        return []

    def _run(self, parsed_args: Any, context: CommandContext) -> int:
        """Run the verb. Returns the exit code."""
        raise NotImplementedError

    def __call__(self, args: Any, parsed_globals: Any) -> Any:
        """Run the verb with the words that people type in place of its syntax."""
        words = self._understood(list(args))
        with parser_errors_explained(self._session, self.NAME):
            if "choose" not in self._options:
                return super().__call__(words, parsed_globals)
            run, parser = super().__call__, partial(ArgTableArgParser, self.arg_table)
            return with_chosen_role(
                self._context(parsed_globals),
                VerbLine(self.NAME, tuple(words), self._command, parser),
                lambda again: run(list(again), parsed_globals),
            )

    def _understood(self, args: list[str]) -> list[str]:
        return understood(args, self.NAME, "role" in self._options)

    def _context(self, parsed_globals: Any) -> CommandContext:
        return CommandContext(self._session, parsed_globals, self._environment)

    def example(self, parsed_args: Any) -> Optional[object]:
        """Return EXAMPLE, unless the command only shows what it would do."""
        return None if getattr(parsed_args, "dry_run", False) else self.EXAMPLE

    def check_output(self, parsed_args: Any, context: CommandContext) -> None:
        """Raise an error if the result can't be printed, before anything is called or written."""
        check_stdout(context)
        check_format(context, self.example(parsed_args))

    def _run_main(self, parsed_args: Any, parsed_globals: Any) -> int:
        context = self._context(parsed_globals)
        use_exported_source(context, parsed_args)
        self.check_output(parsed_args, context)
        try:
            code = self._run(parsed_args, context)
        except Exception as error:
            make_printable(error, context.parsed_globals.profile)
            raise
        return OUTPUT_LOST if context.environment.lost else code


def load_verb(name: str) -> type[Verb]:
    """Import a verb of the registry and return its class."""
    module, _, class_name = VERBS[name].partition(":")
    loaded: type[Verb] = getattr(import_module(f"{__package__}.{module}"), class_name)
    return loaded


def subcommands(names: Iterable[str], environment: Environment) -> list[dict[str, Any]]:
    """Return entries for BasicCommand.SUBCOMMANDS, which load a verb when it is called."""

    def entry(name: str) -> dict[str, Any]:
        return {
            "name": name,
            "command_class": lambda session: load_verb(name)(session, environment),
        }

    return [entry(name) for name in names]
