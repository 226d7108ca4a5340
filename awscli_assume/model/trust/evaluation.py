"""The verdict of a role's trust policy on a caller and a request.

Source: IAM User Guide, "Policy evaluation logic": an explicit Deny wins, and without
an Allow a request is denied. The caller's own policies are not part of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Iterator, Mapping, Optional, Union

from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.model.trust.callers import (
    OF_AN_ACCOUNT,
    PROVIDER,
    ROLE_SESSION,
    Caller,
    refused_by_sts,
)
from awscli_assume.model.trust.conditions import judge
from awscli_assume.model.trust.context import Circumstances, context_of
from awscli_assume.model.trust.document import ALLOW, DENY, Policy, Statement, read_policy
from awscli_assume.model.trust.patterns import matches, wild
from awscli_assume.model.trust.principals import match
from awscli_assume.model.trust.values import Context, Finding, all_of

ALLOWED, DENIED, NOT_ALLOWED, UNKNOWN = "allowed", "denied", "not allowed", "unknown"
# An action that is refused decides, then one that is not known.
_WORST_FIRST = (DENIED, NOT_ALLOWED, UNKNOWN, ALLOWED)


@dataclass(frozen=True)
class Evidence:
    """Whether a statement applies to an action; ``holds`` is None if it can't be known.

    ``is_direct`` and ``is_exact`` are those of ``Match``.
    """

    statement: str
    effect: str
    holds: Optional[bool]
    reason: str
    is_direct: bool
    is_exact: Optional[bool] = False


@dataclass(frozen=True)
class Verdict:
    """The result of a trust policy: ALLOWED, DENIED, NOT_ALLOWED or UNKNOWN.

    ``action`` is the action that decides, with its ``evidence``. ``reasons`` has a line
    for each statement that prevents it. ``needs_identity_policy`` is whether the
    caller's own policies must allow the action too (they may deny it in any case); it
    means nothing for an action that the trust policy does not allow. ``provisos`` are
    what ALLOWED depends on in a source session, which can't be inspected.
    ``by_action`` has the verdict on each action.
    """

    outcome: str
    action: str
    reasons: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    needs_identity_policy: bool
    provisos: tuple[str, ...] = ()
    by_action: tuple[Verdict, ...] = ()

    def of(self, action: str) -> Verdict:
        """Return the verdict on one action; this verdict if the action was not evaluated."""
        return next((one for one in self.by_action if one.action == action), self)


def evaluate(
    policy: Union[Policy, str, Mapping[str, object]],
    caller: Caller,
    request: AssumeRoleRequest,
    circumstances: Circumstances,
) -> Verdict:
    """Return the verdict of the policy of ``request.role``. Raises MalformedPolicy.

    ``policy`` is the result of iam:GetRole, or of read_policy.
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
    sts_reason = refused_by_sts(caller)
    if sts_reason and worst.outcome != DENIED:
        return replace(
            worst, outcome=NOT_ALLOWED, reasons=(sts_reason,), needs_identity_policy=needs
        )
    provisos = tuple(
        f"if the source session has {what}, {action} may be needed too: {reason}"
        for action, what in _perhaps_needed(caller, request)
        if worst.outcome == ALLOWED
        for reason in judged(action).reasons
    )
    return replace(
        worst, needs_identity_policy=needs, provisos=provisos, by_action=tuple(verdicts)
    )


def needed_actions(caller: Caller, request: AssumeRoleRequest) -> tuple[str, ...]:
    """Return the actions that a trust policy must allow, beginning with the operation itself.

    Sources: IAM User Guide, "Passing session tags in AWS STS" and "Monitor and
    control actions taken with assumed roles"; AWS STS API reference, "AssumeRole".
    """
    operation = "sts:AssumeRole"
    if caller.kind == PROVIDER:
        operation += "WithSAML" if caller.is_of_saml else "WithWebIdentity"
    others = {
        "sts:TagSession": request.tags,
        "sts:SetSourceIdentity": request.source_identity or caller.source_identity,
        "sts:SetContext": request.provided_contexts,
    }
    return (operation, *(action for action, is_needed in others.items() if is_needed))


def _perhaps_needed(caller: Caller, request: AssumeRoleRequest) -> Iterator[tuple[str, str]]:
    """Yield the actions for what a source session may pass on in role chaining, and why.

    Sources: IAM User Guide, "Monitor and control actions taken with assumed roles" and
    "Passing session tags in AWS STS".
    """
    if caller.kind == ROLE_SESSION:
        needed = needed_actions(caller, request)
        if "sts:TagSession" not in needed:
            yield "sts:TagSession", "transitive session tags"
        if "sts:SetSourceIdentity" not in needed:
            yield "sts:SetSourceIdentity", "a source identity"


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
    # One statement that allows is enough; each one that may allow must be direct.
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
                for name in statement.unknown_elements
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
    conditions = [
        f"{one.operator} {one.key} {', '.join(map(repr, one.values))}"
        for one in statement.conditions
    ]
    return f" under {' and '.join(conditions)}" if conditions else ""


def _covers(statement: Statement, action: str) -> Finding:
    """Compare with wildcards, ignoring case ("IAM JSON policy elements: Action")."""
    if not statement.actions:
        return Finding(None, "what a statement without an action means is not documented")
    listed = any(matches(wild(text.lower()), action.lower()) for text in statement.actions)
    if listed != statement.is_not_action:
        return Finding(True)
    names = ", ".join(statement.actions)
    element = "NotAction" if statement.is_not_action else "Action"
    relation = "which excludes" if statement.is_not_action else "and not"
    return Finding(False, f"its {element} is {names}, {relation} {action}")
