"""Why STS refused, where its answer is not enough to act on.

The codes and texts are those of "AssumeRole", "Common Errors" (AWS STS API
reference), of "Troubleshoot access denied error messages" and of
"Troubleshooting IAM roles" (IAM User Guide).
"""

from __future__ import annotations

from typing import Optional, Union

from awscli_assume.aws.sts.proof_causes import IDENTITY_TOKEN_CAUSES

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
NO_ENDPOINT = (
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
        "Ask for less: --duration-seconds max is the longest that the role allows, and "
        "--duration-seconds 3600 always works. The role's own maximum: aws iam get-role "
        "--role-name {role} --query Role.MaxSessionDuration",
    ),
    (
        "AccessDenied",
        "unable to validate MFA code",
        "The device of --serial-number is not the caller's own. To see yours: aws iam "
        "list-mfa-devices",
    ),
    (
        "AccessDenied",
        "must provide both MFA serial number",
        "The role asks for multi-factor authentication. Name your device: --serial-number "
        "arn:aws:iam::ACCOUNT:mfa/NAME. To see yours: aws iam list-mfa-devices",
    ),
    (
        "AccessDenied",
        "MultiFactorAuthentication failed",
        "A token code works once and for half a minute: wait for the next one of the device",
    ),
    (
        "AccessDenied",
        "aws:MultiFactorAuth",
        "A policy asks for multi-factor authentication of who signs the call. Where no device was "
        "named, name yours: --serial-number arn:aws:iam::ACCOUNT:mfa/NAME. No terminal is needed "
        "while a session of it is kept. To see yours: aws iam list-mfa-devices",
    ),
    (
        "AccessDenied",
        "sts:TagSession",
        "Tags need a right of their own: the role's trust policy, and the caller's policy, have "
        "to allow sts:TagSession too. To see the first: aws iam get-role --role-name {role}",
    ),
    (
        "AccessDenied",
        "sts:SetSourceIdentity",
        "A source identity needs a right of its own: the role's trust policy, and the caller's "
        "policy, have to allow sts:SetSourceIdentity too. To see the first: aws iam get-role "
        "--role-name {role}",
    ),
    (
        "AccessDenied",
        "role trust policy",
        "The role's side: its trust policy has to allow the caller, and no Deny in it may "
        "meet them. To see it: aws iam get-role --role-name {role}",
    ),
    (
        "AccessDenied",
        "service control policy",
        "A Deny of the organization (service control policy) stands in the way: its "
        "administrators can say which",
    ),
    (
        "AccessDenied",
        "resource control policy",
        "A Deny of the organization (resource control policy) stands in the way: its "
        "administrators can say which",
    ),
    (
        "AccessDenied",
        "permissions boundary",
        "The permissions boundary of the caller stands in the way: it has to allow sts:AssumeRole",
    ),
    (
        "AccessDenied",
        "session policy",
        "The caller's own session was narrowed by a session policy, which has to allow "
        "sts:AssumeRole",
    ),
    (
        "AccessDenied",
        "VPC endpoint policy",
        "The policy of the VPC endpoint that the call goes through has to allow sts:AssumeRole",
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


def cause_of(code: str, text: str, role_name: str, operation: str = "AssumeRole") -> Optional[str]:
    """Return one sentence on a refusal of STS, or None where its own text says it all."""
    if operation != "AssumeRole" and code in IDENTITY_TOKEN_CAUSES:
        return IDENTITY_TOKEN_CAUSES[code].format(role=role_name, operation=f"sts:{operation}")
    if code in _BY_CODE:
        return _BY_CODE[code]
    for known, part, cause in _BY_TEXT:
        if code == known and part in text:
            return cause.format(role=role_name)
    return None


def maximum_cause(maximum: Optional[int], asked: Union[int, str, None]) -> Optional[str]:
    """Return what a role allows, in seconds, where that is known and less than was asked for."""
    if maximum is None or not isinstance(asked, int) or maximum >= asked:
        return None
    return (
        f"The role allows at most {maximum} seconds. Try: --duration-seconds {maximum}, or "
        "--duration-seconds max for whatever it allows"
    )
