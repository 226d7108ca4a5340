"""The verdict of many steps."""

from __future__ import annotations

import pytest

from awscli_assume.model.diagnosis import (
    CALLER,
    DURATION,
    MACHINE,
    NOT_APPLICABLE,
    OK,
    PROBLEM,
    ROLE,
    TRUST,
    UNKNOWN,
    Diagnosis,
    Step,
)


def diagnosis(*found: tuple[str, str]) -> Diagnosis:
    return Diagnosis("role", None, tuple(Step(name, status, (name,)) for name, status in found))


@pytest.mark.parametrize(
    ("statuses", "outcome", "code"),
    [
        ((OK, OK), OK, 0),
        ((OK, NOT_APPLICABLE), OK, 0),
        ((UNKNOWN, OK), UNKNOWN, 2),
        ((UNKNOWN, PROBLEM), PROBLEM, 1),
        ((PROBLEM, NOT_APPLICABLE), PROBLEM, 1),
    ],
)
def test_a_problem_outweighs_a_doubt(statuses: tuple[str, str], outcome: str, code: int) -> None:
    """A problem decides, then what can't be told; else nothing stands in the way."""
    found = diagnosis(*zip((ROLE, MACHINE), statuses))

    assert (found.outcome, found.exit_code) == (outcome, code)


def test_what_others_follow_from_decides() -> None:
    """Of several problems the caller comes before the role, the role before its trust policy."""
    found = diagnosis((DURATION, PROBLEM), (TRUST, PROBLEM), (ROLE, PROBLEM), (CALLER, OK))

    assert found.deciding is not None
    assert found.deciding.name == ROLE


def test_nothing_decides_where_all_is_well() -> None:
    """A verdict of ok stands on no step."""
    assert diagnosis((ROLE, OK)).deciding is None
