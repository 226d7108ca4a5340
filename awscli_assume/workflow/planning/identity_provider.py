"""The identity provider's token of a command line or of a record, and the file that holds it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from typing import Optional

from awscli_assume.arguments.identity_provider import check_identity_provider_options
from awscli_assume.errors import InvalidConfiguration, InvalidRequest
from awscli_assume.host.environment import Environment
from awscli_assume.host.protocols import ParsedArgs, Profile
from awscli_assume.model.arns import Role
from awscli_assume.model.request.identity_provider import (
    GITHUB,
    TOKEN_MAX,
    Proof,
    SamlAssertion,
    WebIdentity,
    check_assertion,
    check_principal_arn,
    check_token,
)
from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.model.request.saml import only_role, pair_of

# A JSON web token (RFC 7515: its header is an object, in base64url), or what is no path.
_TOKEN_ITSELF = re.compile(r"eyJ[\w-]+\.[\w-]+\.|.{1024}", re.ASCII | re.DOTALL)
_PATH_HINT = "Try: --web-identity-token-file PATH"


@dataclass(frozen=True)
class GivenIdentityToken:
    """What a command line has in place of a source: a token's file, or an assertion, read once."""

    token_file: str
    document: str = field(repr=False)
    principal_arn: Optional[str]

    def named(self, parsed_args: ParsedArgs) -> Profile:
        """Return what the proof says of the role where no option names one.

        Raises InvalidRequest where it says none, or several.
        """
        if parsed_args.role_arn is not None or parsed_args.role_name is not None:
            return {}
        if not self.document:
            raise InvalidRequest(f"{WebIdentity.option} needs a role: --role-arn ARN")
        return {"role_arn": only_role(self.document).arn}

    def attached(self, request: AssumeRoleRequest) -> AssumeRoleRequest:
        """Return the request with this proof. Raises InvalidRequest."""
        _check_account_is_known(request.role, is_needed=not self.document)
        if not self.document:
            return request.with_identity_token(WebIdentity(self.token_file))
        principal = self.principal_arn
        if principal is None or request.role.account_id is None:
            role, found = pair_of(self.document, request.role)
            request = replace(request, role=role)
            principal = principal or found
        proof = SamlAssertion(check_principal_arn(principal), self.document)
        return request.with_identity_token(proof)


def given_identity_token(
    parsed_args: ParsedArgs, named_profile: Optional[str], environment: Environment
) -> Optional[GivenIdentityToken]:
    """Return the proof of a command line, or None where it has a source.

    ``named_profile`` is the profile that ROLE stands for, where it does. Checks what
    goes with it and what does not, then reads it. Raises InvalidRequest and
    InvalidConfiguration.
    """
    if not check_identity_provider_options(parsed_args):
        return None
    if named_profile is not None:
        raise InvalidRequest(
            f"The role '{named_profile}' is a profile with a source of its own, and the proof of "
            "an identity provider is another one. Name the role itself: --role-arn ARN"
        )
    principal, assertion = parsed_args.principal_arn, parsed_args.saml_assertion
    if assertion is not None:
        if principal is not None:
            check_principal_arn(principal)
        return GivenIdentityToken("", check_assertion(assertion), principal)
    path = token_path(parsed_args.web_identity_token_file)
    if path == GITHUB:
        # Here, because nothing but a job of GitHub Actions needs it.
        from awscli_assume.aws.github import github_request

        github_request(environment.variables)
    else:
        check_read_again(path, bool(getattr(parsed_args, "auto_refresh", False)))
    return GivenIdentityToken(path, "", None)


def proven_again(request: AssumeRoleRequest, token_file: Optional[str]) -> AssumeRoleRequest:
    """Return the request with the web identity of a record, where it has one."""
    return request if token_file is None else request.with_identity_token(WebIdentity(token_file))


def secret_of(proof: Proof, ca_bundle: Optional[str], environment: Environment) -> str:
    """Return the token or the assertion itself. Raises InvalidConfiguration.

    ``ca_bundle`` is the path of the certificates that GitHub's is checked against.
    """
    if isinstance(proof, SamlAssertion):
        return proof.document
    if proof.token_file == GITHUB:
        from awscli_assume.aws.github import fetch_token

        return fetch_token(environment.variables, ca_bundle)
    return token_in(proof.token_file)


def _check_account_is_known(role: Role, is_needed: bool) -> None:
    """Raise InvalidRequest for an account that only the source of credentials could tell."""
    if role.account_name is not None:
        raise InvalidRequest(
            f"No profile has an account {role.account_name!r}, and nobody else can be asked "
            f"before the role is assumed. Try: --role-name {role.name} --account-id ID"
        )
    if is_needed and role.account_id is None:
        raise InvalidRequest(
            f"Nobody can be asked for the account of the role '{role.name}' before it is assumed. "
            f"Try: --role-name {role.name} --account-id ID, or --role-arn ARN"
        )


def token_path(given: str) -> str:
    """Return the absolute path of ``--web-identity-token-file``. Raises InvalidRequest."""
    if given == GITHUB:
        return GITHUB
    if _TOKEN_ITSELF.match(given):
        raise InvalidRequest(
            "--web-identity-token-file takes the path of a file, and this is a token itself, "
            f"which other users of the machine can see on a command line. {_PATH_HINT}"
        )
    path = _expanded(given)
    # It becomes a line of the config file.
    if not path.isprintable() or path != path.strip():
        raise InvalidRequest(
            f"Invalid path {given!r}: it has characters that a line of the config file can't hold"
        )
    return path


def check_read_again(path: str, is_kept: bool) -> None:
    """Check a token's file before anything is asked.

    ``is_kept`` tells that it has to be there later, too. A pipe can be read once,
    so that is left for when it is sent. Raises InvalidRequest and InvalidConfiguration.
    """
    is_pipe = os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)
    if is_pipe and is_kept:
        raise InvalidRequest(
            "--auto-refresh has to read the token again later, and there will be none in the pipe "
            f"{path}. Try: --web-identity-token-file, with a file that is kept up to date"
        )
    if not is_pipe:
        token_in(path)


def token_in(path: str) -> str:
    """Return the token in a file. Raises InvalidConfiguration, which shows nothing of it."""
    return check_token(_content(path), f"the file {path}")


def _expanded(given: str) -> str:
    """Return an absolute path, expanded as the CLI does it behind ``file://`` (paramfile.py)."""
    bare = given[len("file://") :] if given.startswith("file://") else given
    return os.path.abspath(os.path.expandvars(os.path.expanduser(bare)))


def _content(path: str) -> str:
    """Return a file's text, as much of it as a token may have and a few bytes."""
    try:
        with open(path, "rb") as file:
            content = file.read(TOKEN_MAX + 100)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no path"
        raise InvalidConfiguration(f"Can't read {path}: {reason}. {_PATH_HINT}") from None
    return content.decode("latin-1")
