"""Wildcards and policy variables in the values of a policy."""

from __future__ import annotations

import re
from typing import Union

from awscli_assume.model.trust.values import MULTIVALUED, Context, Missing, Unknown

# A pattern is a series of characters and of these two wildcards.
MANY, ONE = "**", "??"
Pattern = tuple[str, ...]

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_WITH_DEFAULT = re.compile(r"([^,']+), '([^']*)'")
_WILDCARDS = {"*": MANY, "?": ONE}


def wild(text: str) -> Pattern:
    """Return a pattern in which ``*`` and ``?`` are wildcards."""
    return tuple(_WILDCARDS.get(character, character) for character in text)


def matches(pattern: Pattern, text: str) -> bool:
    """Return whether the whole text matches a pattern.

    Takes at most the product of both lengths in time, unlike a regular expression.
    """
    index, position = 0, 0
    # Where the last MANY stands in the pattern, and where its match ends in the text.
    many, match_end = -1, 0
    while position < len(text):
        if index < len(pattern) and pattern[index] == MANY:
            many, match_end = index, position
            index += 1
        elif index < len(pattern) and pattern[index] in (ONE, text[position]):
            index += 1
            position += 1
        elif many >= 0:
            match_end += 1
            index, position = many + 1, match_end
        else:
            return False
    return all(token == MANY for token in pattern[index:])


def expand(
    text: str, context: Context, has_variables: bool, is_wild: bool
) -> Union[Pattern, Missing, Unknown]:
    """Return the pattern of a value of a condition, with its policy variables replaced.

    The result is Missing if a variable has no value, because nothing equals it, and
    Unknown if the value of a variable is not known. Characters in the value of a
    variable are never wildcards. Source: IAM User Guide, "IAM policy elements:
    Variables and tags".
    """
    parse = wild if is_wild else tuple
    if not has_variables:
        return parse(text)
    if "${" in _VARIABLE.sub("-", text):
        return Unknown(f"the policy variable in {text!r} can't be read")
    pieces = _VARIABLE.split(text)  # text, name, text, name, text
    values = [_variable(name, context) for name in pieces[1::2]]
    for kind in (Missing, Unknown):
        for value in values:
            if isinstance(value, kind):
                return value
    tokens = list(parse(pieces[0]))
    for value, literal in zip(values, pieces[2::2]):
        tokens += [*str(value), *parse(literal)]
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
        return Unknown(f"the policy variable ${{{inside}}}: a multivalued key can't be a variable")
    if isinstance(value, Missing) or not value[0]:
        return with_default.group(2) if with_default else Missing()
    return value[0]
