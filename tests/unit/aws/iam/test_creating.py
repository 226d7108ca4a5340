"""A role that is made by several calls, ended in between by the person."""

from __future__ import annotations

from typing import Any

import pytest

from awscli_assume.aws.iam.creating import Creation
from awscli_assume.host import ClientError
from awscli_assume.model.arns import Role
from awscli_assume.model.role_creation.new_role import NewRole

ROLE = NewRole(Role("r1"), {}, policy_arns=("arn:aws:iam::aws:policy/a",), inline_policy={})


class Iam:
    """A client that notes its calls, and is interrupted in some of them."""

    def __init__(self, *interrupted: str) -> None:
        self.calls: list[str] = []
        self._interrupted = interrupted

    def __getattr__(self, name: str) -> Any:
        def call(**parameters: Any) -> dict[str, Any]:
            self.calls.append(name)
            if name in self._interrupted:
                raise KeyboardInterrupt
            return {"Role": {}}

        return call


@pytest.mark.parametrize(
    ("step", "back"),
    [
        ("put_role_policy", ["delete_role_policy", "delete_role"]),
        ("attach_role_policy", ["detach_role_policy", "delete_role_policy", "delete_role"]),
    ],
)
def test_an_interruption_takes_back_what_was_made(step: str, back: list[str]) -> None:
    """Ctrl-C between the calls leaves no half of a role, and goes on as Ctrl-C."""
    iam = Iam(step)
    creation = Creation(ROLE, iam, iam)
    with pytest.raises(KeyboardInterrupt):
        creation.run()

    assert [name for name in iam.calls if name.startswith("de")] == back
    assert creation.remains.left == ()
    assert len(creation.remains.taken_back) == len(back)


def test_an_interrupted_create_role_is_told_and_left_alone() -> None:
    """Whether IAM has made it is not known: nothing is deleted, and the command is told."""
    iam = Iam("create_role")
    creation = Creation(ROLE, iam, iam)
    with pytest.raises(KeyboardInterrupt):
        creation.run()

    assert iam.calls == ["create_role"]
    assert creation.remains.is_doubtful
    assert creation.remains.left == ("aws iam delete-role --role-name r1",)


@pytest.mark.parametrize(
    ("interrupted", "left"),
    [
        ("detach_role_policy", ["detach-role-policy", "delete-role-policy", "delete-role"]),
        ("delete_role_policy", ["delete-role-policy", "delete-role"]),
        ("delete_role", ["delete-role"]),
    ],
)
def test_a_second_interruption_leaves_the_rest_told(interrupted: str, left: list[str]) -> None:
    """Ctrl-C while something is taken back ends that; what is there still stands in remains."""
    iam = Iam("attach_role_policy", interrupted)
    creation = Creation(ROLE, iam, iam)
    with pytest.raises(KeyboardInterrupt):
        creation.run()

    assert iam.calls[-1] == interrupted
    assert [command.split()[2] for command in creation.remains.left] == left
    assert len(creation.remains.taken_back) == 3 - len(left)
    assert not creation.remains.is_doubtful


@pytest.mark.parametrize(
    ("retries", "status", "is_undone"), [(0, 403, False), (1, 400, True), (0, 500, True)]
)
def test_a_step_that_may_have_worked_is_undone(retries: int, status: int, is_undone: bool) -> None:
    """A plain refusal did nothing; one after a call whose answer was lost says nothing of that."""
    metadata = {"HTTPStatusCode": status, "RetryAttempts": retries}
    error = ClientError({"Error": {"Code": "x"}, "ResponseMetadata": metadata}, "PutRolePolicy")
    iam = Iam()
    iam.put_role_policy = lambda **parameters: (_ for _ in ()).throw(error)
    with pytest.raises(ClientError):
        Creation(ROLE, iam, iam).run()

    back = ["delete_role_policy"] if is_undone else []
    assert iam.calls == ["create_role", *back, "delete_role"]
