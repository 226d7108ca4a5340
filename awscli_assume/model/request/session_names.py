"""Role session names from a template, within the limits of STS."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Mapping

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.model.request.limits import SESSION_NAME_MAX

DEFAULT_TEMPLATE = "{user}-{date}-session"
PLACEHOLDERS = ("user", "host", "role", "account", "date")

_FIELD = re.compile(r"\{([^{}]*)\}")
_INVALID = re.compile(r"[^\w+=,.@-]", re.ASCII)


def session_date(now: datetime) -> str:
    """Return the date of an aware time as ``ddmmyy``, in the zone of the time."""
    return now.strftime("%d%m%y")


def render(template: str, values: Mapping[str, str]) -> str:
    """Return the session name of a template such as ``{user}@{host}``.

    Characters that STS does not accept become ``-``. If the name is longer than 64
    characters, the longest value is shortened. Raises InvalidConfiguration for an
    unknown placeholder and for a template that is too long.
    """
    names = _FIELD.findall(template)
    for name in names:
        if name not in PLACEHOLDERS:
            raise InvalidConfiguration(
                f"Invalid role session name template '{template}': there is no "
                f"placeholder '{{{name}}}', only {{{'} {'.join(PLACEHOLDERS)}}}. "
                "Try: aws configure set assume.role_session_name '{user}@{host}' --profile NAME"
            )
    literal = _FIELD.sub("", template)
    length_max = SESSION_NAME_MAX - 1 if names else SESSION_NAME_MAX
    if _INVALID.search(literal) or len(literal) > length_max:
        raise InvalidConfiguration(
            f"Invalid role session name template '{template}': besides placeholders it must "
            f"have fewer than {SESSION_NAME_MAX} letters, digits or _+=,.@- characters"
        )
    fitted = {name: fit(values.get(name, "")) for name in names}
    while True:
        text = _FIELD.sub(lambda match: fitted[match.group(1)], template)
        longest = max(fitted, key=lambda name: len(fitted[name]), default=None)
        if len(text) <= SESSION_NAME_MAX or longest is None or not fitted[longest]:
            return text
        fitted[longest] = fitted[longest][:-1]


def fit(value: str) -> str:
    """Return a value with ``-`` in place of characters that STS does not accept."""
    plain = unicodedata.normalize("NFKD", value)
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return _INVALID.sub("-", plain)
