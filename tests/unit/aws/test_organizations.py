"""The lists of AWS Organizations, as its pages may come."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Sequence

import pytest

from awscli_assume.aws.organizations import OrganizationReader
from awscli_assume.errors import InvalidConfiguration, InvalidRequest, UnexpectedAnswer
from awscli_assume.host import ClientError
from awscli_assume.model.targets.account import TargetAccount
from awscli_assume.model.targets.organization import Unit

OWN, A = "111111111111", "222222222222"


class Client:
    """A client whose operations return these pages, or raise these error codes, in order."""

    def __init__(self, pages: Sequence[Any], members: Sequence[str] = ("Id", "Paths")) -> None:
        self.pages = list(pages)
        self.requests: list[tuple[str, dict[str, str]]] = []
        shape = SimpleNamespace(members=members)
        model = SimpleNamespace(shape_for=lambda name: shape)
        self.meta = SimpleNamespace(service_model=model)

    def __getattr__(self, operation: str) -> Any:
        def call(**parameters: str) -> Any:
            self.requests.append((operation, parameters))
            page = self.pages.pop(0)
            if isinstance(page, str):
                raise ClientError({"Error": {"Code": page, "Message": "no"}}, operation)
            return page

        return call


def reader(*pages: Any) -> OrganizationReader:
    return OrganizationReader(Client(pages), OWN)  # type: ignore[arg-type]


def test_pages() -> None:
    """Empty pages are no end, and the last one has no token."""
    client = Client(
        [
            {"Accounts": [], "NextToken": "1"},
            {"Accounts": [{"Id": A, "Name": "a"}, {"Id": "x"}], "NextToken": "2"},
            {"Accounts": []},
        ]
    )
    found = list(OrganizationReader(client, OWN).account_pages())  # type: ignore[arg-type]

    assert found == [[], [TargetAccount(A, "a")], []]
    assert [parameters for _, parameters in client.requests] == [
        {}, {"NextToken": "1"}, {"NextToken": "2"},
    ]  # fmt: skip


def test_token_of_a_page_twice() -> None:
    """A list without an end is an error."""
    page = {"Accounts": [], "NextToken": "1"}
    with pytest.raises(UnexpectedAnswer, match="it has the token of a page twice"):
        list(reader(page, page, page).account_pages())


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        ({"State": "SUSPENDED", "Status": "ACTIVE"}, ("SUSPENDED", ())),
        ({"Status": "PENDING_CLOSURE"}, ("PENDING_CLOSURE", ())),
        ({}, (None, ())),
        (
            {"Paths": [f"o-example123/r-ab12/ou-ab12-11111111/{A}/"]},
            (None, ("r-ab12", "ou-ab12-11111111")),
        ),
        ({"Paths": ["o-example123/r-ab12/"]}, (None, ("r-ab12",))),
        ({"Paths": ["nonsense"]}, (None, ())),
    ],
)
def test_accounts(account: dict[str, Any], expected: tuple[Any, ...]) -> None:
    """State replaces Status, and paths have the units above an account."""
    (page,) = reader({"Accounts": [{"Id": A, **account}]}).account_pages()
    assert (page[0].state, page[0].ou_ids) == expected


def test_other_lists() -> None:
    """The root, the units below it, their accounts, and the tags of an account."""
    units = [{"Id": "ou-ab12-11111111", "Name": "We\x1bb"}]
    found = reader(
        {"Roots": [{"Id": "r-ab12", "Name": "Root"}]},
        {"OrganizationalUnits": units},
        {"Accounts": [{"Id": A}]},
        {"Tags": [{"Key": "a", "Value": "b"}]},
    )
    assert found.root() == Unit("r-ab12", "Root")
    assert found.units_of("r-ab12") == (Unit("ou-ab12-11111111", r"We\x1bb"),)
    assert found.members_of("ou-ab12-11111111") == [TargetAccount(A)]
    assert found.tags_of(A) == {"a": "b"}


@pytest.mark.parametrize("code", ["AccessDeniedException", "AWSOrganizationsNotInUseException"])
def test_not_allowed(code: str) -> None:
    """The message names the account and what works without the right."""
    with pytest.raises(InvalidConfiguration, match=f"The account {OWN} .*select the accounts by "):
        reader(code).root()


def test_unknown_unit_and_account() -> None:
    """The message has the ID."""
    with pytest.raises(InvalidRequest, match="no root or organizational unit ou-ab12-11111111"):
        reader("ParentNotFoundException").members_of("ou-ab12-11111111")
    with pytest.raises(InvalidRequest, match=f"The account {A} is not in the organization, so "):
        reader("TargetNotFoundException").tags_of(A)


def test_other_errors_pass() -> None:
    """Errors of the service pass; throttling gets the advice to wait."""
    with pytest.raises(ClientError, match=r"\(ServiceException\)"):
        reader("ServiceException").units_of("r-ab12")
    with pytest.raises(ClientError, match=r"\(ServiceException\)"):
        reader("ServiceException").tags_of(A)
    with pytest.raises(ClientError, match=r"TooMany.* Run the command again in a minute"):
        list(reader("TooManyRequestsException").account_pages())
    with pytest.raises(UnexpectedAnswer, match="returned no root"):
        reader({"Roots": []}).root()
