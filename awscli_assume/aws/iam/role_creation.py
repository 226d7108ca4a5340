"""Create a role with IAM, compare an existing one, wait until it can be assumed.

Source: IAM API reference, "GetRole", "CreateRole", "PutRolePolicy", "AttachRolePolicy".
"""

from __future__ import annotations

import json
import logging
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Callable, Iterator, Mapping, Optional, TypeVar

from awscli_assume.aws.caller_identity import Caller
from awscli_assume.aws.iam.roles import get_role
from awscli_assume.aws.optional_call import MISSING, CallUnavailable, error_code, optional_call
from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sts.errors import add_hint, error_hints_added
from awscli_assume.errors import InvalidConfiguration, UnexpectedAnswer
from awscli_assume.host import (
    ONE_ATTEMPT,
    BotoCoreError,
    ClientError,
    Config,
    ResponseParserError,
    xform_name,
)
from awscli_assume.host.protocols import IamClient, Session, StsClient
from awscli_assume.model.printable import option
from awscli_assume.model.role_creation.new_role import Call, NewRole
from awscli_assume.model.role_creation.role_difference import ExistingRole

LOG = logging.getLogger("awscli.assume.create_role")

_HINTS = {
    "MalformedPolicyDocument": (
        "IAM checks that each user and role in --trust exists: check names and paths. If they "
        "are right, IAM does not accept --inline-policy as a policy"
    ),
    "EntityAlreadyExists": (
        "An existing role is never changed. To see it: aws iam get-role {role}"
    ),
    "NoSuchEntity": "To see the existing policies: aws iam list-policies",
    "LimitExceeded": "The account has reached a quota. To see it: aws iam get-account-summary",
}
# The call that undoes a call, and the parameters that they share.
_UNDO = {
    "CreateRole": ("DeleteRole", ("RoleName",)),
    "PutRolePolicy": ("DeleteRolePolicy", ("RoleName", "PolicyName")),
    "AttachRolePolicy": ("DetachRolePolicy", ("RoleName", "PolicyArn")),
}
# Pauses between the attempts to assume a new role, in seconds: a minute in all.
PAUSES = (1.0, 2.0, 2.0, *(5.0,) * 11)
_SHORTEST_SESSION_SECONDS = 900

_T = TypeVar("_T")


def create_single_attempt_client(session: Session, options: Mapping[str, Any]) -> IamClient:
    """Return an IAM client that does not retry.

    A CreateRole that botocore sent again after a lost response would fail with
    EntityAlreadyExists, as if the role were somebody else's.
    """
    client: IamClient = session.create_client(
        "iam", config=Config(retries=dict(ONE_ATTEMPT)), **options
    )
    return client


def find_existing_role(iam: IamClient, name: str) -> Optional[Mapping[str, Any]]:
    """Return ``Role`` of GetRole, None if the role does not exist.

    Raises botocore's exceptions with a hint added, and UnexpectedAnswer.
    """
    with iam_errors(name):
        return get_role(iam, name)


def get_role_policies(iam: IamClient, role: Mapping[str, Any]) -> ExistingRole:
    """Return a role with its policies; those that the caller may not read are None."""
    name = role["RoleName"]

    def attached() -> tuple[str, ...]:
        pages = iam.get_paginator("list_attached_role_policies").paginate(RoleName=name)
        return tuple(policy["PolicyArn"] for page in pages for policy in page["AttachedPolicies"])

    def inline() -> Mapping[str, Any]:
        pages = iam.get_paginator("list_role_policies").paginate(RoleName=name)
        return {
            policy: iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            for policy in [policy for page in pages for policy in page["PolicyNames"]]
        }

    return ExistingRole(role, _none_if_denied(attached), _none_if_denied(inline))


def is_provider_missing(iam: IamClient, arn: str) -> bool:
    """Return whether IAM says that an OIDC provider does not exist."""
    try:
        with optional_call("iam:GetOpenIDConnectProvider"):
            iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    except CallUnavailable as error:
        return error.code in MISSING
    return False


def trust_principal(caller: Caller, iam: IamClient) -> str:
    """Return the ARN that a trust policy needs to name the caller: a user, role or account root.

    The ARN of a role session lacks the role's path, so IAM is asked for the role. Raises
    InvalidConfiguration if IAM does not return it.
    """
    name = caller.role_name
    if name is None:
        return caller.arn or ""
    try:
        role, reason = find_existing_role(iam, name), "it does not exist"
    except ClientError as error:
        role, reason = None, error_code(error)
    if role is None:
        raise InvalidConfiguration(
            f"The caller is a session of the role {name}. A trust policy needs the path of that "
            f"role, and iam:GetRole did not return it ({reason}). Nothing was created. Name the "
            f"role: --trust arn:{caller.partition}:iam::{caller.account_id}:role/PATH/{name}"
        )
    return str(role["Arn"])


@dataclass(frozen=True)
class Rollback:
    """What was undone after a failure.

    ``undone`` are the calls that were undone, ``cleanup_commands`` the commands that undo
    the others, in order. With ``may_exist`` the response to CreateRole was lost: IAM may
    have created the role, and nothing was undone.
    """

    undone: tuple[Call, ...] = ()
    cleanup_commands: tuple[str, ...] = ()
    may_exist: bool = False


class RoleCreation:
    """The creation of one role. After an exception, ``rollback`` says what is left.

    An interruption may come at any moment, also during the rollback. So each call is
    listed before it is sent.
    """

    def __init__(self, role: NewRole, single_attempt_iam: IamClient, iam: IamClient) -> None:
        """``single_attempt_iam`` sends CreateRole, ``iam`` all other calls."""
        self._calls = role.calls()
        self._single_attempt_iam = single_attempt_iam
        self._iam = iam
        # The calls that may have to be undone, the last one first.
        self._pending: list[Call] = []
        self._undone: list[Call] = []
        self._may_exist = False

    @property
    def rollback(self) -> Rollback:
        """The calls that were undone so far, and the commands that undo the others."""
        commands = tuple(_cli_command(_undo_call(call)) for call in self._pending)
        return Rollback(tuple(self._undone), commands, self._may_exist and bool(commands))

    def run(self) -> Mapping[str, Any]:
        """Create the role and return CreateRole's ``Role``. Undoes everything before it raises."""
        first, *others = self._calls
        LOG.debug("Creating the role %s", first.parameters["RoleName"])
        # If the response is lost, an existing role may be that of another run.
        self._may_exist = True
        with iam_errors(str(first.parameters["RoleName"])):
            role: Mapping[str, Any] = self._send(self._single_attempt_iam, first)["Role"]
        self._may_exist = False
        try:
            for call in others:
                self._send(self._iam, call)
        except BaseException:
            self._undo_all()
            raise
        return role

    def _send(self, client: IamClient, call: Call) -> Mapping[str, Any]:
        # Before the call: if its response is lost, it has to be undone as well.
        self._pending.insert(0, call)
        try:
            return send(client, call)
        except BaseException as error:
            if not _may_have_succeeded(error):
                self._pending.remove(call)
            raise

    def _undo_all(self) -> None:
        for call in tuple(self._pending):
            if not _undo(self._iam, call):
                continue
            self._undone.append(call)
            if call.operation == "CreateRole":
                # IAM deletes a role only once it has no policies.
                self._pending.clear()
            else:
                self._pending.remove(call)


def wait_until_assumable(
    client: StsClient,
    role_arn: str,
    session_name: str,
    external_id: Optional[str] = None,
    pause: Callable[[float], None] = time.sleep,
) -> bool:
    """Call AssumeRole until it succeeds. Return False if the last attempt was denied, too.

    Changes in IAM are not visible at once (IAM User Guide, "Troubleshoot IAM"). The
    credentials are discarded. Raises every error other than AccessDenied.
    """
    condition = {} if external_id is None else {"ExternalId": external_id}
    for seconds in (*PAUSES, None):
        try:
            with credentials_redacted(), error_hints_added():
                client.assume_role(
                    RoleArn=role_arn,
                    RoleSessionName=session_name,
                    DurationSeconds=_SHORTEST_SESSION_SECONDS,
                    **condition,
                )
            return True
        except ClientError as error:
            if error_code(error) != "AccessDenied":
                raise
        if seconds is not None:
            pause(seconds)
    return False


@contextmanager
def iam_errors(role_name: str = "NAME", hints: Mapping[str, str] = _HINTS) -> Iterator[None]:
    """Call IAM for a role; add a hint to botocore's exceptions. Raises UnexpectedAnswer."""
    try:
        with credentials_redacted():
            yield
    except ClientError as error:
        hint = hints.get(error_code(error).replace("Exception", ""), "")
        add_hint(error, hint.format(role=option("--role-name", role_name)) or None)
        raise
    except (ResponseParserError, KeyError):
        raise UnexpectedAnswer(
            "The response is not one of IAM. Check what is between this machine and IAM: "
            "--endpoint-url, AWS_ENDPOINT_URL, a proxy"
        ) from None


def send(iam: IamClient, call: Call, hints: Mapping[str, str] = _HINTS) -> Mapping[str, Any]:
    """Make one call; policy documents are sent as JSON. Raises as ``iam_errors`` does."""
    parameters = {
        name: json.dumps(value) if name.endswith("Document") else value
        for name, value in call.parameters.items()
    }
    with iam_errors(str(parameters["RoleName"]), hints):
        response: Mapping[str, Any] = getattr(iam, xform_name(call.operation))(**parameters)
    return response


def _undo_call(call: Call) -> Call:
    operation, names = _UNDO[call.operation]
    return Call(operation, {name: call.parameters[name] for name in names})


def _undo(iam: IamClient, call: Call) -> bool:
    """Undo a call. Return whether nothing is left of it."""
    try:
        send(iam, _undo_call(call))
    except ClientError as error:
        # A new role may not be visible everywhere yet.
        return error_code(error) in MISSING and call.operation != "CreateRole"
    except (BotoCoreError, UnexpectedAnswer):
        return False
    return True


def _may_have_succeeded(error: BaseException) -> bool:
    """Return whether IAM may have carried out a call that raised this error."""
    if not isinstance(error, ClientError):
        return True
    metadata = error.response.get("ResponseMetadata", {})
    status = metadata.get("HTTPStatusCode")
    # After a retry, the first attempt may have succeeded.
    was_repeated = bool(metadata.get("RetryAttempts"))
    return was_repeated or not isinstance(status, int) or status >= 500


def _cli_command(call: Call) -> str:
    """Return the ``aws iam`` command of a call whose parameters are strings."""
    words = [option(f"--{xform_name(n, '-')}", str(v)) for n, v in call.parameters.items()]
    return " ".join(["aws iam", xform_name(call.operation, "-"), *words])


def _none_if_denied(call: Callable[[], _T]) -> Optional[_T]:
    try:
        with iam_errors():
            return call()
    except ClientError:
        return None
