"""What a SAML assertion says of roles: which ones, each with its identity provider.

Source: IAM User Guide, "Configure SAML assertions for the authentication response".
"""

from __future__ import annotations

import base64
from typing import Any

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.roles import Role, parse_role_arn

_ROLE_ATTRIBUTE = "https://aws.amazon.com/SAML/Attributes/Role"
_ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}"
_GIVE = "Give the identity provider: --principal-arn ARN"


def principal_of(document: str, role: Role) -> str:
    """Answer the identity provider that an assertion (base64) names beside the role.

    Raises InvalidRequest where it names none or several, or is no assertion that
    can be read safely. STS checks the assertion itself; this is for its address only.
    """
    pairs = _roles(document)
    found = sorted({principal for one, principal in pairs if _is_same(one, role)})
    if len(found) == 1:
        return found[0]
    if found:
        raise InvalidRequest(
            f"The SAML assertion names several identity providers for the role {role.name}: "
            f"{', '.join(found)}. {_GIVE}"
        )
    others = ", ".join(sorted({one.arn for one, _ in pairs})) or "none that can be read"
    raise InvalidRequest(
        f"The SAML assertion does not name the role {role.name} of the account "
        f"{role.account_id}. Its roles: {others}. {_GIVE}"
    )


def _is_same(one: Role, asked: Role) -> bool:
    is_named = (one.name, one.path, one.account_id) == (asked.name, asked.path, asked.account_id)
    return is_named and asked.partition in (None, one.partition)


def _roles(document: str) -> list[tuple[Role, str]]:
    answer = []
    for attribute in _parsed(document).iter(f"{_ASSERTION}Attribute"):
        if attribute.get("Name") != _ROLE_ATTRIBUTE:
            continue
        for value in attribute.iter(f"{_ASSERTION}AttributeValue"):
            words = [word.strip() for word in (value.text or "").split(",")]
            # The two stand in either order.
            words.sort(key=lambda word: ":saml-provider/" in word)
            if len(words) == 2 and ":saml-provider/" in words[1]:
                answer.append((_role(words[0]), words[1]))
    return answer


def _role(arn: str) -> Role:
    try:
        return parse_role_arn(arn)
    except InvalidRequest:
        raise InvalidRequest(
            f"The SAML assertion names a role that is none: {arn!r}. {_GIVE}"
        ) from None


def _parsed(document: str) -> Any:
    # Not at the top: only this one option needs the parser.
    from xml.etree.ElementTree import ParseError, TreeBuilder, XMLParser

    class Builder(TreeBuilder):
        def doctype(self, name: str, pubid: Any, system: Any) -> None:
            # Entities live in there, and what they can blow up to. The parser
            # calls it in any encoding, before it has read one of them.
            raise InvalidRequest(f"The SAML assertion has a DOCTYPE: it is not read. {_GIVE}")

    # The tree is of data that was bounded in size (proofs.py) and has no entities.
    parser = XMLParser(target=Builder())  # noqa: S314
    try:
        parser.feed(base64.b64decode(document, validate=True))
        return parser.close()
    except (ParseError, ValueError):
        raise InvalidRequest(
            f"The SAML assertion can't be read: it is no XML in base64. {_GIVE}"
        ) from None
