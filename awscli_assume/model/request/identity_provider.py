"""What stands in for source credentials: an identity provider's word for who one is.

Source: AWS STS API reference, "AssumeRoleWithWebIdentity" and "AssumeRoleWithSAML".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import ClassVar, Union

from awscli_assume.errors import InvalidConfiguration, InvalidRequest

# In place of a path: the token that GitHub's runner hands out to a job.
GITHUB = "github-actions"
TOKEN_MAX = 20000
ASSERTION_MAX = 100000

_TOKEN = re.compile(r"[\x21-\x7e]{4,20000}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{2,}={0,2}")
_PRINCIPAL = re.compile(r"arn:aws(?:-[a-z]+)*:iam::\d{12}:saml-provider/[\w._-]{1,128}", re.ASCII)


@dataclass(frozen=True)
class WebIdentity:
    """An OpenID Connect token, by the absolute path of its file or by ``GITHUB``.

    It is read when it is sent, so that a file whose content is renewed serves for ever.
    """

    token_file: str
    operation: ClassVar[str] = "AssumeRoleWithWebIdentity"
    parameter: ClassVar[str] = "WebIdentityToken"
    option: ClassVar[str] = "--web-identity-token-file"


@dataclass(frozen=True)
class SamlAssertion:
    """A SAML authentication response in base64, which is good for some minutes."""

    principal_arn: str
    document: str = field(repr=False)
    operation: ClassVar[str] = "AssumeRoleWithSAML"
    parameter: ClassVar[str] = "SAMLAssertion"
    option: ClassVar[str] = "--saml-assertion"


IdentityToken = Union[WebIdentity, SamlAssertion]


def check_token(text: str, place: str) -> str:
    """Return a token without what surrounds it. Raises InvalidConfiguration, which shows none."""
    token = text.strip()
    if not token:
        raise InvalidConfiguration(f"The web identity token of {place} is empty")
    if not _TOKEN.fullmatch(token):
        raise InvalidConfiguration(
            f"The web identity token of {place} is none: it has to be one word of 4 to "
            f"{TOKEN_MAX} printable characters, and there are {len(token)}"
        )
    return token


def check_assertion(text: str) -> str:
    """Return an assertion on one line. Raises InvalidRequest, whose text shows none of it."""
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
            f"Invalid SAML assertion: it has to be base64 of 4 to {ASSERTION_MAX} characters, "
            f"and there are {len(document)}"
        )
    return document


def check_principal_arn(text: str) -> str:
    """Check ``--principal-arn``. Raises InvalidRequest."""
    if not _PRINCIPAL.fullmatch(text):
        raise InvalidRequest(
            f"Invalid principal ARN {text!r}: it has to be the identity provider's, as "
            "arn:aws:iam::123456789012:saml-provider/NAME. To see them: aws iam "
            "list-saml-providers"
        )
    return text
