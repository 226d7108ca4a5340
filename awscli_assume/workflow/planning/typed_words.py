"""What people type that is nearly right: --help, a misspelled verb, another tool's, a profile."""

from __future__ import annotations

import shlex
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Callable, Collection, Iterable, Iterator, Mapping, Optional, Protocol, Sequence

from awscli_assume.errors import InvalidRequest, RoleNeeded
from awscli_assume.host import (
    NoCredentialsError,
    ParamValidationError,
    ProfileNotFound,
    reset_profile,
)
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import ParsedArgs, Profile, Session
from awscli_assume.model.printable import option
from awscli_assume.model.request.role_specifier import similar_names
from awscli_assume.profiles.known_names import profile_in_other_case, words_of_profile

# The exit code if the user quits the list without a choice; the same as after Ctrl-C.
LEFT = 130
# Replaces a word of a command line, to see how the parser reads the word.
_PROBE = "awscli-assume-probe"
# One letter more, less or changed, or two letters swapped, in a verb of four letters or more.
_SIMILAR = 0.75
# What other tools call a verb, with the command to type.
_OTHER_WORDS = {
    **dict.fromkeys(("ls", "show", "status", "profiles"), "aws assume list"),
    **dict.fromkeys(("renew", "update", "again"), "aws assume refresh"),
    **dict.fromkeys(("rm", "remove", "delete", "unset", "logout"), "aws assume clear"),
    **dict.fromkeys(("why", "check", "diagnose"), "aws assume explain"),
    **dict.fromkeys(("run", "shell"), "aws assume exec"),
    **dict.fromkeys(("env", "eval", "creds", "credentials"), "aws assume export"),
    **dict.fromkeys(("create", "new"), "aws assume create-role"),
    **dict.fromkeys(("browser", "open", "signin"), "aws assume console"),
    **dict.fromkeys(("version", "login", "config"), "aws assume help"),
}


def understood(args: list[str], name: str, takes_role: bool) -> list[str]:
    """Return a verb's words, without ``role`` before ROLE. Raises InvalidRequest for --help."""
    if "--help" in args or "-h" in args:
        raise InvalidRequest(f"There is no option --help. Try: aws assume {_prefix(name)}help")
    is_noun = takes_role and args[:1] == ["role"] and not "".join(args[1:2]).startswith("-")
    return args[1:] if is_noun and len(args) > 1 else args


def split_command(args: Sequence[str]) -> tuple[list[str], Optional[tuple[str, ...]]]:
    """Return the words before the first ``--``, and the command after it; None without ``--``.

    argparse can't do it: its versions differ in whether a word before the options belongs to the
    last positional.
    """
    if "--" not in args:
        return list(args), None
    at = list(args).index("--")
    return list(args[:at]), tuple(args[at + 1 :])


def check_command_is_apart(verb: str, parsed_args: ParsedArgs) -> None:
    """Raise InvalidRequest for words of a command without ``--`` before them."""
    if parsed_args.command:
        words = shlex.join(parsed_args.command)
        raise InvalidRequest(
            f"The command stands after --, and one ROLE at most before it. Try: aws assume {verb} "
            f"{shlex.quote(parsed_args.role or 'ROLE')} -- {words}"
        )


class Parser(Protocol):
    """The parser of a verb's options (awscli/argparser.py, ArgTableArgParser)."""

    def parse_known_args(self, args: Sequence[str]) -> tuple[ParsedArgs, list[str]]:
        """Return the options, and the words that are none."""


@dataclass(frozen=True)
class VerbLine:
    """The words of a command line after the verb, and those after ``--``."""

    verb: str
    words: tuple[str, ...]
    command: Optional[tuple[str, ...]]
    make_parser: Callable[[], Parser]

    def parsed(self) -> tuple[ParsedArgs, list[str]]:
        """Return the options, and the words that are none."""
        return self._parsed(self.words)

    def role_positions(self) -> list[int]:
        """Return the positions of ROLE and of further words that are not options."""
        return [at for at, word in enumerate(self.words) if self._is_role_word(at, word)]

    def without_role(self) -> list[str]:
        """Return the words without ROLE and further words, ``--choose`` and ``--sso-session``."""
        positions = set(self.role_positions())
        words = [word for at, word in enumerate(self.words) if at not in positions]
        words = without_option(words, "--choose", has_value=False)
        return words if self.has_session_of_via else without_option(words, "--sso-session")

    @property
    def has_session_of_via(self) -> bool:
        """Whether ``--sso-session`` belongs to the first ``--via``."""
        return self.parsed()[0].via is not None

    def _parsed(self, words: Sequence[str]) -> tuple[ParsedArgs, list[str]]:
        parsed, others = self.make_parser().parse_known_args(list(words))
        if self.command is not None:
            # Without this, words before -- would belong to the command.
            others = [*others, *(getattr(parsed, "command", None) or ())]
        return parsed, others

    def _is_role_word(self, at: int, word: str) -> bool:
        if word.startswith("-"):
            return False
        parsed, others = self._parsed([*self.words[:at], _PROBE, *self.words[at + 1 :]])
        return _PROBE in (parsed.role, *others)


def without_option(words: Sequence[str], option: str, has_value: bool = True) -> list[str]:
    """Return words without an option and its value. Abbreviations are removed, too."""
    result: list[str] = []
    is_value = False
    for word in words:
        name, equals, _ = word.partition("=")
        is_option = len(name) > len("--x") and option.startswith(name)
        if not is_option and not is_value:
            result.append(word)
        is_value = is_option and has_value and not equals
    return result


def check_one_word(line: VerbLine) -> None:
    """Raise RoleNeeded for several words that describe a role."""
    if sum(not word.startswith("-") for word in line.words) < 2 or "help" in line.words[:1]:
        return
    parsed, others = line.parsed()
    if parsed.role is None or not others or any(one.startswith("-") for one in others):
        return
    if not any((parsed.role_name, parsed.role_arn, parsed.account_id)):
        raise RoleNeeded(f"Unknown options: {','.join(others)}")


def with_chosen_role(
    context: CommandContext, line: VerbLine, run: Callable[[Sequence[str]], int]
) -> int:
    """Run a command line and return the exit code.

    If the command line needs a role, let the user choose one and run it again.
    """
    given = context.parsed_globals.profile
    current = context.session.get_config_variable("profile")
    try:
        check_one_word(line)
        return run(line.words)
    except (RoleNeeded, NoCredentialsError) as error:
        # Imported here, because most command lines name their role.
        from awscli_assume.workflow.choose_role import can_choose, choose_role

        if not can_choose(line, error):
            raise
        # The first run may have changed the profile of the session.
        context.parsed_globals.profile = given
        reset_profile(context.session, current, is_explicit=given is not None)
        chosen = choose_role(context, line, error)
    return LEFT if chosen is None else run(chosen.words)


@contextmanager
def parser_errors_explained(session: Session, name: str) -> Iterator[None]:
    """Add similar profiles or the help command to the errors of the CLI's parser."""
    try:
        yield
    except (ParamValidationError, ValueError) as error:
        if str(error).startswith("Unknown options: "):
            error.args = (f"{error}. To see all options: aws assume {_prefix(name)}help",)
        raise
    except ProfileNotFound as error:
        near = similar_names(str(error.kwargs.get("profile")), session.full_config["profiles"])
        hint = f"Similar profiles: {', '.join(near)}. " if near else ""
        error.args = (f"{error}. {hint}To see all: aws configure list-profiles",)
        raise


def _prefix(name: str) -> str:
    return "" if name == "assume" else f"{name} "


def check_not_verb(
    role: Optional[str],
    others: Iterable[str],
    verbs: Collection[str],
    profiles: Mapping[str, Profile],
) -> None:
    """Raise InvalidRequest for a verb after options, and for a ROLE that is no role.

    That is a misspelled verb, what other tools call a verb, or the name of a profile in another
    case. ``others`` are the words that the parser did not recognize.
    """
    for word in (role, *others):
        if word is not None and word in verbs:
            raise InvalidRequest(
                f"The verb '{word}' must come before its options. Try: aws assume {word} OPTIONS. "
                f"If it is the name of a role: {option('--role-name', word)}"
            )
    if role is None or role in profiles:
        return
    verb, profile = similar_verb(role, verbs), profile_in_other_case(role, profiles)
    if verb is not None:
        why, command = f"is similar to the verb '{verb}'", f"aws assume {verb}"
    elif role.lower() in _OTHER_WORDS:
        why, command = f"the verbs are {', '.join(verbs)}", _OTHER_WORDS[role.lower()]
    elif profile is not None:
        words = shlex.join(words_of_profile(profile, profiles[profile]))
        why, command = f"the profile is '{profile}'", f"aws assume {words}"
    else:
        return
    raise InvalidRequest(
        f"'{role}' is neither a verb nor a profile, and {why}. Try: {command}. "
        f"If it is the name of a role: {option('--role-name', role)}"
    )


def similar_verb(word: str, verbs: Iterable[str]) -> Optional[str]:
    """Return the verb that a word is a misspelling of, or None."""
    for verb in verbs:
        is_similar = SequenceMatcher(None, word.lower(), verb).ratio() >= _SIMILAR
        if is_similar and word != verb and abs(len(word) - len(verb)) <= 1:
            return verb
    return None
