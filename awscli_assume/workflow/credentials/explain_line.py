"""The command that explains a refusal, ready to be typed."""

from __future__ import annotations

import shlex
from typing import Any, Optional

from awscli_assume.aws.sts.errors import add_reason, is_refusal
from awscli_assume.host import ClientError
from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.workflow.planning.plan import Plan


def advise(
    error: ClientError, request: AssumeRoleRequest, plan: Plan, parsed_globals: Any
) -> None:
    """Add the command that explains it to a refusal of STS, where policies may be behind it.

    It looks at AssumeRole alone, so not at a request that has an identity token.
    """
    if is_refusal(error) and request.identity_token is None:
        add_reason(error, f"To find out why: {explain_line(request, plan, parsed_globals)}")


def explain_line(request: AssumeRoleRequest, plan: Plan, parsed_globals: Any) -> str:
    """Return ``aws assume explain`` with what the request was made of; it holds no secret."""
    name, profile_pair = request.role_session_name, plan.profile_pair
    # A credential_source is what the profile that names the role says, and no option:
    # that profile is given, or the one of the shell counts once more.
    by_profile = plan.by_profile and profile_pair.credential_source is not None
    source = profile_pair.source if profile_pair.credential_source is None else None
    options: list[tuple[str, Optional[str]]] = [
        ("--role-arn", None if by_profile else request.role.arn),
        ("--profile", profile_pair.configuration if by_profile else source),
        ("--region", parsed_globals.region),
        ("--endpoint-url", parsed_globals.endpoint_url),
        # What a template makes, it makes again.
        ("--role-session-name", name if name == plan.session_name else None),
        ("--external-id", request.external_id),
        ("--serial-number", request.serial_number),
        ("--source-identity", request.source_identity),
        ("--duration-seconds", str(request.duration_seconds) if plan.has_flag else None),
    ]
    words = ["aws", "assume", "explain"]
    for hop in request.via:
        words += ["--via", hop.arn]
    for option, value in options:
        words += [option, value] if value is not None else []
    if request.tags:
        words += ["--tags", *(f"Key={key},Value={value}" for key, value in request.tags)]
    if request.transitive_tag_keys:
        words += ["--transitive-tag-keys", *request.transitive_tag_keys]
    if request.provided_contexts:
        # Their assertions are signed, and nobody else's business.
        words += ["--provided-contexts", "ProviderArn=ARN,ContextAssertion=ASSERTION"]
    return " ".join(shlex.quote(word) for word in words)
