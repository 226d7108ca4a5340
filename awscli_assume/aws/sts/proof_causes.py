"""Why STS refused a request with an identity provider token, by code.

The codes are those of "AssumeRoleWithWebIdentity" and "AssumeRoleWithSAML",
Errors (AWS STS API reference).
"""

from __future__ import annotations

_EXPIRED = (
    "The token or assertion has expired, or is not valid yet. Get a new one from your identity "
    "provider (in CI: from the job that runs now) and run the command again"
)
IDENTITY_TOKEN_CAUSES = {
    "ExpiredToken": _EXPIRED,
    "ExpiredTokenException": _EXPIRED,
    "InvalidIdentityToken": (
        "STS can't check the token or assertion: the identity provider of its issuer has to be in "
        "the role's account, with this audience, and reachable for AWS. To see them: aws iam "
        "list-open-id-connect-providers, aws iam list-saml-providers"
    ),
    "IDPRejectedClaim": (
        "The identity provider did not confirm the token, or it is revoked or expired: sign in "
        "there and get a new one"
    ),
    "IDPCommunicationError": (
        "STS could not reach the identity provider. Run the command again; if it stays so, the "
        "provider's keys (its /.well-known/openid-configuration) have to be public"
    ),
    "AccessDenied": (
        "The role's trust policy has to allow {operation} to this identity provider, with "
        "conditions (audience, subject) that the token or assertion meets. STS says the same "
        "when the role does not exist. To see it: aws iam get-role --role-name {role}"
    ),
}
