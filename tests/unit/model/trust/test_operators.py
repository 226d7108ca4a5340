"""The condition operators, each with what matches, what doesn't and what can't be told."""

from __future__ import annotations

from typing import Any, Optional

import pytest

from support.trust_rows import OPERATORS, OURS, SESSION, Row, check_condition, condition

STRING = OPERATORS + "#Conditions_String"
NUMERIC = OPERATORS + "#Conditions_Numeric"
DATE = OPERATORS + "#Conditions_Date"
BOOLEAN = OPERATORS + "#Conditions_Boolean"
ADDRESS = OPERATORS + "#Conditions_IPAddress"
ARN = OPERATORS + "#Conditions_ARN"
IF_EXISTS = OPERATORS + "#Conditions_IfExists"
NULL = OPERATORS + "#Conditions_Null"
EXTERNAL_ID = "sts:ExternalId"


def text(case: str, operator: str, values: Any, holds: Optional[bool], given: str = "Ab-1") -> Any:
    """Return a row about an external ID; without one for an empty text."""
    page = IF_EXISTS if operator.endswith("IfExists") else STRING
    asked = {"external_id": given} if given else {}
    return condition(case, page, operator, EXTERNAL_ID, values, holds, asked=asked)


def number(operator: str, given: str, value: Any, holds: Optional[bool]) -> Any:
    """Return a row about a number of the context."""
    key = "aws:MultiFactorAuthAge"
    around = {"others": {key: (given,)}}
    case = f"{given} {operator} {value!r}"
    return condition(case, NUMERIC, operator, key, value, holds, around=around)


def date(operator: str, value: Any, holds: Optional[bool]) -> Any:
    """Return a row about noon of 1 March 2026, UTC."""
    return condition(f"{operator} {value}", DATE, operator, "aws:CurrentTime", value, holds)


def address(operator: str, given: str, values: Any, holds: Optional[bool]) -> Any:
    """Return a row about the caller's address."""
    around = {"source_ip": given}
    case = f"{given} {operator} {values}"
    return condition(case, ADDRESS, operator, "aws:SourceIp", values, holds, around=around)


def arn(operator: str, value: str, holds: Optional[bool]) -> Any:
    """Return a row about the role behind a session."""
    case = f"{operator} {value}"
    return condition(case, ARN, operator, "aws:PrincipalArn", value, holds, caller=SESSION)


# fmt: off
ROWS = [
    text("exact", "StringEquals", "Ab-1", True),
    text("exact, one of two", "StringEquals", ["x", "Ab-1"], True),
    text("exact, by case", "StringEquals", "ab-1", False),
    text("exact, * is a character", "StringEquals", "Ab*", False),
    text("exact, key missing", "StringEquals", "Ab-1", False, ""),
    text("negated", "StringNotEquals", "x", True),
    text("negated, equal", "StringNotEquals", "Ab-1", False),
    text("negated, none of two is a NOR", "StringNotEquals", ["x", "Ab-1"], False),
    text("negated, key missing", "StringNotEquals", "Ab-1", True, ""),
    text("without case", "StringEqualsIgnoreCase", "AB-1", True),
    text("without case, another", "StringEqualsIgnoreCase", "AB-2", False),
    text("without case, negated", "StringNotEqualsIgnoreCase", "AB-1", False),
    text("without case, negated, another", "StringNotEqualsIgnoreCase", "AB-2", True),
    text("like, many", "StringLike", "A*1", True),
    text("like, many can be none", "StringLike", "Ab-1*", True),
    text("like, one", "StringLike", "A?-1", True),
    text("like, one is not none", "StringLike", "Ab-1?", False),
    text("like, by case", "StringLike", "a*", False),
    text("like, only wholly", "StringLike", "b-", False),
    text("like, key missing", "StringLike", "*", False, ""),
    text("not like", "StringNotLike", "x*", True),
    text("not like, but it is", "StringNotLike", "A*", False),
    text("not like, key missing", "StringNotLike", "A*", True, ""),
    text("unknown operator", "StringMatches", "Ab-1", None),
    text("list without a value", "StringEquals", [], None),
    text("if exists, there", "StringEqualsIfExists", "Ab-1", True),
    text("if exists, there and another", "StringEqualsIfExists", "x", False),
    text("if exists, missing", "StringEqualsIfExists", "x", True, ""),
    text("negated if exists, missing", "StringNotEqualsIfExists", "x", True, ""),
    text("like if exists, missing", "StringLikeIfExists", "x*", True, ""),
    number("NumericEquals", "60", "60", True),
    number("NumericEquals", "60", 60, True),
    number("NumericEquals", "60", "60.0", True),
    number("NumericEquals", "60", "61", False),
    number("NumericNotEquals", "60", "60", False),
    number("NumericLessThan", "60", "100", True),
    number("NumericLessThan", "60", "60", False),
    number("NumericLessThanEquals", "60", "60", True),
    number("NumericGreaterThan", "60", "7", True),
    number("NumericGreaterThan", "60", "60", False),
    number("NumericGreaterThanEquals", "60", "60", True),
    number("NumericGreaterThanEquals", "60", "61", False),
    number("NumericLessThan", "60", "soon", None),
    number("NumericLessThan", "60", "${aws:EpochTime}", None),
    date("DateGreaterThan", "2020-01-01T00:00:01Z", True),
    date("DateGreaterThan", "2026-03-01T12:00:00Z", False),
    date("DateGreaterThanEquals", "2026-03-01T12:00:00Z", True),
    date("DateLessThan", "2026-03-01T13:00:00+01:00", False),
    date("DateLessThan", "2026-03-01T13:00:01+01:00", True),
    date("DateEquals", "2026-03-01T07:00:00-05:00", True),
    date("DateLessThanEquals", "2026-03-01", False),
    date("DateLessThan", "1772366401", True),
    date("DateEquals", "1772366400", True),
    date("DateNotEquals", "1772366400", False),
    date("DateLessThan", "2027-*", None),
    date("DateLessThan", "tomorrow", None),
    condition("bool", BOOLEAN, "Bool", "aws:SecureTransport", "true", True,
              around={"is_https": True}),
    condition("bool without quotes", BOOLEAN, "Bool", "aws:SecureTransport", True, True,
              around={"is_https": True}),
    condition("bool, the other", BOOLEAN, "Bool", "aws:SecureTransport", "false", False,
              around={"is_https": True}),
    condition("bool, neither", BOOLEAN, "Bool", "aws:SecureTransport", "yes", None,
              around={"is_https": True}),
    address("IpAddress", "203.0.113.7", "203.0.113.0/24", True),
    address("IpAddress", "203.0.114.7", "203.0.113.0/24", False),
    address("IpAddress", "203.0.113.7", "203.0.113.7", True),
    address("IpAddress", "203.0.113.8", "203.0.113.7", False),
    address("IpAddress", "2001:db8:1234:5678::1", ["203.0.113.0/24", "2001:DB8:1234:5678::/64"],
            True),
    address("IpAddress", "203.0.113.7", "2001:DB8:1234:5678::/64", False),
    address("IpAddress", "203.0.113.7", "203.0.113.0/255.255.255.0", None),
    address("IpAddress", "203.0.113.7", "203.0.113.*", None),
    address("IpAddress", "203.0.113.7", "203.0.113.9/24", None),
    address("NotIpAddress", "203.0.113.7", "203.0.113.0/24", False),
    address("NotIpAddress", "198.51.100.1", "203.0.113.0/24", True),
    arn("ArnEquals", f"arn:aws:iam::{OURS}:role/audit/Reader", True),
    arn("ArnEquals", f"arn:aws:iam::{OURS}:role/Reader", False),
    arn("ArnEquals", f"arn:aws:iam::{OURS}:role/*", True),
    arn("ArnLike", "arn:aws:iam::*:role/audit/Read??", True),
    arn("ArnLike", "arn:*:role/audit/Reader", None),
    arn("ArnLike", "arn:aws:iam::1111*:role/*/reader", False),
    arn("ArnNotEquals", f"arn:aws:iam::{OURS}:role/*", False),
    arn("ArnNotLike", "arn:aws:iam::*:user/*", True),
    condition("arn, key missing", OPERATORS, "ArnLike", "aws:SourceArn", "arn:aws:s3:::*", False),
    condition("arn negated, key missing", OPERATORS, "ArnNotLike", "aws:SourceArn",
              "arn:aws:s3:::*", True),
    condition("null true, key missing", NULL, "Null", EXTERNAL_ID, "true", True),
    condition("null true, key there", NULL, "Null", EXTERNAL_ID, "true", False,
              asked={"external_id": "Ab-1"}),
    condition("null false, key there", NULL, "Null", EXTERNAL_ID, "false", True,
              asked={"external_id": "Ab-1"}),
    condition("null false, key missing", NULL, "Null", EXTERNAL_ID, False, False),
    condition("null of another word", NULL, "Null", EXTERNAL_ID, "maybe", None),
    condition("null has no IfExists", IF_EXISTS, "NullIfExists", EXTERNAL_ID, "true", None),
    condition("binary is not compared here", OPERATORS + "#Conditions_BinaryEquals",
              "BinaryEquals", EXTERNAL_ID, "QWI=", None, asked={"external_id": "Ab-1"}),
]
# fmt: on


@pytest.mark.parametrize(("one", "holds"), ROWS)
def test_operators(one: Row, holds: Optional[bool]) -> None:
    """An operator holds, or not, as AWS documents it, and decides an Allow and a Deny so."""
    check_condition(one, holds)


def test_reason_of_an_operator() -> None:
    """What a condition expected is told with what was given."""
    condition_ = {"StringLike": {EXTERNAL_ID: ["x*", "y*"]}}
    found = Row(STRING, ({**ROWS[0].values[0].statements[0], "Condition": condition_},)).verdict()

    assert found.reasons == (
        "statement 1: StringLike sts:ExternalId: expected 'x*' or 'y*', got no value",
    )
