"""The actions that a trust policy has to allow for a request."""

from __future__ import annotations

from typing import Iterator

from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.model.trust.callers import PROVIDER, ROLE_SESSION, Caller


def needed_actions(caller: Caller, request: AssumeRoleRequest) -> tuple[str, ...]:
    """Return the actions that a trust policy has to allow, the operation's own first.

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


def perhaps_needed(caller: Caller, request: AssumeRoleRequest) -> Iterator[tuple[str, str]]:
    """Return the actions for what a source session may hand on, and what that would be.

    Sources: IAM User Guide, "Monitor and control actions taken with assumed roles" and
    "Passing session tags in AWS STS", under role chaining.
    """
    if caller.kind == ROLE_SESSION:
        needed = needed_actions(caller, request)
        if "sts:TagSession" not in needed:
            yield "sts:TagSession", "transitive session tags"
        if "sts:SetSourceIdentity" not in needed:
            yield "sts:SetSourceIdentity", "a source identity"
