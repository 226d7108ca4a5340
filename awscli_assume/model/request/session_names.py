"""Role session names and source identities from a template, within the limits of STS."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Mapping, Optional

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.model.request.limits import SESSION_NAME_MAX

DEFAULT_SESSION_NAME = "{user}-{date}-session"
PLACEHOLDERS = ("user", "host", "role", "account", "date", "caller")
# The caller's name, which only STS knows, and what stands for it until then.
CALLER_FIELD, UNKNOWN_CALLER = "{caller}", "CALLER"

_FIELD = re.compile(r"\{([^{}]*)\}")
# What botocore (credentials.py) and version 1 (assumerole.py) call a session without a name.
_MADE_UP = re.compile(r"(botocore|AWS-CLI)-session-[0-9]+")
_INVALID = re.compile(r"[^\w+=,.@-]", re.ASCII)


def session_date(now: datetime) -> str:
    """Return the date of an aware time as ``ddmmyy``, in the zone of the time."""
    return now.strftime("%d%m%y")


def render(template: str, values: Mapping[str, str], kind: str = "role session name") -> str:
    """Return the session name, or another ``kind`` of name, of a template like ``{user}@{host}``.

    Characters that STS does not accept become ``-``. If the name is longer than 64
    characters, the longest value is shortened. Raises InvalidConfiguration for an
    unknown placeholder and for a template that is too long.
    """
    names = _FIELD.findall(template)
    setting = kind.replace(" ", "_")
    for name in names:
        if name not in PLACEHOLDERS:
            raise InvalidConfiguration(
                f"Invalid {kind} template '{template}': there is no "
                f"placeholder '{{{name}}}', only {{{'} {'.join(PLACEHOLDERS)}}}. Try: "
                f"aws configure set assume.{setting} '{{user}}@{{host}}' --profile NAME"
            )
    literal = _FIELD.sub("", template)
    length_max = SESSION_NAME_MAX - 1 if names else SESSION_NAME_MAX
    if _INVALID.search(literal) or len(literal) > length_max:
        raise InvalidConfiguration(
            f"Invalid {kind} template '{template}': besides placeholders it must "
            f"have fewer than {SESSION_NAME_MAX} letters, digits or _+=,.@- characters"
        )
    fitted = {name: fit(values.get(name, "")) for name in names}
    while True:
        text = _FIELD.sub(lambda match: fitted[match.group(1)], template)
        longest = max(fitted, key=lambda name: len(fitted[name]), default=None)
        if len(text) <= SESSION_NAME_MAX or longest is None or not fitted[longest]:
            return text
        fitted[longest] = fitted[longest][:-1]


def is_made_up(name: Optional[str]) -> bool:
    """Return whether the AWS CLI has made up a role session name from the time."""
    return name is not None and _MADE_UP.fullmatch(name) is not None


def fit(value: str) -> str:
    """Return a value with ``-`` in place of characters that STS does not accept."""
    plain = unicodedata.normalize("NFKD", value)
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return _INVALID.sub("-", plain)
