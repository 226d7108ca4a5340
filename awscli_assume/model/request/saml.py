"""The roles of a SAML assertion, each with its identity provider.

Source: IAM User Guide, "Configure SAML assertions for the authentication response".
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Optional

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.arns import Role, parse_role_arn

_ROLE_ATTRIBUTE = "https://aws.amazon.com/SAML/Attributes/Role"
_ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}"
_GIVE = "Give the identity provider: --principal-arn ARN"

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def only_role(document: str) -> Role:
    """Return the only role of an assertion (base64). Raises InvalidRequest."""
    arns = sorted({role.arn for role, _ in _roles(document)})
    if len(arns) == 1:
        return parse_role_arn(arns[0])
    if arns:
        raise InvalidRequest(
            f"The SAML assertion has {len(arns)} roles: {', '.join(arns)}. Choose one: "
            "--role-arn ARN"
        )
    raise InvalidRequest(
        "The SAML assertion has no role that can be read. Give both: --role-arn ARN "
        "--principal-arn ARN"
    )


def pair_of(document: str, role: Role) -> tuple[Role, str]:
    """Return the role with its account, and its identity provider in an assertion (base64).

    Raises InvalidRequest if there are none or several. The signature of the assertion is
    not checked here: STS does that.
    """
    pairs = _roles(document)
    found = sorted({(one.arn, principal) for one, principal in pairs if _is_same(one, role)})
    if len(found) == 1:
        return parse_role_arn(found[0][0]), found[0][1]
    account = f" of the account {role.account_id}" if role.account_id else ""
    if found:
        lines = ", ".join(f"{arn} by {principal}" for arn, principal in found)
        raise InvalidRequest(
            f"The SAML assertion has the role {role.name}{account} more than once: {lines}. "
            "Choose one: --role-arn ARN --principal-arn ARN"
        )
    others = ", ".join(sorted({one.arn for one, _ in pairs})) or "none that can be read"
    raise InvalidRequest(
        f"The SAML assertion does not have the role {role.name}{account}. Its roles: {others}. "
        f"{_GIVE}"
    )


def _is_same(one: Role, wanted: Role) -> bool:
    return (
        (one.name, one.path) == (wanted.name, wanted.path)
        and wanted.account_id in (None, one.account_id)
        and wanted.partition in (None, one.partition)
    )


def _roles(document: str) -> list[tuple[Role, str]]:
    pairs = []
    for attribute in _parsed(document).iter(f"{_ASSERTION}Attribute"):
        if attribute.get("Name") != _ROLE_ATTRIBUTE:
            continue
        for value in attribute.iter(f"{_ASSERTION}AttributeValue"):
            words = [word.strip() for word in (value.text or "").split(",")]
            # The role and the provider may be in any order.
            words.sort(key=lambda word: ":saml-provider/" in word)
            if len(words) == 2 and ":saml-provider/" in words[1]:
                pairs.append((_role(words[0]), words[1]))
    return pairs


def _role(arn: str) -> Role:
    try:
        return parse_role_arn(arn)
    except InvalidRequest:
        raise InvalidRequest(f"The SAML assertion has an invalid role: {arn!r}. {_GIVE}") from None


def _parsed(document: str) -> Element:
    # Imported here because only this option needs the parser.
    from xml.etree.ElementTree import ParseError, TreeBuilder, XMLParser

    class Builder(TreeBuilder):
        def doctype(self, name: str, pubid: Optional[str], system: Optional[str]) -> None:
            # It may define entities that expand without bounds. The parser calls this
            # before it reads one of them, in every encoding.
            raise InvalidRequest(f"The SAML assertion has a DOCTYPE and is not read. {_GIVE}")

    # The document has a limited size (check_assertion) and no entities.
    parser = XMLParser(target=Builder())  # noqa: S314
    try:
        # An encoding that Python does not know is a LookupError.
        parser.feed(base64.b64decode(document, validate=True))
        root: Element = parser.close()
    except (ParseError, ValueError, LookupError):
        raise InvalidRequest(
            f"The SAML assertion can't be read: it is not XML in base64. {_GIVE}"
        ) from None
    return root
