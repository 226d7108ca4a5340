"""Role names that are near to one that does not exist."""

from __future__ import annotations

import pytest

from awscli_assume.model.near_matches import near_matches

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

    assert near_matches(name, arns)[0] == ARN + near


def test_nothing_is_near_to_another_word() -> None:
    """Names that only share letters are not proposed."""
    assert near_matches("billing", [ARN + "admin", ARN + "deploy"]) == []


def test_at_most_three_are_proposed_the_nearest_first() -> None:
    """An account full of numbered roles gives a short list."""
    found = near_matches("worker-1", [f"{ARN}worker-{number}" for number in range(40)])

    assert len(found) == 3
    assert found[0] == f"{ARN}worker-1"
