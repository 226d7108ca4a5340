"""What STS takes as session tags and as provided contexts, checked beforehand.

Source: AWS STS API reference, "AssumeRole", "Tag" and "ProvidedContext". Every
function answers the value as pairs or raises InvalidRequest.
"""

from __future__ import annotations

import re
from typing import Any, Mapping, Sequence

from awscli_assume.errors import InvalidRequest

TAGS_MAX = 50
CONTEXTS_MAX = 5

# \p{L}, \p{N} and \p{Z} of the reference: Python's \w also takes the underscore,
# which the reference lists anyway.
_TAG_TEXT = re.compile(r"[\w \u00a0\u2000-\u200a\u202f\u205f\u3000.:/=+@-]*")


def read_tags(text: Any) -> list[dict[str, str]]:
    """Read ``key=value`` pairs, between commas or on lines of their own, as ``--tags`` has them.

    A block of indented lines is a mapping in botocore's parser.
    """
    if isinstance(text, Mapping):
        text = "\n".join(f"{key}={value}" for key, value in text.items())
    answer = []
    for piece in read_keys(text):
        key, equals, value = piece.partition("=")
        if not equals:
            raise InvalidRequest(f"Invalid tag {piece!r}: it has to be KEY=VALUE")
        answer.append({"Key": key.strip(), "Value": value.strip()})
    return answer


def read_keys(text: Any) -> list[str]:
    """Read words between commas or on lines of their own."""
    pieces = (piece.strip() for piece in re.split(r"[,\n]", str(text)))
    return [piece for piece in pieces if piece]


def tags(values: Sequence[Mapping[str, str]]) -> tuple[tuple[str, str], ...]:
    """Check ``--tags`` (``[{"Key": …, "Value": …}]``); answers pairs."""
    if len(values) > TAGS_MAX:
        raise InvalidRequest(f"Invalid tags: {len(values)} given, and STS takes {TAGS_MAX}")
    seen: dict[str, str] = {}
    for tag in values:
        key, value = tag.get("Key", ""), tag.get("Value", "")
        if "Key" not in tag or "Value" not in tag:
            raise InvalidRequest(
                f"Invalid tag {key or value!r}: it needs a key and a value. "
                "Try: --tags Key=team,Value=storage"
            )
        _tag_text("tag key", key, 1, 128)
        _tag_text(f"value of tag {key!r}", value, 0, 256)
        if key.lower().startswith("aws:"):
            raise InvalidRequest(f"Invalid tag key {key!r}: names that begin with aws: are AWS's")
        # "Tag key-value pairs are not case sensitive, but case is preserved."
        if key.lower() in seen:
            raise InvalidRequest(
                f"Invalid tags: key {key!r} is given twice (case does not count); give it once"
            )
        seen[key.lower()] = value
    return tuple((tag.get("Key", ""), tag.get("Value", "")) for tag in values)


def transitive_tag_keys(
    keys: Sequence[str], given_tags: Sequence[tuple[str, str]]
) -> tuple[str, ...]:
    """Check ``--transitive-tag-keys``: each is the key of one of the tags."""
    known = {key.lower() for key, _ in given_tags}
    for key in keys:
        if key.lower() not in known:
            raise InvalidRequest(
                f"Invalid transitive tag key {key!r}: no tag of that key is given. "
                f"Try: --tags Key={key},Value=…"
            )
    if len({key.lower() for key in keys}) != len(keys):
        raise InvalidRequest("Invalid transitive tag keys: one of them is given twice")
    return tuple(keys)


def provided_contexts(values: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    """Check ``--provided-contexts``; answers pairs of provider ARN and assertion."""
    if len(values) > CONTEXTS_MAX:
        raise InvalidRequest(
            f"Invalid provided contexts: {len(values)} given, and STS takes {CONTEXTS_MAX}"
        )
    pairs = tuple((v.get("ProviderArn", ""), v.get("ContextAssertion", "")) for v in values)
    for arn, assertion in pairs:
        if not 20 <= len(arn) <= 2048 or not arn.startswith("arn:"):
            raise InvalidRequest(
                f"Invalid provided context: '{arn}' is no provider ARN. "
                "Try: --provided-contexts ProviderArn=arn:…,ContextAssertion=…"
            )
        if not 4 <= len(assertion) <= 2048:
            raise InvalidRequest(
                f"Invalid provided context: an assertion has 4 to 2048 characters, "
                f"this one {len(assertion)}"
            )
    return pairs


def _tag_text(what: str, text: str, least: int, most: int) -> None:
    if not least <= len(text) <= most or not _TAG_TEXT.fullmatch(text):
        raise InvalidRequest(
            f"Invalid {what} {text!r}: it has to be {least} to {most} letters, digits, "
            "blanks or _.:/=+-@ characters"
        )
