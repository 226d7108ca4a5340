"""Let the user choose a role on the terminal, and return the command line that names it."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import Optional, Sequence

from awscli_assume.arguments.profiles import given_role_option
from awscli_assume.errors import AmbiguousRole, RoleNeeded, with_advice
from awscli_assume.host import HAS_SIGN_IN, use_profile
from awscli_assume.host.context import CommandContext
from awscli_assume.host.environment import Environment
from awscli_assume.host.protocols import ParsedGlobals
from awscli_assume.model.printable import option_words
from awscli_assume.model.request.role_specifier import similar_names
from awscli_assume.model.role_selection import (
    Choice,
    Selection,
    choices_of,
    one_line,
    selection_of,
)
from awscli_assume.outputs.printing import Style
from awscli_assume.workflow.planning.typed_words import VerbLine, without_option
from awscli_assume.workflow.roles.list_roles import list_roles

_NEAREST_MAX = 5
_PROFILE = "--profile"
# Global options that a repeated command line needs, by their names in the parsed options.
_GLOBALS = ("profile", "region", "output", "endpoint_url", "ca_bundle")


def can_choose(line: VerbLine, error: Exception) -> bool:
    """Return whether the user may choose a role instead of seeing the error."""
    parsed, _ = line.parsed()
    if parsed.copy_source:
        return False
    if isinstance(error, RoleNeeded):
        return True
    # NoCredentialsError: the source has no credentials to copy, and no role was named.
    return given_role_option(parsed) is None and getattr(parsed, "update_profile", None) is None


def choose_role(context: CommandContext, line: VerbLine, error: Exception) -> Optional[VerbLine]:
    """Return the command line with the role that the user chooses, or None if the user quits.

    Without a terminal, raises the error with the most similar roles added.
    """
    environment = context.environment
    query = [line.words[at] for at in line.role_positions()]
    if not environment.has_terminal():
        raise _with_nearest_roles(error, context, line, query)
    selection = _selection(context, line, error, query)
    if not selection.choices:
        raise with_advice(error, "No role was found. To see what was tried: aws assume roles")
    is_clear = len(query) > 1 and selection.exact == 1 and not line.parsed()[0].choose
    chosen = selection.matching[0] if is_clear else _ask(environment, selection)
    if chosen is None:
        return None
    named = _named(context, line, chosen)
    environment.notify(f"The same without the list: {_typed(named, context.parsed_globals)}\n")
    return named


def _selection(
    context: CommandContext, line: VerbLine, error: Exception, query: Sequence[str]
) -> Selection:
    if isinstance(error, AmbiguousRole):
        return selection_of([_choice_of(one) for one in error.meanings])
    options, _ = line.parsed()
    sso_session = None if line.has_session_of_via else options.sso_session
    found = list_roles(context, sso_session=sso_session, login=options.login)
    for failure in found.failures:
        context.environment.notify(f"aws: [WARNING]: {failure}\n")
    choices = choices_of(found.roles, context.environment.now())
    return selection_of(choices).typed("".join(f"{word} " for word in query))


def _choice_of(meaning: str) -> Choice:
    """Return the choice for one meaning of an ambiguous ROLE, whose options are ``meaning``."""
    words = shlex.split(meaning)
    # An option with a value such as -x is one word.
    parts = [part for word in words for part in _option_parts(word)]
    options = dict(zip(parts[::2], parts[1::2]))
    role = options.get("--role-name") or options.get("--role-arn", "").rpartition(":role/")[2]
    return Choice(
        one_line(options.get("--account-id", "-")),
        one_line(role or options.get(_PROFILE, "")),
        one_line(meaning),
        tuple(words),
    )


def _option_parts(word: str) -> list[str]:
    return word.split("=", 1) if word.startswith("--") else [word]


def _ask(environment: Environment, selection: Selection) -> Optional[Choice]:
    """Show the list on the terminal; return the choice, or None if the user quits."""
    variables = environment.variables
    # Here, because only a choice needs them.
    from awscli_assume.outputs.choice.numbered_list import choose_by_number

    with environment.open_terminal() as terminal:
        is_unicode = (terminal.output.encoding or "").lower().startswith("utf")
        end = Style(has_marks=is_unicode).ellipsis
        if not HAS_SIGN_IN or variables.get("TERM", "dumb") in ("", "dumb", "unknown"):
            return choose_by_number(selection, terminal, end)
        try:
            from awscli_assume.outputs.choice.picker import pick
        except ImportError:
            # Windows has no termios, and a Linux distribution may have removed prompt_toolkit.
            return choose_by_number(selection, terminal, end)
        return pick(selection, terminal, not variables.get("NO_COLOR"), end)


def _named(context: CommandContext, line: VerbLine, chosen: Choice) -> VerbLine:
    """Return the command line with the chosen role; its source profile becomes the session's."""
    arguments = list(chosen.arguments)
    if arguments[:1] == [_PROFILE]:
        source, arguments = arguments[1], arguments[2:]
    elif arguments and arguments[0].startswith(f"{_PROFILE}="):
        source, arguments = arguments[0].partition("=")[2], arguments[1:]
    else:
        source = ""
    if source and context.parsed_globals.profile is None:
        context.parsed_globals.profile = source
        use_profile(context.session, source)
    return replace(line, words=(*arguments, *line.without_role()))


def _typed(line: VerbLine, parsed_globals: ParsedGlobals) -> str:
    """Return a command line as the user can type it."""
    # STS accepts an MFA code only once.
    words = [*_prefix(line), *without_option(line.words, "--token-code")]
    for name in _GLOBALS:
        value = getattr(parsed_globals, name, None)
        if isinstance(value, str):
            words += option_words(f"--{name.replace('_', '-')}", value)
    query = getattr(parsed_globals.query, "expression", None)
    words += option_words("--query", query) if query else []
    words += ["--", *line.command] if line.command else []
    return shlex.join(words)


def _prefix(line: VerbLine) -> list[str]:
    return ["aws", "assume", *([] if line.verb == "assume" else [line.verb])]


def _with_nearest_roles(
    error: Exception, context: CommandContext, line: VerbLine, query: Sequence[str]
) -> Exception:
    """Return the error with the command lines of the most similar roles. Makes no call."""
    if isinstance(error, AmbiguousRole):
        return error
    roles = list_roles(context, use_network=False).roles
    selection = selection_of(choices_of(roles, context.environment.now()), " ".join(query))
    nearest = list(selection.matching[:_NEAREST_MAX])
    if not nearest:
        by_name = {name: one for one in selection.choices for name in (one.role, *one.others)}
        similar = [by_name[name] for word in query for name in similar_names(word, by_name)]
        nearest = list(dict.fromkeys(similar))[:_NEAREST_MAX]
    if not nearest:
        return error
    commands = (shlex.join([*_prefix(line), *one.arguments]) for one in nearest)
    more = ". To list all: aws assume roles" if len(nearest) < len(selection.choices) else ""
    return with_advice(error, f"Roles that you can assume: {', or '.join(commands)}{more}")
