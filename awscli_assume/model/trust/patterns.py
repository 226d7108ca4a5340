"""Wildcards and policy variables in the values of a policy."""

from __future__ import annotations

import re
from typing import Union

from awscli_assume.model.trust.values import MULTIVALUED, Context, Missing, Unknown

# A pattern is a series of characters, in which these two words stand for wildcards.
MANY, ONE = "**", "??"
Pattern = tuple[str, ...]

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_WITH_DEFAULT = re.compile(r"([^,']+), '([^']*)'")
_WILDCARDS = {"*": MANY, "?": ONE}


def wild(text: str) -> Pattern:
    """Return a pattern in which ``*`` and ``?`` are wildcards."""
    return tuple(_WILDCARDS.get(character, character) for character in text)


def matches(pattern: Pattern, text: str) -> bool:
    """Return whether all of a text fits a pattern, in a time of their product at most."""
    at, mark, kept = 0, -1, 0
    position = 0
    while position < len(text):
        if at < len(pattern) and pattern[at] == MANY:
            mark, kept = at, position
            at += 1
        elif at < len(pattern) and pattern[at] in (ONE, text[position]):
            at += 1
            position += 1
        elif mark >= 0:
            kept += 1
            at, position = mark + 1, kept
        else:
            return False
    return all(token == MANY for token in pattern[at:])


def expand(
    text: str, context: Context, has_variables: bool, is_wild: bool
) -> Union[Pattern, Missing, Unknown]:
    """Return the pattern of a condition's value, its policy variables replaced.

    Missing where a variable has no value: nothing is equal to it or like it.
    Unknown where the value of a variable is. A variable's own characters are never
    wildcards. Source: IAM User Guide, "IAM policy elements: Variables and tags".
    """
    read = wild if is_wild else tuple
    if not has_variables:
        return read(text)
    if "${" in _VARIABLE.sub("-", text):
        return Unknown(f"the policy variable in {text!r} can't be read")
    pieces = _VARIABLE.split(text)  # text, name, text, name, text
    values = [_variable(name, context) for name in pieces[1::2]]
    for kind in (Missing, Unknown):
        for value in values:
            if isinstance(value, kind):
                return value
    tokens = list(read(pieces[0]))
    for value, literal in zip(values, pieces[2::2]):
        tokens += [*str(value), *read(literal)]
    return tuple(tokens)


def _variable(inside: str, context: Context) -> Union[str, Missing, Unknown]:
    if inside in ("*", "?", "$"):
        return inside
    with_default = _WITH_DEFAULT.fullmatch(inside)
    key = with_default.group(1) if with_default else inside
    value = context.value_of(key)
    if isinstance(value, Unknown):
        return Unknown(f"the policy variable ${{{inside}}}: {value.reason}")
    if key.lower() in MULTIVALUED:
        return Unknown(f"the policy variable ${{{inside}}}: a multivalued key can't be one")
    if isinstance(value, Missing) or not value[0]:
        return with_default.group(2) if with_default else Missing()
    return value[0]
