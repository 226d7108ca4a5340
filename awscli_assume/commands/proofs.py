"""The proof of a command line or of a record, and the secret behind it."""

from __future__ import annotations

import os
from typing import Any, Optional

from awscli_assume.aws.github import fetch_token, github_request
from awscli_assume.commands.arguments import STS_OPTIONS
from awscli_assume.commands.environment import Environment
from awscli_assume.commands.proof_arguments import PROOF_OPTIONS
from awscli_assume.errors import InvalidConfiguration, InvalidRequest
from awscli_assume.model.proofs import (
    ASSERTION_MOST,
    GITHUB,
    TOKEN_MOST,
    Proof,
    SamlAssertion,
    WebIdentity,
    check_assertion,
    check_principal_arn,
    check_token,
)
from awscli_assume.model.request import AssumeRoleRequest
from awscli_assume.model.saml import principal_of

# What both operations take besides role and proof (AWS STS API reference).
_TAKEN = ("duration_seconds", "policy", "policy_arns")


def is_proven(parsed_args: Any) -> bool:
    """Tell whether a command line has an identity provider's proof. Raises InvalidRequest.

    Checks what goes with it and what does not; no file is opened.
    """
    token_file, assertion, principal = (getattr(parsed_args, n, None) for n in PROOF_OPTIONS)
    if principal is not None and assertion is None:
        raise InvalidRequest("--principal-arn goes with --saml-assertion file://PATH")
    if token_file is None and assertion is None:
        return False
    if token_file is not None and assertion is not None:
        raise InvalidRequest(
            "--web-identity-token-file and --saml-assertion are two proofs: leave one of them out"
        )
    proof = WebIdentity if assertion is None else SamlAssertion
    taken = (*_TAKEN, *(("role_session_name",) if assertion is None else ()))
    for name in STS_OPTIONS:
        if getattr(parsed_args, name, None) is not None and name not in taken:
            why = "the assertion names the session" if name == "role_session_name" else (
                f"{proof.operation} has no such parameter"
            )  # fmt: skip
            raise InvalidRequest(
                f"--{name.replace('_', '-')} does not go with {proof.option}: {why}. Leave it out"
            )
    if parsed_args.role_arn is None and parsed_args.role_name is None:
        raise InvalidRequest(f"{proof.option} needs a role: --role-arn ARN")
    if assertion is not None and getattr(parsed_args, "auto_refresh", False):
        raise InvalidRequest(
            "--auto-refresh has to assume the role again later, and a SAML assertion is good for "
            "some minutes only. Leave one of the two out"
        )
    return True


def proven(
    request: AssumeRoleRequest, parsed_args: Any, environment: Environment
) -> AssumeRoleRequest:
    """Answer the request with the proof of a command line, its file read once to check it."""
    role = request.role
    if role.account_id is None:
        raise InvalidRequest(
            f"Nobody can be asked for the account of the role '{role.name}' before it is assumed. "
            f"Try: --role-name {role.name} --account-id ID, or --role-arn ARN"
        )
    if parsed_args.saml_assertion is not None:
        document = check_assertion(_assertion(parsed_args.saml_assertion))
        given = parsed_args.principal_arn
        principal = given if given is not None else principal_of(document, role)
        return request.with_proof(SamlAssertion(check_principal_arn(principal), document))
    proof = WebIdentity(_token_path(parsed_args.web_identity_token_file))
    if proof.token_file == GITHUB:
        github_request(environment.variables)
    else:
        _token_in(proof.token_file)
    return request.with_proof(proof)


def proven_again(request: AssumeRoleRequest, token_file: Optional[str]) -> AssumeRoleRequest:
    """Answer the request with the web identity of a record, where it has one."""
    return request if token_file is None else request.with_proof(WebIdentity(token_file))


def secret_of(proof: Proof, ca_bundle: Optional[str], environment: Environment) -> str:
    """Answer the token or the assertion itself. Raises InvalidConfiguration.

    ``ca_bundle`` is the path of the certificates that GitHub's is checked against.
    """
    if isinstance(proof, SamlAssertion):
        return proof.document
    if proof.token_file == GITHUB:
        return fetch_token(environment.variables, ca_bundle)
    return _token_in(proof.token_file)


def _token_path(given: str) -> str:
    if given == GITHUB:
        return GITHUB
    path = os.path.abspath(os.path.expanduser(given[7:] if given.startswith("file://") else given))
    # It becomes a line of the config file.
    if not path.isprintable() or path != path.strip():
        raise InvalidRequest(
            f"Invalid path {given!r}: it has characters that a line of the config file can't hold"
        )
    return path


def _token_in(path: str) -> str:
    hint = "Try: --web-identity-token-file PATH"
    return check_token(_content(path, TOKEN_MOST, hint), f"the file {path}")


def _assertion(given: str) -> str:
    if not given.startswith("file://"):
        raise InvalidRequest(
            "A SAML assertion does not belong on a command line, which other users of the machine "
            "can see. Try: --saml-assertion file://PATH"
        )
    path = os.path.expandvars(os.path.expanduser(given[7:]))
    # Twice the size, for the ends of its lines.
    return _content(path, 2 * ASSERTION_MOST, "Try: --saml-assertion file://PATH")


def _content(path: str, most: int, hint: str) -> str:
    """Answer a file's text, at most so many bytes and a few of it."""
    try:
        with open(path, "rb") as file:
            content = file.read(most + 100)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no path"
        raise InvalidConfiguration(f"Can't read {path}: {reason}. {hint}") from None
    return content.decode("latin-1")
