"""One row of the table of trust policies: who asks for what, what AWS says, and on which page.

A row of a condition says whether it holds: that is asked of it in an Allow and in a Deny.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any, Optional, Union
from urllib.parse import quote

import pytest

from awscli_assume.model.arns import Role
from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.model.trust.callers import PROVIDER, SERVICE, Caller, caller_of
from awscli_assume.model.trust.context import Circumstances
from awscli_assume.model.trust.evaluation import (
    ALLOWED,
    DENIED,
    NOT_ALLOWED,
    UNKNOWN,
    Verdict,
    evaluate,
)

GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
PRINCIPAL = GUIDE + "reference_policies_elements_principal.html"
NOT_PRINCIPAL = GUIDE + "reference_policies_elements_notprincipal.html"
ACTION = GUIDE + "reference_policies_elements_action.html"
NOT_ACTION = GUIDE + "reference_policies_elements_notaction.html"
CONDITION = GUIDE + "reference_policies_elements_condition.html"
OPERATORS = GUIDE + "reference_policies_elements_condition_operators.html"
SETS = GUIDE + "reference_policies_condition-single-vs-multi-valued-context-keys.html"
VARIABLES = GUIDE + "reference_policies_variables.html"
VERSION = GUIDE + "reference_policies_elements_version.html"
GLOBAL_KEYS = GUIDE + "reference_policies_condition-keys.html"
STS_KEYS = GUIDE + "reference_policies_iam-condition-keys.html"
LOGIC = GUIDE + "reference_policies_evaluation-logic.html"
CROSS_ACCOUNT = GUIDE + "reference_policies_evaluation-logic-cross-account.html"
SESSION_TAGS = GUIDE + "id_session-tags.html"
SOURCE_IDENTITY = GUIDE + "id_credentials_temp_control-access_monitor.html"
MFA = GUIDE + "id_credentials_mfa_configure-api-require.html"
ASSUME_ROLE = "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"

OURS, THEIRS = "111122223333", "444455556666"
ROOT_ARN, THEIR_ROOT_ARN = f"arn:aws:iam::{OURS}:root", f"arn:aws:iam::{THEIRS}:root"
USER_ARN = f"arn:aws:iam::{OURS}:user/matjac"
AUDIT_ARN = f"arn:aws:iam::{OURS}:role/audit/Reader"
SESSION_ARN = f"arn:aws:sts::{OURS}:assumed-role/Reader/app"
USER = replace(caller_of(USER_ARN), user_id="AIDACKCEVSQ6C2EXAMPLE", is_temporary=False, tags=())
SESSION = replace(
    caller_of(SESSION_ARN), user_id="AROADBQP57FF2AEXAMPLE:app", role_arn=AUDIT_ARN, tags=()
)
STRANGER_ARN = f"arn:aws:iam::{THEIRS}:user/Bob"
STRANGER = replace(caller_of(STRANGER_ARN), is_temporary=False)
EC2 = Caller(SERVICE, "ec2.amazonaws.com")
GOOGLE = Caller(PROVIDER, "accounts.google.com")
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=timezone.utc)
TARGET = Role("MateoRole", "/", OURS, "aws")

Statement = dict[str, Any]
_IN_ALLOW = {True: ALLOWED, False: NOT_ALLOWED, None: UNKNOWN}
_IN_DENY = {True: DENIED, False: ALLOWED, None: UNKNOWN}


@dataclass(frozen=True)
class Row:
    """A request, a policy and what comes out; ``around`` is what surrounds the request."""

    page: str
    statements: tuple[Statement, ...]
    outcome: str = ""
    caller: Caller = USER
    reason: str = ""
    action: str = ""
    needs_identity_policy: Optional[bool] = None
    version: Optional[str] = "2012-10-17"
    around: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, Any] = field(default_factory=dict)

    def request(self) -> AssumeRoleRequest:
        """Return what is asked of STS, by default for a session named session."""
        return AssumeRoleRequest(TARGET, **{"role_session_name": "session", **self.asked})

    def verdict(self) -> Verdict:
        """Return what is made of the row, from an object and from what IAM's API answers."""
        document: dict[str, Any] = {"Statement": list(self.statements)}
        if self.version is not None:
            document["Version"] = self.version
        request = self.request()
        circumstances = Circumstances(**{"now": NOW, **self.around})
        found = evaluate(document, self.caller, request, circumstances)
        text = quote(json.dumps(document))
        assert found == evaluate(text, self.caller, request, circumstances)
        return found


def statement(effect: str, who: Union[str, dict[str, Any]], **elements: Any) -> Statement:
    """Return a statement for AssumeRole; a principal that is plain text is one of AWS."""
    principal = {"AWS": who} if isinstance(who, str) and who != "*" else who
    answer: Statement = {"Effect": effect, "Principal": principal}
    if not {"Action", "NotAction"} & set(elements):
        answer["Action"] = "sts:AssumeRole"
    return {**answer, **elements}


def allow(who: Union[str, dict[str, Any]] = USER_ARN, **elements: Any) -> Statement:
    """Return a statement that allows."""
    return statement("Allow", who, **elements)


def deny(who: Union[str, dict[str, Any]] = "*", **elements: Any) -> Statement:
    """Return a statement that denies."""
    return statement("Deny", who, **elements)


def all_but(effect: str, *who: str) -> Statement:
    """Return a statement about everyone except those that are named."""
    return {"Effect": effect, "NotPrincipal": {"AWS": list(who)}, "Action": "sts:AssumeRole"}


def row(case: str, page: str, *statements: Statement, **expected: Any) -> Any:
    """Return a row for pytest, with what it is about as its name."""
    return pytest.param(Row(page, statements, **expected), id=case)


def condition(
    case: str, page: str, operator: str, key: str, values: Any, holds: Optional[bool], **known: Any
) -> Any:
    """Return a row of one condition, for pytest, and whether the condition holds."""
    caller = known.get("caller", USER)
    who = {"AWS": "*"} if caller.account_id else {"Federated": caller.name}
    action = "sts:AssumeRole" if caller.account_id else "sts:AssumeRoleWithWebIdentity"
    one = allow(who, Action=action, Condition={operator: {key: values}})
    return pytest.param(Row(page, (one,), **known), holds, id=case)


def check(one: Row) -> None:
    """Compare a row with what is made of it."""
    found = one.verdict()

    assert one.page.startswith("https://docs.aws.amazon.com/")
    assert found.outcome == one.outcome, found.reasons
    assert one.reason in " | ".join([*found.reasons, *found.provisos])
    assert one.action in ("", found.action)
    assert one.needs_identity_policy in (None, found.needs_identity_policy)
    assert bool(found.reasons) == (one.outcome != ALLOWED)


def check_condition(one: Row, holds: Optional[bool]) -> None:
    """Compare a condition with what is made of it, in an Allow and in a Deny."""
    plain = {name: value for name, value in one.statements[0].items() if name != "Condition"}
    denial = {**one.statements[0], "Effect": "Deny"}

    check(replace(one, outcome=_IN_ALLOW[holds]))
    check(replace(one, outcome=_IN_DENY[holds], statements=(plain, denial), reason=""))
