"""The names by which CloudTrail knows a session, made from their templates."""

from __future__ import annotations

from awscli_assume.host.environment import Environment
from awscli_assume.model.arns import Role
from awscli_assume.model.request.session_names import render, session_date


def render_session_name(template: str, role: Role, environment: Environment) -> str:
    """Return a role session name made from its template."""
    return render(template, placeholder_values(role, environment))


def placeholder_values(role: Role, environment: Environment) -> dict[str, str]:
    """Return what the placeholders of a template stand for."""
    return {
        "user": environment.login_name(),
        "host": environment.host_name(),
        "role": role.name,
        "account": role.account_id or "",
        "date": session_date(environment.now().astimezone()),
    }
