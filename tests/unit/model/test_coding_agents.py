"""Coding agents: the table of their variables, in the code and in the documentation."""

from __future__ import annotations

import re

import pytest

from awscli_assume.model.coding_agents import CODING_AGENTS, agent_session_name, agent_variable
from support.hosts import REPOSITORY


@pytest.mark.parametrize("name", CODING_AGENTS)
def test_a_variable_that_is_set(name: str) -> None:
    """Any value counts but an empty one."""
    assert agent_variable({name: "1", "PATH": "/bin"}) == name
    assert agent_variable({name: ""}) is None


def test_no_agent() -> None:
    """Similar names of other programs are none."""
    assert agent_variable({"SSH_AGENT_PID": "1", "CLAUDE": "1", "agent": "x"}) is None


def test_session_name() -> None:
    """The prefix is there once."""
    assert agent_session_name("{user}") == "agent-{user}"
    assert agent_session_name("agent-x") == "agent-x"


def test_the_documented_table() -> None:
    """docs/agents.md has each variable with its agent, in this order."""
    text = (REPOSITORY / "docs" / "agents.md").read_text(encoding="utf-8")
    table = re.search(r"<!-- coding agents: begin -->(.*)<!-- coding agents: end -->", text, re.S)
    assert table is not None
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", table[1], re.M)

    other = "any; its value is the name"
    assert rows == [(name, agent or other) for name, agent in CODING_AGENTS.items()]
