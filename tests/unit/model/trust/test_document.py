"""Documents that are no trust policies, and those that are in an unusual form."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from awscli_assume.errors import InvalidRequest, MalformedPolicy
from awscli_assume.model.trust.callers import caller_of
from awscli_assume.model.trust.document import read_policy
from support.trust_rows import SESSION_ARN, Row, allow

GOOD = {"Version": "2012-10-17", "Statement": [allow()]}


def with_statement(**elements: Any) -> dict[str, Any]:
    """Return a policy whose one statement has other elements; None takes one out."""
    one = {**allow(), **elements}
    return {"Statement": {name: value for name, value in one.items() if value is not None}}


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("", "it is not JSON"),
        ("{", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("[]", "it is not a JSON object"),
        ("null", "it is not a JSON object"),
        ('{"Statement": [], "Statement": []}', "it has the same element twice"),
        ({}, "it has no Statement"),
        ({"Statement": "Allow"}, "it has no Statement"),
        ({"Version": "2020-01-01", "Statement": []}, "its Version is '2020-01-01'"),
        ({"Version": ["2012-10-17"], "Statement": []}, "its Version is ['2012-10-17']"),
        ({"Statement": [allow(), 1]}, "statement 2: it is not a JSON object"),
        (with_statement(Effect="allow"), "statement 1: its Effect is 'allow'"),
        (with_statement(Principal=None), "it needs either Principal or NotPrincipal"),
        (with_statement(NotPrincipal="*"), "it needs either Principal or NotPrincipal"),
        (with_statement(Principal="me"), "its principal must be * or an object"),
        (with_statement(Principal={}), "its principal must be * or an object"),
        (with_statement(Principal={"AWS": None}), "its principal AWS must be text"),
        (with_statement(Action=None), "it needs either Action or NotAction"),
        (with_statement(Action={}), "its Action must be text"),
        (with_statement(Condition=[]), "its Condition must be an object"),
        (with_statement(Condition={"Bool": "x"}), "its Condition Bool must be an object"),
        (with_statement(Condition={"\x1b[2J\n": 1}), r"its Condition \x1b[2J\n must be"),
        (with_statement(Condition={"Bool": {"a": {}}}), "its value of a must be text"),
        (with_statement(Condition={"Bool": {"a": 10**5000}}), "its value of a must be text"),
    ],
)
def test_malformed_policy(document: Any, reason: str) -> None:
    """A document that is no policy is refused with the statement and the reason."""
    with pytest.raises(MalformedPolicy, match="can't be read") as refusal:
        read_policy(document)

    assert str(refusal.value).startswith("The trust policy can't be read: ")
    assert reason in str(refusal.value)


@pytest.mark.parametrize("write", [json.dumps, lambda one: quote(json.dumps(one)), dict])
def test_forms_of_a_document(write: Any) -> None:
    """JSON, URL-encoded JSON and an object are read alike."""
    assert read_policy(GOOD) == read_policy(write(GOOD))


def test_one_statement_without_a_list() -> None:
    """A statement may stand by itself, and its Sid names it."""
    policy = read_policy({"Statement": allow(Sid="Mine")})

    assert [one.name for one in policy.statements] == ["Mine"]


def test_element_that_a_trust_policy_has_not() -> None:
    """An element that is not in the grammar leaves it open what the statement means."""
    found = Row("", (allow(Resource="*"),)).verdict()

    assert found.outcome == "unknown"
    assert found.reasons == ("statement 1: the element Resource is not known in a trust policy",)


@pytest.mark.parametrize(
    "arn",
    ["", "matjac", SESSION_ARN.rpartition("/")[0], "arn:aws:iam::1:user/x",
     "arn:aws:iam::111122223333:root/x", "arn:aws:iam::111122223333:role/x",
     "arn:aws:iam::111122223333:user"],
)  # fmt: skip
def test_caller_that_is_none(arn: str) -> None:
    """What GetCallerIdentity never answers is refused with its value."""
    with pytest.raises(InvalidRequest, match="Invalid caller") as refusal:
        caller_of(arn)

    assert repr(arn) in str(refusal.value)
