"""What people type that is nearly right: --help, a misspelled verb, another tool's, a profile."""

from __future__ import annotations

from contextlib import contextmanager
from difflib import SequenceMatcher
from typing import Collection, Iterable, Iterator, Mapping, Optional

from awscli_assume.errors import InvalidRequest
from awscli_assume.host import ParamValidationError, ProfileNotFound
from awscli_assume.host.protocols import Profile, Session
from awscli_assume.model.printable import option
from awscli_assume.model.request.role_specifier import similar_names
from awscli_assume.profiles.known_names import profile_in_other_case

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
    **dict.fromkeys(("version", "console", "roles", "login", "config"), "aws assume help"),
}


def understood(args: list[str], name: str, takes_role: bool) -> list[str]:
    """Return a verb's words, without ``role`` before ROLE. Raises InvalidRequest for --help."""
    if "--help" in args or "-h" in args:
        raise InvalidRequest(f"There is no option --help. Try: aws assume {_prefix(name)}help")
    is_noun = takes_role and args[:1] == ["role"] and not "".join(args[1:2]).startswith("-")
    return args[1:] if is_noun and len(args) > 1 else args


@contextmanager
def parser_errors_explained(session: Session, name: str) -> Iterator[None]:
    """Add to the CLI's own errors: similar profiles, and the help for words it does not know."""
    try:
        yield
    except (ParamValidationError, ValueError) as error:
        if str(error).startswith("Unknown options: "):
            error.args = (f"{error}. To see what it takes: aws assume {_prefix(name)}help",)
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
        why, command = f"the profile is '{profile}'", f"aws assume {option('--profile', profile)}"
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
