"""The word that names a role, as the options that it stands for."""

from __future__ import annotations

import shlex
from typing import Any, Mapping, Optional

from awscli_assume.arguments.sts import option_name
from awscli_assume.errors import InvalidRequest
from awscli_assume.model.request.role_specifier import parse_role_specifier
from awscli_assume.profiles.known_accounts import known_in


def with_shorthand(
    parsed_args: Any, source: Optional[str], profiles: Mapping[str, Any]
) -> tuple[Any, Optional[str]]:
    """Return the options with what ROLE says in place of it, and the profile where it is one.

    ``source`` is the profile of ``--profile``. Raises InvalidRequest.
    """
    word = getattr(parsed_args, "role", None)
    if word is None:
        return parsed_args, None
    for option in ("role_name", "role_arn"):
        other = getattr(parsed_args, option)
        if other is not None:
            raise InvalidRequest(
                f"ROLE '{word}' and {option_name(option)} '{other}' name two roles: leave "
                "one of them out"
            )
    found = parse_role_specifier(word, known_in(profiles), parsed_args.account_id)
    if found.profile is not None and source not in (None, found.profile):
        arn = profiles[found.profile]["role_arn"]
        raise InvalidRequest(
            f"The role '{word}' is a profile with a source of its own, and --profile "
            f"'{source}' is another one. Try: aws assume {shlex.quote(word)}, or --role-arn "
            f"{arn} --profile {shlex.quote(str(source))}"
        )
    said = {
        "role": None,
        "role_name": found.role_name,
        "role_arn": found.role_arn,
        "account_id": found.account,
    }
    return type(parsed_args)(**{**vars(parsed_args), **said}), found.profile
