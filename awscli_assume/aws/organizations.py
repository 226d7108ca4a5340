"""The accounts, organizational units and tags of an organization.

The operations are in the AWS Organizations API reference. A page has at most 20 items, and may be
empty although more pages follow.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, Iterator, Mapping, Optional, cast

from awscli_assume.aws.optional_call import adaptive_retries, error_code
from awscli_assume.aws.sts.client import client_options
from awscli_assume.errors import (
    InvalidConfiguration,
    InvalidRequest,
    UnexpectedAnswer,
    with_advice,
)
from awscli_assume.host import ClientError, Config
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import FrozenCredentials, OrganizationsClient
from awscli_assume.model.accounts import ACCOUNT_ID
from awscli_assume.model.printable import printable_line
from awscli_assume.model.targets.account import TargetAccount
from awscli_assume.model.targets.expressions import UNIT_ID
from awscli_assume.model.targets.organization import Unit

# Requests at the same time, for operations that list one unit or account each. The service allows
# few requests a second for an account.
WORKERS = 4
_ATTEMPTS = 10
_NOT_ALLOWED = ("AccessDeniedException", "AccessDenied", "AWSOrganizationsNotInUseException")
_NO_SUCH_UNIT = ("ParentNotFoundException", "InvalidInputException")
_THROTTLED = ("TooManyRequestsException", "ThrottlingException", "Throttling")


def create_organizations_client(
    context: CommandContext, region: Optional[str], credentials: FrozenCredentials
) -> OrganizationsClient:
    """Return a client for many calls, with the CLI's settings. Raises NoRegionError."""
    config = Config(max_pool_connections=WORKERS, **adaptive_retries(context, _ATTEMPTS))
    options = client_options(context.parsed_globals, region, credentials)
    client = context.session.create_client("organizations", config=config, **options)
    return cast(OrganizationsClient, client)


class OrganizationReader:
    """The lists of an organization. Threads may share it.

    ``account_id`` is the caller's account. Each method raises InvalidConfiguration if the caller
    may not list the organization, and botocore's exceptions.
    """

    def __init__(self, client: OrganizationsClient, account_id: str) -> None:
        self._client = client
        self._account_id = account_id
        members = client.meta.service_model.shape_for("Account").members
        # An older AWS CLI (2.22.12) drops them from the response.
        self.knows_paths = "Paths" in members

    def account_pages(self) -> Iterator[list[TargetAccount]]:
        """Yield all accounts, page by page."""
        for page in self._pages("list_accounts", "Accounts"):
            yield [_account(one) for one in page if ACCOUNT_ID.fullmatch(str(one.get("Id")))]

    def members_of(self, unit_id: str) -> list[TargetAccount]:
        """Return the accounts directly in a root or unit."""
        with _unit_named(unit_id):
            pages = list(self._pages("list_accounts_for_parent", "Accounts", ParentId=unit_id))
        return [_account(one) for page in pages for one in page]

    def units_of(self, unit_id: str) -> tuple[Unit, ...]:
        """Return the units directly in a root or unit."""
        with _unit_named(unit_id):
            pages = list(
                self._pages(
                    "list_organizational_units_for_parent", "OrganizationalUnits", ParentId=unit_id
                )
            )
        return tuple(_unit(one) for page in pages for one in page)

    def root(self) -> Unit:
        """Return the root; an organization has one."""
        found = [_unit(one) for page in self._pages("list_roots", "Roots") for one in page]
        if not found:
            raise UnexpectedAnswer("AWS Organizations returned no root of the organization")
        return found[0]

    def tags_of(self, account_id: str) -> dict[str, str]:
        """Return the tags of an account."""
        try:
            pages = list(self._pages("list_tags_for_resource", "Tags", ResourceId=account_id))
        except ClientError as error:
            if error_code(error) != "TargetNotFoundException":
                raise
            raise InvalidRequest(
                f"The account {account_id} is not in the organization, so its tags are unknown"
            ) from None
        return {str(one["Key"]): str(one["Value"]) for page in pages for one in page}

    def _pages(
        self, method: str, key: str, **parameters: str
    ) -> Iterator[list[Mapping[str, Any]]]:
        """Yield the list ``key`` of each page."""
        following: dict[str, str] = {}
        page_tokens = set[str]()
        while True:
            with self._errors_explained(method):
                page = getattr(self._client, method)(**parameters, **following)
            items, page_token = page.get(key), page.get("NextToken")
            if items is None or page_token in page_tokens:
                fault = f"no {key}" if items is None else "the token of a page twice"
                raise UnexpectedAnswer(
                    f"The response to {method} is not from AWS Organizations: it has {fault}. "
                    "Check what is between this machine and AWS: AWS_ENDPOINT_URL, a proxy"
                )
            yield items
            if not page_token:
                return
            page_tokens.add(page_token)
            following = {"NextToken": page_token}

    @contextmanager
    def _errors_explained(self, method: str) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            code = error_code(error)
            if code in _NOT_ALLOWED:
                raise not_allowed(self._account_id, code) from None
            if code in _THROTTLED:
                with_advice(error, "Run the command again in a minute")
            raise


def not_allowed(account_id: str, code: str) -> InvalidConfiguration:
    """Return the error for a caller that may not list the organization."""
    reason = (
        "is in no organization"
        if code == "AWSOrganizationsNotInUseException"
        else f"may not list the accounts of its organization ({code}): that takes the "
        "organizations:List permissions in the management account or in the account of a "
        "delegated administrator"
    )
    return InvalidConfiguration(
        f"The account {account_id} {reason}. Name a profile that may: --organization-profile "
        "NAME, or select the accounts by IDs, @FILE, profiles:GLOB or identity-center"
    )


@contextmanager
def _unit_named(unit_id: str) -> Iterator[None]:
    """Raise InvalidRequest if the organization has no unit of this ID."""
    try:
        yield
    except ClientError as error:
        if error_code(error) not in _NO_SUCH_UNIT:
            raise
        raise unknown_unit(unit_id) from None


def unknown_unit(unit_id: str) -> InvalidRequest:
    """Return the error for the ID of a unit or root that the organization does not have."""
    return InvalidRequest(
        f"The organization has no root or organizational unit {unit_id}. To see the root: aws "
        "organizations list-roots"
    )


def _account(found: Mapping[str, Any]) -> TargetAccount:
    paths = [str(path).split("/") for path in found.get("Paths") or ()]
    units = (part for path in paths for part in path if UNIT_ID.fullmatch(part))
    # State replaces Status (API reference, "Account").
    state = found.get("State") or found.get("Status")
    return TargetAccount(
        str(found["Id"]),
        printable_line(str(found.get("Name") or "")),
        None if state is None else printable_line(str(state)),
        tuple(dict.fromkeys(units)),
    )


def _unit(found: Mapping[str, Any]) -> Unit:
    return Unit(str(found["Id"]), printable_line(str(found.get("Name") or "")))
