"""Creating a role with several calls, and the rollback after a failure or Ctrl-C."""

from __future__ import annotations

from typing import Any, Optional

import pytest

from awscli_assume.aws.caller_identity import Caller
from awscli_assume.aws.iam.role_creation import (
    PAUSES,
    RoleCreation,
    iam_errors,
    is_provider_missing,
    trust_principal,
    wait_until_assumable,
)
from awscli_assume.errors import InvalidConfiguration, UnexpectedAnswer
from awscli_assume.host import ClientError, ResponseParserError
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


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("MalformedPolicyDocument", "IAM checks that each user and role in --trust exists"),
        ("EntityAlreadyExists", "aws iam get-role --role-name NAME"),
        ("NoSuchEntity", "aws iam list-policies"),
        ("LimitExceeded", "reached a quota. To see it: aws iam get-account-summary"),
    ],
)
def test_hint_for_an_error(code: str, hint: str) -> None:
    """Exception and response have IAM's message first, and the hint after it once."""
    error = ClientError({"Error": {"Code": code, "Message": "no"}}, "CreateRole")
    with pytest.raises(ClientError, match=hint), iam_errors(), iam_errors():
        raise error

    assert str(error).startswith(f"An error occurred ({code}) when calling the CreateRole")
    assert str(error).count(hint) == 1
    assert error.response["Error"]["Message"].partition("\n")[0] == "no"
    assert error.response["Error"]["Message"].count(hint) == 1


def test_error_without_a_hint() -> None:
    """The request that IAM quotes is removed, and nothing is added."""
    text = "no. The Canonical String for this request should have been 's3cr3t'"
    error = ClientError({"Error": {"Code": "SignatureDoesNotMatch", "Message": text}}, "GetRole")
    with pytest.raises(ClientError, match=r"operation: no\.$"), iam_errors():
        raise error

    assert error.response["Error"]["Message"] == "no."


@pytest.mark.parametrize("error", [KeyError("Role"), ResponseParserError("s3cr3t")])
def test_response_that_is_not_one_of_iam(error: Exception) -> None:
    """The response is not shown; the error names what to check."""
    message = "not one of IAM.*--endpoint-url"
    with pytest.raises(UnexpectedAnswer, match=message) as raised, iam_errors():
        raise error

    assert "s3cr3t" not in str(raised.value)


@pytest.mark.parametrize(
    ("arn", "principal"),
    [
        ("arn:aws:iam::123456789012:user/alice", "arn:aws:iam::123456789012:user/alice"),
        ("arn:aws:sts::123456789012:assumed-role/r1/me", "arn:aws:iam::123456789012:role/a/r1"),
    ],
)
def test_trust_principal(arn: str, principal: str) -> None:
    """A role session stands for its role, with the path that IAM returns."""
    iam = Iam()
    prefix = "arn:aws:iam::123456789012:role/a/"
    iam.get_role = lambda RoleName: {"Role": {"Arn": prefix + RoleName}}

    assert trust_principal(Caller.from_arn(arn), iam) == principal


@pytest.mark.parametrize(
    ("code", "reason"), [("NoSuchEntity", "it does not exist"), ("AccessDenied", "AccessDenied")]
)
def test_trust_principal_that_is_unknown(code: str, reason: str) -> None:
    """Without the role's path nothing is guessed; the error says what to type."""
    error = ClientError({"Error": {"Code": code, "Message": "no"}}, "GetRole")
    iam = Iam()
    iam.get_role = lambda RoleName: (_ for _ in ()).throw(error)
    caller = Caller.from_arn("arn:aws-cn:sts::123456789012:assumed-role/r1/me")

    message = rf"did not return it \({reason}\).*--trust arn:aws-cn:iam::123456789012:role/PATH/r1"
    with pytest.raises(InvalidConfiguration, match=message):
        trust_principal(caller, iam)


def error_of(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": 404}}, "X")


@pytest.mark.parametrize(
    ("step", "left"), [("delete_role", ["delete-role"]), ("delete_role_policy", [])]
)
def test_rollback_of_what_does_not_exist(step: str, left: list[str]) -> None:
    """A missing policy is undone. A new role may only not be visible yet: its command is left."""
    iam = Iam("attach_role_policy")
    setattr(iam, step, lambda **parameters: (_ for _ in ()).throw(error_of("NoSuchEntity")))
    creation = RoleCreation(ROLE, iam, iam)
    with pytest.raises(KeyboardInterrupt):
        creation.run()

    assert [command.split()[2] for command in creation.rollback.cleanup_commands] == left


def test_documents_are_sent_as_json() -> None:
    """Policy documents are sent as JSON text, all other values unchanged."""
    sent: dict[str, Any] = {}
    iam = Iam()
    iam.create_role = lambda **parameters: sent.update(parameters) or {"Role": {}}
    iam.put_role_policy = lambda **parameters: sent.update(parameters)
    RoleCreation(ROLE, iam, iam).run()

    assert (sent["AssumeRolePolicyDocument"], sent["PolicyDocument"]) == ("{}", "{}")
    assert sent["RoleName"] == "r1"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (None, False),
        ("NoSuchEntity", True),
        ("NoSuchEntityException", True),
        ("AccessDenied", False),
    ],
)
def test_missing_provider(error: Optional[str], expected: bool) -> None:
    """Only IAM's NoSuchEntity means that the provider does not exist."""
    iam = Iam()
    if error is not None:
        iam.get_open_id_connect_provider = lambda **parameters: (_ for _ in ()).throw(
            error_of(error)
        )

    assert is_provider_missing(iam, "arn") is expected


class Sts:
    """An STS client that denies the first calls; it records them."""

    def __init__(self, denied: int, code: str = "AccessDenied") -> None:
        self.calls: list[dict[str, Any]] = []
        self._denied, self._code = denied, code

    def assume_role(self, **parameters: Any) -> None:
        self.calls.append(parameters)
        if len(self.calls) <= self._denied:
            raise ClientError({"Error": {"Code": self._code, "Message": "no"}}, "AssumeRole")


ARN = "arn:aws:iam::123456789012:role/r1"


def test_wait_until_assumable() -> None:
    """AssumeRole is called with the shortest duration until it succeeds."""
    sts, pauses = Sts(denied=2), []

    assert wait_until_assumable(sts, ARN, "me", "secret-id", pauses.append)
    assert pauses == [1.0, 2.0]
    assert (
        sts.calls
        == [
            {
                "RoleArn": ARN,
                "RoleSessionName": "me",
                "DurationSeconds": 900,
                "ExternalId": "secret-id",
            }
        ]
        * 3
    )


def test_role_that_stays_denied() -> None:
    """After a minute the result is False; there is no pause after the last attempt."""
    sts, pauses = Sts(denied=100), []

    assert not wait_until_assumable(sts, ARN, "me", pause=pauses.append)
    assert pauses == list(PAUSES)
    assert sum(pauses) == 60
    assert len(sts.calls) == len(PAUSES) + 1
    assert "ExternalId" not in sts.calls[0]


def test_other_error_ends_the_wait() -> None:
    """An error other than AccessDenied is raised at once."""
    sts = Sts(denied=1, code="ExpiredToken")

    with pytest.raises(ClientError, match="ExpiredToken"):
        wait_until_assumable(sts, ARN, "me", pause=lambda seconds: None)
    assert len(sts.calls) == 1
