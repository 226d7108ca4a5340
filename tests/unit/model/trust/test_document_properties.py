"""Whatever a document holds, it is judged or refused: generated JSON, near a policy and far."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from awscli_assume.errors import MalformedPolicy
from awscli_assume.model.trust.callers import Caller
from awscli_assume.model.trust.context import Circumstances
from awscli_assume.model.trust.evaluation import ALLOWED, DENIED, NOT_ALLOWED, UNKNOWN, evaluate
from support.trust_rows import EC2, GOOGLE, NOW, SESSION, STRANGER, USER, USER_ARN, Row

OPERATORS = ["StringLike", "ForAnyValue:StringEquals", "ArnLike", "NumericLessThan", "Bool",
             "DateLessThanIfExists", "NotIpAddress", "Null", "BinaryEquals"]  # fmt: skip
KEYS = ["sts:ExternalId", "aws:TagKeys", "aws:PrincipalArn", "aws:MultiFactorAuthAge",
        "aws:SecureTransport", "aws:CurrentTime", "aws:SourceIp"]  # fmt: skip
TAGGED = {"tags": (("a", "1"),), "external_id": "aa", "serial_number": "GAHT12345678"}
AROUND = {"is_https": True, "source_ip": "203.0.113.9"}

WORDS = st.sampled_from(
    ["Version", "Statement", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "AWS",
     "Condition", "StringEquals", "Bool", "Null", "sts:ExternalId", "aws:CurrentTime", "Resource",
     "Allow", "Deny", "*", "2012-10-17", "sts:AssumeRole", "${", "DateLessThan", "IpAddress"]
)  # fmt: skip
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), WORDS)
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(WORDS, st.text()), inner, max_size=4),
    ),
    max_leaves=12,
)
elements = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Deny"]),
        "Principal": st.one_of(st.sampled_from(["*", {"AWS": USER_ARN}]), anything),
        "Action": st.one_of(st.just("*"), anything),
        "Condition": st.one_of(
            st.dictionaries(
                st.sampled_from(OPERATORS),
                st.dictionaries(st.sampled_from(KEYS), anything, max_size=2),
            ),
            anything,
        ),
    }
)
documents = st.one_of(
    anything,
    st.text(),
    st.fixed_dictionaries(
        {"Version": st.just("2012-10-17"), "Statement": st.one_of(elements, st.lists(elements))}
    ),
)


@given(
    documents, st.sampled_from([USER, SESSION, STRANGER, EC2, GOOGLE]),
    st.sampled_from([{}, TAGGED]), st.sampled_from([{}, AROUND]),
)  # fmt: skip
def test_no_document_ends_in_a_traceback(
    document: Any, caller: Caller, asked: dict[str, Any], around: dict[str, Any]
) -> None:
    """Whatever IAM answers as a policy is judged with reasons, or refused in one line."""
    request = Row("", (), asked=asked).request()
    try:
        found = evaluate(document, caller, request, Circumstances(NOW, **around))
    except MalformedPolicy as error:
        message = str(error)
        is_told = message.startswith("The trust policy can't be read: ") and message.isprintable()
    else:
        is_told = found.outcome in (ALLOWED, DENIED, NOT_ALLOWED, UNKNOWN)
        is_told = is_told and bool(found.reasons) == (found.outcome != ALLOWED)

    assert is_told
