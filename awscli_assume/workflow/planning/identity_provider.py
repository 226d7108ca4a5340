"""The identity provider token of a command line or of a record, and the secret behind it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Mapping, Optional

from awscli_assume.arguments.identity_provider import check_identity_provider_options
from awscli_assume.aws.github import fetch_token, github_request
from awscli_assume.errors import InvalidRequest
from awscli_assume.host.environment import Environment
from awscli_assume.model.arns import Role
from awscli_assume.model.request import limits
from awscli_assume.model.request.identity_provider import (
    GITHUB,
    IdentityToken,
    SamlAssertion,
    WebIdentity,
    check_assertion,
)
from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.model.request.saml import only_role, pair_of
from awscli_assume.workflow.planning.proof_files import check_read_again, token_in, token_path


@dataclass(frozen=True)
class GivenIdentityToken:
    """What a command line has in place of a source: a token's file, or an assertion, read once."""

    token_file: str
    document: str = field(repr=False)
    principal_arn: Optional[str]

    def named(self, parsed_args: Any) -> Mapping[str, Any]:
        """Return what the identity token says of the role where no option names one.

        Raises InvalidRequest where it says none, or several.
        """
        if parsed_args.role_arn is not None or parsed_args.role_name is not None:
            return {}
        if not self.document:
            raise InvalidRequest(f"{WebIdentity.option} needs a role: --role-arn ARN")
        return {"role_arn": only_role(self.document).arn}

    def attached(self, request: AssumeRoleRequest) -> AssumeRoleRequest:
        """Return the request with this identity token. Raises InvalidRequest."""
        _check_account_is_known(request.role, is_needed=not self.document)
        if not self.document:
            return request.with_identity_token(WebIdentity(self.token_file))
        principal = self.principal_arn
        if principal is None or request.role.account_id is None:
            role, found = pair_of(self.document, request.role)
            request = replace(request, role=role)
            principal = principal or found
        identity_token = SamlAssertion(limits.check("principal_arn", principal), self.document)
        return request.with_identity_token(identity_token)


def given_identity_token(
    parsed_args: Any, named_profile: Optional[str], environment: Environment
) -> Optional[GivenIdentityToken]:
    """Return the identity token of a command line, or None where it has a source.

    ``named_profile`` is the profile that ROLE stands for, where it does. Checks what
    goes with it and what does not, then reads it. Raises InvalidRequest and
    InvalidConfiguration.
    """
    if not check_identity_provider_options(parsed_args):
        return None
    if named_profile is not None:
        raise InvalidRequest(
            f"The role '{named_profile}' is a profile with a source of its own, and the identity "
            "token of an identity provider is another one. Name the role itself: --role-arn ARN"
        )
    principal, assertion = parsed_args.principal_arn, parsed_args.saml_assertion
    if assertion is not None:
        if principal is not None:
            limits.check("principal_arn", principal)
        return GivenIdentityToken("", check_assertion(assertion), principal)
    path = token_path(parsed_args.web_identity_token_file)
    if path == GITHUB:
        github_request(environment.variables)
    else:
        check_read_again(path, bool(getattr(parsed_args, "auto_refresh", False)))
    return GivenIdentityToken(path, "", None)


def proven_again(request: AssumeRoleRequest, token_file: Optional[str]) -> AssumeRoleRequest:
    """Return the request with the web identity of a record, where it has one."""
    return request if token_file is None else request.with_identity_token(WebIdentity(token_file))


def secret_of(
    identity_token: IdentityToken, ca_bundle: Optional[str], environment: Environment
) -> str:
    """Return the token or the assertion itself. Raises InvalidConfiguration.

    ``ca_bundle`` is the path of the certificates that GitHub's is checked against.
    """
    if isinstance(identity_token, SamlAssertion):
        return identity_token.document
    if identity_token.token_file == GITHUB:
        return fetch_token(environment.variables, ca_bundle)
    return token_in(identity_token.token_file)


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
