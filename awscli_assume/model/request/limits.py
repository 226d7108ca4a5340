"""What STS takes in each parameter of AssumeRole, checked before the network is touched.

Source: AWS STS API reference, "AssumeRole", and IAM User Guide, "IAM and AWS
STS quotas". Every function answers the value or raises InvalidRequest.
"""

from __future__ import annotations

import json
import re
from typing import Mapping, Optional, Sequence, Union

from awscli_assume.errors import InvalidRequest

DURATION_MIN = 900
DURATION_MAX = 43200
# Role chaining: the source is itself a role session.
CHAINED_DURATION_MAX = 3600
# Our own word for the longest session that the role allows.
MAX_DURATION = "max"
SESSION_NAME_MAX = 64
POLICY_MAX = 2048
TOKEN_SIZE_MAX = 4096
POLICY_ARNS_MAX = 10
TOKEN_CODE_DIGITS = 6

_WORD = r"[\w+=,.@-]"
_SESSION_NAME = re.compile(_WORD + r"{2,64}", re.ASCII)
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)
_SERIAL_NUMBER = re.compile(r"[\w+=/:,.@-]{9,256}", re.ASCII)
_WHOLE_NUMBER = re.compile(r"-?\d{1,18}", re.ASCII)
_TOKEN_CODE = re.compile(r"\d{6}", re.ASCII)
_POLICY_ARN = re.compile(r"arn:aws(?:-[a-z]+)*:iam::(?:\d{12}|aws):policy/[\x21-\x7e]+")
# The reference takes tab, newline and return inside a policy, no other control.
# Nor do we: U+0085 ends a line for botocore's parser of nested blocks.
_POLICY_TEXT = re.compile(r"[\u0020-\u007e\u00a0-\u00ff]+")


def duration_seconds(text: str) -> int:
    """Check ``--duration-seconds``: whole seconds, 900 to 43200."""
    if not _WHOLE_NUMBER.fullmatch(text):
        raise InvalidRequest(
            f"Invalid duration {text!r}: it has to be a whole number of seconds, "
            f"for example --duration-seconds 3600, or {MAX_DURATION} as an option or a setting"
        )
    seconds = int(text)
    if not DURATION_MIN <= seconds <= DURATION_MAX:
        raise InvalidRequest(
            f"Invalid duration {seconds}: STS takes {DURATION_MIN} to {DURATION_MAX} seconds, "
            "and never more than the role's own maximum session duration"
        )
    return seconds


def duration(text: str) -> Union[int, str]:
    """Check ``--duration-seconds``: whole seconds, or MAX_DURATION as it is."""
    return MAX_DURATION if text == MAX_DURATION else duration_seconds(text)


def session_name(text: str) -> str:
    """Check ``--role-session-name``."""
    if not _SESSION_NAME.fullmatch(text):
        raise InvalidRequest(
            f"Invalid role session name {text!r}: it has to be 2 to {SESSION_NAME_MAX} letters, "
            "digits or _+=,.@- characters"
        )
    return text


def external_id(text: str) -> str:
    """Check ``--external-id``."""
    if not _EXTERNAL_ID.fullmatch(text):
        raise InvalidRequest(
            f"Invalid external id {text!r}: it has to be 2 to 1224 letters, digits or "
            "_+=,.@:/- characters"
        )
    return text


def serial_number(text: str) -> str:
    """Check ``--serial-number``: an MFA device's serial number or ARN."""
    if not _SERIAL_NUMBER.fullmatch(text):
        raise InvalidRequest(
            f"Invalid MFA serial number {text!r}: it has to be 9 to 256 characters, as "
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
            f"Invalid source identity {text!r}: it has to be 2 to 64 letters, digits or "
            "_+=,.@- characters and must not begin with aws:"
        )
    return text


def minimum_session_token_size(text: str) -> int:
    """Check ``--minimum-session-token-size``: bytes, 0 to 4096."""
    if not _WHOLE_NUMBER.fullmatch(text) or not 0 <= int(text) <= TOKEN_SIZE_MAX:
        raise InvalidRequest(
            f"Invalid minimum session token size {text!r}: it has to be a whole number of bytes, "
            f"at most {TOKEN_SIZE_MAX}"
        )
    return int(text)


def policy(text: str) -> str:
    """Check ``--policy``: a JSON object of at most 2048 characters.

    Answers it on one line: a line break inside JSON is never part of a value.
    """
    try:
        document = json.loads(text)
    except RecursionError:
        raise InvalidRequest(
            "Invalid session policy: it is nested too deeply to be a policy. "
            "Try: --policy file://policy.json"
        ) from None
    except ValueError as error:
        raise InvalidRequest(
            f"Invalid session policy: not JSON ({error}). Try: --policy file://policy.json"
        ) from None
    if not isinstance(document, dict):
        raise InvalidRequest(
            "Invalid session policy: it has to be a JSON object with Version and Statement"
        )
    line = re.sub(r"[\t\r\n]+\s*", " ", text).strip()
    if len(line) > POLICY_MAX:
        raise InvalidRequest(
            f"Invalid session policy: {len(line)} characters, and STS takes {POLICY_MAX}. "
            "Shorten it, or name a managed policy with --policy-arns"
        )
    if not _POLICY_TEXT.fullmatch(line):
        raise InvalidRequest(
            "Invalid session policy: it holds a character that STS does not take (a control "
            "character, or one above U+00FF)"
        )
    return line


def policy_arns(
    values: Sequence[Mapping[str, str]], policy_text: Optional[str]
) -> tuple[str, ...]:
    """Check ``--policy-arns`` (``[{"arn": …}]``), also their size with the inline policy."""
    arns = tuple(value.get("arn", "") for value in values)
    if len(arns) > POLICY_ARNS_MAX:
        raise InvalidRequest(
            f"Invalid policy ARNs: {len(arns)} given, and STS takes {POLICY_ARNS_MAX}"
        )
    for arn in arns:
        if not _POLICY_ARN.fullmatch(arn) or len(arn) > 2048:
            raise InvalidRequest(
                f"Invalid policy ARN {arn!r}: it has to read "
                "arn:aws:iam::aws:policy/NAME or arn:aws:iam::ACCOUNT:policy/NAME"
            )
    size = len(policy_text or "") + sum(map(len, arns))
    if size > POLICY_MAX:
        raise InvalidRequest(
            f"Invalid session policies: inline policy and ARNs have {size} characters together, "
            f"and STS takes {POLICY_MAX}"
        )
    return arns
