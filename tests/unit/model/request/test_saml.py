"""The roles of a SAML assertion, and what is refused to be read."""

from __future__ import annotations

import base64

import pytest

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.arns import parse_role_arn, parse_role_name
from awscli_assume.model.request.saml import only_role, pair_of
from support.saml import MARK, saml_response

ROLE = "arn:aws:iam::123456789012:role/team/admin"
OTHER = "arn:aws:iam::123456789012:role/reader"
PROVIDER = "arn:aws:iam::123456789012:saml-provider/idp"
SECOND = "arn:aws:iam::123456789012:saml-provider/old"


@pytest.mark.parametrize(
    "pair", [f"{ROLE},{PROVIDER}", f"{PROVIDER},{ROLE}", f" {ROLE} ,\n {PROVIDER} "]
)
def test_provider_of_a_role_in_either_order(pair: str) -> None:
    """Role and provider stand in either order, with blanks around them."""
    document = saml_response(f"{OTHER},{SECOND}", pair)

    assert pair_of(document, parse_role_arn(ROLE)) == (parse_role_arn(ROLE), PROVIDER)


def test_a_role_name_finds_its_account() -> None:
    """The account of a role that was named is the assertion's."""
    document = saml_response(f"{ROLE},{PROVIDER}", f"{OTHER},{PROVIDER}")

    assert pair_of(document, parse_role_name("team/admin", None))[0].arn == ROLE


def test_a_role_name_of_two_accounts_is_listed() -> None:
    """What is ambiguous is listed, never guessed."""
    other = ROLE.replace("123456789012", "210987654321")
    document = saml_response(f"{ROLE},{PROVIDER}", f"{other},{PROVIDER}")

    with pytest.raises(InvalidRequest, match="more than once") as caught:
        pair_of(document, parse_role_name("team/admin", None))
    assert ROLE in str(caught.value)
    assert other in str(caught.value)


def test_two_providers_of_a_role_are_listed() -> None:
    """Two providers for one role: none is taken."""
    document = saml_response(f"{ROLE},{PROVIDER}", f"{ROLE},{SECOND}")

    with pytest.raises(InvalidRequest, match="more than once") as caught:
        pair_of(document, parse_role_arn(ROLE))
    assert PROVIDER in str(caught.value)
    assert SECOND in str(caught.value)


def test_a_role_that_is_not_there_lists_those_that_are() -> None:
    """The message names the roles of the assertion, and nothing else of it."""
    with pytest.raises(InvalidRequest, match="does not have the role") as caught:
        pair_of(saml_response(f"{OTHER},{PROVIDER}"), parse_role_arn(ROLE))
    assert OTHER in str(caught.value)
    assert MARK not in str(caught.value)


def test_the_only_role_is_found() -> None:
    """One role, also where two providers hand it out, needs no option."""
    assert only_role(saml_response(f"{ROLE},{PROVIDER}", f"{ROLE},{SECOND}")).arn == ROLE


def test_several_roles_are_listed() -> None:
    """With several roles none is guessed."""
    with pytest.raises(InvalidRequest, match="has 2 roles: .*reader.*team/admin"):
        only_role(saml_response(f"{ROLE},{PROVIDER}", f"{OTHER},{PROVIDER}"))


@pytest.mark.parametrize(
    "document",
    [saml_response(), saml_response(f"{ROLE},{PROVIDER}", attribute="Role"), saml_response("x")],
    ids=["empty", "other attribute", "no pair"],
)
def test_no_role_at_all(document: str) -> None:
    """Where none can be read, as where the assertion is encrypted, both ARNs are asked for."""
    with pytest.raises(InvalidRequest, match="--role-arn ARN --principal-arn ARN"):
        only_role(document)


@pytest.mark.parametrize(
    "before",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_doctype_is_not_read(before: str, encoding: str) -> None:
    """Entities, which can blow up or name files, are refused in any encoding."""
    text = base64.b64decode(saml_response(f"{ROLE},{PROVIDER}", before=before)).decode()

    with pytest.raises(InvalidRequest, match="DOCTYPE"):
        only_role(base64.b64encode(text.encode(encoding)).decode())


@pytest.mark.parametrize("content", [b"", b"no xml", b"<open>", b"\xff\xfe\x00"])
def test_what_is_no_xml(content: bytes) -> None:
    """The message says so and shows nothing of it."""
    with pytest.raises(InvalidRequest, match="not XML in base64"):
        only_role(base64.b64encode(content).decode())


def test_a_role_that_is_none() -> None:
    """A value whose role is no ARN of a role is named."""
    with pytest.raises(InvalidRequest, match="an invalid role: 'admin'"):
        only_role(saml_response(f"admin,{PROVIDER}"))


def test_an_unknown_encoding() -> None:
    """An XML declaration may name an encoding that Python does not know."""
    document = b'<?xml version="1.0" encoding="no-such-encoding"?><x/>'

    with pytest.raises(InvalidRequest, match="not XML in base64"):
        only_role(base64.b64encode(document).decode())
