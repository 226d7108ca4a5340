"""Why a caller can or can't assume a role: steps with evidence, and their verdict."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Iterable, Optional

OK, PROBLEM, UNKNOWN, NOT_APPLICABLE = "ok", "problem", "unknown", "not applicable"
CALLER, REQUEST, PERMISSIONS, ROLE = "Caller", "Request", "CallerPermissions", "Role"
TRUST, DURATION, STS, MACHINE = "TrustPolicy", "SessionDuration", "Sts", "Machine"
# Causes come before their consequences.
_CAUSES_FIRST = (CALLER, STS, ROLE, TRUST, PERMISSIONS, REQUEST, DURATION, MACHINE)
_SIMILAR_MAX = 3
# The ratio of difflib: one letter in six may differ, or two letters changed places.
_SIMILAR_RATIO = 0.75


@dataclass(frozen=True)
class Step:
    """The result of one check: OK, PROBLEM, UNKNOWN or NOT_APPLICABLE.

    ``evidence`` are sentences, beginning with the one that decides. ``next_commands``
    are commands to type. None of them has a secret.
    """

    name: str
    status: str
    evidence: tuple[str, ...]
    next_commands: tuple[str, ...] = ()


@dataclass(frozen=True)
class Diagnosis:
    """The steps for a role, in order. ``role`` is its name if its ARN is not known."""

    role: str
    caller: Optional[str]
    steps: tuple[Step, ...]

    @property
    def outcome(self) -> str:
        """PROBLEM if a step has one, else UNKNOWN if a step is unknown, else OK."""
        found = {step.status for step in self.steps}
        return next((status for status in (PROBLEM, UNKNOWN) if status in found), OK)

    @property
    def exit_code(self) -> int:
        """0 if the role can be assumed, 1 if it can't, 3 if that is not known.

        2 is what argparse ends with for an invalid option (version 1 of the CLI).
        """
        return {OK: 0, PROBLEM: 1, UNKNOWN: 3}[self.outcome]

    @property
    def deciding(self) -> Optional[Step]:
        """The step that decides the verdict; None if no step has a problem."""
        ranked = sorted(self.steps, key=lambda step: _CAUSES_FIRST.index(step.name))
        return next((s for s in ranked if s.status == self.outcome != OK), None)


def similar_roles(name: str, arns: Iterable[str]) -> list[str]:
    """Return at most three role ARNs with a name similar to ``name``, the most similar first.

    Case is ignored: two role names of an account can't differ in case only.
    """
    by_name: dict[str, str] = {}
    for arn in arns:
        by_name.setdefault(arn.rpartition("/")[2].lower(), arn)
    found = get_close_matches(name.lower(), by_name, _SIMILAR_MAX, _SIMILAR_RATIO)
    return [by_name[one] for one in found]
