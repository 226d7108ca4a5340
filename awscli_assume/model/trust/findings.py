"""Answers in three values: true, false, and not known, each with its reason (Kleene's logic)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable, Optional


@dataclass(frozen=True)
class Finding:
    """One answer; ``holds`` is None where it can't be known here, ``reason`` why it isn't true."""

    holds: Optional[bool]
    reason: str = ""


def all_of(findings: Iterable[Finding]) -> Finding:
    """Return the first that is false, else the first that is not known, else true."""
    found = list(findings)
    for value in (False, None):
        for finding in found:
            if finding.holds is value:
                return finding
    return Finding(True)


def all_hold(answers: Iterable[Optional[bool]]) -> Optional[bool]:
    """Return true if all are, false if one is, else None."""
    found = list(answers)
    if False in found:
        return False
    return None if None in found else True


def any_holds(answers: Iterable[Optional[bool]]) -> Optional[bool]:
    """Return true if one is, false if all are, else None."""
    return opposite(all_hold(opposite(answer) for answer in answers))


def agreed(answers: Iterable[Optional[bool]]) -> Optional[bool]:
    """Return what all of them say, None where they differ or there are none."""
    found = set(answers)
    return found.pop() if len(found) == 1 else None


def opposite(answer: Optional[bool]) -> Optional[bool]:
    """Return false for true, true for false, and None for None."""
    return None if answer is None else not answer
