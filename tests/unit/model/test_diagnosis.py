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
    similar_roles,
)


def diagnosis(*found: tuple[str, str]) -> Diagnosis:
    return Diagnosis("role", None, tuple(Step(name, status, (name,)) for name, status in found))


@pytest.mark.parametrize(
    ("statuses", "outcome", "code"),
    [
        ((OK, OK), OK, 0),
        ((OK, NOT_APPLICABLE), OK, 0),
        ((UNKNOWN, OK), UNKNOWN, 3),
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


# Similar roles

ARN = "arn:aws:iam::123456789012:role/"


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("my-iam-roel", "my-iam-role"),
        ("My-IAM-Role", "my-iam-role"),
        ("my-iam-rol", "my-iam-role"),
        ("myiamrole", "my-iam-role"),
        ("deploy", "team/deploy"),
        ("deploi", "team/deploy"),
    ],
)
def test_a_slip_is_near(name: str, near: str) -> None:
    """A letter more, less or changed, another case, a path that was left out."""
    arns = [ARN + one for one in ("admin", "my-iam-role", "team/deploy", "reader")]

    assert similar_roles(name, arns)[0] == ARN + near


def test_nothing_is_near_to_another_word() -> None:
    """Names that only share letters are not proposed."""
    assert similar_roles("billing", [ARN + "admin", ARN + "deploy"]) == []


def test_at_most_three_are_proposed_the_nearest_first() -> None:
    """An account full of numbered roles gives a short list."""
    found = similar_roles("worker-1", [f"{ARN}worker-{number}" for number in range(40)])

    assert len(found) == 3
    assert found[0] == f"{ARN}worker-1"
