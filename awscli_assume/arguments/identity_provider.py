"""Options for identity provider tokens, which replace source credentials."""

from __future__ import annotations

from typing import Iterable, Protocol

from awscli_assume.arguments.assume_role import STS_OPTIONS
from awscli_assume.arguments.options import Argument, literal_text, option_name, text
from awscli_assume.errors import InvalidRequest
from awscli_assume.model.request.identity_provider import IdentityToken, SamlAssertion, WebIdentity

# By their names in the parsed arguments.
IDENTITY_PROVIDER_OPTIONS = ("web_identity_token_file", "saml_assertion", "principal_arn")
# The optional parameters that both operations have (AWS STS API reference).
_PARAMETERS = ("duration_seconds", "policy", "policy_arns")


class Events(Protocol):
    """The events of the CLI's session."""

    def register(self, event_name: str, handler: object) -> None:
        """Register a handler."""


def identity_provider_arguments() -> list[Argument]:
    """Return the options of AssumeRoleWithWebIdentity and AssumeRoleWithSAML."""
    return [
        literal_text(
            "web-identity-token-file",
            "The file with an OpenID Connect token, in place of source credentials "
            "(AssumeRoleWithWebIdentity). <code>github-actions</code> is the token of a job with "
            "<code>permissions: id-token: write</code>.",
        ),
        text(
            "saml-assertion",
            "A SAML response in base64, as <code>file://response.b64</code>, in place of source "
            "credentials (AssumeRoleWithSAML). You can leave out the role if the response has "
            "only one.",
        ),
        text(
            "principal-arn",
            "The ARN of the SAML identity provider in IAM. Default: the one that the SAML "
            "response has for the role.",
        ),
    ]


def register_file_options(session: Events, command: str, options: Iterable[Argument]) -> None:
    """Keep ``file://`` in options with ``no_paramfile``, and require it for a SAML assertion.

    The AWS CLI replaces ``file://PATH`` by the content of the file before a command sees it.
    Version 2 does so for every option and ignores ``no_paramfile`` (seen in 2.38.5 and
    2.11.0). The first result of the event's handlers counts.
    """
    event = f"load-cli-arg.custom.{command}"
    for option in options:
        if option.get("no_paramfile"):
            session.register(f"{event}.{option['name']}", _unchanged)
    session.register(f"{event}.saml-assertion", _check_is_file)


def _unchanged(value: object, **_: object) -> object:
    return value


def _check_is_file(value: object, **_: object) -> None:
    if isinstance(value, str) and not value.startswith("file://"):
        raise InvalidRequest(
            "A SAML assertion must not be on the command line, which other users of the machine "
            "can see. Try: --saml-assertion file://PATH"
        )


def has_identity_token(parsed_args: object) -> bool:
    """Return whether a command line has an option of an identity provider."""
    return any(getattr(parsed_args, name, None) is not None for name in IDENTITY_PROVIDER_OPTIONS)


def check_identity_provider_options(parsed_args: object) -> bool:
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
    kind = WebIdentity if assertion is None else SamlAssertion
    check_other_options(parsed_args, kind, kind.option)
    return True


def check_other_options(parsed_args: object, kind: type[IdentityToken], place: str) -> None:
    """Raise InvalidRequest for options that a request with an identity token can't have.

    ``place`` is the option or the setting of the token.
    """
    if getattr(parsed_args, "via", None) is not None:
        raise InvalidRequest(
            f"--via does not go with {place}: a role after the first needs a source "
            "profile. Assume the first role alone, then the next one from its target profile: aws "
            "assume ROLE --profile TARGET --update-profile NAME"
        )
    is_saml = kind is SamlAssertion
    for name in STS_OPTIONS:
        is_name = name == "role_session_name"
        if getattr(parsed_args, name, None) is None or name in _PARAMETERS:
            continue
        if is_name and not is_saml:
            continue
        why = f"{kind.operation} has no such parameter"
        raise InvalidRequest(
            f"{option_name(name)} does not go with {place}: "
            f"{'the assertion names the session' if is_name else why}. Leave it out"
        )
    if is_saml and getattr(parsed_args, "auto_refresh", False):
        raise InvalidRequest(
            "--auto-refresh has to assume the role again later, and a SAML assertion is valid for "
            "some minutes only. Leave one of them out"
        )
