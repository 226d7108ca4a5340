"""SAML responses as identity providers send them, without a signature that anybody checks.

Shape: IAM User Guide, "Configure SAML assertions for the authentication response".
"""

from __future__ import annotations

import base64

ROLE_ATTRIBUTE = "https://aws.amazon.com/SAML/Attributes/Role"
# It is part of the assertion, and recognised wherever it should not be.
MARK = "AssertionMark" * 3


def saml_response(*pairs: str, before: str = "", attribute: str = ROLE_ATTRIBUTE) -> str:
    """Return a response in base64 with these values of the role attribute."""
    values = "".join(f"<saml:AttributeValue>{pair}</saml:AttributeValue>" for pair in pairs)
    text = (
        f'{before}<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
        'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><saml:Assertion>'
        f"<saml:Issuer>{MARK}</saml:Issuer><saml:AttributeStatement>"
        f'<saml:Attribute Name="{attribute}">{values}</saml:Attribute>'
        "</saml:AttributeStatement></saml:Assertion></samlp:Response>"
    )
    return base64.b64encode(text.encode()).decode()
