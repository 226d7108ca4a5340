"""The names by which CloudTrail knows a session, made from their templates."""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host.environment import Environment
from awscli_assume.model.arns import Role
from awscli_assume.model.coding_agents import NAME_PREFIX
from awscli_assume.model.request import limits
from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.model.request.session_names import (
    CALLER_FIELD,
    UNKNOWN_CALLER,
    render,
    session_date,
)


def render_session_name(
    template: str, role: Role, environment: Environment, caller: str = UNKNOWN_CALLER
) -> str:
    """Return a role session name made from its template; ``caller`` is the caller's name."""
    name = render(template, {**placeholder_values(role, environment), "caller": caller})
    # A session of an agent may itself be the caller.
    return name[len(NAME_PREFIX) :] if name.startswith(NAME_PREFIX * 2) else name


def render_source_identity(
    template: str, role: Role, environment: Environment, caller: str = UNKNOWN_CALLER
) -> str:
    """Return a source identity made from its template. Raises InvalidRequest."""
    values = {**placeholder_values(role, environment), "caller": caller}
    return limits.check("source_identity", render(template, values, "source identity"))


def placeholder_values(role: Role, environment: Environment) -> dict[str, str]:
    """Return what the placeholders of a template stand for."""
    return {
        "user": environment.login_name(),
        "host": environment.host_name(),
        "role": role.name,
        "account": role.account_id or "",
        "date": session_date(environment.now().astimezone()),
    }


def is_named_by_caller(*templates: Optional[str]) -> bool:
    """Return whether a template contains the caller's name."""
    return any(CALLER_FIELD in (template or "") for template in templates)


def check_has_caller(session_name: str) -> None:
    """Raise InvalidConfiguration for the template of a request without source credentials."""
    if is_named_by_caller(session_name):
        raise InvalidConfiguration(
            f"The session name '{session_name}' contains the caller's name, and a request with "
            "the token of an identity provider has no caller. Name the session: "
            "--role-session-name NAME"
        )


def named(
    request: AssumeRoleRequest,
    session_name: str,
    source_identity: Optional[str],
    environment: Environment,
    caller: Optional[str] = None,
) -> AssumeRoleRequest:
    """Return a request with the names of its templates; None is no template.

    ``caller`` is the caller's name if it is known. Raises InvalidRequest.
    """
    caller = caller or UNKNOWN_CALLER
    name = render_session_name(session_name, request.role, environment, caller)
    identity = request.source_identity
    if source_identity is not None:
        identity = render_source_identity(source_identity, request.role, environment, caller)
    name = limits.check("role_session_name", name)
    return replace(request, role_session_name=name, source_identity=identity)
