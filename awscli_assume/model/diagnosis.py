"""What stands between a caller and a role: steps with their evidence, and the verdict of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

OK, PROBLEM, UNKNOWN, NOT_APPLICABLE = "ok", "problem", "unknown", "not applicable"
CALLER, REQUEST, PERMISSIONS, ROLE = "Caller", "Request", "CallerPermissions", "Role"
TRUST, DURATION, STS, MACHINE = "TrustPolicy", "SessionDuration", "Sts", "Machine"
# Of several problems, the one that the others follow from comes first.
_CAUSES_FIRST = (CALLER, STS, ROLE, TRUST, PERMISSIONS, REQUEST, DURATION, MACHINE)


@dataclass(frozen=True)
class Step:
    """One question with its answer: OK, PROBLEM, UNKNOWN or NOT_APPLICABLE.

    ``evidence`` are sentences, the deciding one first; ``next_commands`` what to
    type. None of them holds a secret.
    """

    name: str
    status: str
    evidence: tuple[str, ...]
    next_commands: tuple[str, ...] = ()


@dataclass(frozen=True)
class Diagnosis:
    """The steps in their order, for a role: its ARN, or its name while that is not known."""

    role: str
    caller: Optional[str]
    steps: tuple[Step, ...]

    @property
    def outcome(self) -> str:
        """PROBLEM where a step has one, else UNKNOWN where a step can't tell, else OK."""
        found = {step.status for step in self.steps}
        return next((status for status in (PROBLEM, UNKNOWN) if status in found), OK)

    @property
    def exit_code(self) -> int:
        """0 where nothing stands in the way, 1 where something does, 2 where it can't be told."""
        return {OK: 0, PROBLEM: 1, UNKNOWN: 2}[self.outcome]

    @property
    def deciding(self) -> Optional[Step]:
        """The step that the verdict stands on; None where nothing stands in the way."""
        ranked = sorted(self.steps, key=lambda step: _CAUSES_FIRST.index(step.name))
        return next((s for s in ranked if s.status == self.outcome != OK), None)
