"""The verdict of a role's trust policy on one caller and one request.

Source: IAM User Guide, "Policy evaluation logic": an explicit Deny wins, and what
no statement allows is not allowed. It says nothing of the caller's own policies.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Mapping, Optional, Union

from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.model.trust.actions import needed_actions, perhaps_needed
from awscli_assume.model.trust.callers import (
    OF_AN_ACCOUNT,
    Caller,
    refused_by_sts,
)
from awscli_assume.model.trust.conditions import judge
from awscli_assume.model.trust.context import Circumstances, context_of
from awscli_assume.model.trust.document import (
    ALLOW,
    DENY,
    Policy,
    Statement,
    read_policy,
)
from awscli_assume.model.trust.findings import Finding, all_of
from awscli_assume.model.trust.patterns import matches, wild
from awscli_assume.model.trust.principals import match
from awscli_assume.model.trust.values import Context

ALLOWED, DENIED, NOT_ALLOWED, UNKNOWN = "allowed", "denied", "not allowed", "unknown"
# One action that is refused decides, then one that can't be told.
_WORST_FIRST = (DENIED, NOT_ALLOWED, UNKNOWN, ALLOWED)


@dataclass(frozen=True)
class Evidence:
    """What one statement says of one action; ``holds`` is None where it can't be known.

    ``is_direct`` tells that its principal is more than the caller's account,
    ``is_exact`` that it is the user or the session itself, None for everyone.
    """

    statement: str
    effect: str
    holds: Optional[bool]
    reason: str
    is_direct: bool
    is_exact: Optional[bool] = False


@dataclass(frozen=True)
class Verdict:
    """What a trust policy says: ALLOWED, DENIED, NOT_ALLOWED or UNKNOWN.

    ``action`` is the one that decides, ``evidence`` is all of it; ``reasons`` has a line
    for each statement that stands in the way. ``needs_identity_policy`` tells whether
    the caller's own policies have to allow it too; they may refuse it in any case. Of
    what nothing allows it tells nothing. ``provisos`` are what ALLOWED depends on, of a
    source session, as nobody can look into one. ``by_action`` are the verdicts on each
    action that is needed.
    """

    outcome: str
    action: str
    reasons: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    needs_identity_policy: bool
    provisos: tuple[str, ...] = ()
    by_action: tuple[Verdict, ...] = ()

    def of(self, action: str) -> Verdict:
        """Return the verdict on one action; the whole one where it was not asked about."""
        return next((one for one in self.by_action if one.action == action), self)


def evaluate(
    policy: Union[Policy, str, Mapping[str, Any]],
    caller: Caller,
    request: AssumeRoleRequest,
    circumstances: Circumstances,
) -> Verdict:
    """Return what the policy of ``request.role`` says; no answer is ever a guess.

    ``policy`` is what iam:GetRole answers, or that as read_policy reads it. Raises
    MalformedPolicy.
    """
    if not isinstance(policy, Policy):
        policy = read_policy(policy)
    context = context_of(caller, request, circumstances)
    is_foreign = caller.kind in OF_AN_ACCOUNT and caller.account_id != request.role.account_id

    def judged(action: str) -> Verdict:
        return _of_action(action, policy, caller, context, is_foreign)

    verdicts = [judged(action) for action in needed_actions(caller, request)]
    worst = min(verdicts, key=lambda verdict: _WORST_FIRST.index(verdict.outcome))
    needs = any(verdict.needs_identity_policy for verdict in verdicts)
    refusal = refused_by_sts(caller)
    if refusal and worst.outcome != DENIED:
        return replace(worst, outcome=NOT_ALLOWED, reasons=(refusal,), needs_identity_policy=needs)
    provisos = tuple(
        f"if the source session has {what}, {action} may be needed too: {reason}"
        for action, what in perhaps_needed(caller, request)
        if worst.outcome == ALLOWED
        for reason in judged(action).reasons
    )
    return replace(
        worst, needs_identity_policy=needs, provisos=provisos, by_action=tuple(verdicts)
    )


def _of_action(
    action: str, policy: Policy, caller: Caller, context: Context, is_foreign: bool
) -> Verdict:
    evidence = tuple(
        _of_statement(statement, action, caller, context, policy.has_variables)
        for statement in policy.statements
    )
    allows = [one for one in evidence if one.effect == ALLOW]
    denies = [one for one in evidence if one.effect == DENY]
    allowing = [one for one in allows if one.holds]
    perhaps = [one for one in allows if one.holds is None]
    denying = [one for one in denies if one.holds]
    unclear = [one for one in denies if one.holds is None]
    if denying:
        outcome, deciding = DENIED, denying
    elif not allowing and not perhaps:
        outcome, deciding = NOT_ALLOWED, allows
    elif unclear or not allowing:
        outcome, deciding = UNKNOWN, unclear + ([] if allowing else perhaps)
    else:
        outcome, deciding = ALLOWED, []
    reasons = tuple(f"{one.statement}: {one.reason}" for one in deciding)
    if outcome == NOT_ALLOWED and not allows:
        reasons = (f"no statement allows {action}",)
    # One statement that allows is enough; of those that perhaps do, none is to be relied on.
    is_direct = (any if allowing else all)(one.is_direct for one in allowing or perhaps)
    return Verdict(outcome, action, reasons, evidence, is_foreign or not is_direct)


def _of_statement(
    statement: Statement, action: str, caller: Caller, context: Context, has_variables: bool
) -> Evidence:
    who = match(statement, caller)
    found = all_of(
        [
            who,
            _covers(statement, action),
            *(
                Finding(None, f"the element {name} is not known in a trust policy")
                for name in statement.unread
            ),
            *(judge(condition, context, has_variables) for condition in statement.conditions),
        ]
    )
    reason = found.reason
    if found.holds and statement.effect == DENY:
        reason = f"it denies {action}{_under(statement)}"
    return Evidence(
        statement.name, statement.effect, found.holds, reason, who.is_direct, who.is_exact
    )


def _under(statement: Statement) -> str:
    """Return the conditions of a statement that holds, in words."""
    told = [
        f"{one.operator} {one.key} {', '.join(map(repr, one.values))}"
        for one in statement.conditions
    ]
    return f" under {' and '.join(told)}" if told else ""


def _covers(statement: Statement, action: str) -> Finding:
    """Compare without regard to case, with wildcards ("IAM JSON policy elements: Action")."""
    if not statement.actions:
        return Finding(None, "what a statement without an action means is not documented")
    listed = any(matches(wild(text.lower()), action.lower()) for text in statement.actions)
    if listed != statement.is_not_action:
        return Finding(True)
    names = ", ".join(statement.actions)
    element = "NotAction" if statement.is_not_action else "Action"
    relation = "which takes out" if statement.is_not_action else "and not"
    return Finding(False, f"its {element} is {names}, {relation} {action}")
