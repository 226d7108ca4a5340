"""Why STS refused, where its answer is not enough to act on.

The error stays botocore's own; what we know is added behind its text. The
codes and texts are those of "AssumeRole", "Common Errors" (AWS STS API
reference) and of "Troubleshooting IAM roles" (IAM User Guide).
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, Iterator, Optional

from awscli_assume.errors import UnexpectedAnswer
from awscli_assume.host import ClientError, EndpointConnectionError, ResponseParserError
from awscli_assume.model.request import AssumeRoleRequest

_EXPIRED = (
    "The credentials of the source profile have expired: renew them (aws sso login, aws login, "
    "or aws assume for the role they came from), or name another source with --profile"
)
_BY_CODE = {
    "ExpiredToken": _EXPIRED,
    "ExpiredTokenException": _EXPIRED,
    "InvalidClientTokenId": (
        "The access key of the source profile does not exist, is inactive, or is of another "
        "partition. Try: aws configure list"
    ),
    "PackedPolicyTooLarge": (
        "Session policies and tags are packed together and have one limit: shorten the policy, "
        "name managed policies with --policy-arns instead, or give fewer tags"
    ),
    "RegionDisabledException": (
        "STS is not activated in this region for the account: activate it under Account settings "
        "of the IAM console, or try --region us-east-1"
    ),
    "RequestExpired": (
        "The clock of this machine is wrong, and STS takes requests of the last few minutes "
        "only. Compare: date -u"
    ),
    "MalformedPolicyDocument": (
        "STS does not read the session policy (--policy) as a policy, or --policy-arns names one "
        "that does not exist"
    ),
}
_NO_ENDPOINT = (
    "Check the region (--region, aws configure get region), the endpoint (--endpoint-url, "
    "AWS_ENDPOINT_URL) and the network"
)
_BY_TEXT = (
    (
        "ValidationError",
        "role chaining",
        "The source is itself a role session, and role chaining gives at most one hour. "
        "Try: --duration-seconds 3600, or a source profile that is no role",
    ),
    (
        "ValidationError",
        "MaxSessionDuration",
        "Ask for less: --duration-seconds 3600 always works. The role's own maximum: aws iam "
        "get-role --role-name {role} --query Role.MaxSessionDuration",
    ),
    (
        "AccessDenied",
        "MultiFactorAuthentication failed",
        "A token code works once and for half a minute: wait for the next one of the device",
    ),
    (
        "AccessDenied",
        "no identity-based policy allows",
        "The caller's side: a policy of the calling user or role has to allow sts:AssumeRole on "
        "this role",
    ),
    (
        "AccessDenied",
        "no resource-based policy allows",
        "The role's side: its trust policy has to name the caller. To see it: aws iam get-role "
        "--role-name {role}",
    ),
    (
        "AccessDenied",
        "sts:AssumeRole",
        "STS says the same when the role does not exist, when its trust policy does not name the "
        "caller, and when the caller lacks sts:AssumeRole. Look at the role's side, with "
        "credentials of its account: aws iam get-role --role-name {role}",
    ),
    (
        "SignatureDoesNotMatch",
        "Signature expired",
        "The clock of this machine is wrong. Compare: date -u",
    ),
    (
        "SignatureDoesNotMatch",
        "Signature not yet current",
        "The clock of this machine is wrong. Compare: date -u",
    ),
    (
        "SignatureDoesNotMatch",
        "",
        "The secret access key of the source profile does not belong to its access key id, or "
        "the clock of this machine is wrong. Try: aws configure, date -u",
    ),
)


def cause_of(code: str, text: str, role_name: str) -> Optional[str]:
    """Answer one sentence on a refusal of STS, or None where its own text says it all."""
    if code in _BY_CODE:
        return _BY_CODE[code]
    for known, part, cause in _BY_TEXT:
        if code == known and part in text:
            return cause.format(role=role_name)
    return None


@contextmanager
def causes_added(request: Optional[AssumeRoleRequest] = None) -> Iterator[None]:
    """Run a call to STS; what it raises stays botocore's own, with the cause added.

    Raises UnexpectedAnswer where botocore could not read the answer: its own
    message would print the body, which may hold credentials.
    """
    try:
        yield
    except ClientError as error:
        details = error.response.get("Error", {})
        role_name = request.role.name if request is not None else "NAME"
        text = str(details.get("Message", ""))
        cause = cause_of(str(details.get("Code", "")), text, role_name)
        if cause is not None:
            details["Message"] = f"{text}\n{cause}"
            _append(error, cause)
        raise
    except EndpointConnectionError as error:
        _append(error, _NO_ENDPOINT)
        raise
    except (ResponseParserError, KeyError):
        # KeyError 'AssumeRoleResult': a 200 with other XML or HTML in it (seen
        # on 1.46.3 and 2.38.5).
        raise UnexpectedAnswer(
            "The answer is not one of STS, and nothing was written. Check what stands between "
            "here and STS: --endpoint-url, AWS_ENDPOINT_URL, a proxy"
        ) from None


def _append(error: Any, cause: str) -> None:
    # In place: the class, the response and the traceback of the exception are
    # what the CLI's error handlers read.
    error.args = (f"{error.args[0]}\n{cause}", *error.args[1:])
