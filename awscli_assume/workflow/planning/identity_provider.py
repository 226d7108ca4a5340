"""The identity provider's token of a command line or of a record, and the file that holds it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from typing import Optional

from awscli_assume.arguments.identity_provider import (
    check_identity_provider_options,
    check_other_options,
)
from awscli_assume.errors import InvalidConfiguration, InvalidRequest
from awscli_assume.host.environment import Environment
from awscli_assume.host.protocols import ParsedArgs, Profile
from awscli_assume.model.arns import Role
from awscli_assume.model.printable import option
from awscli_assume.model.request import limits
from awscli_assume.model.request.identity_provider import (
    GITHUB,
    TOKEN_MAX,
    IdentityToken,
    SamlAssertion,
    WebIdentity,
    check_assertion,
    check_token,
)
from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.model.request.saml import only_role, pair_of
from awscli_assume.profiles.source_chain import TOKEN_FILE

# A JSON web token (RFC 7515: its header is a JSON object in base64url), or too long for a path.
_TOKEN_ITSELF = re.compile(r"eyJ[\w-]+\.[\w-]+\.|.{1024}", re.ASCII | re.DOTALL)
_PATH_HINT = "Try: --web-identity-token-file PATH"


@dataclass(frozen=True)
class GivenIdentityToken:
    """What a command line has in place of a source: a token file, or a SAML assertion."""

    token_file: str
    document: str = field(repr=False)
    principal_arn: Optional[str]

    def named(self, parsed_args: ParsedArgs) -> Profile:
        """Return the role that the SAML assertion names, if no option names one.

        Raises InvalidRequest if it names none, or several.
        """
        if parsed_args.role_arn is not None or parsed_args.role_name is not None:
            return {}
        if not self.document:
            raise InvalidRequest(f"{WebIdentity.option} needs a role: --role-arn ARN")
        return {"role_arn": only_role(self.document).arn}

    def attached(self, request: AssumeRoleRequest) -> AssumeRoleRequest:
        """Return the request with this token or assertion. Raises InvalidRequest."""
        _check_account_is_known(request.role, is_needed=not self.document)
        if not self.document:
            return request.with_identity_token(WebIdentity(self.token_file))
        principal = self.principal_arn
        if principal is None or request.role.account_id is None:
            role, found = pair_of(self.document, request.role)
            request = replace(request, role=role)
            principal = principal or found
        assertion = SamlAssertion(limits.check("principal_arn", principal), self.document)
        return request.with_identity_token(assertion)


def given_identity_token(
    parsed_args: ParsedArgs, named_profile: Optional[str], environment: Environment
) -> Optional[GivenIdentityToken]:
    """Return the token or assertion of a command line, or None if it has a source.

    ``named_profile`` is the profile that ROLE names, if it does. The options are checked
    before the file is read. Raises InvalidRequest and InvalidConfiguration.
    """
    if not check_identity_provider_options(parsed_args):
        return None
    if named_profile is not None:
        raise InvalidRequest(
            f"The role '{named_profile}' is a profile with a source of its own, and the token of "
            "an identity provider is another one. Name the role itself: --role-arn ARN"
        )
    principal, assertion = parsed_args.principal_arn, parsed_args.saml_assertion
    if assertion is not None:
        if principal is not None:
            limits.check("principal_arn", principal)
        return GivenIdentityToken("", check_assertion(assertion), principal)
    path = token_path(parsed_args.web_identity_token_file)
    if path == GITHUB:
        # Here, because nothing but a job of GitHub Actions needs it.
        from awscli_assume.aws.github import github_request

        github_request(environment.variables)
    else:
        check_read_again(path, bool(getattr(parsed_args, "auto_refresh", False)))
    return GivenIdentityToken(path, "", None)


def profile_token(
    parsed_args: ParsedArgs, profile: Profile, name: str
) -> Optional[GivenIdentityToken]:
    """Return the web identity token of a role's profile, None if the profile has none.

    As in the AWS CLI, the path is not expanded, and a file that can't be read is an OSError.
    Raises InvalidRequest for options that only AssumeRole has.
    """
    path = profile.get(TOKEN_FILE)
    if path is None:
        return None
    if not path:
        raise InvalidConfiguration(
            f"{TOKEN_FILE} of the profile '{name}' is empty, and the AWS CLI tries no other "
            "source. Name the file, or remove the line"
        )
    check_other_options(parsed_args, WebIdentity, f"{TOKEN_FILE} of the profile '{name}'")
    try:
        with open(path, "rb"):
            pass
    except OSError as error:
        raise OSError(f"{error}. {TOKEN_FILE} of the profile '{name}' has to be a file") from None
    return GivenIdentityToken(os.path.abspath(path), "", None)


def with_recorded_token(
    request: AssumeRoleRequest, token_file: Optional[str]
) -> AssumeRoleRequest:
    """Return the request with the web identity of a record, if it has one."""
    return request if token_file is None else request.with_identity_token(WebIdentity(token_file))


def read_identity_token(
    token: IdentityToken, ca_bundle: Optional[str], environment: Environment
) -> str:
    """Return the token or the assertion itself. Raises InvalidConfiguration.

    ``ca_bundle`` is the path of the CA certificates for GitHub's endpoint.
    """
    if isinstance(token, SamlAssertion):
        return token.document
    if token.token_file == GITHUB:
        from awscli_assume.aws.github import fetch_token

        return fetch_token(environment.variables, ca_bundle)
    return token_in(token.token_file)


def _check_account_is_known(role: Role, is_needed: bool) -> None:
    """Raise InvalidRequest for an account that only source credentials could look up."""
    if role.account_name is not None:
        raise InvalidRequest(
            f"No profile has an account {role.account_name!r}, and it can't be looked up "
            f"before the role is assumed. Try: {option('--role-name', role.name)} --account-id ID"
        )
    if is_needed and role.account_id is None:
        raise InvalidRequest(
            f"The account of the role '{role.name}' can't be looked up before it is assumed. "
            f"Try: {option('--role-name', role.name)} --account-id ID, or --role-arn ARN"
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


def check_read_again(path: str, is_recorded: bool) -> None:
    """Check a token file before any call.

    ``is_recorded`` is True if a later run has to read it again. A pipe can be read only once, so
    it is read when the token is sent. Raises InvalidRequest and InvalidConfiguration.
    """
    is_pipe = os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)
    if is_pipe and is_recorded:
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
    """Return an absolute path, expanded as the CLI expands ``file://`` (paramfile.py)."""
    bare = given[len("file://") :] if given.startswith("file://") else given
    return os.path.abspath(os.path.expandvars(os.path.expanduser(bare)))


def _content(path: str) -> str:
    """Return the first bytes of a file, a few more than a token may have."""
    try:
        with open(path, "rb") as file:
            content = file.read(TOKEN_MAX + 100)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no path"
        raise InvalidConfiguration(f"Can't read {path}: {reason}. {_PATH_HINT}") from None
    return content.decode("latin-1")
