"""Words of a command line that are a verb, or nearly one, where a role is expected."""

from __future__ import annotations

from typing import Any, Iterable, Mapping, Optional

from awscli_assume.commands.verb_slips import near_verb
from awscli_assume.errors import InvalidRequest


def check_no_verb(
    role: Optional[str],
    others: Iterable[str],
    verbs: Mapping[str, Any],
    profiles: Mapping[str, Any],
) -> None:
    """Raise InvalidRequest where a verb stands behind options, or ROLE is one but for a slip.

    ``others`` are the words that the command does not know.
    """
    for word in (role, *others):
        if word in verbs:
            raise InvalidRequest(
                f"The options of '{word}' stand behind it. Try: aws assume {word} OPTIONS. "
                f"Where it is the name of a role: --role-name {word}"
            )
    if role is None or role in profiles:
        return
    verb = near_verb(role, verbs)
    if verb is not None:
        raise InvalidRequest(
            f"'{role}' is no verb and no profile, and near the verb '{verb}'. Try: aws assume "
            f"{verb}. If it is the name of a role: --role-name {role}"
        )
