"""The values that STS and IAM accept, checked before any network call.

Sources: AWS STS API reference, "AssumeRole", "AssumeRoleWithSAML", "Tag" and
"ProvidedContext"; IAM API reference, "CreateRole"; IAM User Guide, "IAM and AWS STS
quotas". Every check returns the value or raises InvalidRequest.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Mapping, Optional, Sequence, Sized, Union

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.arns import PARTITION

DURATION_MIN = 900
DURATION_MAX = 43200
# Role chaining: the source is itself a role session.
CHAINED_DURATION_MAX = 3600
# STS's own default.
DEFAULT_DURATION = 3600
# In place of seconds: the maximum session duration of the role, or as much of a number as that.
MAX_DURATION, UP_TO = "max", "up-to:"
SESSION_NAME_MAX = 64
POLICY_MAX = 2048
TOKEN_CODE_DIGITS = 6

# 12h, 90m, 1h30m, 900s.
_DURATION = r"(?ai:(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?)"
_WHOLE_NUMBER = r"-?\d{1,18}"
# \p{L}, \p{N} and \p{Z} of the reference; \w also has the underscore, which is allowed.
_TAG_CHARACTER = r"[\w \u00a0\u2000-\u200a\u202f\u205f\u3000.:/=+@-]"
# STS accepts tabs and line breaks inside a policy, which becomes one line here. U+0085 ends
# a line for botocore's parser of nested blocks.
_POLICY_TEXT = re.compile(r"[\u0020-\u007e\u00a0-\u00ff]+")


@dataclass(frozen=True)
class Limit:
    """The values of one option: text that matches a pattern, or numbers in a range."""

    name: str
    pattern: str
    description: str
    hint: str = ""
    numbers: Optional[range] = None
    is_hidden: bool = False

    def accepts(self, text: str) -> bool:
        """Return whether a value is valid."""
        if not re.fullmatch(self.pattern, text, re.DOTALL):
            return False
        return self.numbers is None or int(text) in self.numbers


# By the name of the option as a Python name. The patterns are compiled when they are used.
LIMITS = {
    "duration_seconds": Limit(
        "duration",
        rf"(?a:{_WHOLE_NUMBER})",
        f"{DURATION_MIN} to {DURATION_MAX} seconds, and at most the role's maximum session "
        "duration",
        f"Try: --duration-seconds 3600, 1h or 90m, {MAX_DURATION} for that maximum, or "
        f"{UP_TO}8h for at most 8 hours",
        range(DURATION_MIN, DURATION_MAX + 1),
    ),
    # IAM User Guide, "Enable custom identity broker access to the AWS console".
    "session_duration": Limit(
        "session duration",
        rf"(?a:{_WHOLE_NUMBER})",
        f"{DURATION_MIN} to {DURATION_MAX} seconds",
        "Try: --session-duration 43200, or 12h",
        range(DURATION_MIN, DURATION_MAX + 1),
    ),
    "role_session_name": Limit(
        "role session name",
        r"(?a:[\w+=,.@-]{2,64})",
        "2 to 64 letters, digits or _+=,.@- characters",
    ),
    "external_id": Limit(
        "external ID",
        r"(?a:[\w+=,.@:/-]{2,1224})",
        "2 to 1224 letters, digits or _+=,.@:/- characters",
    ),
    "serial_number": Limit(
        "MFA serial number",
        r"(?a:[\w+=/:,.@-]{9,256})",
        "9 to 256 characters, such as arn:aws:iam::123456789012:mfa/NAME",
        "To list your devices: aws iam list-mfa-devices",
    ),
    "token_code": Limit(
        "token code", r"(?a:\d{6})", "the six digits that the MFA device shows", is_hidden=True
    ),
    "source_identity": Limit(
        "source identity",
        r"(?!(?i:aws:))(?a:[\w+=,.@-]{2,64})",
        "2 to 64 letters, digits or _+=,.@- characters and must not begin with aws:",
    ),
    "minimum_session_token_size": Limit(
        "minimum session token size",
        rf"(?a:{_WHOLE_NUMBER})",
        "a whole number of bytes, at most 4096",
        numbers=range(4097),
    ),
    "policy_arn": Limit(
        "policy ARN",
        rf"(?a:(?!.{{2049}})arn:{PARTITION}:iam::(?:\d{{12}}|aws):policy/[\x21-\x7e]+)",
        "arn:aws:iam::aws:policy/NAME or arn:aws:iam::ACCOUNT:policy/NAME",
        "To list policies: aws iam list-policies",
    ),
    "principal_arn": Limit(
        "principal ARN",
        rf"(?a:arn:{PARTITION}:iam::\d{{12}}:saml-provider/[\w._-]{{1,128}})",
        "the ARN of a SAML identity provider, such as "
        "arn:aws:iam::123456789012:saml-provider/NAME",
        "To list them: aws iam list-saml-providers",
    ),
    "tag_key": Limit(
        "tag key", _TAG_CHARACTER + "{1,128}", "1 to 128 letters, digits, spaces or _.:/=+-@"
    ),
    "tag_value": Limit(
        "value", _TAG_CHARACTER + "{0,256}", "0 to 256 letters, digits, spaces or _.:/=+-@"
    ),
    "provider_arn": Limit(
        "ProviderArn of --provided-contexts", r"arn:.{16,2044}", "an ARN of 20 to 2048 characters"
    ),
    "context_assertion": Limit(
        "ContextAssertion of --provided-contexts",
        r".{4,2048}",
        "4 to 2048 characters",
        is_hidden=True,
    ),
    "max_session_duration": Limit(
        "maximum session duration",
        r"(?a:\d{1,9})",
        f"3600 to {DURATION_MAX} seconds",
        "Try: --max-session-duration 28800",
        range(3600, DURATION_MAX + 1),
    ),
    "description": Limit(
        "description",
        r"[\t\n\r\u0020-\u007e\u00a1-\u00ff]{0,1000}",
        "at most 1000 characters, without control characters and characters above U+00FF",
        is_hidden=True,
    ),
}
# How many values STS and IAM accept.
_COUNTS = {"tags": 50, "policy ARNs": 10, "provided contexts": 5}


def check(option: str, text: str, of: str = "", typed: Optional[str] = None) -> str:
    """Return a value of an option of ``LIMITS``.

    ``of`` says which one in the message, and ``typed`` how the user wrote it.
    """
    limit = LIMITS[option]
    if limit.accepts(text):
        return text
    shown = f"of {len(text)} characters" if limit.is_hidden else repr(typed or text)
    hint = f". {limit.hint}" if limit.hint else ""
    raise InvalidRequest(f"Invalid {limit.name}{of} {shown}: it must be {limit.description}{hint}")


def check_number(option: str, text: str) -> int:
    """Return the number that an option of ``LIMITS`` has as its value."""
    return int(check(option, text))


def in_seconds(text: str) -> str:
    """Return a duration such as 1h, 90m or 1h30m in seconds; any other text as it is."""
    found = re.fullmatch(_DURATION, text.strip())
    if not text.strip() or found is None:
        return text
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return str(hours * 3600 + minutes * 60 + seconds)


def check_duration(option: str, text: str, typed: Optional[str] = None) -> int:
    """Return the seconds of an option of ``LIMITS``: a number, or a duration such as 90m.

    ``typed`` is the whole value, if the text is a part of it.
    """
    return int(check(option, in_seconds(text), typed=typed or text))


def duration(text: str) -> Union[int, str]:
    """Check ``--duration-seconds``: seconds or 90m, UP_TO with one of them, or MAX_DURATION."""
    if text == MAX_DURATION:
        return MAX_DURATION
    if text.startswith(UP_TO):
        return f"{UP_TO}{check_duration('duration_seconds', text[len(UP_TO) :], text)}"
    return check_duration("duration_seconds", text)


def longest(seconds: Union[int, str, None]) -> int:
    """Return the longest session that a duration of ``duration`` may give."""
    if isinstance(seconds, str):
        return DURATION_MAX if seconds == MAX_DURATION else int(seconds[len(UP_TO) :])
    return DEFAULT_DURATION if seconds is None else seconds


def policy(text: str) -> str:
    """Check ``--policy``, a JSON object; returns it on one line.

    A line break in JSON is never part of a value.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else error
        raise InvalidRequest(
            f"Invalid session policy: not JSON ({reason}). Try: --policy file://policy.json"
        ) from None
    if not isinstance(document, dict):
        raise InvalidRequest(
            "Invalid session policy: it must be a JSON object with Version and Statement"
        )
    line = re.sub(r"[\t\r\n]+\s*", " ", text).strip()
    if len(line) > POLICY_MAX:
        raise InvalidRequest(
            f"Invalid session policy: {len(line)} characters, and the maximum is {POLICY_MAX}. "
            "Shorten it, or name a managed policy with --policy-arns"
        )
    if not _POLICY_TEXT.fullmatch(line):
        raise InvalidRequest(
            "Invalid session policy: it has a character that STS does not accept (a control "
            "character, or one above U+00FF)"
        )
    return line


def policy_arns(
    values: Sequence[Mapping[str, str]], policy_text: Optional[str]
) -> tuple[str, ...]:
    """Check ``--policy-arns`` (``[{"arn": …}]``), and their size with the inline policy."""
    _check_count("policy ARNs", values)
    arns = tuple(check("policy_arn", value.get("arn", "")) for value in values)
    size = len(policy_text or "") + sum(map(len, arns))
    if size > POLICY_MAX:
        raise InvalidRequest(
            f"Invalid session policies: inline policy and ARNs have {size} characters together, "
            f"and the maximum is {POLICY_MAX}"
        )
    return arns


def tags(values: Sequence[Mapping[str, str]]) -> tuple[tuple[str, str], ...]:
    """Check ``--tags`` (``[{"Key": …, "Value": …}]``); returns pairs."""
    _check_count("tags", values)
    seen: set[str] = set()
    for tag in values:
        key, value = tag.get("Key", ""), tag.get("Value", "")
        if "Key" not in tag or "Value" not in tag:
            raise InvalidRequest(
                f"Invalid tag {key or value!r}: it needs a key and a value. "
                "Try: --tags Key=team,Value=storage"
            )
        check("tag_key", key)
        check("tag_value", value, of=f" of tag {key!r}")
        if key.lower().startswith("aws:"):
            raise InvalidRequest(f"Invalid tag key {key!r}: the prefix aws: is reserved for AWS")
        # "Tag key-value pairs are not case sensitive, but case is preserved."
        if key.lower() in seen:
            raise InvalidRequest(f"Invalid tags: key {key!r} is given twice (case doesn't matter)")
        seen.add(key.lower())
    return tuple((tag["Key"], tag["Value"]) for tag in values)


def transitive_tag_keys(keys: Sequence[str], given: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Check ``--transitive-tag-keys``: each is the key of one of the given tags."""
    known = {key.lower() for key, _ in given}
    for key in keys:
        if key.lower() not in known:
            raise InvalidRequest(
                f"Invalid transitive tag key {key!r}: no tag has this key. "
                f"Try: --tags Key={key},Value=…"
            )
    if len({key.lower() for key in keys}) != len(keys):
        raise InvalidRequest("Invalid transitive tag keys: one of them is given twice")
    return tuple(keys)


def provided_contexts(values: Sequence[Mapping[str, str]]) -> tuple[tuple[str, str], ...]:
    """Check ``--provided-contexts``; returns pairs of provider ARN and assertion."""
    _check_count("provided contexts", values)
    return tuple(
        (
            check("provider_arn", value.get("ProviderArn", "")),
            check("context_assertion", value.get("ContextAssertion", "")),
        )
        for value in values
    )


def read_tags(text: object) -> list[dict[str, str]]:
    """Parse tags of a profile, ``key=value`` between commas or on lines, as for ``--tags``.

    botocore parses a block of indented lines to a mapping.
    """
    if isinstance(text, Mapping):
        text = "\n".join(f"{key}={value}" for key, value in text.items())
    pairs = []
    for piece in read_keys(text):
        key, equals, value = piece.partition("=")
        if not equals:
            raise InvalidRequest(f"Invalid tag {piece!r}: it must have the form KEY=VALUE")
        pairs.append({"Key": key.strip(), "Value": value.strip()})
    return pairs


def read_keys(text: object) -> list[str]:
    """Parse tag keys of a profile, between commas or on lines."""
    pieces = (piece.strip() for piece in re.split(r"[,\n]", str(text)))
    return [piece for piece in pieces if piece]


def _check_count(name: str, values: Sized) -> None:
    if len(values) > _COUNTS[name]:
        raise InvalidRequest(
            f"Invalid {name}: {len(values)} given, and the maximum is {_COUNTS[name]}"
        )
