"""The environment variables by which coding agents are recognized.

``CODING_AGENTS`` is the only list. An agent sets its variable for the commands that it runs.
"""

from __future__ import annotations

from typing import Mapping, Optional

# The agent by its variable; in the first two, the value names the agent.
CODING_AGENTS: Mapping[str, str] = {
    "AGENT": "",
    "AI_AGENT": "",
    "CLAUDECODE": "Claude Code",
    "CLAUDE_CODE": "Claude Code",
    "CURSOR_TRACE_ID": "Cursor",
    "CURSOR_AGENT": "Cursor",
    "GEMINI_CLI": "Gemini CLI",
    "CODEX_SANDBOX": "Codex",
    "CODEX_THREAD_ID": "Codex",
    "COPILOT_MODEL": "GitHub Copilot",
    "AUGMENT_AGENT": "Augment",
    "ANTIGRAVITY_AGENT": "Antigravity",
    "OPENCODE_CLIENT": "OpenCode",
    "CLINE_ACTIVE": "Cline",
}
SETTING = "agent_scope"
# The beginning of an agent's session names.
NAME_PREFIX = "agent-"


def agent_variable(variables: Mapping[str, str]) -> Optional[str]:
    """Return the first variable of a coding agent that is set, None if there is none."""
    return next((name for name in CODING_AGENTS if variables.get(name)), None)


def agent_session_name(name: str) -> str:
    """Return a session name, or its template, with the prefix of an agent."""
    return name if name.startswith(NAME_PREFIX) else NAME_PREFIX + name
