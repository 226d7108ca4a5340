"""What holds of every trust policy: what a Deny takes, an Allow gives, and knowing changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from awscli_assume.model.trust.callers import Caller, caller_of
from awscli_assume.model.trust.evaluation import ALLOWED, DENIED, NOT_ALLOWED, UNKNOWN
from awscli_assume.model.trust.operators import OPERATORS
from support.trust_rows import (
    AUDIT_ARN,
    EC2,
    GOOGLE,
    OURS,
    ROOT_ARN,
    SESSION,
    SESSION_ARN,
    STRANGER,
    STRANGER_ARN,
    USER,
    USER_ARN,
    Row,
    Statement,
)

ORDER = (DENIED, NOT_ALLOWED, UNKNOWN, ALLOWED)
PRINCIPALS = [
    "*", {"AWS": "*"}, {"AWS": USER_ARN}, {"AWS": [ROOT_ARN, USER_ARN]}, {"AWS": STRANGER_ARN},
    {"AWS": AUDIT_ARN}, {"AWS": [SESSION_ARN, AUDIT_ARN, ROOT_ARN]}, {"AWS": OURS}, {"AWS": "me"},
    {"AWS": "AIDACKCEVSQ6C2EXAMPLE"}, {"Service": "ec2.amazonaws.com"}, {"AWS": []},
    {"Federated": "accounts.google.com", "AWS": ROOT_ARN},
]  # fmt: skip
ACTIONS = ["sts:AssumeRole", "sts:*", "*", ["sts:TagSession", "sts:assumerole"], "sts:Tag*", []]
KEYS = [
    "sts:ExternalId", "sts:RoleSessionName", "sts:SourceIdentity", "aws:TagKeys",
    "aws:RequestTag/a", "aws:PrincipalArn", "aws:PrincipalTag/a", "aws:PrincipalOrgID",
    "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge", "aws:SourceIp", "aws:CurrentTime",
    "aws:SecureTransport", "aws:RequestedRegion", "aws:userid", "sts:Unheard",
]  # fmt: skip
VALUES = [
    "a", "*", "true", "false", "60", "2026-03-01", "203.0.113.0/24", USER_ARN, AUDIT_ARN,
    "${aws:username}", "${aws:PrincipalTag/a}", "${aws:PrincipalTag/a, 'a'}", "o-1", "a?", "",
]  # fmt: skip
NAMES = [
    f"{over}{name}{end}"
    for over in ("", "ForAnyValue:", "ForAllValues:")
    for name in OPERATORS
    for end in ("", "IfExists")
]
ASKED = [
    {}, {"external_id": "aa"}, {"tags": (("a", "a"), ("b", "60"))}, {"source_identity": "aa"},
    {"serial_number": "GAHT12345678"},
]  # fmt: skip

conditions = st.dictionaries(
    st.sampled_from([*NAMES, "Null", "Nonsense"]),
    st.dictionaries(
        st.sampled_from(KEYS), st.lists(st.sampled_from(VALUES), max_size=2), max_size=2
    ),
    max_size=2,
)


def statements(effect: str) -> st.SearchStrategy[Statement]:
    """Return a strategy for statements with an effect."""
    return st.builds(
        lambda who, principal, what, action, when: {
            "Effect": effect, who: principal, what: action, "Condition": when,
        },
        st.sampled_from(["Principal", "Principal", "NotPrincipal"]), st.sampled_from(PRINCIPALS),
        st.sampled_from(["Action", "Action", "NotAction"]), st.sampled_from(ACTIONS), conditions,
    )  # fmt: skip


allows, denies = statements("Allow"), statements("Deny")
policies = st.lists(st.one_of(allows, denies), max_size=4).map(tuple)
callers = st.sampled_from([USER, SESSION, STRANGER, EC2, GOOGLE, caller_of(ROOT_ARN)])
rows = st.builds(
    lambda policy, caller, asked: Row("", policy, caller=caller, asked=asked),
    policies, callers, st.sampled_from(ASKED),
)  # fmt: skip


def rank(row: Row) -> int:
    return ORDER.index(row.verdict().outcome)


@given(rows, denies, st.integers(0, 4))
def test_a_deny_never_allows(row: Row, denial: Statement, at: int) -> None:
    """A policy with one more Deny, anywhere, allows no more than before."""
    denied = (*row.statements[:at], denial, *row.statements[at:])

    assert rank(replace(row, statements=denied)) <= rank(row)


@given(rows, allows, st.integers(0, 4))
def test_taking_an_allow_out_never_allows(row: Row, allowing: Statement, at: int) -> None:
    """A policy without one of its Allows, wherever, allows no more than before."""
    allowed = (*row.statements[:at], allowing, *row.statements[at:])

    assert rank(row) <= rank(replace(row, statements=allowed))


@given(rows, st.randoms())
def test_order_of_statements_decides_nothing(row: Row, chance: Any) -> None:
    """Statements in any order have one outcome."""
    shuffled = list(row.statements)
    chance.shuffle(shuffled)

    assert rank(row) == rank(replace(row, statements=tuple(shuffled)))


@given(
    policies, st.sampled_from(ASKED), st.booleans(), st.booleans(), st.booleans(),
    st.sampled_from([(), (("a", "a"),), (("a", "60"),)]), st.sampled_from(["o-1", "a"]),
    st.sampled_from(["203.0.113.9", "2001:db8::1"]), st.booleans(), st.sampled_from("ab"),
)  # fmt: skip
def test_what_was_told_stays_true_when_more_is_known(
    policy: tuple[Statement, ...], asked: dict[str, Any], is_session: bool, is_temporary: bool,
    has_mfa: bool, tags: tuple[tuple[str, str], ...], organization: str, address: str,
    is_https: bool, region: str,
) -> None:  # fmt: skip
    """Where something is not known, an answer is given only if it can't change anything."""
    plain = caller_of(SESSION_ARN if is_session else USER_ARN)
    known: Caller = replace(
        plain,
        user_id="AROADBQP57FF2AEXAMPLE:app" if is_session else "AIDACKCEVSQ6C2EXAMPLE",
        role_arn=AUDIT_ARN if is_session else None,
        is_temporary=is_session or is_temporary,
        # Only what GetSessionToken answers has an MFA device behind it.
        has_mfa=has_mfa if is_temporary and not is_session else None,
        tags=tags,
        organization_id=organization,
    )
    around = {"region": region, "is_https": is_https, "source_ip": address}
    before = Row("", policy, caller=plain, asked=asked).verdict()
    after = Row("", policy, caller=known, asked=asked, around=around).verdict()

    if before.outcome != UNKNOWN:
        assert (before.outcome == ALLOWED) == (after.outcome == ALLOWED)
        assert after.outcome != UNKNOWN
