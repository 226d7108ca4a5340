"""The arguments of those who have no source credentials, but an identity provider."""

from __future__ import annotations

from typing import Any

from awscli_assume.arguments.sts import STS_OPTIONS, text
from awscli_assume.errors import InvalidRequest
from awscli_assume.model.request.identity_provider import IdentityToken, SamlAssertion, WebIdentity

# By the name of their member in the parsed arguments.
IDENTITY_PROVIDER_OPTIONS = ("web_identity_token_file", "saml_assertion", "principal_arn")
# What both operations take besides role and identity token (AWS STS API reference).
_TAKEN = ("duration_seconds", "policy", "policy_arns")


def identity_provider_arguments() -> list[dict[str, Any]]:
    """Return the arguments of AssumeRoleWithWebIdentity and AssumeRoleWithSAML."""
    return [
        text(
            "web-identity-token-file",
            "The file with the OpenID Connect token of your identity provider, in place of source "
            "credentials (AssumeRoleWithWebIdentity). <code>github-actions</code>: the token that "
            "GitHub hands out to a job with <code>permissions: id-token: write</code>.",
        ),
        text(
            "saml-assertion",
            "The file with your identity provider's SAML response in base64, as "
            "<code>file://response.b64</code>, in place of source credentials "
            "(AssumeRoleWithSAML). Where no role is named, the only one of the assertion.",
        ),
        text(
            "principal-arn",
            "The ARN of the SAML identity provider in IAM. Default: the one that the assertion "
            "names beside the role.",
        ),
    ]


def exclude_identity_tokens(session: Any, command: str) -> None:
    """Let ``file://`` stand for a path in one option and for a file's content in the other.

    The AWS CLI puts a file's content in place of ``file://PATH`` before a command
    sees it, in version 2 for each option (``no_paramfile`` is not read there, seen
    in 2.38.5 and 2.11.0). The first answer to the event counts.
    """
    event = f"load-cli-arg.custom.{command}"
    session.register(f"{event}.web-identity-token-file", _as_it_stands)
    session.register(f"{event}.saml-assertion", _check_is_a_file)


def _as_it_stands(value: Any, **_: Any) -> Any:
    # The path is what is recorded, and read again.
    return value


def _check_is_a_file(value: Any, **_: Any) -> None:
    if isinstance(value, str) and not value.startswith("file://"):
        raise InvalidRequest(
            "A SAML assertion does not belong on a command line, which other users of the machine "
            "can see. Try: --saml-assertion file://PATH"
        )


def has_identity_token(parsed_args: Any) -> bool:
    """Return whether a command line has an option of an identity provider."""
    return any(getattr(parsed_args, name, None) is not None for name in IDENTITY_PROVIDER_OPTIONS)


def check_identity_provider_options(parsed_args: Any) -> bool:
    """Return whether a command line has an identity provider token.

    No file is opened. Raises InvalidRequest for options that exclude each other.
    """
    token_file, assertion, principal = (
        getattr(parsed_args, name, None) for name in IDENTITY_PROVIDER_OPTIONS
    )
    if principal is not None and assertion is None:
        raise InvalidRequest("--principal-arn goes with --saml-assertion file://PATH")
    if token_file is None and assertion is None:
        return False
    if token_file is not None and assertion is not None:
        raise InvalidRequest(
            "--web-identity-token-file and --saml-assertion are two identity tokens: leave one of "
            "them out"
        )
    _check_other_options(parsed_args, WebIdentity if assertion is None else SamlAssertion)
    return True


def _check_other_options(parsed_args: Any, kind: type[IdentityToken]) -> None:
    if getattr(parsed_args, "via", None) is not None:
        raise InvalidRequest(
            f"--via does not go with {kind.option}: the roles after the first need a source. "
            "Assume the first role by it, then the others from there: aws assume --profile "
            "TARGET --update-profile NAME"
        )
    is_saml = kind is SamlAssertion
    for name in STS_OPTIONS:
        is_name = name == "role_session_name"
        if getattr(parsed_args, name, None) is None or name in _TAKEN or (is_name and not is_saml):
            continue
        why = f"{kind.operation} has no such parameter"
        if is_name:
            why = "the assertion names the session"
        raise InvalidRequest(
            f"--{name.replace('_', '-')} does not go with {kind.option}: {why}. Leave it out"
        )
    if is_saml and getattr(parsed_args, "auto_refresh", False):
        raise InvalidRequest(
            "--auto-refresh has to assume the role again later, and a SAML assertion is good for "
            "some minutes only. Leave one of the two out"
        )
