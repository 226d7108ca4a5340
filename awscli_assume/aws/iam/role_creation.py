"""IAM: what it says of a role, and the calls that make one and take it back.

Source: IAM API reference, "GetRole", "CreateRole", "PutRolePolicy", "AttachRolePolicy".
"""

from __future__ import annotations

import json
import re
import shlex
from contextlib import contextmanager
from typing import Any, Callable, Iterator, Mapping, Optional

from awscli_assume.aws.optional_call import MISSING, CallUnavailable, code_of, optional_call
from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.errors import UnexpectedAnswer
from awscli_assume.host import (
    ONE_ATTEMPT,
    BotoCoreError,
    ClientError,
    Config,
    ResponseParserError,
)
from awscli_assume.model.role_creation.new_role import Call
from awscli_assume.model.role_creation.role_difference import ExistingRole

_CAUSES = {
    "MalformedPolicyDocument": (
        "IAM looks whether each user and role of --trust exists: check their names and paths. "
        "Else the text of --inline-policy is no policy to it"
    ),
    "EntityAlreadyExists": (
        "A role that is there is never changed. To see it: aws iam get-role --role-name NAME"
    ),
    "NoSuchEntity": "To see the policies that there are: aws iam list-policies",
    "LimitExceeded": "A quota of the account is reached. To see it: aws iam get-account-summary",
}
# What takes a call back, and the parameters that it needs of it.
_BACK = {
    "CreateRole": ("DeleteRole", ("RoleName",)),
    "PutRolePolicy": ("DeleteRolePolicy", ("RoleName", "PolicyName")),
    "AttachRolePolicy": ("DetachRolePolicy", ("RoleName", "PolicyArn")),
}


def create_creating_client(session: Any, options: Mapping[str, Any]) -> Any:
    """Return a client of IAM that asks once.

    A CreateRole that is sent again, after an answer that was lost, would find
    its own role and take it for somebody else's.
    """
    config = Config(retries=dict(ONE_ATTEMPT))
    return session.create_client("iam", config=config, **options)


def role_by_name(iam: Any, name: str) -> Optional[Mapping[str, Any]]:
    """Ask IAM for a role of the caller's account (GetRole); None where there is none."""
    try:
        with iam_errors():
            found: Mapping[str, Any] = iam.get_role(RoleName=name)["Role"]
        return found
    except ClientError as error:
        if code_of(error) in MISSING:
            return None
        raise


def lacks_provider(iam: Any, arn: str) -> bool:
    """Ask IAM for an OIDC provider; tells whether it says that there is none."""
    try:
        with optional_call("iam:GetOpenIDConnectProvider"):
            iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    except CallUnavailable as error:
        return error.code in MISSING
    return False


def permissions_of(iam: Any, found: Mapping[str, Any]) -> ExistingRole:
    """Ask IAM for the policies of a role; what the caller may not read stays None."""
    name = found["RoleName"]

    def attached() -> tuple[str, ...]:
        pages = iam.get_paginator("list_attached_role_policies").paginate(RoleName=name)
        return tuple(one["PolicyArn"] for page in pages for one in page["AttachedPolicies"])

    def inline() -> Mapping[str, Any]:
        pages = iam.get_paginator("list_role_policies").paginate(RoleName=name)
        names = [one for page in pages for one in page["PolicyNames"]]
        return {
            one: iam.get_role_policy(RoleName=name, PolicyName=one)["PolicyDocument"]
            for one in names
        }

    return ExistingRole(found, _unless_refused(attached), _unless_refused(inline))


def carry_out(iam: Any, call: Call) -> Mapping[str, Any]:
    """Make one call of IAM; documents go as JSON."""
    parameters = {
        name: json.dumps(value) if name.endswith("Document") else value
        for name, value in call.parameters.items()
    }
    with iam_errors():
        answer: Mapping[str, Any] = getattr(iam, _split(call.operation, "_"))(**parameters)
    return answer


def backward(call: Call) -> Call:
    """Return the call that takes a call back."""
    operation, names = _BACK[call.operation]
    return Call(operation, {name: call.parameters[name] for name in names})


def take_back(iam: Any, call: Call) -> bool:
    """Take a call back. Tells whether it is done with; what is gone already is."""
    try:
        carry_out(iam, backward(call))
    except ClientError as error:
        # Of a role that was made a moment ago, IAM may not know everywhere yet.
        return code_of(error) in MISSING and call.operation != "CreateRole"
    except (BotoCoreError, UnexpectedAnswer):
        return False
    return True


def may_have_worked(error: BaseException) -> bool:
    """Return whether IAM may have done what it did not answer well."""
    if not isinstance(error, ClientError):
        return True
    answer = error.response.get("ResponseMetadata", {})
    status = answer.get("HTTPStatusCode")
    # A call that was sent again may have worked the first time.
    was_repeated = bool(answer.get("RetryAttempts"))
    return was_repeated or not isinstance(status, int) or status >= 500


@contextmanager
def iam_errors() -> Iterator[None]:
    """Run a call of IAM; what it raises stays botocore's own, with the cause added."""
    try:
        with credentials_redacted():
            yield
    except ClientError as error:
        # SignatureDoesNotMatch quotes the request, and with it the session token
        # (IAM User Guide, "Troubleshoot signed requests").
        text = str(error.args[0]).partition("The Canonical String for this request")[0].rstrip()
        cause = _CAUSES.get(code_of(error))
        is_told = cause is None or cause in text
        error.args = (text if is_told else f"{text}\n{cause}", *error.args[1:])
        if "Message" in error.response.get("Error", {}):
            # What the CLI's own handlers print.
            error.response["Error"]["Message"] = error.args[0].partition("operation: ")[2]
        raise
    except (ResponseParserError, KeyError):
        raise UnexpectedAnswer(
            "The answer is not one of IAM. Check what stands between here and IAM: "
            "--endpoint-url, AWS_ENDPOINT_URL, a proxy"
        ) from None


def command_of(call: Call) -> str:
    """Return the ``aws iam`` command of a call whose parameters are plain words."""
    words = [f"--{_split(name, '-')} {shlex.quote(str(v))}" for name, v in call.parameters.items()]
    return " ".join(["aws iam", _split(call.operation, "-"), *words])


def _split(name: str, by: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", by, name).lower()


def _unless_refused(ask: Callable[[], Any]) -> Any:
    try:
        with iam_errors():
            return ask()
    except ClientError:
        return None
