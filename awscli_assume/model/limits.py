"""What STS takes in each parameter of AssumeRole, checked before the network is touched.

Source: AWS STS API reference, "AssumeRole", and IAM User Guide, "IAM and AWS
STS quotas". Every function answers the value or raises InvalidRequest.
"""

from __future__ import annotations

import json
import re
from typing import Any, Mapping, Optional, Sequence

from awscli_assume.errors import InvalidRequest

DURATION_LEAST = 900
DURATION_MOST = 43200
SESSION_NAME_MOST = 64
POLICY_MOST = 2048
POLICY_ARNS_MOST = 10
TAGS_MOST = 50
CONTEXTS_MOST = 5

_WORD = r"[\w+=,.@-]"
_SESSION_NAME = re.compile(_WORD + r"{2,64}", re.ASCII)
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)
_SERIAL_NUMBER = re.compile(r"[\w+=/:,.@-]{9,256}", re.ASCII)
_TOKEN_CODE = re.compile(r"\d{6}", re.ASCII)
_POLICY_ARN = re.compile(r"arn:aws(?:-[a-z]+)*:iam::(?:\d{12}|aws):policy/[\x21-\x7e]+")
# \p{L}, \p{N} and \p{Z} of the reference: Python's \w also takes the underscore,
# which the reference lists anyway.
_TAG_TEXT = re.compile(r"[\w \u00a0\u2000-\u200a\u202f\u205f\u3000.:/=+@-]*")
# The reference takes tab, newline and return inside a policy, no other control.
# Nor do we: U+0085 ends a line for botocore's parser of nested blocks.
_POLICY_TEXT = re.compile(r"[\u0020-\u007e\u00a0-\u00ff]+")


def duration_seconds(text: str) -> int:
    """Check ``--duration-seconds``: whole seconds, 900 to 43200."""
    try:
        seconds = int(text)
    except ValueError:
        raise InvalidRequest(
            f"Invalid duration '{text}': it has to be a whole number of seconds, "
            "for example --duration-seconds 3600"
        ) from None
    if not DURATION_LEAST <= seconds <= DURATION_MOST:
        raise InvalidRequest(
            f"Invalid duration {seconds}: STS takes {DURATION_LEAST} to {DURATION_MOST} seconds, "
            "and never more than the role's own maximum session duration"
        )
    return seconds


def session_name(text: str) -> str:
    """Check ``--role-session-name``."""
    if not _SESSION_NAME.fullmatch(text):
        raise InvalidRequest(
            f"Invalid role session name '{text}': it has to be 2 to {SESSION_NAME_MOST} letters, "
            "digits or _+=,.@- characters"
        )
    return text


def external_id(text: str) -> str:
    """Check ``--external-id``."""
    if not _EXTERNAL_ID.fullmatch(text):
        raise InvalidRequest(
            f"Invalid external id '{text}': it has to be 2 to 1224 letters, digits or "
            "_+=,.@:/- characters"
        )
    return text


def serial_number(text: str) -> str:
    """Check ``--serial-number``: an MFA device's serial number or ARN."""
    if not _SERIAL_NUMBER.fullmatch(text):
        raise InvalidRequest(
            f"Invalid MFA serial number '{text}': it has to be 9 to 256 characters, as "
            "arn:aws:iam::123456789012:mfa/NAME. To see yours: aws iam list-mfa-devices"
        )
    return text


def token_code(text: str) -> str:
    """Check ``--token-code``: six digits. The message keeps the code to itself."""
    if not _TOKEN_CODE.fullmatch(text):
        raise InvalidRequest(
            f"Invalid token code of {len(text)} characters: it has to be the six digits "
            "that the MFA device shows"
        )
    return text


def source_identity(text: str) -> str:
    """Check ``--source-identity``."""
    if not _SESSION_NAME.fullmatch(text) or text.lower().startswith("aws:"):
        raise InvalidRequest(
            f"Invalid source identity '{text}': it has to be 2 to 64 letters, digits or "
            "_+=,.@- characters and must not begin with aws:"
        )
    return text


def policy(text: str) -> str:
    """Check ``--policy``: a JSON object of at most 2048 characters.

    Answers it on one line: a line break inside JSON is never part of a value.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise InvalidRequest(
            f"Invalid session policy: not JSON ({error}). Try: --policy file://policy.json"
        ) from None
    if not isinstance(document, dict):
        raise InvalidRequest(
            "Invalid session policy: it has to be a JSON object with Version and Statement"
        )
    line = re.sub(r"[\t\r\n]+\s*", " ", text).strip()
    if len(line) > POLICY_MOST:
        raise InvalidRequest(
            f"Invalid session policy: {len(line)} characters, and STS takes {POLICY_MOST}. "
            "Shorten it, or name a managed policy with --policy-arns"
        )
    if not _POLICY_TEXT.fullmatch(line):
        raise InvalidRequest(
            "Invalid session policy: it holds a character that STS does not take (above U+00FF)"
        )
    return line


def policy_arns(
    values: Sequence[Mapping[str, str]], policy_text: Optional[str]
) -> tuple[str, ...]:
    """Check ``--policy-arns`` (``[{"arn": …}]``), also their size with the inline policy."""
    arns = tuple(value.get("arn", "") for value in values)
    if len(arns) > POLICY_ARNS_MOST:
        raise InvalidRequest(
            f"Invalid policy ARNs: {len(arns)} given, and STS takes {POLICY_ARNS_MOST}"
        )
    for arn in arns:
        if not _POLICY_ARN.fullmatch(arn) or len(arn) > 2048:
            raise InvalidRequest(
                f"Invalid policy ARN '{arn}': it has to read "
                "arn:aws:iam::aws:policy/NAME or arn:aws:iam::ACCOUNT:policy/NAME"
            )
    size = len(policy_text or "") + sum(map(len, arns))
    if size > POLICY_MOST:
        raise InvalidRequest(
            f"Invalid session policies: inline policy and ARNs have {size} characters together, "
            f"and STS takes {POLICY_MOST}"
        )
    return arns


def tags(values: Sequence[Mapping[str, str]]) -> tuple[tuple[str, str], ...]:
    """Check ``--tags`` (``[{"Key": …, "Value": …}]``); answers pairs."""
    if len(values) > TAGS_MOST:
        raise InvalidRequest(f"Invalid tags: {len(values)} given, and STS takes {TAGS_MOST}")
    seen: dict[str, str] = {}
    for tag in values:
        key, value = tag.get("Key", ""), tag.get("Value", "")
        if "Key" not in tag or "Value" not in tag:
            raise InvalidRequest(
                f"Invalid tag '{key or value}': it needs a key and a value. "
                "Try: --tags Key=team,Value=storage"
            )
        _tag_text("tag key", key, 1, 128)
        _tag_text(f"value of tag '{key}'", value, 0, 256)
        if key.lower().startswith("aws:"):
            raise InvalidRequest(f"Invalid tag key '{key}': names that begin with aws: are AWS's")
        # "Tag key-value pairs are not case sensitive, but case is preserved."
        if key.lower() in seen:
            raise InvalidRequest(
                f"Invalid tags: key '{key}' is given twice (case does not count); give it once"
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
                f"Invalid transitive tag key '{key}': no tag of that key is given. "
                f"Try: --tags Key={key},Value=…"
            )
    if len({key.lower() for key in keys}) != len(keys):
        raise InvalidRequest("Invalid transitive tag keys: one of them is given twice")
    return tuple(keys)


def provided_contexts(values: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    """Check ``--provided-contexts``; answers pairs of provider ARN and assertion."""
    if len(values) > CONTEXTS_MOST:
        raise InvalidRequest(
            f"Invalid provided contexts: {len(values)} given, and STS takes {CONTEXTS_MOST}"
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
            f"Invalid {what} '{text}': it has to be {least} to {most} letters, digits, "
            "blanks or _.:/=+-@ characters"
        )
