"""What a SAML assertion says of roles: which ones, each with its identity provider.

Source: IAM User Guide, "Configure SAML assertions for the authentication response".
"""

from __future__ import annotations

import base64
from typing import Any

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.arns import Role, parse_role_arn

_ROLE_ATTRIBUTE = "https://aws.amazon.com/SAML/Attributes/Role"
_ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}"
_GIVE = "Give the identity provider: --principal-arn ARN"


def only_role(document: str) -> Role:
    """Return the role that an assertion (base64) names, where it is one. Raises InvalidRequest."""
    arns = sorted({role.arn for role, _ in _roles(document)})
    if len(arns) == 1:
        return parse_role_arn(arns[0])
    if arns:
        raise InvalidRequest(
            f"The SAML assertion names {len(arns)} roles: {', '.join(arns)}. Pick one: "
            "--role-arn ARN"
        )
    raise InvalidRequest(
        "The SAML assertion names no role that can be read. Give both: --role-arn ARN "
        "--principal-arn ARN"
    )


def pair_of(document: str, role: Role) -> tuple[Role, str]:
    """Return the role with its account, and the identity provider that an assertion names for it.

    Raises InvalidRequest where the assertion (base64) names none or several, or
    can't be read safely. STS checks the assertion itself; this is for its address only.
    """
    pairs = _roles(document)
    found = sorted({(one.arn, principal) for one, principal in pairs if _is_same(one, role)})
    if len(found) == 1:
        return parse_role_arn(found[0][0]), found[0][1]
    account = f" of the account {role.account_id}" if role.account_id else ""
    if found:
        lines = ", ".join(f"{arn} by {principal}" for arn, principal in found)
        raise InvalidRequest(
            f"The SAML assertion names the role {role.name}{account} more than once: {lines}. "
            "Pick one: --role-arn ARN --principal-arn ARN"
        )
    others = ", ".join(sorted({one.arn for one, _ in pairs})) or "none that can be read"
    raise InvalidRequest(
        f"The SAML assertion does not name the role {role.name}{account}. Its roles: {others}. "
        f"{_GIVE}"
    )


def _is_same(one: Role, asked: Role) -> bool:
    is_named = (one.name, one.path) == (asked.name, asked.path)
    is_there = asked.account_id in (None, one.account_id)
    return is_named and is_there and asked.partition in (None, one.partition)


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

    # The tree is of data that was bounded in size (check_assertion) and has no entities.
    parser = XMLParser(target=Builder())  # noqa: S314
    try:
        parser.feed(base64.b64decode(document, validate=True))
        return parser.close()
    except (ParseError, ValueError):
        raise InvalidRequest(
            f"The SAML assertion can't be read: it is no XML in base64. {_GIVE}"
        ) from None
