"""Creating a role with several calls, and the rollback after a failure or Ctrl-C."""

from __future__ import annotations

from typing import Any

import pytest

from awscli_assume.aws.iam.role_creation import RoleCreation
from awscli_assume.host import ClientError
from awscli_assume.model.arns import Role
from awscli_assume.model.role_creation.new_role import NewRole

ROLE = NewRole(Role("r1"), {}, policy_arns=("arn:aws:iam::aws:policy/a",), inline_policy={})


class Iam:
    """A client that records its calls, and is interrupted in some of them."""

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
    ("step", "undone"),
    [
        ("put_role_policy", ["delete_role_policy", "delete_role"]),
        ("attach_role_policy", ["detach_role_policy", "delete_role_policy", "delete_role"]),
    ],
)
def test_interruption_is_rolled_back(step: str, undone: list[str]) -> None:
    """Ctrl-C between the calls undoes all of them and is raised again."""
    iam = Iam(step)
    creation = RoleCreation(ROLE, iam, iam)
    with pytest.raises(KeyboardInterrupt):
        creation.run()

    assert [name for name in iam.calls if name.startswith("de")] == undone
    assert creation.rollback.cleanup_commands == ()
    assert len(creation.rollback.undone) == len(undone)


def test_interrupted_create_role_is_not_undone() -> None:
    """IAM may have created the role or not: nothing is deleted, the command is returned."""
    iam = Iam("create_role")
    creation = RoleCreation(ROLE, iam, iam)
    with pytest.raises(KeyboardInterrupt):
        creation.run()

    assert iam.calls == ["create_role"]
    assert creation.rollback.may_exist
    assert creation.rollback.cleanup_commands == ("aws iam delete-role --role-name r1",)


@pytest.mark.parametrize(
    ("interrupted", "left"),
    [
        ("detach_role_policy", ["detach-role-policy", "delete-role-policy", "delete-role"]),
        ("delete_role_policy", ["delete-role-policy", "delete-role"]),
        ("delete_role", ["delete-role"]),
    ],
)
def test_interrupted_rollback(interrupted: str, left: list[str]) -> None:
    """Ctrl-C ends the rollback; the commands for the remaining calls are returned."""
    iam = Iam("attach_role_policy", interrupted)
    creation = RoleCreation(ROLE, iam, iam)
    with pytest.raises(KeyboardInterrupt):
        creation.run()

    assert iam.calls[-1] == interrupted
    assert [command.split()[2] for command in creation.rollback.cleanup_commands] == left
    assert len(creation.rollback.undone) == 3 - len(left)
    assert not creation.rollback.may_exist


@pytest.mark.parametrize(
    ("retries", "status", "is_undone"), [(0, 403, False), (1, 400, True), (0, 500, True)]
)
def test_call_that_may_have_worked(retries: int, status: int, is_undone: bool) -> None:
    """A call that failed at once is not undone; after a retry or a server error it is."""
    metadata = {"HTTPStatusCode": status, "RetryAttempts": retries}
    error = ClientError({"Error": {"Code": "x"}, "ResponseMetadata": metadata}, "PutRolePolicy")
    iam = Iam()
    iam.put_role_policy = lambda **parameters: (_ for _ in ()).throw(error)
    with pytest.raises(ClientError, match="PutRolePolicy"):
        RoleCreation(ROLE, iam, iam).run()

    undone = ["delete_role_policy"] if is_undone else []
    assert iam.calls == ["create_role", *undone, "delete_role"]
