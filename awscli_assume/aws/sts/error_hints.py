"""Hints for errors of STS whose own message does not say what to do.

The codes and messages are those of "AssumeRole", "AssumeRoleWithWebIdentity",
"AssumeRoleWithSAML" and "Common Errors" (AWS STS API reference), of "Troubleshoot access
denied error messages" and of "Troubleshooting IAM roles" (IAM User Guide).
"""

from __future__ import annotations

from typing import Mapping, Optional, Union

from awscli_assume.model.printable import option

# Parts of messages that decide what happens next (errors.py).
MAX_DURATION = "MaxSessionDuration"
CHAINING_LIMIT = "role chaining"
MFA_FAILED = "MultiFactorAuthentication failed"
WRONG_MFA_CODE = "MultiFactorAuthentication failed with invalid MFA one time pass code"
_NO_MFA_DEVICE = "must provide both MFA serial number"
# The prefix of two condition keys ("AWS global condition context keys", IAM User Guide).
_MFA_CONDITION = "aws:MultiFactorAuth"
MFA_REQUIRED = (_NO_MFA_DEVICE, _MFA_CONDITION)

PROXY_HINT = (
    "Check what is between this machine and STS: --endpoint-url, AWS_ENDPOINT_URL, a proxy"
)
NETWORK_HINT = (
    "Check the region (--region, aws configure list), the endpoint (--endpoint-url, "
    "AWS_ENDPOINT_URL) and the network"
)
_EXPIRED = (
    "The credentials of the source profile have expired. Renew them (aws sso login, aws login, "
    "or another aws assume), or use another source profile: --profile NAME"
)
_CLOCK = "The clock of this machine is wrong. Compare: date -u"
_SEE_TRUST_POLICY = "To see it: aws iam get-role {role}"
_SEE_MFA_DEVICES = "To see your devices: aws iam list-mfa-devices"
_ORGANIZATION = (
    "A {kind} of the organization denies the call (Deny). Ask the administrators of the "
    "organization which one"
)
# By error code: part of the message to hint. The first part that is in the message counts.
_HINTS: Mapping[str, Mapping[str, str]] = {
    "ExpiredToken": {"": _EXPIRED},
    "ExpiredTokenException": {"": _EXPIRED},
    "InvalidClientTokenId": {
        "": "The access key of the source profile does not exist, is inactive, or belongs to "
        "another partition"
    },
    # GetRoleCredentials (IAM Identity Center Portal API reference).
    "ForbiddenException": {
        "": "IAM Identity Center does not grant this role to you in this account. To see what it "
        "grants: aws assume roles"
    },
    "PackedPolicyTooLarge": {
        "": "Session policies and tags share one limit: shorten the policy, use managed policies "
        "(--policy-arns) instead, or pass fewer tags"
    },
    "RegionDisabledException": {
        "": "STS is not activated in this region for the account. Activate it in the account "
        "settings of the IAM console, or try --region us-east-1"
    },
    "RequestExpired": {"": _CLOCK},
    "MalformedPolicyDocument": {
        "": "STS does not accept the session policy (--policy) as a policy, or --policy-arns "
        "names a policy that does not exist"
    },
    "ValidationError": {
        CHAINING_LIMIT: (
            "The source is itself a role session, and role chaining gives at most one hour. "
            "Try: --duration-seconds 3600, or a source profile without a role"
        ),
        MAX_DURATION: (
            "Request less: --duration-seconds max uses the role's maximum session duration, "
            "--duration-seconds up-to:8h at most 8 hours of it, and --duration-seconds 3600 "
            "always works. To see the maximum: aws iam get-role "
            "{role} --query Role.MaxSessionDuration"
        ),
    },
    "AccessDenied": {
        "unable to validate MFA code": (
            f"The device of --serial-number is not the caller's own. {_SEE_MFA_DEVICES}"
        ),
        _NO_MFA_DEVICE: (
            "The role requires multi-factor authentication. Specify your device: --serial-number "
            f"arn:aws:iam::ACCOUNT:mfa/NAME. {_SEE_MFA_DEVICES}"
        ),
        MFA_FAILED: (
            "A token code works once and for half a minute: wait until the device shows the next"
        ),
        _MFA_CONDITION: (
            "A policy requires multi-factor authentication. If you have not specified a device, "
            "specify yours: --serial-number arn:aws:iam::ACCOUNT:mfa/NAME. While its MFA session "
            f"is cached, no terminal is needed. {_SEE_MFA_DEVICES}"
        ),
        "sts:TagSession": (
            "Session tags require sts:TagSession, in the role's trust policy and in the caller's "
            "policy. To see the trust policy: aws iam get-role {role}"
        ),
        "sts:SetSourceIdentity": (
            "A source identity requires sts:SetSourceIdentity, in the role's trust policy and in "
            "the caller's policy. To see the trust policy: aws iam get-role {role}"
        ),
        "role trust policy": (
            "The role's trust policy has to allow the caller, and no Deny in it may match. "
            f"{_SEE_TRUST_POLICY}"
        ),
        "service control policy": _ORGANIZATION.format(kind="service control policy"),
        "resource control policy": _ORGANIZATION.format(kind="resource control policy"),
        "permissions boundary": (
            "The permissions boundary of the caller does not allow sts:AssumeRole"
        ),
        "session policy": (
            "The session policy of the caller's own session does not allow sts:AssumeRole"
        ),
        "VPC endpoint policy": (
            "The policy of the VPC endpoint in use does not allow sts:AssumeRole"
        ),
        "no identity-based policy allows": (
            "A policy of the caller, a user or role, has to allow sts:AssumeRole on this role"
        ),
        "no resource-based policy allows": (
            f"The role's trust policy has to name the caller. {_SEE_TRUST_POLICY}"
        ),
        "sts:AssumeRole": (
            "The role does not exist, its trust policy does not name the caller, or the caller "
            "lacks sts:AssumeRole: STS says the same in each case. To see the role, with "
            "credentials of its account: aws iam get-role {role}"
        ),
    },
    "SignatureDoesNotMatch": {
        "Signature expired": _CLOCK,
        "Signature not yet current": _CLOCK,
        "": "The secret access key of the source profile does not match its access key ID, or "
        "the clock of this machine is wrong. To see the time: date -u",
    },
}
_EXPIRED_IDENTITY = (
    "The token or assertion has expired, or is not valid yet. Get a new one from your identity "
    "provider (in CI: from the running job) and run the command again"
)
# By error code, for AssumeRoleWithWebIdentity and AssumeRoleWithSAML.
_IDENTITY_PROVIDER_HINTS = {
    "ExpiredToken": _EXPIRED_IDENTITY,
    "ExpiredTokenException": _EXPIRED_IDENTITY,
    "InvalidIdentityToken": (
        "STS can't verify the token or assertion. The role's account needs an identity provider "
        "with this issuer and audience that AWS can reach. To see them: aws iam "
        "list-open-id-connect-providers, or aws iam list-saml-providers"
    ),
    "IDPRejectedClaim": (
        "The identity provider did not confirm the token, or has revoked it: sign in there and "
        "get a new one"
    ),
    "IDPCommunicationError": (
        "STS could not reach the identity provider. Run the command again. If it fails again, "
        "make the provider's keys (its /.well-known/openid-configuration) public"
    ),
    "AccessDenied": (
        "The role's trust policy has to allow {operation} to this identity provider, with "
        "conditions (audience, subject) that the token or assertion meets. STS returns the same "
        f"error if the role does not exist. {_SEE_TRUST_POLICY}"
    ),
}


def find_hint(
    code: str, message: str, role_name: str, operation: str = "AssumeRole"
) -> Optional[str]:
    """Return what to do about an error of STS, None where its message suffices."""
    if operation != "AssumeRole" and code in _IDENTITY_PROVIDER_HINTS:
        hint = _IDENTITY_PROVIDER_HINTS[code]
        return hint.format(role=option("--role-name", role_name), operation=f"sts:{operation}")
    for part, hint in _HINTS.get(code, {}).items():
        if part in message:
            return hint.format(role=option("--role-name", role_name))
    return None


def max_duration_hint(maximum: Optional[int], requested: Union[int, str, None]) -> Optional[str]:
    """Return the role's maximum session duration if it is known and less than requested."""
    if maximum is None or not isinstance(requested, int) or maximum >= requested:
        return None
    return (
        f"The role allows at most {maximum} seconds. Try: --duration-seconds {maximum}, or "
        "--duration-seconds max"
    )
