"""The condition operators: each compares a value of the request with a value of the policy.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators". A comparison
returns None if the guide does not say what the result is.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from typing import Callable, Optional, Union

from awscli_assume.model.arns import find_arn
from awscli_assume.model.trust.patterns import Pattern, matches

Comparison = Callable[[str, str], Optional[bool]]
PatternComparison = Callable[[str, Pattern], Optional[bool]]

_NUMBER = re.compile(r"[+-]?\d{1,100}(?:\.\d{1,100})?", re.ASCII)
# W3C, "Date and Time Formats", which the guide names; a year alone looks like epoch time.
_DATE = re.compile(
    r"(\d{4})-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d))?)?",
    re.ASCII,
)
_EPOCH = re.compile(r"\d{5,18}(?:\.\d{1,9})?", re.ASCII)
_EPOCH_BEGAN = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Operator:
    """An operator that compares patterns (with variables and wildcards) or plain text."""

    by_pattern: Optional[PatternComparison] = None
    by_text: Optional[Comparison] = None
    is_negated: bool = False
    is_wild: bool = False


def _equals(value: str, wanted: Pattern) -> Optional[bool]:
    return tuple(value) == wanted


def _equals_ignoring_case(value: str, wanted: Pattern) -> Optional[bool]:
    return value.lower() == "".join(wanted).lower()


def _is_like(value: str, wanted: Pattern) -> Optional[bool]:
    return matches(wanted, value)


def _is_arn_like(value: str, wanted: Pattern) -> Optional[bool]:
    arn, patterns = find_arn(value), _components(wanted)
    if arn is None or len(patterns) != 6:
        return None
    components = ("arn", *astuple(arn))
    return all(matches(pattern, one) for pattern, one in zip(patterns, components))


def _components(pattern: Pattern) -> list[Pattern]:
    found: list[Pattern] = []
    rest = pattern
    while ":" in rest and len(found) < 5:
        at = rest.index(":")
        found.append(rest[:at])
        rest = rest[at + 1 :]
    return [*found, rest]


def _with(
    relation: Callable[[Fraction, Fraction], bool], parse: Callable[[str], Optional[Fraction]]
) -> Comparison:
    def compare(value: str, wanted: str) -> Optional[bool]:
        left, right = parse(value), parse(wanted)
        return None if left is None or right is None else relation(left, right)

    return compare


def _relations(name: str, parse: Callable[[str], Optional[Fraction]]) -> dict[str, Operator]:
    return {
        f"{name}Equals": Operator(by_text=_with(lambda a, b: a == b, parse)),
        f"{name}NotEquals": Operator(by_text=_with(lambda a, b: a == b, parse), is_negated=True),
        f"{name}LessThan": Operator(by_text=_with(lambda a, b: a < b, parse)),
        f"{name}LessThanEquals": Operator(by_text=_with(lambda a, b: a <= b, parse)),
        f"{name}GreaterThan": Operator(by_text=_with(lambda a, b: a > b, parse)),
        f"{name}GreaterThanEquals": Operator(by_text=_with(lambda a, b: a >= b, parse)),
    }


def _number(text: str) -> Optional[Fraction]:
    return Fraction(text) if _NUMBER.fullmatch(text) else None


def _seconds(text: str) -> Optional[Fraction]:
    """Return the seconds since the epoch of an ISO 8601 date or of epoch time."""
    if _EPOCH.fullmatch(text):
        return Fraction(text)
    found = _DATE.fullmatch(text)
    if not found:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        moment = datetime(
            int(year), int(month), int(day or 1), int(hour or 0), int(minute or 0),
            int(second or 0), tzinfo=timezone.utc,
        )  # fmt: skip
    except ValueError:
        return None
    offset = timedelta()
    if zone not in (None, "Z"):
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:]))
        offset = -offset if zone[0] == "-" else offset
    whole = (moment - _EPOCH_BEGAN - offset) // timedelta(seconds=1)
    return whole + Fraction("0" + (fraction or ""))


def _is_same_boolean(value: str, wanted: str) -> Optional[bool]:
    both = {value.lower(), wanted.lower()}
    return None if both - {"true", "false"} else len(both) == 1


def _is_in_network(value: str, wanted: str) -> Optional[bool]:
    """Compare with an address or a CIDR range; the guide documents no other form."""
    _, slash, prefix = wanted.partition("/")
    if slash and not (prefix.isascii() and prefix.isdecimal()):
        return None
    try:
        address = ipaddress.ip_address(value)
        network: Union[ipaddress.IPv4Network, ipaddress.IPv6Network]
        network = ipaddress.ip_network(wanted)
    except ValueError:
        return None
    return address in network


def _not_known(value: str, wanted: str) -> Optional[bool]:
    return None


OPERATORS = {
    "StringEquals": Operator(_equals),
    "StringEqualsIgnoreCase": Operator(_equals_ignoring_case),
    "StringLike": Operator(_is_like, is_wild=True),
    "StringNotEquals": Operator(_equals, is_negated=True),
    "StringNotEqualsIgnoreCase": Operator(_equals_ignoring_case, is_negated=True),
    "StringNotLike": Operator(_is_like, is_wild=True, is_negated=True),
    # "The ArnEquals and ArnLike condition operators behave identically."
    "ArnEquals": Operator(_is_arn_like, is_wild=True),
    "ArnLike": Operator(_is_arn_like, is_wild=True),
    "ArnNotEquals": Operator(_is_arn_like, is_wild=True, is_negated=True),
    "ArnNotLike": Operator(_is_arn_like, is_wild=True, is_negated=True),
    **_relations("Numeric", _number),
    **_relations("Date", _seconds),
    "Bool": Operator(by_text=_is_same_boolean),
    "IpAddress": Operator(by_text=_is_in_network),
    "NotIpAddress": Operator(by_text=_is_in_network, is_negated=True),
    # No condition key of AssumeRole is binary.
    "BinaryEquals": Operator(by_text=_not_known),
}
