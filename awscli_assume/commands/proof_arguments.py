"""The arguments of those who have no source credentials, but an identity provider."""

from __future__ import annotations

from typing import Any

from awscli_assume.commands.arguments import text

# By the name of their member in the parsed arguments.
PROOF_OPTIONS = ("web_identity_token_file", "saml_assertion", "principal_arn")


def proof_arguments() -> list[dict[str, Any]]:
    """Answer the arguments of AssumeRoleWithWebIdentity and AssumeRoleWithSAML."""
    return [
        text(
            "web-identity-token-file",
            "The file with the OpenID Connect token of your identity provider, in place of source "
            "credentials (AssumeRoleWithWebIdentity). <code>github-actions</code>: the token that "
            "GitHub hands out to a job with <code>id-token: write</code>.",
            # The path is what is kept; the CLI would put the token in its place.
            no_paramfile=True,
        ),
        text(
            "saml-assertion",
            "The file with your identity provider's SAML response in base64, as "
            "<code>file://response.b64</code>, in place of source credentials "
            "(AssumeRoleWithSAML).",
            no_paramfile=True,
        ),
        text(
            "principal-arn",
            "The ARN of the SAML identity provider in IAM. Default: the one that the assertion "
            "names beside the role.",
        ),
    ]
