"""Identity provider tokens, which replace source credentials.

Source: AWS STS API reference, "AssumeRoleWithWebIdentity" and "AssumeRoleWithSAML".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import ClassVar, Union

from awscli_assume.errors import InvalidConfiguration, InvalidRequest

# In place of a path: the token of a job in GitHub Actions.
GITHUB = "github-actions"
TOKEN_MAX = 20000
ASSERTION_MAX = 100000

_TOKEN = re.compile(r"[\x21-\x7e]{4,20000}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{2,}={0,2}")


@dataclass(frozen=True)
class WebIdentity:
    """An OpenID Connect token: the absolute path of its file, or ``GITHUB``.

    The file is read for each call, because its content may be renewed.
    """

    token_file: str
    operation: ClassVar[str] = "AssumeRoleWithWebIdentity"
    parameter: ClassVar[str] = "WebIdentityToken"
    option: ClassVar[str] = "--web-identity-token-file"


@dataclass(frozen=True)
class SamlAssertion:
    """A SAML authentication response in base64, which is valid for some minutes."""

    principal_arn: str
    document: str = field(repr=False)
    operation: ClassVar[str] = "AssumeRoleWithSAML"
    parameter: ClassVar[str] = "SAMLAssertion"
    option: ClassVar[str] = "--saml-assertion"


IdentityToken = Union[WebIdentity, SamlAssertion]


def check_token(text: str, place: str) -> str:
    """Return a token without spaces around it. Raises InvalidConfiguration without the token."""
    token = text.strip()
    if not token:
        raise InvalidConfiguration(f"The web identity token of {place} is empty")
    if not _TOKEN.fullmatch(token):
        raise InvalidConfiguration(
            f"The web identity token of {place} is invalid: it must be 4 to {TOKEN_MAX} "
            f"printable characters without spaces, and has {len(token)} characters"
        )
    return token


def check_assertion(text: str) -> str:
    """Return an assertion on one line. Raises InvalidRequest without the assertion."""
    document = "".join(text.split())
    if not document:
        raise InvalidRequest("Invalid SAML assertion: the file is empty")
    if document.startswith("<"):
        raise InvalidRequest(
            "Invalid SAML assertion: this is XML, and STS takes the response as the identity "
            "provider sends it, in base64. Try: base64 FILE > FILE.b64"
        )
    if not 4 <= len(document) <= ASSERTION_MAX or not _BASE64.fullmatch(document):
        raise InvalidRequest(
            f"Invalid SAML assertion: it must be 4 to {ASSERTION_MAX} characters of base64, and "
            f"has {len(document)}"
        )
    return document
