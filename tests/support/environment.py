"""Environments for tests: a fixed clock, and a user who enters MFA codes."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from awscli_assume.host.environment import Environment

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=timezone.utc)
IN_AN_HOUR = "2026-11-24T11:00:00Z"
IN_TWELVE_HOURS = "2026-11-24T22:00:00Z"
NO_TERMINAL = Environment(has_terminal=lambda: False)


class PromptedUser:
    """A user at a terminal who enters one code after another; ``questions`` are the prompts."""

    def __init__(self, *codes: str, **fields: Any) -> None:
        self.codes = list(codes)
        self.questions: list[str] = []
        self.environment = Environment(has_terminal=lambda: True, ask=self._ask, **fields)

    def _ask(self, question: str) -> str:
        self.questions.append(question)
        return self.codes[len(self.questions) - 1]
